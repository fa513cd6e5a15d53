"""`/studio/facts`: every number, address and time limit with its source, where it shows, and who looked at it when."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.articles.fact import CONFIDENCES, Fact
from bot.content.catalog import SOURCE_LOCALE
from bot.content.workbench import State
from bot.dates.deadline import Period, Unit
from bot.errors import ContentClash, EditRefused
from bot.studio.bubble import Bubble, bubble_of
from bot.studio.draft import Draft, View
from bot.studio.edit import Edit, draft_for, edit_status, file_of, refuse_edit, save_edit
from bot.studio.entry import block_of, set_entry
from bot.studio.form import text_of
from bot.studio.studio import EDITORS, READERS, Shown, Studio
from bot.studio.words import differing_words
from bot.web.page import SignedIn
from bot.web.refused import told_at
from bot.web.web import Web

PATH = "/studio/facts"
UNITS = get_args(Unit)
ORIGIN = ("as_of", "confidence", "sources", "checked_on", "checked_by", "review_by", "legal_basis_note")


@get(PATH, opt=READERS)
async def facts(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    """`words` narrows the list; what is due for a review comes first."""
    draft = await drafts.now()
    words = request.query_params.get("words", "").strip().casefold()[:200]
    found = [
        fact
        for fact in draft.facts.values()
        if not words or any(words in part.casefold() for part in (fact.name, shown(fact), *fact.sources))
    ]
    found.sort(key=lambda fact: (not is_due(fact, draft.today), fact.name))
    due = {fact.name for fact in found if is_due(fact, draft.today)}
    return web.pages.render(
        request, "studio_facts.html", facts=found, due=due, shown=shown, words=words, uses=draft.uses
    )


@get(f"{PATH}/{{name:str}}", opt=READERS)
async def fact(request: SignedIn, web: Web, drafts: Shown, name: FromPath[str]) -> Response[str]:
    told = await told_at(request, web)
    draft = await draft_for(drafts, told)
    fields = told.get("typed", _fields_of(draft, name))
    return await _page(request, web, draft, name, fields, told.get("problems"), told.get("clash"))


@post(f"{PATH}/{{name:str}}", opt=EDITORS)
async def change_fact(request: SignedIn, web: Web, editorial: Studio, drafts: Shown, name: FromPath[str]) -> Redirect:
    """A new value with its source and date; or "checked today, unchanged", in the name of who is signed in."""
    form = await request.form()
    base = await asyncio.to_thread(drafts.get, text_of(form, "base") or None)
    before, page = _fields_of(base, name), f"{PATH}/{name}"
    is_check = text_of(form, "do") == "check"
    if is_check:
        typed = {**before, "checked_on": base.today.isoformat(), "checked_by": request.user.name}
    else:
        typed = _typed(form, before)
        if not typed["sources"] or not typed["as_of"]:
            return await refuse_edit(request, web, page, base, typed, ["source"])
        if typed["kind"] == "period" and not (typed["value"]["length"] and typed["value"]["unit"] in UNITS):
            return await refuse_edit(request, web, page, base, typed, ["length"])
    path, place = _place_of(base, name)
    try:
        changed = _written(file_of(base, path), place, typed)
    except EditRefused as refused:
        return await refuse_edit(request, web, page, base, typed, [str(refused)])
    trial = await asyncio.to_thread(base.tried, {path: changed.encode()})
    wrong = [f"{each.what} {each.hint}" for each in trial.errors]
    if wrong:
        return await refuse_edit(request, web, page, base, typed, wrong)
    try:
        message = f"{name}: checked, unchanged" if is_check else f"{name}: {text_of(form, 'why') or 'changed'}"
        await save_edit(editorial, Edit(base, {path: changed.encode()}), request.user, message)
    except ContentClash:
        now = await drafts.now()
        theirs = list(differing_words(_block(base, path, place), _block(now, path, place)))
        return await refuse_edit(request, web, page, now, typed, clash=theirs)
    return Redirect(f"{page}?done={'checked' if is_check else 'saved'}", status_code=303)


@post(f"{PATH}/{{name:str}}/check", opt=EDITORS)
async def check_fact(request: SignedIn, web: Web, drafts: Shown, name: FromPath[str]) -> Response[str]:
    """While it is typed: what is wrong with it, and a screen with it. Changes nothing."""
    draft = await drafts.now()
    typed = _typed(await request.form(), _fields_of(draft, name))
    path, place = _place_of(draft, name)
    refused = ""
    values: dict[str, Any] = {"problems": [], "bubbles": []}
    try:
        changed = _written(file_of(draft, path), place, typed)
        trial = await asyncio.to_thread(draft.tried, {path: changed.encode()})
        values["problems"] = await asyncio.to_thread(lambda: trial.new_problems)
        values["bubbles"] = await asyncio.to_thread(_shown_in, trial, draft.uses.get(name, ()))
    except EditRefused as error:
        refused = str(error)
    values |= {"refused": refused, "tag": SOURCE_LOCALE, "direction": "ltr"}
    return web.pages.render(request, "studio_checked.html", **values)


# --- the file behind a fact ---------------------------------------------------------------------


def _place_of(draft: Draft, name: str) -> tuple[str, tuple[str, ...]]:
    """The file and the path of keys. A contact of a service stands in the service's file, and shares its source."""
    path = draft.sources.where[name].partition(":")[0]
    group, _, rest = name.partition(".")
    return (path, (rest,)) if path.startswith("knowledge/services/") else (path, (group, rest))


def _written(text: str, place: tuple[str, ...], fields: Mapping[str, Any]) -> str:
    if len(place) > 1:
        return set_entry(text, place, {key: value for key, value in fields.items() if key in fields})
    text = set_entry(text, place, fields["value"])
    for key in ORIGIN:
        if key in fields:
            text = set_entry(text, (key,), fields[key])
    return text


def _block(draft: Draft, path: str, place: tuple[str, ...]) -> str:
    text = file_of(draft, path)
    keys = [place] if len(place) > 1 else [place, *((key,) for key in ORIGIN)]
    return "\n".join(filter(None, (block_of(text, key) for key in keys)))


# --- the form -----------------------------------------------------------------------------------


def _fields_of(draft: Draft, name: str) -> dict[str, Any]:
    """As they stand in the file; days as texts."""
    if name not in draft.sources.facts:
        raise NotFoundException
    fields = draft.sources.facts[name]
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in fields.items()}


def _typed(form: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The form over what was there. A changed fact has not been checked by anybody yet."""
    value: Any = text_of(form, "value") or None
    if before["kind"] == "period":
        length = text_of(form, "length")
        value = {"length": int(length) if length.isdecimal() and len(length) < 5 else 0, "unit": text_of(form, "unit")}
    typed = {
        **before,
        "value": value,
        "as_of": text_of(form, "as_of") or None,
        "confidence": text_of(form, "confidence"),
        "sources": [line.strip() for line in text_of(form, "sources").splitlines() if line.strip()],
        "checked_on": None,
        "checked_by": None,
    }
    for name in ("review_by", "legal_basis_note"):
        if text_of(form, name) or name in before:
            typed[name] = text_of(form, name) or None
    return {
        key: each for key, each in typed.items() if key not in ("review_by", "legal_basis_note") or each is not None
    }


def shown(fact: Fact) -> str:
    """A value as editors read it."""
    match fact.value:
        case None:
            return "–"
        case Period(length=length, unit=unit):
            return f"{length} {unit}"
        case date():
            return fact.value.isoformat()
        case _:
            return str(fact.value)


def is_due(fact: Fact, today: date) -> bool:
    """Whether somebody must look at it again."""
    return fact.review_by is not None and fact.review_by < today


async def _page(
    request: SignedIn,
    web: Web,
    draft: Draft,
    name: str,
    fields: Mapping[str, Any],
    problems: list[str] | None = None,
    clash: Any = None,
) -> Response[str]:
    values = await asyncio.to_thread(_uses, draft, name)
    path = draft.sources.where[name].partition(":")[0]
    return web.pages.render(
        request,
        "studio_fact.html",
        edit_status(clash, problems),
        named=name,
        fields=fields,
        file=path,
        is_of_service=path.startswith("knowledge/services/"),
        base=draft.revision,
        units=UNITS,
        confidences=CONFIDENCES,
        problems=problems or [],
        clash=clash,
        done=request.query_params.get("done", ""),
        **values,
    )


def _uses(draft: Draft, name: str) -> dict[str, Any]:
    """Every text that shows the fact, and the languages in which it does: elsewhere the Danish is shown."""
    keys = draft.uses.get(name, ())
    tags = draft.bench.tags
    rows = [
        (
            key,
            [tag for tag in tags if key in draft.sources.texts and _speaks(draft, tag, key)],
            draft.nodes_of.get(key, ()),
        )
        for key in keys
    ]
    return {"uses": rows, "bubbles": _shown_in(draft, keys)}


def _shown_in(view: View, keys: Sequence[str]) -> list[Bubble]:
    """One screen that one of these texts is on; none where there is no such screen."""
    first = next((screens for key in keys if (screens := view.screens_with(key, SOURCE_LOCALE))), [])
    return [bubble_of(screen.body) for screen in first[:1]]


def _speaks(draft: Draft, tag: str, key: str) -> bool:
    return draft.bench.entry(tag, key).state in (State.DRAFT, State.APPROVED)
