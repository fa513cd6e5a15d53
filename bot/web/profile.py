"""`/desk/profile`: everybody's own name, language, password and second factor."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from typing import Any

from litestar import Controller, Response, get, post
from litestar.response import Redirect

from bot.runner.notice import OFFERED, offer_code, offer_group
from bot.web.access import only, signed_in
from bot.web.account import Account, Role
from bot.web.accounts import AccountRefused, check_account, rename, reset_second_factor
from bot.web.language import LANGUAGES
from bot.web.page import SignedIn
from bot.web.password import hash_password, is_right, wrong_with
from bot.web.ports import WebUnit
from bot.web.refused import refuse, told_at
from bot.web.second_factor import (
    enrolment_address,
    enrolment_picture,
    hash_recovery_code,
    new_recovery_codes,
    totp_step,
)
from bot.web.session import begin_session, session_cookie
from bot.web.web import Web

PATH = "/desk/profile"
Answer = Response[str] | Redirect


class ProfilePages(Controller):
    path = PATH
    opt = signed_in(with_one_time_password=True)

    @get()
    async def show(self, request: SignedIn, web: Web) -> Response[str]:
        return await _page(request, web, problem=(await told_at(request, web)).get("problem", ""))

    @post()
    async def change(self, request: SignedIn, web: Web) -> Answer:
        form = await request.form()
        language = str(form.get("language", ""))
        changed = replace(
            request.user,
            name=str(form.get("name", "")).strip(),
            language=language if language in LANGUAGES else request.user.language,
        )
        try:
            check_account(changed)
        except AccountRefused as refused:
            return await refuse(request, web, PATH, problem=refused.code)

        def put(unit: WebUnit) -> None:
            rename(unit, changed)
            unit.audit.note(0, "account_changed", web.now(), actor=changed.id, about=changed.id)

        await web.store.run(put)
        return _done("saved")

    @post("/password")
    async def change_password(self, request: SignedIn, web: Web) -> Answer:
        """All other browsers are logged out, and this one gets a new session."""
        form = await request.form()
        old, new, again = (str(form.get(name, "")) for name in ("password", "new_password", "new_password_again"))
        if not await is_right(old, request.user.password_hash):
            return await refuse(request, web, PATH, problem="password")
        wrong = wrong_with(new, request.user.login) or ("again" if new != again else "same" if new == old else None)
        if wrong is not None:
            return await refuse(request, web, PATH, problem=f"password_{wrong}")
        changed = replace(request.user, password_hash=hash_password(new), one_time_until=None)

        def put(unit: WebUnit) -> str:
            unit.accounts.put(changed)
            unit.web_sessions.remove_all_of(changed.id)
            unit.audit.note(0, "password_changed", web.now(), actor=changed.id, about=changed.id)
            return begin_session(unit, changed, web, None)

        return _done("password", session_id=await web.store.run(put), web=web)

    @post("/totp", opt=signed_in())
    async def switch_totp_on(self, request: SignedIn, web: Web) -> Answer:
        """The first code shows that the app has the secret."""
        form = await request.form()
        secret = pending_secret(request, web)
        step = totp_step(secret, str(form.get("code", "")), web.now())
        if request.user.totp_secret is not None or step is None:
            return await refuse(request, web, PATH, problem="code")
        codes = new_recovery_codes()

        def put(unit: WebUnit) -> None:
            unit.accounts.set_totp(request.user.id, secret)
            unit.accounts.use_totp_step(request.user.id, step)
            _put_codes(unit, request.user, codes)
            unit.audit.note(0, "totp_on", web.now(), actor=request.user.id, about=request.user.id)

        await web.store.run(put)
        return web.pages.render(request, "recovery.html", codes=codes)

    @post("/totp/off", opt=signed_in())
    async def switch_totp_off(self, request: SignedIn, web: Web) -> Answer:
        if not await _knows_password(request):
            return await refuse(request, web, PATH, problem="password")

        def put(unit: WebUnit) -> None:
            reset_second_factor(unit, request.user)
            unit.audit.note(0, "totp_off", web.now(), actor=request.user.id, about=request.user.id)

        await web.store.run(put)
        return _done("totp_off")

    @post("/recovery", opt=signed_in())
    async def renew_recovery_codes(self, request: SignedIn, web: Web) -> Answer:
        if request.user.totp_secret is None or not await _knows_password(request):
            return await refuse(request, web, PATH, problem="password")
        codes = new_recovery_codes()

        def put(unit: WebUnit) -> None:
            _put_codes(unit, request.user, codes)
            unit.audit.note(0, "recovery_codes_made", web.now(), actor=request.user.id, about=request.user.id)

        await web.store.run(put)
        return web.pages.render(request, "recovery.html", codes=codes)

    @post("/sessions", opt=signed_in())
    async def log_out_others(self, request: SignedIn, web: Web) -> Redirect:
        await web.store.run(lambda unit: unit.web_sessions.remove_all_of(request.user.id, but=request.auth.id_hash))
        return _done("sessions")

    @post("/telegram", opt=only(Role.ADVISER, Role.LEAD))
    async def offer_telegram(self, request: SignedIn, web: Web) -> Answer:
        """A code that is shown once: whoever sends it to the bot gets this account's notices."""

        def offer(unit: WebUnit) -> str:
            unit.audit.note(0, "telegram_code_made", web.now(), actor=request.user.id, about=request.user.id)
            return offer_code(unit, request.user.id, web.now())

        return await _page(request, web, telegram_code=await web.store.run(offer))

    @post("/telegram/off", opt=only(Role.ADVISER, Role.LEAD))
    async def unlink_telegram(self, request: SignedIn, web: Web) -> Redirect:
        def unlink(unit: WebUnit) -> None:
            unit.notices.unlink_account(request.user.id)
            unit.audit.note(0, "telegram_unlinked", web.now(), actor=request.user.id, about=request.user.id)

        await web.store.run(unlink)
        return _done("telegram_off")

    @post("/telegram/group", opt=only(Role.LEAD))
    async def offer_telegram_group(self, request: SignedIn, web: Web) -> Redirect:
        """The bot leaves all groups but the one that this lead now adds it to."""

        def offer(unit: WebUnit) -> None:
            offer_group(unit, request.user.id, web.now())
            unit.audit.note(0, "telegram_group_offered", web.now(), actor=request.user.id, about=request.user.id)

        await web.store.run(offer)
        return _done("telegram_group")


def pending_secret(request: SignedIn, web: Web) -> str:
    """The secret that this session offers: made anew from the session's id, so it is kept nowhere before it is used."""
    key = f"totp {request.auth.id_hash} {request.user.totp_step}"
    return base64.b32encode(hmac.digest(web.secret.encode(), key.encode(), hashlib.sha256)[:20]).decode()


def _put_codes(unit: WebUnit, account: Account, codes: list[str]) -> None:
    unit.accounts.set_recovery_codes(account.id, {hash_recovery_code(account.id, code) for code in codes})


async def _knows_password(request: SignedIn) -> bool:
    form = await request.form()
    return await is_right(str(form.get("password", "")), request.user.password_hash)


async def _page(request: SignedIn, web: Web, *, problem: str = "", telegram_code: str = "") -> Response[str]:
    codes_left, sessions, has_telegram = await web.store.run(
        lambda unit: (
            unit.accounts.count_recovery_codes(request.user.id),
            unit.web_sessions.count_of(request.user.id),
            unit.notices.is_linked(request.user.id),
        )
    )
    values: dict[str, Any] = {"problem": problem, "codes_left": codes_left, "sessions": sessions, "secret": ""}
    values |= {
        "takes_tickets": not request.user.roles.isdisjoint({Role.ADVISER, Role.LEAD}),
        "leads": Role.LEAD in request.user.roles,
        "has_telegram": has_telegram,
        "telegram_code": telegram_code,
        "offered_minutes": OFFERED // timedelta(minutes=1),
    }
    if request.user.totp_secret is None and not request.user.must_change_password:
        secret = pending_secret(request, web)
        values |= {"secret": secret, "picture": enrolment_picture(enrolment_address(secret, request.user.login))}
    values["done"] = request.query_params.get("done", "") if not problem else ""
    return web.pages.render(request, "profile.html", 422 if problem else 200, **values)


def _done(what: str, *, session_id: str | None = None, web: Web | None = None) -> Redirect:
    cookies = [session_cookie(web, session_id)] if web is not None and session_id is not None else []
    return Redirect(f"{PATH}?done={what}", status_code=303, cookies=cookies)
