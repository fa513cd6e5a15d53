"""The whole bot in this process, against a sandbox: real wire, real storage, real content."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp

from bot.runner.ports import Store
from bot.runner.release import Preview, Release
from bot.sandbox import Sandbox, serve
from bot.telegram.bot import TelegramBot, Wire
from bot.telegram.metrics import Metrics
from tests.support.content import our_release
from tests.support.postgres import free_port

TOKEN = "1:secret-token"
WEBHOOK_SECRET = "shared-with-telegram"


@dataclass
class Running:
    """A bot that runs, the sandbox that it talks to, and how to stop it in the middle."""

    bot: TelegramBot
    sandbox: Sandbox
    store: Store
    metrics: Metrics
    webhook_url: str = ""


@asynccontextmanager
async def running_bot(
    store: Store,
    sandbox: Sandbox,
    *,
    webhook: bool = False,
    base_url: str | None = None,
    preview: Preview | None = None,
    release: Callable[[], Release] = our_release,
) -> AsyncIterator[Running]:
    """Run a bot on a sandbox of this loop until the block ends."""
    if base_url is None:
        async with (
            serve(sandbox) as url,
            running_bot(store, sandbox, webhook=webhook, base_url=url, preview=preview, release=release) as running,
        ):
            yield running
            return
    port = free_port()
    public_url = f"http://127.0.0.1:{port}" if webhook else None
    metrics = Metrics()
    bot = TelegramBot(Wire(base_url, TOKEN, public_url, WEBHOOK_SECRET, 0), store, release, metrics, preview)
    stop = asyncio.Event()
    async with _served(bot.webhook, port, needed=webhook):
        task = asyncio.create_task(bot.run(stop))
        try:
            yield Running(bot, sandbox, store, metrics, f"{public_url}/telegram" if webhook else "")
        finally:
            stop.set()
            with suppress(asyncio.CancelledError):
                await task


@asynccontextmanager
async def _served(app: Any, port: int, *, needed: bool) -> AsyncIterator[None]:
    if not needed:
        yield
        return
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None, access_log=False))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    serving = asyncio.create_task(server.main_loop())
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        await server.shutdown()


async def post(url: str, body: bytes, secret: str | None = WEBHOOK_SECRET) -> int:
    """Post to a webhook as Telegram does; returns the HTTP status."""
    headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
    async with aiohttp.ClientSession() as session, session.post(url, data=BytesIO(body), headers=headers) as answer:
        return answer.status
