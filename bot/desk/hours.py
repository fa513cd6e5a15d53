"""`/desk/hours`: when advisers are there, what they speak and take, and closed days. For leads and admins."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.dates.deadline import copenhagen_day
from bot.handoff.duty import Closure, Duty, Hours
from bot.web.access import only
from bot.web.account import Account, Role
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.refused import refuse, told_at
from bot.web.web import Web

PATH = "/desk/hours"
LEADS = only(Role.LEAD, Role.ADMIN)
LEVELS = (1, 2, 3)
MOST_AT_A_TIME = 30
ADVISING = (Role.ADVISER, Role.LEAD)


class HoursRefused(Exception):
    """What was typed makes no sense; the first argument names the words for it."""


@get(PATH, opt=LEADS)
async def hours(request: SignedIn, web: Web) -> Response[str]:
    return await _list(request, web, await told_at(request, web))


@post(PATH, opt=LEADS)
async def add_closure(request: SignedIn, web: Web) -> Redirect:
    """A day or more on which one adviser, or nobody, is there."""
    form = await request.form()
    typed = {name: str(form.get(name, "")) for name in ("first", "last", "account")}
    try:
        closure = _closure(typed)
    except HoursRefused as refused:
        return await refuse(request, web, PATH, problem=str(refused), typed=typed)

    def put(unit: WebUnit) -> None:
        unit.duties.add_closure(closure)
        unit.audit.note(0, "closure_added", web.now(), actor=request.user.id, about=closure.account or "")

    await web.store.run(put)
    return Redirect(PATH, status_code=303)


@post(f"{PATH}/closure/{{closure_id:str}}/remove", opt=LEADS)
async def remove_closure(request: SignedIn, web: Web, closure_id: FromPath[str]) -> Redirect:
    def remove(unit: WebUnit) -> None:
        unit.duties.remove_closure(closure_id)
        unit.audit.note(0, "closure_removed", web.now(), actor=request.user.id)

    await web.store.run(remove)
    return Redirect(PATH, status_code=303)


@get(f"{PATH}/{{account_id:str}}", opt=LEADS)
async def hours_of(request: SignedIn, web: Web, account_id: FromPath[str]) -> Response[str]:
    return await _one(request, web, account_id, await told_at(request, web))


@post(f"{PATH}/{{account_id:str}}", opt=LEADS)
async def change_hours(request: SignedIn, web: Web, account_id: FromPath[str]) -> Redirect:
    form = await request.form()
    typed = {name: str(value) for name, value in form.items()}
    topics = frozenset(str(topic) for topic in form.getall("topics", []))

    def put(unit: WebUnit) -> None:
        account = _adviser(unit, account_id)
        unit.duties.put(_duty(account, typed, topics))
        unit.audit.note(0, "hours_changed", web.now(), actor=request.user.id, about=account_id)
        unit.announce("queue")

    try:
        await web.store.run(put)
    except HoursRefused as refused:
        shown = {**typed, "topics": sorted(topics)}
        return await refuse(request, web, f"{PATH}/{account_id}", problem=str(refused), typed=shown)
    return Redirect(PATH, status_code=303)


def _closure(typed: Mapping[str, str]) -> Closure:
    try:
        first = date.fromisoformat(typed["first"])
        last = date.fromisoformat(typed["last"] or typed["first"])
    except ValueError:
        raise HoursRefused("date") from None
    if last < first:
        raise HoursRefused("date")
    return Closure(first, last, typed["account"] or None)


def _duty(account: Account, typed: Mapping[str, str], topics: frozenset[str]) -> Duty:
    skills = {
        name.removeprefix("speaks-"): int(level)
        for name, level in typed.items()
        if name.startswith("speaks-") and level in map(str, LEVELS)
    }
    hours = [each for weekday in range(7) if (each := _hours(weekday, typed)) is not None]
    try:
        capacity = int(typed.get("capacity", ""))
    except ValueError:
        raise HoursRefused("capacity") from None
    if not 1 <= capacity <= MOST_AT_A_TIME:
        raise HoursRefused("capacity")
    return Duty(account.id, account.name, skills, topics, tuple(hours), capacity)


def _hours(weekday: int, typed: Mapping[str, str]) -> Hours | None:
    """None on a day off: both fields are empty."""
    start, end = typed.get(f"from-{weekday}", ""), typed.get(f"to-{weekday}", "")
    if not start and not end:
        return None
    try:
        hours = Hours(weekday, time.fromisoformat(start), time.fromisoformat(end))
    except ValueError:
        raise HoursRefused("time") from None
    if hours.end <= hours.start:
        raise HoursRefused("time")
    return hours


def _adviser(unit: WebUnit, account_id: str) -> Account:
    account = unit.accounts.by_id(account_id)
    if account is None or not account.has_any(ADVISING):
        raise NotFoundException
    return account


async def _list(request: SignedIn, web: Web, told: Mapping[str, Any]) -> Response[str]:
    def read(unit: WebUnit) -> tuple[list[Account], dict[str, Duty], list[tuple[str, Closure]]]:
        advisers = [each for each in unit.accounts.all() if each.has_any(ADVISING) and not each.is_disabled]
        duties = {duty.account: duty for duty in unit.duties.all()}
        return advisers, duties, unit.duties.closures(copenhagen_day(web.now()))

    advisers, duties, closures = await web.store.run(read)
    values: dict[str, Any] = {"advisers": advisers, "duties": duties, "closures": closures}
    values["names"] = {account.id: account.name for account in advisers}
    values["typed"] = told.get("typed") or {"first": "", "last": "", "account": ""}
    values["problem"] = told.get("problem", "")
    return web.pages.render(request, "hours.html", 422 if told else 200, **values)


def _fields(duty: Duty) -> dict[str, Any]:
    """The form as it would be typed."""
    fields: dict[str, Any] = {"capacity": duty.capacity, "topics": duty.topics}
    fields |= {f"speaks-{locale}": str(level) for locale, level in duty.skills.items()}
    for each in duty.hours:
        fields |= {f"from-{each.weekday}": f"{each.start:%H:%M}", f"to-{each.weekday}": f"{each.end:%H:%M}"}
    return fields


async def _one(request: SignedIn, web: Web, account_id: str, told: Mapping[str, Any]) -> Response[str]:
    person, duty = await web.store.run(
        lambda unit: (_adviser(unit, account_id), unit.duties.get(account_id) or Duty(account_id, ""))
    )
    release = web.release()
    values = {
        "person": person,
        "typed": told.get("typed") or _fields(duty),
        "locales": release.locales,
        "topics": sorted({node.partition("/")[0] for node in release.nodes}),
        "levels": LEVELS,
        "most": MOST_AT_A_TIME,
        "problem": told.get("problem", ""),
    }
    return web.pages.render(request, "hours_of.html", 422 if told else 200, **values)
