"""`/desk/login` and `/desk/logout`, for desk and studio."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from bot.web.access import public, signed_in
from bot.web.account import Account
from bot.web.page import SignedIn, Visit
from bot.web.password import is_right
from bot.web.ports import WebUnit
from bot.web.refused import refuse, told_at
from bot.web.second_factor import hash_recovery_code, totp_step
from bot.web.session import NAME, begin_session, session_cookie
from bot.web.web import Web

LOGIN_PATH = "/desk/login"
START_PATH = "/desk"
WINDOW = timedelta(minutes=15)
# Failed logins in that time. A name from one address, an address, and a name from everywhere: one guesser, many names
# of one guesser, many guessers.
MOST_PER_PAIR, MOST_PER_ADDRESS, MOST_PER_LOGIN = 5, 30, 50


class Problem(StrEnum):
    """Why a login was refused; never which of the three fields was wrong."""

    WRONG = "wrong"
    OFTEN = "often"
    EXPIRED = "one_time_expired"


def safe_next(address: str | None) -> str:
    """Where to go after the login: a page of ours, whatever the address says."""
    if address and address.startswith(("/desk", "/studio")) and "\\" not in address and address.isprintable():
        return address
    return START_PATH


class LoginPages(Controller):
    path = LOGIN_PATH

    @get(opt=public())
    async def show(self, request: Visit, web: Web) -> Response[str]:
        return _page(request, web, safe_next(request.query_params.get("next")), **await told_at(request, web))

    @post(opt=public())
    async def log_in(self, request: Visit, web: Web) -> Response[str] | Redirect:
        form = await request.form()
        login, password, code = (str(form.get(name, "")) for name in ("login", "password", "code"))
        goes_on = safe_next(str(form.get("next", "")))
        outcome = await _try(request, web, login.strip().lower(), password, code.strip())
        if outcome is Problem.OFTEN:
            return _page(request, web, goes_on, problem=outcome, login=login)  # nothing is kept for a guesser
        if isinstance(outcome, Problem):
            page = f"{LOGIN_PATH}?{urlencode({'next': goes_on})}"
            return await refuse(request, web, page, problem=outcome, login=login)
        return Redirect(goes_on, status_code=303, cookies=[session_cookie(web, outcome)])


def _page(request: Visit, web: Web, goes_on: str, *, problem: str = "", login: str = "") -> Response[str]:
    status = 429 if problem == Problem.OFTEN else 401 if problem else 200
    values = {"goes_on": goes_on, "problem": problem, "login": login, "has_openid": web.openid is not None}
    return web.pages.render(request, "login.html", status, **values)


@post("/desk/logout", opt=signed_in(with_one_time_password=True))
async def logout(request: SignedIn, web: Web) -> Redirect:
    """Ends the session in the database, not only in the browser."""

    def end(unit: WebUnit) -> None:
        unit.web_sessions.remove(request.auth.id_hash)
        unit.audit.note(0, "logout", web.now(), actor=request.user.id)

    await web.store.run(end)
    return Redirect(LOGIN_PATH, status_code=303, cookies=[session_cookie(web, "")])


async def _try(request: Visit, web: Web, login: str, password: str, code: str) -> str | Problem:
    """The id of a new session, or why there is none."""
    now, keys = web.now(), list(_keys(login, address_of(request)))
    old_id = request.cookies.get(web.cookie_name(NAME))

    def look(unit: WebUnit) -> tuple[bool, Account | None]:
        # Counted before the password is looked at: a hundred tries at once are a hundred tries.
        if any(unit.login_attempts.count(key, now - WINDOW) >= most for key, most in keys):
            return True, None
        for key, _ in keys:
            unit.login_attempts.add(key, now)
        return False, unit.accounts.by_login(login)

    is_blocked, account = await web.store.run(look)
    if is_blocked:
        return Problem.OFTEN
    password_is_right = await is_right(password, None if account is None else account.password_hash)

    def enter(unit: WebUnit) -> str | Problem:
        current = None if account is None else unit.accounts.by_id(account.id)
        if (
            current is None
            or current.is_disabled
            or not password_is_right
            or not _second_factor(unit, current, code, web)
        ):
            unit.audit.note(0, "login_refused", now, about="" if current is None else current.id)
            return Problem.WRONG
        if current.one_time_until is not None and current.one_time_until < now:
            return Problem.EXPIRED
        for key, _ in keys:
            unit.login_attempts.forgive(key, now)
        unit.audit.note(0, "login", now, actor=current.id)
        return begin_session(unit, current, web, old_id)

    return await web.store.run(enter)


def _second_factor(unit: WebUnit, account: Account, code: str, web: Web) -> bool:
    """A code of the app, not older than the last one, or a recovery code, which is gone with it."""
    if account.totp_secret is None:
        return True
    step = totp_step(account.totp_secret, code, web.now())
    if step is not None:
        return unit.accounts.use_totp_step(account.id, step)
    if unit.accounts.use_recovery_code(account.id, hash_recovery_code(account.id, code)):
        unit.audit.note(0, "recovery_code_used", web.now(), actor=account.id)
        return True
    return False


def _keys(login: str, address: str) -> Iterator[tuple[str, int]]:
    for most, *parts in ((MOST_PER_PAIR, login, address), (MOST_PER_ADDRESS, "", address), (MOST_PER_LOGIN, login, "")):
        yield hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest(), most


def address_of(request: Visit) -> str:
    """The visitor's address: a proxy on this machine is believed, whoever calls from elsewhere is not."""
    direct = request.client.host if request.client is not None else ""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told if told and _is_loopback(direct) else direct


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
