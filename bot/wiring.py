"""The only file that knows every room: builds the objects, joins them, runs them until they are told to stop."""

import asyncio
import gc
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any

import structlog
import uvicorn

from bot.config import PREFIX, Settings
from bot.content.live import LiveRelease
from bot.content.shipped import shipped_content
from bot.dates.deadline import copenhagen_day
from bot.errors import SettingInvalid, StorageUnavailable
from bot.runner import failpoint
from bot.runner.kept import Kept
from bot.storage.keyring import Keyring
from bot.storage.purge import purge
from bot.storage.store import Store, open_store
from bot.telegram import webhook
from bot.telegram.bot import TelegramBot, Wire
from bot.telegram.metrics import Metrics

PURGE_EVERY_S = 3600
STORAGE_PATIENCE_S = 3
DEMO_TOKEN_DIGITS = 8
GC_THRESHOLD = 50_000  # new objects between two looks of the garbage collector; Python's default is 700

log = structlog.get_logger()
AsgiApp = Callable[..., Any]


def today() -> date:
    return copenhagen_day(datetime.now(UTC))


async def run_bot(settings: Settings) -> None:
    """The bot on the Bot API of the settings, until the process is told to stop."""
    wire = Wire(
        api_url=settings.telegram_api_url,
        token=settings.token(),
        public_url=settings.public_url,
        webhook_secret=settings.shared_webhook_secret(),
        send_rate=settings.send_rate,
    )
    async with AsyncExitStack() as stack:
        stop = _stop_on_signals()
        await _run_until(stop, settings, wire, stack, {})


async def run_demo(settings: Settings, tell: Callable[[str], None]) -> None:
    """Everything on this machine: a sandbox instead of Telegram, with a phone page; its own database."""
    from bot.sandbox.sandbox import Sandbox
    from bot.sandbox.server import PREFIXES

    # Nothing of a demo may reach Telegram or a real database.
    data_dir = settings.data_dir / "demo"
    settings = settings.model_copy(update={"data_dir": data_dir, "database_url": None, "public_url": None})
    token = f"{10**DEMO_TOKEN_DIGITS}:{secrets.token_urlsafe(16)}"
    sandbox = Sandbox(token)
    sandbox.profile.names[""] = "Vejviser"
    base = f"http://{settings.host}:{settings.port}"
    wire = Wire(base, token, None, settings.shared_webhook_secret(), settings.send_rate)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(sandbox.close)
        stop = _stop_on_signals()

        def ready() -> None:
            tell(f"A phone:  {base}/phone")
            tell("Texts and laws are drafts: nobody has approved them. Stop with Ctrl-C.")

        await _run_until(stop, settings, wire, stack, dict.fromkeys(PREFIXES, sandbox.app), ready)


async def forget_person(settings: Settings, chat_id: int) -> None:
    """Delete everything about one chat."""
    async with _opened_store(settings) as store:
        await store.run(lambda uow: uow.people.forget(chat_id, datetime.now(UTC)))


async def _run_until(
    stop: asyncio.Event,
    settings: Settings,
    wire: Wire,
    stack: AsyncExitStack,
    mounted: dict[str, AsgiApp],
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Open everything, serve, and close in the opposite order."""
    if settings.failpoint is not None:
        name, _, passes = settings.failpoint.partition(":")
        failpoint.arm(name, int(passes))
    kept = Kept(settings.keep_session_days, settings.keep_ticket_days)
    live = LiveRelease(
        settings.content_dir or shipped_content(), today, kept, approved_only=settings.drafts == "approved-only"
    )
    store = await stack.enter_async_context(_opened_store(settings))
    metrics = Metrics()
    bot = TelegramBot(wire, store, lambda: live.current, metrics)
    if wire.public_url is not None:
        mounted = {**mounted, webhook.PATH: bot.webhook}
    await stack.enter_async_context(_served(_app(mounted, bot, store), settings))
    _serve_metrics(metrics, settings, stack)
    for work in (live.watch(), _purge_now_and_then(store, kept)):
        await stack.enter_async_context(_in_background(work))
    _reload_on_hangup(live)
    log.info("running", mode="polling" if wire.public_url is None else "webhook", digest=live.current.digest[:12])
    ready()
    # What was loaded stays: the collector need not look at it again and again, nor so often at all.
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
    await bot.run(stop)


@asynccontextmanager
async def _opened_store(settings: Settings) -> AsyncIterator[Store]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    keyring = Keyring.from_secret(settings.read_secret_key())
    try:
        store = await asyncio.to_thread(open_store, settings.sqlalchemy_url(), keyring)
    except StorageUnavailable as error:
        raise SettingInvalid(f"{PREFIX}DATABASE_URL: {error}") from None
    try:
        yield store
    finally:
        await store.close()


# --- the web ------------------------------------------------------------------------------------


def _app(mounted: dict[str, AsgiApp], bot: TelegramBot, store: Store) -> AsgiApp:
    """Paths of the Bot API go straight to their apps, all others to the web pages."""
    pages: list[AsgiApp] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        for prefix, target in mounted.items():
            if path.startswith(prefix):
                await target(scope, receive, send)
                return
        if scope["type"] == "http":
            if not pages:  # at the first visit: the bot need not wait for the web framework to load
                pages.append(_pages(bot, store))
            await pages[0](scope, receive, send)

    return app


def _pages(bot: TelegramBot, store: Store) -> AsgiApp:
    from litestar import Litestar

    from bot.web.health import health_controller

    async def live() -> str | None:
        return bot.wrong()

    async def ready() -> str | None:
        try:
            async with asyncio.timeout(STORAGE_PATIENCE_S):
                await store.run(lambda uow: uow.leases.is_held("health", "", 0))
        except (StorageUnavailable, TimeoutError):
            return "the database does not answer"
        return None

    return Litestar([health_controller(live, ready)], openapi_config=None)


@asynccontextmanager
async def _served(app: AsgiApp, settings: Settings) -> AsyncIterator[None]:
    """Listen before anything is sent, so that a taken port is told at once."""
    listener = _listen(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        http="httptools",
        ws="none",
        # The hot path: what nobody reads is not written.
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    # Signals are ours: what was received is still answered before the server goes.
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup([listener])
    serving = asyncio.create_task(server.main_loop())
    try:
        yield
    finally:
        server.should_exit = True
        await serving
        await server.shutdown([listener])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise SettingInvalid(
            f"{PREFIX}PORT: {host}:{port} cannot be used ({error.strerror}). Choose another port."
        ) from None
    return listener


def _serve_metrics(metrics: Metrics, settings: Settings, stack: AsyncExitStack) -> None:
    if settings.metrics_port == 0:
        return
    from prometheus_client import start_http_server

    try:
        server, thread = start_http_server(settings.metrics_port, "127.0.0.1", metrics.registry)
    except OSError as error:
        raise SettingInvalid(
            f"{PREFIX}METRICS_PORT: port {settings.metrics_port} cannot be used ({error.strerror}). "
            "Choose another, or 0 for none."
        ) from None

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    stack.callback(close)


# --- in the background --------------------------------------------------------------------------


@asynccontextmanager
async def _in_background(work: Any) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _purge_now_and_then(store: Store, kept: Kept) -> None:
    while True:
        started = time.monotonic()
        try:
            count = await store.run(lambda uow: purge(uow, datetime.now(UTC), kept))
            log.info("old rows deleted", count=count, seconds=round(time.monotonic() - started, 3))
        except StorageUnavailable:
            log.warning("database away", reason="purge")
        await asyncio.sleep(PURGE_EVERY_S)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _reload_on_hangup(live: LiveRelease) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, live.reload)
