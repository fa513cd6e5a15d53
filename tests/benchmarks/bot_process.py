"""A bot in a process of its own: started, pinned, watched and stopped."""

import asyncio
import os
import re
import secrets
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bot_api import TOKEN
from tests.support.postgres import free_port

STOP_TIMEOUT_S = 15.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


if sys.platform != "linux":
    raise SystemExit("The benchmark reads /proc and pins processes, so it needs Linux.")

# The bot gets one processor; we, who make the load, and the database server another where there is one.
CPUS = sorted(os.sched_getaffinity(0))
BOT_CPUS, OUR_CPUS = CPUS[:1], CPUS[1:2] or CPUS[:1]


@dataclass(frozen=True, slots=True)
class BotProcess:
    """A running bot."""

    process: subprocess.Popen[bytes]
    log: Path

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def cpu_s(self) -> float:
        return cpu_s(self.process.pid)

    def memory_mib(self) -> float:
        return sum(resident_kib(pid) for pid in family(self.process.pid)) / 1024

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]


@asynccontextmanager
async def running_bot(
    command: tuple[str, ...], api_url: str, folder: Path, settings: Mapping[str, str]
) -> AsyncIterator[BotProcess]:
    """Start a bot, which gets the settings that ours has, and stop it when the block ends."""
    bot = start_bot(command, folder, {**to_settings(api_url, folder), **settings})
    try:
        yield bot
    finally:
        # Not on the loop: a bot that stops may still have calls to make, which the loop answers.
        await asyncio.to_thread(bot.stop)


def start_bot(command: tuple[str, ...], folder: Path, settings: Mapping[str, str]) -> BotProcess:
    log = folder / "bot.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: os.sched_setaffinity(0, BOT_CPUS),
        )
    return BotProcess(process, log)


def to_settings(api_url: str, folder: Path) -> dict[str, str]:
    port = free_port()
    return {
        "VEJVISER_TELEGRAM_TOKEN": TOKEN,
        "VEJVISER_TELEGRAM_API_URL": api_url,
        "VEJVISER_HOST": "127.0.0.1",
        "VEJVISER_PORT": str(port),
        "VEJVISER_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "VEJVISER_WEBHOOK_SECRET": secrets.token_urlsafe(24),
        "VEJVISER_SECRET_KEY": b64encode(secrets.token_bytes(32)).decode(),
        "VEJVISER_DATA_DIR": str(folder),
        "VEJVISER_SEND_RATE": "0",
        "VEJVISER_METRICS_PORT": "0",
    }


def family(pid: int) -> Iterator[int]:
    """List a process and its live descendants."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            listed = children.read_text().split()
        except OSError:  # the thread ended meanwhile
            continue
        for child in listed:
            yield from family(int(child))


def cpu_s(pid: int) -> float:
    """User and system time of a process and its descendants, also of those that ended and were waited for.

    Source: proc(5), /proc/pid/stat, fields 14 to 17; counted in ticks of 10 ms.
    """
    return sum(sum(map(int, read_stat(member)[11:15])) for member in family(pid)) / TICKS_PER_S


def read_stat(pid: int) -> list[str]:
    """Read /proc/pid/stat from its third field on; the second, the name, may hold spaces and brackets."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return ["0"] * 50


def parent(pid: int) -> int:
    return int(read_stat(pid)[1])


def resident_kib(pid: int) -> int:
    """Memory of a process that is in RAM now."""
    try:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def machine_busy_s() -> float:
    """Time that all processors of the machine together were not idle, also what the host took from them.

    Source: proc(5), /proc/stat: user nice system idle iowait irq softirq steal.
    """
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_S
