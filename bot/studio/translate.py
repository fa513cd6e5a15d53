"""`/studio/translate`: texts of a language, one text with all that a translator needs, and its approval."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.exceptions import ClientException, NotFoundException, PermissionDeniedException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.content.catalog import SOURCE_LOCALE, Translated, po_path
from bot.content.checks.length import LABEL_CHARACTERS, TEXT_UNITS
from bot.content.workbench import Entry, State, forms_in
from bot.errors import ContentClash, EditRefused
from bot.i18n.language import is_right_to_left
from bot.i18n.plural import categories
from bot.i18n.template import placeholders
from bot.studio.bubble import Bubble, bubble_of
from bot.studio.draft import Draft
from bot.studio.studio import EDITORS, READERS, Shown, Studio, author_of
from bot.studio.words import differing_words, plain
from bot.web.account import Role
from bot.web.page import SignedIn
from bot.web.refused import refuse, told_at
from bot.web.web import Web

PATH = "/studio/translate"
PAGE = 50  # texts of one page
MAY_APPROVE = (Role.EDITOR, Role.PUBLISHER)
LONGEST = 20_000  # characters of a form's text; five times what a message holds
WORDS_OF_STATES = {"": tuple(State), **{str(state): (state,) for state in State}}
TO_DO = "todo"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which texts of a language are looked at."""

    state: str = ""
    flow: str = ""
    words: str = ""
    page: int = 1

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Filter":
        page = str(values.get("page", ""))
        state, flow, words = (str(values.get(name, "")).strip()[:200] for name in ("state", "flow", "words"))
        return cls(state, flow, words, max(1, int(page)) if page.isdecimal() and len(page) < 6 else 1)

    def find(self, draft: Draft, tag: str) -> list[Entry]:
        states = (State.MISSING, State.STALE) if self.state == TO_DO else WORDS_OF_STATES.get(self.state, tuple(State))
        return draft.bench.find(tag, flow=self.flow, states=states, words=self.words)

    def query(self, **more: object) -> str:
        named = {"state": self.state, "flow": self.flow, "words": self.words, **more}
        return urlencode({name: value for name, value in named.items() if value})


@get(PATH, opt=READERS)
async def languages(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    draft = await drafts.now()
    mine = await _languages_of(request, web)
    counts = await asyncio.to_thread(lambda: draft.counts)
    return web.pages.render(request, "studio_languages.html", counts=counts, mine=mine, states=list(State))


@get(f"{PATH}/{{tag:str}}", opt=READERS)
async def texts(request: SignedIn, web: Web, drafts: Shown, tag: FromPath[str]) -> Response[str]:
    return await _list(request, web, drafts, tag, Filter.of(request.query_params), **await told_at(request, web))


@post(f"{PATH}/{{tag:str}}", opt=EDITORS)
async def approve_many(request: SignedIn, web: Web, editorial: Studio, drafts: Shown, tag: FromPath[str]) -> Redirect:
    """A reviewer has read these texts as they stood on the page."""
    form = await request.form()
    wanted = Filter.of(form)
    read = dict(str(each).rsplit(" ", 1) for each in form.getall("read", []) if " " in str(each))
    page = f"{PATH}/{tag}?{wanted.query(page=wanted.page)}"
    await _must_review(request, web, tag)
    draft = await _draft_of(drafts, tag)
    if not read:
        return await refuse(request, web, page, problem="none")

    def approve() -> None:
        changes = draft.bench.approve(tag, read, request.user.name, web.now())
        message = f"{tag}: {len(read)} texts approved"
        editorial.save(changes, author_of(request.user), message, draft.revision)

    try:
        await asyncio.to_thread(approve)
    except (EditRefused, ContentClash):
        return await refuse(request, web, page, problem="changed")
    return Redirect(f"{page}&done=approved", status_code=303)


@get(f"{PATH}/{{tag:str}}/text", opt=READERS)
async def text(request: SignedIn, web: Web, drafts: Shown, tag: FromPath[str]) -> Response[str]:
    key = request.query_params.get("key", "")
    told = dict(await told_at(request, web))
    if isinstance(told.get("typed"), list):
        told["typed"] = tuple(told["typed"])  # plural forms
    return await _one(request, web, drafts, tag, key, Filter.of(request.query_params), **told)


@post(f"{PATH}/{{tag:str}}/text", opt=EDITORS)
async def save(request: SignedIn, web: Web, editorial: Studio, drafts: Shown, tag: FromPath[str]) -> Redirect:
    """What the pressed button says: save, keep (the Danish means the same), approve, both, or unapprove."""
    form = await request.form()
    key, version, action = (str(form.get(name, "")) for name in ("key", "version", "do"))
    wanted = Filter.of(form)
    draft = await _draft_of(drafts, tag)
    entry = _entry(draft, tag, key)
    typed, page = _typed(form, entry), f"{PATH}/{tag}/text?{wanted.query(key=key)}"
    if entry.version != version:
        return await refuse(request, web, page, problem="clash", typed=typed, was=str(form.get("was")))
    if action in ("approve", "unapprove", "both"):
        await _must_review(request, web, tag)
        if action == "approve" and typed != entry.text:
            return await refuse(request, web, page, problem="unsaved", typed=typed)

    def edit() -> None:
        bench = draft.bench
        match action:
            case "keep":
                changes = bench.keep(tag, [key])
            case "approve":
                changes = bench.approve(tag, {key: version}, request.user.name, web.now())
            case "unapprove":
                changes = bench.unapprove(tag, [key])
            case "save" | "both":
                changes = bench.translate(tag, {key: typed})
            case _:
                raise ClientException
        revision = editorial.save(changes, author_of(request.user), f"{tag}: {key}", draft.revision)
        if action == "both":
            saved = drafts.get(revision).bench
            reads = {key: saved.entry(tag, key).version}
            if typed != saved.entry(tag, key).text:
                raise EditRefused("Somebody has changed it since.")
            approved = saved.approve(tag, reads, request.user.name, web.now())
            editorial.save(approved, author_of(request.user), f"{tag}: {key} approved", revision)

    try:
        await asyncio.to_thread(edit)
    except EditRefused:
        return await refuse(request, web, page, problem="refused", typed=typed)
    except ContentClash:
        return await refuse(request, web, page, problem="clash", typed=typed, was=str(form.get("was")))
    after = _next(wanted.find(draft, tag), key) if form.get("next") else key
    return Redirect(f"{PATH}/{tag}/text?{wanted.query(key=after, done=action)}", status_code=303)


@post(f"{PATH}/{{tag:str}}/check", opt=EDITORS)
async def check(request: SignedIn, web: Web, drafts: Shown, tag: FromPath[str]) -> Response[str]:
    """While it is typed: what is wrong with it, and the screen with it. Changes nothing."""
    form = await request.form()
    draft = await _draft_of(drafts, tag)
    entry = _entry(draft, tag, str(form.get("key", "")))
    values = await asyncio.to_thread(_screen, draft, entry, _typed(form, entry))
    return web.pages.render(request, "studio_text_check.html", tag=tag, **values)


# --- parts of the pages -------------------------------------------------------------------------


async def _draft_of(drafts: Shown, tag: str) -> Draft:
    draft = await drafts.now()
    if tag not in draft.bench.tags:
        raise NotFoundException
    return draft


def _entry(draft: Draft, tag: str, key: str) -> Entry:
    try:
        return draft.bench.entry(tag, key)
    except EditRefused:
        raise NotFoundException from None


async def _languages_of(request: SignedIn, web: Web) -> frozenset[str]:
    """The languages whose texts this account may approve."""
    if not request.user.has_any(MAY_APPROVE):
        return frozenset()
    return await web.store.run(lambda unit: unit.reviewers.of(request.user.id))


async def _must_review(request: SignedIn, web: Web, tag: str) -> None:
    if tag not in await _languages_of(request, web):
        raise PermissionDeniedException


def _typed(form: Mapping[str, Any], entry: Entry) -> Translated:
    """Browsers send line ends of two signs."""
    forms = tuple(str(form.get(f"form-{number}", ""))[:LONGEST] for number in range(len(entry.forms)))
    forms = tuple(each.replace("\r\n", "\n").strip() for each in forms)
    return forms if isinstance(entry.source, tuple) else forms[0]


def _next(found: list[Entry], key: str) -> str:
    """The text after this one among those that the filter shows; the same where it is the last."""
    keys = [entry.key for entry in found]
    at = keys.index(key) + 1 if key in keys else 0
    return keys[at] if at < len(keys) else key


async def _list(
    request: SignedIn, web: Web, drafts: Shown, tag: str, wanted: Filter, *, problem: str = ""
) -> Response[str]:
    draft = await _draft_of(drafts, tag)
    mine = await _languages_of(request, web)

    def look() -> dict[str, Any]:
        found = wanted.find(draft, tag)
        start = (wanted.page - 1) * PAGE
        return {
            "entries": found[start : start + PAGE],
            "count": len(found),
            "pages": -(-len(found) // PAGE),
            "counts": draft.counts[tag],
            "flows": draft.bench.flows,
        }

    values = await asyncio.to_thread(look)
    return web.pages.render(
        request,
        "studio_texts.html",
        422 if problem else 200,
        tag=tag,
        direction=direction_of(tag),
        wanted=wanted,
        states=list(State),
        may_approve=tag in mine,
        problem=problem,
        done=request.query_params.get("done", ""),
        plain=plain,
        **values,
    )


async def _one(
    request: SignedIn,
    web: Web,
    drafts: Shown,
    tag: str,
    key: str,
    wanted: Filter,
    *,
    problem: str = "",
    typed: Translated | None = None,
    was: str = "",
) -> Response[str]:
    draft = await _draft_of(drafts, tag)
    entry = _entry(draft, tag, key)
    mine = await _languages_of(request, web)

    def look() -> dict[str, Any]:
        found = wanted.find(draft, tag)
        source = plain(entry.source)
        shown = typed if typed is not None else entry.text if entry.text is not None else _empty(entry)
        return {
            "changed": list(differing_words(entry.previous, entry.source)) if entry.previous is not None else [],
            "terms": draft.glossary.find(source, tag),
            "chips": list(dict.fromkeys(placeholders(source))),
            "typed": forms_in(shown),
            "others": list(differing_words(was, entry.text)) if problem == "clash" else [],
            "other_author": _last_author(draft, drafts, tag, key) if problem == "clash" else "",
            "next_key": _next(found, key),
            "left": len(found),
            "nodes": draft.nodes_of.get(key, ()),
            **_screen(draft, entry, shown),
        }

    values = await asyncio.to_thread(look)
    return web.pages.render(
        request,
        "studio_text.html",
        (409 if problem == "clash" else 422) if problem else 200,
        tag=tag,
        entry=entry,
        wanted=wanted,
        problem=problem,
        categories=categories(tag) if isinstance(entry.source, tuple) else (),
        may_approve=tag in mine,
        is_source=tag == SOURCE_LOCALE,
        plain=plain,
        done=request.query_params.get("done", ""),
        **values,
    )


def _empty(entry: Entry) -> Translated:
    return entry.forms if isinstance(entry.source, tuple) else ""


def _last_author(draft: Draft, drafts: Shown, tag: str, key: str) -> str:
    domain = "knowledge" if key.startswith(("article/", "service/")) else "flows"
    path = po_path(draft.bench.root, tag, domain).relative_to(draft.bench.root).as_posix()
    commit = drafts.last_change(path)
    return commit.author.name if commit is not None else ""


def _screen(draft: Draft, entry: Entry, typed: Translated) -> dict[str, Any]:
    """The screen with what is typed, how long it is, and what is wrong with it."""
    is_typed = all(forms_in(typed))
    problems = draft.bench.problems_of(entry.tag, entry.key, typed) if is_typed and entry.tag != SOURCE_LOCALE else []
    screens = draft.screens_with(entry.key, entry.tag, typed if is_typed else entry.source)
    longest = max(screens, key=lambda screen: len(screen.body["text"]), default=None)
    bubble: Bubble | None = bubble_of(longest.body) if longest is not None else None
    return {
        "problems": problems,
        "bubble": bubble,
        "direction": direction_of(entry.tag),
        "units": bubble.units if bubble is not None else 0,
        "most_units": TEXT_UNITS,
        "is_label": "/choices/" in entry.key,
        "label_length": max(map(len, forms_in(typed))),
        "most_label": LABEL_CHARACTERS,
    }


def direction_of(tag: str) -> str:
    return "rtl" if is_right_to_left(tag) else "ltr"
