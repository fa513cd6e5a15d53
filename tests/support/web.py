"""The pages on a real store, asked without a network or served on loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import uvicorn
from litestar import Litestar

from bot.content.editorial import Editorial
from bot.desk.pages import PAGES, TEMPLATES
from bot.errors import SendRefused
from bot.runner.ports import Outgoing
from bot.storage.store import Store
from bot.studio.pages import TEMPLATES as STUDIO_TEMPLATES
from bot.studio.pages import studio_pages
from bot.studio.previews import Previews
from bot.web.account import Account, Role
from bot.web.app import make_app
from bot.web.headers import SecurityHeaders
from bot.web.health import health_controller
from bot.web.language import load_translations
from bot.web.page import REFUSED, Pages
from bot.web.password import hash_password
from bot.web.session import NAME, begin_session
from bot.web.web import OpenIdProvider, WebParts
from tests.support.content import ROOT, our_release
from tests.support.postgres import free_port

PASSWORD = "four words of a test"
PASSWORD_HASH = hash_password(PASSWORD)
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


async def _fine() -> str | None:
    return None


@dataclass
class Desk:
    """The desk on a store, with a clock that a test sets."""

    store: Store
    base_url: str = "http://127.0.0.1:8080"
    openid: OpenIdProvider | None = None
    editorial: Editorial | None = None
    previews: Previews | None = None
    at: datetime = START
    web: WebParts = field(init=False)
    litestar: Litestar = field(init=False)
    sent: list[Outgoing] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    restart: Callable[[Callable[[], Awaitable[None]]], Awaitable[None]] = field(init=False)  # where it is served

    def __post_init__(self) -> None:
        pages = Pages(load_translations(ROOT), [TEMPLATES, STUDIO_TEMPLATES])
        self.web = WebParts(
            self.store,
            pages,
            lambda: self.at,
            self.base_url,
            "secret of a test",
            our_release,
            self.sent.extend,
            self._fetch_file,
            openid=self.openid,
        )
        self.litestar = make_app(
            self.web, [health_controller(_fine, _fine), *PAGES, *studio_pages(self.editorial, self.previews)]
        )
        self.app = SecurityHeaders(self.litestar, is_https=self.web.is_https)

    async def _fetch_file(self, file_id: str) -> bytes:
        if file_id not in self.files:
            raise SendRefused("no such file")
        return self.files[file_id]

    def later(self, **time: float) -> None:
        self.at += timedelta(**time)

    async def add(
        self, login: str, roles: Collection[Role] = (Role.ADVISER,), *, name: str = "Adviser A", **values: object
    ) -> Account:
        account = Account(
            id=f"id-{login}",
            login=login,
            name=name,
            roles=frozenset(roles),
            language="da",
            created_at=START,
            password_hash=PASSWORD_HASH,
        )
        account = replace(account, **values)  # type: ignore[arg-type]
        await self.store.run(lambda unit: unit.accounts.add(account))
        return account

    async def account(self, login: str) -> Account:
        found = await self.store.run(lambda unit: unit.accounts.by_login(login))
        assert found is not None
        return found

    def browser(self) -> "Browser":
        return Browser(self)

    async def signed_in(self, account: Account) -> "Browser":
        """A browser with a session, without the detour over the login page."""
        session_id = await self.store.run(lambda unit: begin_session(unit, account, self.web, None))
        browser = self.browser()
        browser.hold(session_id)
        return browser


class Browser:
    """Keeps cookies and sends the token of the last page with each form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        transport = httpx.ASGITransport(app=desk.app, raise_app_exceptions=True)  # type: ignore[arg-type]
        self.client = httpx.AsyncClient(transport=transport, base_url=desk.base_url)

    @property
    def session_id(self) -> str | None:
        return self.client.cookies.get(self._desk.web.cookie_name(NAME))

    def hold(self, session_id: str) -> None:
        """Put a session's cookie into this browser."""
        name, domain = self._desk.web.cookie_name(NAME), str(self.client.base_url.host)
        if self.session_id is not None:
            self.client.cookies.delete(name)
        self.client.cookies.set(name, session_id, domain=domain)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    async def post(self, path: str, form: Mapping[str, object] | None = None, **headers: str) -> httpx.Response:
        csrf = self._desk.web.cookie_name("csrf")
        if self.client.cookies.get(csrf) is None:
            await self.get("/desk/login")
        data = {"_csrf_token": self.client.cookies.get(csrf), **(form or {})}
        return await self.shown(await self.client.post(path, data=data, headers=headers))

    async def shown(self, answer: httpx.Response) -> httpx.Response:
        """The answer to a form; of one that was refused the page that it leads to."""
        # A page that stands in the history must not be the answer to a form.
        assert answer.status_code not in (409, 422), "refused forms lead to their page (see bot/web/refused.py)"
        location = answer.headers.get("location", "")
        return await self.get(location) if f"{REFUSED}=" in location else answer

    async def log_in(self, login: str, password: str = PASSWORD, code: str = "") -> httpx.Response:
        return await self.post("/desk/login", {"login": login, "password": password, "code": code})


@asynccontextmanager
async def served(desk: Desk) -> AsyncIterator[str]:
    """Serve on the desk's base address until the block ends; `desk.restart` stops it and starts anew."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_served(desk))

        async def restart(meanwhile: Callable[[], Awaitable[None]]) -> None:
            await stack.aclose()
            await meanwhile()
            desk.__post_init__()  # a new process: a new hub, which knows nothing of before
            await stack.enter_async_context(_served(desk))

        desk.restart = restart
        yield desk.base_url


@asynccontextmanager
async def _served(desk: Desk) -> AsyncIterator[None]:
    desk.store.listen(desk.web.hub.hear)
    port = int(desk.base_url.rpartition(":")[2])
    config = uvicorn.Config(desk.app, port=port, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    serving = asyncio.create_task(server.main_loop())
    try:
        yield
    finally:
        desk.web.hub.close()
        server.should_exit = True
        await serving
        await server.shutdown()


def free_address() -> str:
    return f"http://127.0.0.1:{free_port()}"
