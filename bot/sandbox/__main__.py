"""A sandbox in a process of its own: `python -m bot.sandbox --port 8081`. Its first line is its base URL."""

import argparse
import asyncio
import signal
from pathlib import Path

from bot.sandbox.faults import load_plan
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.serving import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free one")
    parser.add_argument("--token", default="1:sandbox")
    parser.add_argument("--faults", type=Path, help="a fault plan as JSON")
    parser.add_argument("--truth", type=Path, help="where the ground truth is written, as JSON lines")
    parser.add_argument("--limits", action="store_true", help="put Telegram's flood limits in force")
    asyncio.run(_serve(parser.parse_args()))


async def _serve(options: argparse.Namespace) -> None:
    sandbox = Sandbox(
        options.token,
        faults=load_plan(options.faults) if options.faults is not None else None,
        truth=options.truth,
        limits=options.limits,
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve(sandbox, options.host, options.port) as base_url:
        print(base_url, flush=True)  # noqa: T201
        await stop.wait()


if __name__ == "__main__":
    main()
