"""The only file that knows every room: builds the objects, joins them, runs them until they are told to stop."""

import asyncio
import gc
import secrets
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import structlog
import uvicorn

from bot.config import PREFIX, Settings
from bot.content.editorial import Editorial
from bot.content.live import LiveRelease
from bot.content.load import load_release
from bot.content.published import Published
from bot.content.shipped import shipped_content
from bot.dates.deadline import copenhagen_day
from bot.errors import BotError, SettingInvalid, StorageUnavailable
from bot.handoff.duty import Duty, Hours
from bot.handoff.ticket import TicketUnknown
from bot.runner import failpoint
from bot.runner.kept import Kept
from bot.runner.notice import keep_noticing
from bot.runner.release import Release
from bot.runner.sweep import keep_sweeping
from bot.runner.visits import VisitCounter
from bot.storage.keyring import Keyring
from bot.storage.purge import purge
from bot.storage.store import Store, open_store
from bot.storage.unit_of_work import UnitOfWork
from bot.studio.draft import Drafts
from bot.studio.previews import Previews
from bot.telegram import webhook
from bot.telegram.bot import TelegramBot, Wire
from bot.telegram.metrics import Metrics
from bot.web.account import Account
from bot.web.hub import Hub

VISITS_EVERY_S = 60
DEMO_REVIEWED = ("da", "en", "ar", "tr", "kl")  # what the editors of the demo may approve
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
    settings = settings.model_copy(
        update={"data_dir": data_dir, "database_url": None, "public_url": None, "desk_url": None, "oidc_issuer": None}
    )
    token = f"{10**DEMO_TOKEN_DIGITS}:{secrets.token_urlsafe(16)}"
    sandbox = Sandbox(token)
    sandbox.profile.names[""] = "Vejviser"
    base = f"http://{settings.host}:{settings.port}"
    wire = Wire(base, token, None, settings.shared_webhook_secret(), settings.send_rate)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(sandbox.close)
        stop = _stop_on_signals()

        accounts: list[tuple[str, str, str]] = []

        async def prepare(store: Store) -> None:
            accounts.extend(await _demo_accounts(store))

        def ready() -> None:
            tell(f"A phone:  {base}/phone")
            tell(f"The desk: {settings.web_url()}/desk")
            for login, role, password in accounts:
                tell(f"          {login:<12} {password}  ({role}; one-time password)")
            tell("Texts and laws are drafts: nobody has approved them. Stop with Ctrl-C.")

        await _run_until(stop, settings, wire, stack, dict.fromkeys(PREFIXES, sandbox.app), ready, prepare)


def published_content(settings: Settings, kept: Kept) -> Published:
    """The content's repository in the data folder, which editors publish from."""
    return Published(settings.data_dir, shipped_content(), today, kept)


def make_editorial(settings: Settings, published: Published) -> Editorial:
    """What the studio and the command line work with."""
    return Editorial(published, lambda: datetime.now(UTC), four_eyes=settings.four_eyes)


def open_editorial(settings: Settings) -> Editorial:
    """The content's repository, for the command line.

    Raises:
        SettingInvalid: the content comes from a folder.
    """
    if settings.content_dir is not None:
        raise SettingInvalid(f"{PREFIX}CONTENT_DIR is set: the content is that folder, and there is no repository.")
    published = published_content(settings, Kept(settings.keep_session_days, settings.keep_ticket_days))
    published.sync()
    return make_editorial(settings, published)


async def forget_person(settings: Settings, chat_id: int) -> None:
    """Delete everything about one chat."""
    async with _opened_store(settings) as store:
        await store.run(lambda uow: uow.people.forget(chat_id, datetime.now(UTC)))


async def export_case(settings: Settings, ticket_id: str, to: Path) -> tuple[list[Path], str]:
    """Write a case as PDF and JSON into a folder; the files, and the JSON's SHA-256. Raises BotError: no such case."""
    from bot.desk.journal import Journal, journal_words, read_journal
    from bot.desk.pages import TEMPLATES
    from bot.web.language import load_translations
    from bot.web.page import Pages

    content = settings.content_dir or shipped_content()
    release = load_release(content, today())
    words = journal_words(Pages(load_translations(content), [TEMPLATES]))

    def read(unit: UnitOfWork) -> Journal:
        journal = read_journal(unit, release, words, ticket_id)
        unit.audit.note(journal.ticket.chat_id, "case_exported", datetime.now(UTC), about=ticket_id)
        return journal

    async with _opened_store(settings) as store:
        try:
            journal = await store.run(read)
        except TicketUnknown:
            raise BotError(f"There is no case '{ticket_id}'. Its id stands in the address of its page.") from None
    files = {to / f"{ticket_id}.json": journal.json, to / f"{ticket_id}.pdf": journal.pdf()}
    await asyncio.to_thread(_write_private, files)
    return list(files), journal.sha256


def _write_private(files: Mapping[Path, bytes]) -> None:
    """Only this user may read them: they tell about a person."""
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(content)


async def _run_until(
    stop: asyncio.Event,
    settings: Settings,
    wire: Wire,
    stack: AsyncExitStack,
    mounted: dict[str, AsgiApp],
    ready: Callable[[], None] = lambda: None,
    prepare: Callable[[Store], Awaitable[None]] | None = None,
) -> None:
    """Open everything, serve, and close in the opposite order."""
    # What is loaded stays: the collector need not look at it meanwhile, nor later so often at all.
    gc.disable()
    stack.callback(gc.enable)
    if settings.failpoint is not None:
        name, _, passes = settings.failpoint.partition(":")
        failpoint.arm(name, int(passes))
    kept = Kept(settings.keep_session_days, settings.keep_ticket_days)
    published = published_content(settings, kept) if settings.content_dir is None else None
    editorial = make_editorial(settings, published) if published is not None else None
    live = LiveRelease(
        published or settings.content_dir or shipped_content(),
        today,
        kept,
        approved_only=settings.drafts == "approved-only",
    )
    store = await stack.enter_async_context(_opened_store(settings))
    if prepare is not None:
        await prepare(store)
    metrics = Metrics()
    previews = Previews(Drafts(editorial), settings.web_secret()) if editorial is not None else None
    bot = TelegramBot(wire, store, lambda: live.current, metrics, previews)
    if wire.public_url is not None:
        mounted = {**mounted, webhook.PATH: bot.webhook}
    hub, queue_news = Hub(), asyncio.Event()

    def heard(subjects: Collection[str]) -> None:
        hub.hear(subjects)
        if not subjects or "queue" in subjects:
            queue_news.set()

    store.listen(heard)

    def make_pages() -> AsgiApp:
        return _pages(bot, store, settings, hub, lambda: live.current, kept, editorial, previews)

    await stack.enter_async_context(_served(_app(mounted, make_pages), settings))
    stack.callback(hub.close)  # streams end before the server does
    _serve_metrics(metrics, settings, stack)
    sweep = keep_sweeping(store, lambda: live.current, bot.send, metrics.measured)
    notices = keep_noticing(store, lambda: live.current, bot.send, settings.web_url(), queue_news)
    counting = _write_visits(store, bot.visits)
    for work in (live.watch(), _purge_now_and_then(store, kept), sweep, notices, counting):
        await stack.enter_async_context(_in_background(work))
    _reload_on_hangup(live)
    log.info("running", mode="polling" if wire.public_url is None else "webhook", digest=live.current.digest[:12])
    ready()
    gc.freeze()
    gc.enable()
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


def _app(mounted: dict[str, AsgiApp], make_pages: Callable[[], AsgiApp]) -> AsgiApp:
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
                pages.append(await asyncio.to_thread(make_pages))
            await pages[0](scope, receive, send)

    return app


def _pages(
    bot: TelegramBot,
    store: Store,
    settings: Settings,
    hub: Hub,
    release: Callable[[], Release],
    kept: Kept,
    editorial: Editorial | None,
    previews: Previews | None,
) -> AsgiApp:
    from bot.desk.pages import PAGES, TEMPLATES
    from bot.studio.pages import TEMPLATES as STUDIO_TEMPLATES
    from bot.studio.pages import studio_pages
    from bot.web.app import make_app
    from bot.web.headers import SecurityHeaders
    from bot.web.health import health_controller
    from bot.web.language import load_translations
    from bot.web.page import Pages
    from bot.web.web import OpenIdProvider, WebParts

    async def live() -> str | None:
        return bot.wrong()

    async def ready() -> str | None:
        try:
            async with asyncio.timeout(STORAGE_PATIENCE_S):
                await store.run(lambda uow: uow.leases.is_held("health", "", 0))
        except (StorageUnavailable, TimeoutError):
            return "the database does not answer"
        return None

    openid = None
    if settings.oidc_issuer is not None:
        openid = OpenIdProvider(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_secret())
    web = WebParts(
        store=store,
        pages=Pages(load_translations(settings.content_dir or shipped_content()), [TEMPLATES, STUDIO_TEMPLATES]),
        now=lambda: datetime.now(UTC),
        base_url=settings.web_url(),
        secret=settings.web_secret(),
        release=release,
        send=bot.send,
        fetch_file=bot.fetch_file,
        kept=kept,
        hub=hub,
        openid=openid,
    )
    pages = [health_controller(live, ready), *PAGES, *studio_pages(editorial, previews)]
    return SecurityHeaders(make_app(web, pages), is_https=web.is_https)


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


async def _write_visits(store: Store, visits: VisitCounter) -> None:
    """Now and then, so that no turn waits for it; what was counted last is written when the process ends."""
    try:
        while True:
            await asyncio.sleep(VISITS_EVERY_S)
            await _write_counted(store, visits)
    finally:
        await _write_counted(store, visits)


async def _write_counted(store: Store, visits: VisitCounter) -> None:
    counted = visits.take()
    if not counted:
        return
    try:
        await store.run(lambda uow: uow.visits.add(counted))
    except StorageUnavailable:
        visits.give_back(counted)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _reload_on_hangup(live: LiveRelease) -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, live.reload)


# --- accounts -----------------------------------------------------------------------------------


async def add_user(settings: Settings, login: str, name: str, roles: list[str], language: str) -> str:
    """Returns the one-time password. Raises AccountRefused or LoginTaken."""
    from bot.web.account import to_roles
    from bot.web.accounts import OneTime, add_account

    one_time = await asyncio.to_thread(OneTime)

    def add(unit: UnitOfWork) -> None:
        account = add_account(unit, login, name, to_roles(roles), language, datetime.now(UTC), one_time)
        unit.audit.note(0, "account_added", datetime.now(UTC), about=account.id)

    async with _opened_store(settings) as store:
        await store.run(add)
    return one_time.password


async def list_users(settings: Settings) -> list[Account]:
    async with _opened_store(settings) as store:
        return await store.run(lambda unit: unit.accounts.all())


async def disable_user(settings: Settings, login: str) -> None:
    """Raises AccountRefused: there is no such account, or it is the last admin."""
    from bot.web.accounts import disable, find_account

    def change(unit: UnitOfWork) -> None:
        account = find_account(unit, login)
        disable(unit, account)
        unit.audit.note(0, "account_disabled", datetime.now(UTC), about=account.id)

    async with _opened_store(settings) as store:
        await store.run(change)


async def renew_user_password(settings: Settings, login: str) -> str:
    """Opens the account again without a second factor; returns the one-time password. Raises AccountRefused."""
    from bot.web.accounts import OneTime, find_account, open_anew

    one_time = await asyncio.to_thread(OneTime)

    def change(unit: UnitOfWork) -> None:
        account = find_account(unit, login)
        open_anew(unit, account, one_time, datetime.now(UTC))
        unit.audit.note(0, "password_renewed", datetime.now(UTC), about=account.id)

    async with _opened_store(settings) as store:
        await store.run(change)
    return one_time.password


def _demo_duty(account: str, name: str) -> Duty:
    """There at any time of any day, for whoever tries the demo. "Adviser A" speaks Arabic, "Adviser B" Turkish."""
    skills = {"da": 3, "en": 2, "ar" if name.endswith("A") else "tr": 3}
    hours = tuple(Hours(weekday, time_of_day.min, time_of_day(23, 59)) for weekday in range(7))
    return Duty(account, name, skills, hours=hours)


async def _demo_accounts(store: Store) -> list[tuple[str, str, str]]:
    """(login, roles, one-time password) of visibly fictitious people; new passwords at every start."""
    from bot.web.account import Role
    from bot.web.accounts import OneTime, add_account, open_anew

    people = [
        ("Adviser A", Role.ADVISER),
        ("Adviser B", Role.ADVISER),
        ("Lead A", Role.LEAD),
        ("Editor A", Role.EDITOR),
    ]
    people += [("Publisher A", Role.PUBLISHER), ("Auditor A", Role.AUDITOR), ("Admin A", Role.ADMIN)]
    one_times = await asyncio.to_thread(lambda: [OneTime() for _ in people])

    def put(unit: UnitOfWork) -> list[tuple[str, str, str]]:
        made = []
        for (name, role), one_time in zip(people, one_times, strict=True):
            login, now = name.lower().replace(" ", "-"), datetime.now(UTC)
            account = unit.accounts.by_login(login)
            if account is None:
                account = add_account(unit, login, name, [role], "da", now, one_time)
            else:
                open_anew(unit, account, one_time, now)
            if role in (Role.ADVISER, Role.LEAD):
                unit.duties.put(_demo_duty(account.id, name))
            if role in (Role.EDITOR, Role.PUBLISHER):
                unit.reviewers.put(account.id, DEMO_REVIEWED)
            made.append((login, str(role), one_time.password))
        return made

    return await store.run(put)
