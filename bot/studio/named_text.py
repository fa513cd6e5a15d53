"""`/studio/flows/<flow>/text`: texts of a flow that stand in no node, such as the labels that every screen has."""

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.errors import ContentClash, EditRefused
from bot.studio.draft import Draft
from bot.studio.edit import Edit, draft_for, edit_status, file_of, refuse_edit, save_edit
from bot.studio.entry import set_entry
from bot.studio.form import text_of
from bot.studio.studio import EDITORS, READERS, Shown, Studio
from bot.studio.words import differing_words
from bot.web.page import SignedIn
from bot.web.refused import told_at
from bot.web.web import Web

PATH = "/studio/flows/{flow:str}/text"


@get(PATH, opt=READERS)
async def named_text(request: SignedIn, web: Web, drafts: Shown, flow: FromPath[str]) -> Response[str]:
    told = await told_at(request, web)
    draft = await draft_for(drafts, told)
    name = request.query_params.get("name", "")
    value = told.get("typed", _value(draft, flow, name))
    return _page(request, web, draft, flow, name, value, told.get("problems"), told.get("clash"))


@post(PATH, opt=EDITORS)
async def change_named_text(
    request: SignedIn, web: Web, editorial: Studio, drafts: Shown, flow: FromPath[str]
) -> Redirect:
    form = await request.form()
    base = await asyncio.to_thread(drafts.get, text_of(form, "base") or None)
    name = text_of(form, "name")
    typed = _typed(form, _value(base, flow, name))
    path, page = f"flows/{flow}.yaml", f"/studio/flows/{flow}/text?name={name}"
    try:
        changed = set_entry(file_of(base, path), ("texts", name), typed)
    except EditRefused as refused:
        return await refuse_edit(request, web, page, base, typed, [str(refused)])
    trial = await asyncio.to_thread(base.tried, {path: changed.encode()})
    wrong = [f"{each.what} {each.hint}" for each in trial.errors if f"'{flow}/{name}'" in each.what]
    if wrong:
        return await refuse_edit(request, web, page, base, typed, wrong)
    try:
        await save_edit(editorial, Edit(base, {path: changed.encode()}), request.user, f"{flow}/{name}")
    except ContentClash:
        now = await drafts.now()
        theirs = list(differing_words(_forms(_value(base, flow, name)), _forms(_value(now, flow, name))))
        return await refuse_edit(request, web, page, now, typed, clash=theirs)
    return Redirect(f"{page}&done=saved", status_code=303)


def _value(draft: Draft, flow: str, name: str) -> Any:
    if flow not in draft.sources.flows:
        raise NotFoundException
    texts = draft.sources.flows[flow].get("texts") or {}
    if name not in texts:
        raise NotFoundException
    return texts[name]


def _typed(form: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, Mapping):
        return {part: text_of(form, f"text-{part}") for part in value}
    return text_of(form, "text-")


def _forms(value: Any) -> Any:
    return tuple(value.values()) if isinstance(value, Mapping) else str(value)


def _page(
    request: SignedIn,
    web: Web,
    draft: Draft,
    flow: str,
    name: str,
    value: Any,
    problems: list[str] | None = None,
    clash: Any = None,
) -> Response[str]:
    forms = dict(value) if isinstance(value, Mapping) else {"": value}
    return web.pages.render(
        request,
        "studio_named_text.html",
        edit_status(clash, problems),
        flow=flow,
        named=name,
        forms=forms,
        base=draft.revision,
        problems=problems or [],
        clash=clash,
        done=request.query_params.get("done", ""),
    )
