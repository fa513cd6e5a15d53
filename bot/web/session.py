"""Who is at the browser: a cookie with a random id, and a row in the database that says whose it is."""

import hashlib
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import Cookie
from litestar.middleware.authentication import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp, Receive, Scope, Send

from bot.errors import StorageUnavailable
from bot.web.account import Account, WebSession
from bot.web.ports import WebUnit
from bot.web.web import Web

IDLE_LIMIT = timedelta(minutes=60)
ABSOLUTE_LIMIT = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)  # a write for each request would be too many
NAME = "session"
WITHOUT_LOGIN = ("^/health/", "^/desk/static/")


def hash_id(session_id: str) -> str:
    """What the database keeps: whoever reads it cannot become anybody."""
    return hashlib.sha256(session_id.encode()).hexdigest()


def begin_session(unit: WebUnit, account: Account, web: Web, old_id: str | None) -> str:
    """A fresh id at each login, so that an id that somebody planted before is worth nothing.

    Returns:
        The id, for the cookie.
    """
    if old_id:
        unit.web_sessions.remove(hash_id(old_id))
    session_id, now = secrets.token_urlsafe(32), web.now()
    unit.web_sessions.add(WebSession(hash_id(session_id), account.id, now, now))
    return session_id


def session_cookie(web: Web, session_id: str) -> Cookie:
    """An empty id removes the cookie."""
    return Cookie(
        key=web.cookie_name(NAME),
        value=session_id,
        httponly=True,
        secure=web.is_https,
        samesite="lax",
        path="/",
        max_age=None if session_id else 0,
    )


async def find_session(web: Web, id_hash: str, *, touches: bool = False) -> tuple[Account, WebSession] | None:
    """The account and its session while it is valid; `touches`: this visit counts against the idle limit."""
    now = web.now()

    def find(unit: WebUnit) -> tuple[Account, WebSession] | None:
        session = unit.web_sessions.by_hash(id_hash)
        if session is None:
            return None
        account = unit.accounts.by_id(session.account_id)
        is_over = now - session.seen_at > IDLE_LIMIT or now - session.created_at > ABSOLUTE_LIMIT
        if account is None or account.is_disabled or is_over:
            unit.web_sessions.remove(id_hash)
            return None
        if touches and now - session.seen_at >= TOUCH_EVERY:
            unit.web_sessions.touch(id_hash, now)
            session = replace(session, seen_at=now)
        return account, session

    return await web.store.run(find)


class SessionMiddleware(AbstractAuthenticationMiddleware):
    """Fills `request.user` (Account) and `request.auth` (WebSession), both None for strangers."""

    def __init__(self, app: ASGIApp, web: Web) -> None:
        super().__init__(app, exclude=list(WITHOUT_LOGIN))
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        except StorageUnavailable:
            if scope.get("method") == "POST":
                # Read now, so that the page that tells of it can show what was written.
                await Request[Any, Any, Any](scope, receive, send).form()
            raise

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        session_id = connection.cookies.get(self._web.cookie_name(NAME))
        # What a page asks by itself does not count: an open page alone keeps nobody logged in.
        touches = connection.url.path != "/desk/live" and "x-by-itself" not in connection.headers
        found = await find_session(self._web, hash_id(session_id), touches=touches) if session_id else None
        return AuthenticationResult(*(found or (None, None)))
