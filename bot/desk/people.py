"""`/desk/people`: accounts, for leads and admins. Leads see to advisers and leads, admins to everybody."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.errors import LoginTaken
from bot.web.access import only
from bot.web.account import Account, Role
from bot.web.accounts import (
    AccountRefused,
    OneTime,
    add_account,
    check_account,
    disable,
    keep_an_admin,
    rename,
    renew_password,
    reset_second_factor,
)
from bot.web.language import LANGUAGES, SOURCE
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.refused import refuse, told_at
from bot.web.web import Web

PATH = "/desk/people"
ROLES_OF_LEADS = frozenset({Role.ADVISER, Role.LEAD})
Change = Callable[[WebUnit, Account, datetime], None]


def roles_given_by(account: Account) -> frozenset[Role]:
    return frozenset(Role) if Role.ADMIN in account.roles else ROLES_OF_LEADS


def may_manage(manager: Account, managed: Account) -> bool:
    """A lead cannot take over an account that may do more."""
    return managed.roles <= roles_given_by(manager)


class PeoplePages(Controller):
    path = PATH
    opt = only(Role.LEAD, Role.ADMIN)

    @get()
    async def show_all(self, request: SignedIn, web: Web) -> Response[str]:
        told = await told_at(request, web)
        return await _list(request, web, problem=told.get("problem", ""), typed=told.get("typed"))

    @post()
    async def add(self, request: SignedIn, web: Web) -> Response[str] | Redirect:
        form = await request.form()
        typed = {name: str(form.get(name, "")) for name in ("login", "name", "language")}
        try:
            roles = _roles(form.getall("roles", []), request.user)
            one_time = await asyncio.to_thread(OneTime)
            language = typed["language"] if typed["language"] in LANGUAGES else SOURCE

            def put(unit: WebUnit) -> Account:
                account = add_account(unit, typed["login"], typed["name"], roles, language, web.now(), one_time)
                unit.audit.note(0, "account_added", web.now(), actor=request.user.id, about=account.id)
                return account

            added = await web.store.run(put)
        except AccountRefused as refused:
            return await refuse(request, web, PATH, problem=refused.code, typed=typed)
        except LoginTaken:
            return await refuse(request, web, PATH, problem="taken", typed=typed)
        return web.pages.render(request, "one_time.html", person=added, password=one_time.password)

    @get("/{account_id:str}")
    async def show(self, request: SignedIn, web: Web, account_id: FromPath[str]) -> Response[str]:
        told = await told_at(request, web)
        return await _one(request, web, account_id, problem=told.get("problem", ""))

    @post("/{account_id:str}")
    async def change(self, request: SignedIn, web: Web, account_id: FromPath[str]) -> Redirect:
        form = await request.form()
        names, subject = form.getall("roles", []), str(form.get("oidc_subject", "")).strip() or None

        def put(unit: WebUnit, account: Account, now: datetime) -> None:
            changed = replace(
                account, name=str(form.get("name", "")).strip(), roles=_roles(names, request.user), oidc_subject=subject
            )
            check_account(changed)
            keep_an_admin(unit, account, changed)
            rename(unit, changed)

        return await _change(request, web, account_id, "account_changed", put)

    @post("/{account_id:str}/disable")
    async def disable(self, request: SignedIn, web: Web, account_id: FromPath[str]) -> Redirect:
        return await _change(
            request, web, account_id, "account_disabled", lambda unit, account, now: disable(unit, account)
        )

    @post("/{account_id:str}/enable")
    async def enable(self, request: SignedIn, web: Web, account_id: FromPath[str]) -> Redirect:
        def put(unit: WebUnit, account: Account, now: datetime) -> None:
            unit.accounts.put(replace(account, is_disabled=False))

        return await _change(request, web, account_id, "account_enabled", put)

    @post("/{account_id:str}/sessions")
    async def revoke_sessions(self, request: SignedIn, web: Web, account_id: FromPath[str]) -> Redirect:
        def put(unit: WebUnit, account: Account, now: datetime) -> None:
            unit.web_sessions.remove_all_of(account.id)

        return await _change(request, web, account_id, "sessions_revoked", put)

    @post("/{account_id:str}/second-factor")
    async def reset_second_factor(self, request: SignedIn, web: Web, account_id: FromPath[str]) -> Redirect:
        return await _change(
            request,
            web,
            account_id,
            "second_factor_reset",
            lambda unit, account, now: reset_second_factor(unit, account),
        )

    @post("/{account_id:str}/password")
    async def give_one_time_password(self, request: SignedIn, web: Web, account_id: FromPath[str]) -> Response[str]:
        one_time = await asyncio.to_thread(OneTime)

        def put(unit: WebUnit) -> Account:
            account = _managed(unit, request.user, account_id)
            renew_password(unit, account, one_time, web.now())
            unit.audit.note(0, "password_renewed", web.now(), actor=request.user.id, about=account.id)
            return account

        account = await web.store.run(put)
        return web.pages.render(request, "one_time.html", person=account, password=one_time.password)


def _roles(names: list[str], manager: Account) -> frozenset[Role]:
    """Raises AccountRefused, PermissionDeniedException."""
    try:
        roles = frozenset(Role(name) for name in names)
    except ValueError:
        raise AccountRefused("roles", "There is no such role.") from None
    if not roles <= roles_given_by(manager):
        raise PermissionDeniedException
    return roles


def _managed(unit: WebUnit, manager: Account, account_id: str) -> Account:
    """Raises NotFoundException, PermissionDeniedException."""
    account = unit.accounts.by_id(account_id)
    if account is None:
        raise NotFoundException
    if not may_manage(manager, account):
        raise PermissionDeniedException
    return account


async def _change(request: SignedIn, web: Web, account_id: str, what: str, change: Change) -> Redirect:
    """Change one account, write it down, and go back to its page."""

    def put(unit: WebUnit) -> None:
        account = _managed(unit, request.user, account_id)
        change(unit, account, web.now())
        unit.audit.note(0, what, web.now(), actor=request.user.id, about=account_id)

    try:
        await web.store.run(put)
    except AccountRefused as refused:
        return await refuse(request, web, f"{PATH}/{account_id}", problem=refused.code)
    except LoginTaken:
        return await refuse(request, web, f"{PATH}/{account_id}", problem="taken")
    return Redirect(f"{PATH}/{account_id}?done={what}", status_code=303)


async def _list(
    request: SignedIn, web: Web, *, problem: str = "", typed: dict[str, Any] | None = None
) -> Response[str]:
    people = await web.store.run(lambda unit: unit.accounts.all())
    values = {
        "people": people,
        "problem": problem,
        "typed": typed or {"login": "", "name": "", "language": SOURCE},
        "roles_given": roles_given_by(request.user),
    }
    return web.pages.render(request, "people.html", 422 if problem else 200, **values)


async def _one(request: SignedIn, web: Web, account_id: str, *, problem: str = "") -> Response[str]:
    person, sessions = await web.store.run(
        lambda unit: (_managed(unit, request.user, account_id), unit.web_sessions.count_of(account_id))
    )
    values = {"person": person, "sessions": sessions, "problem": problem, "roles_given": roles_given_by(request.user)}
    values["done"] = request.query_params.get("done", "") if not problem else ""
    return web.pages.render(request, "person.html", 422 if problem else 200, **values)
