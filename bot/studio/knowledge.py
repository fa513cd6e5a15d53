"""`/studio/articles` and `/studio/services`: edited as they are written, with what is wrong and how it shows beside."""

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.articles.service import CONTACTS
from bot.content.catalog import SOURCE_LOCALE
from bot.errors import ContentClash, EditRefused
from bot.studio.bubble import bubble_of
from bot.studio.draft import Draft, Trial
from bot.studio.edit import Edit, draft_for, edit_status, file_of, refuse_edit, save_edit
from bot.studio.entry import read, remove_entry, set_entry
from bot.studio.form import Field, text_of, words_of
from bot.studio.studio import EDITORS, READERS, Shown, Studio
from bot.studio.words import differing_words
from bot.web.page import SignedIn
from bot.web.refused import told_at
from bot.web.web import Web

ARTICLES, SERVICES = "/studio/articles", "/studio/services"
LONGEST_ARTICLE = 100_000
LISTS = ("topics", "for", "languages", "said")
SWITCHES = ("described", "anonymous", "interpreter", "referral", "staff_only")  # yes, no or not known
SERVICE_FIELDS = ("name", "what", *LISTS, "cost", *SWITCHES, *CONTACTS, "doubt", "confidence", "as_of", "sources")


@get(ARTICLES, opt=READERS)
async def articles(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    draft = await drafts.now()
    titles = {id: str(draft.sources.texts[f"article/{id}/title"].text) for id in draft.sources.sections}
    return await _list(request, web, draft, ARTICLES, titles, "article")


@get(SERVICES, opt=READERS)
async def services(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    draft = await drafts.now()
    titles = {id: str(fields.get("name", id)) for id, fields in draft.sources.services.items()}
    return await _list(request, web, draft, SERVICES, titles, "service")


@get(f"{ARTICLES}/{{id:str}}", opt=READERS)
async def article(request: SignedIn, web: Web, drafts: Shown, id: FromPath[str]) -> Response[str]:
    told, path = await told_at(request, web), f"knowledge/articles/{id}.md"
    draft = await draft_for(drafts, told)
    text = told.get("typed", _file(draft, path, id))
    trial = await asyncio.to_thread(draft.tried, {path: text.encode()}) if told.get("problems") else None
    return await _article(request, web, draft, id, text, trial=trial, clash=told.get("clash"))


@post(f"{ARTICLES}/{{id:str}}", opt=EDITORS)
async def change_article(request: SignedIn, web: Web, editorial: Studio, drafts: Shown, id: FromPath[str]) -> Redirect:
    form = await request.form()
    base = await asyncio.to_thread(drafts.get, text_of(form, "base") or None)
    path = f"knowledge/articles/{id}.md"
    before, typed = _file(base, path, id), _article_of(form)
    trial = await asyncio.to_thread(base.tried, {path: typed.encode()})
    if id not in trial.sources.sections:  # without a title it would be no article any more
        return await refuse_edit(request, web, f"{ARTICLES}/{id}", base, typed, ["title"])
    try:
        await save_edit(editorial, Edit(base, {path: typed.encode()}), request.user, f"article/{id}")
    except ContentClash:
        now = await drafts.now()
        theirs = list(differing_words(before, _file(now, path, id)))
        return await refuse_edit(request, web, f"{ARTICLES}/{id}", now, typed, clash=theirs)
    return Redirect(f"{ARTICLES}/{id}?done=saved", status_code=303)


@post(f"{ARTICLES}/{{id:str}}/check", opt=EDITORS)
async def check_article(request: SignedIn, web: Web, drafts: Shown, id: FromPath[str]) -> Response[str]:
    draft = await drafts.now()
    _file(draft, f"knowledge/articles/{id}.md", id)
    typed = _article_of(await request.form())
    trial = await asyncio.to_thread(draft.tried, {f"knowledge/articles/{id}.md": typed.encode()})
    values = await asyncio.to_thread(_seen, trial, f"article/{id}")
    return web.pages.render(request, "studio_checked.html", refused="", **values)


@get(f"{SERVICES}/{{id:str}}", opt=READERS)
async def service(request: SignedIn, web: Web, drafts: Shown, id: FromPath[str]) -> Response[str]:
    told = await told_at(request, web)
    draft = await draft_for(drafts, told)
    fields = _service_fields(told.get("typed", read(_file(draft, f"knowledge/services/{id}.yaml", id))))
    return await _service(request, web, draft, id, fields, problems=told.get("problems"), clash=told.get("clash"))


@post(f"{SERVICES}/{{id:str}}", opt=EDITORS)
async def change_service(request: SignedIn, web: Web, editorial: Studio, drafts: Shown, id: FromPath[str]) -> Redirect:
    form = await request.form()
    base = await asyncio.to_thread(drafts.get, text_of(form, "base") or None)
    path = f"knowledge/services/{id}.yaml"
    before, typed, page = _file(base, path, id), _service_of(form), f"{SERVICES}/{id}"
    try:
        changed = _with_service(before, typed)
    except EditRefused as refused:
        return await refuse_edit(request, web, page, base, typed, [str(refused)])
    trial = await asyncio.to_thread(base.tried, {path: changed.encode()})
    if trial.errors:
        wrong = [f"{each.what} {each.hint}" for each in trial.errors]
        return await refuse_edit(request, web, page, base, typed, wrong)
    try:
        await save_edit(editorial, Edit(base, {path: changed.encode()}), request.user, f"service/{id}")
    except ContentClash:
        now = await drafts.now()
        theirs = list(differing_words(before, _file(now, path, id)))
        return await refuse_edit(request, web, page, now, typed, clash=theirs)
    return Redirect(f"{page}?done=saved", status_code=303)


@post(f"{SERVICES}/{{id:str}}/check", opt=EDITORS)
async def check_service(request: SignedIn, web: Web, drafts: Shown, id: FromPath[str]) -> Response[str]:
    draft = await drafts.now()
    path = f"knowledge/services/{id}.yaml"
    before = _file(draft, path, id)
    try:
        changed = _with_service(before, _service_of(await request.form()))
    except EditRefused as refused:
        empty: dict[str, Any] = {"problems": [], "bubbles": [], "tag": SOURCE_LOCALE, "direction": "ltr"}
        return web.pages.render(request, "studio_checked.html", refused=str(refused), **empty)
    trial = await asyncio.to_thread(draft.tried, {path: changed.encode()})
    values = await asyncio.to_thread(_seen, trial, f"service/{id}")
    return web.pages.render(request, "studio_checked.html", refused="", **values)


# --- parts --------------------------------------------------------------------------------------


def _file(draft: Draft, path: str, id: str) -> str:
    if id not in draft.sources.sections and id not in draft.sources.services:
        raise NotFoundException  # also keeps ids from being paths
    try:
        return file_of(draft, path)
    except EditRefused:
        raise NotFoundException from None


def _article_of(form: Mapping[str, Any]) -> str:
    return str(form.get("text", ""))[:LONGEST_ARTICLE].replace("\r\n", "\n").strip() + "\n"


def _service_fields(fields: Mapping[str, Any]) -> list[Field]:
    return [Field(name, *_shown(name, fields.get(name))) for name in SERVICE_FIELDS]


def _shown(name: str, value: Any) -> tuple[str, Any]:
    if name in LISTS:
        return "words", ", ".join(value or ())
    if name in SWITCHES:
        return "switch", {True: "yes", False: "no"}.get(value, "")
    if name == "sources":
        return "lines", "\n".join(value or ())
    return ("text" if name == "what" else "line"), "" if value is None else str(value).strip()


def _service_of(form: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed; None where it is empty. Who changes a place has not checked its contacts."""
    typed: dict[str, Any] = {}
    for name in SERVICE_FIELDS:
        value = text_of(form, f"f-{name}")
        if name in LISTS:
            typed[name] = words_of(value) or None
        elif name in SWITCHES:
            typed[name] = {"yes": True, "no": False}.get(value)
        elif name == "sources":
            typed[name] = [line.strip() for line in value.splitlines() if line.strip()]
        else:
            typed[name] = value or None
    return typed


def _with_service(text: str, typed: Mapping[str, Any]) -> str:
    """Only what differs is written, so that the file stays as its author wrote it."""
    before = read(text)
    changes = {name: value for name, value in typed.items() if _plain(before.get(name)) != _plain(value)}
    for name, value in changes.items():
        if value is None and name in before and name not in ("as_of",):
            text = remove_entry(text, (name,))
        elif value is not None or name in before:
            text = set_entry(text, (name,), value)
    if any(name in CONTACTS for name in changes):
        for name in ("checked_on", "checked_by"):
            text = set_entry(text, (name,), None)
    return text


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value or None if not isinstance(value, bool) else value


def _seen(view: Draft | Trial, key: str) -> dict[str, Any]:
    part = "short" if key.startswith("article/") else "what"
    screens = view.screens_with(f"{key}/{part}", SOURCE_LOCALE)
    sections = [other for other in view.sources.texts if other.startswith(f"{key}/") and other.endswith("/text")]
    for section in sections:
        screens += view.screens_with(section, SOURCE_LOCALE)
    found = view.new_problems if isinstance(view, Trial) else [each for each in view.problems if f"'{key}" in each.what]
    bubbles = list({screen.body["text"]: bubble_of(screen.body) for screen in screens}.values())
    return {"problems": found, "bubbles": bubbles, "tag": SOURCE_LOCALE, "direction": "ltr"}


async def _list(
    request: SignedIn, web: Web, draft: Draft, address: str, titles: Mapping[str, str], kind: str
) -> Response[str]:
    waiting = await asyncio.to_thread(lambda: draft.waiting)
    ordered = sorted(titles.items(), key=lambda item: item[1].casefold())
    rows = [{"id": id, "title": title, "waits": waiting.get(f"{kind}/{id}", {})} for id, title in ordered]
    return web.pages.render(request, "studio_knowledge.html", rows=rows, address=address, kind=kind)


async def _article(
    request: SignedIn,
    web: Web,
    draft: Draft,
    id: str,
    text: str,
    *,
    trial: Trial | None = None,
    clash: Any = None,
) -> Response[str]:
    """`trial`: of a text that is no article any more."""
    values = await asyncio.to_thread(_seen, trial or draft, f"article/{id}")
    status = edit_status(clash, trial)
    return web.pages.render(
        request,
        "studio_article.html",
        status,
        id=id,
        text=text,
        base=draft.revision,
        is_refused=trial is not None,
        clash=clash,
        refused="",
        nodes=draft.nodes_of.get(f"article/{id}/short", ()),
        facts=[name for name in draft.facts if f"{{{name}}}" in text],
        done=request.query_params.get("done", ""),
        **values,
    )


async def _service(
    request: SignedIn,
    web: Web,
    draft: Draft,
    id: str,
    fields: list[Field],
    *,
    problems: list[str] | None = None,
    clash: Any = None,
) -> Response[str]:
    seen = await asyncio.to_thread(_seen, draft, f"service/{id}")
    return web.pages.render(
        request,
        "studio_service.html",
        edit_status(clash, problems),
        id=id,
        fields=fields,
        contacts=CONTACTS,
        base=draft.revision,
        wrong=problems or [],
        clash=clash,
        refused="",
        done=request.query_params.get("done", ""),
        **seen,
    )
