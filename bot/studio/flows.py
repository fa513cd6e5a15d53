"""`/studio/flows`: all flows, one drawn with its nodes, and one node with its text, buttons and ways."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.content.catalog import SOURCE_LOCALE
from bot.engine.flow import NODE_KINDS
from bot.errors import ContentClash, EditRefused
from bot.studio.bubble import bubble_of
from bot.studio.draft import Draft, Trial
from bot.studio.edit import Edit, draft_for, edit_status, file_of, refuse_edit, save_edit
from bot.studio.entry import block_of, remove_entry, set_entry
from bot.studio.form import Field, node_fields, read_node, text_of
from bot.studio.graph import draw
from bot.studio.numbers import visits_of
from bot.studio.studio import EDITORS, READERS, Shown, Studio
from bot.studio.translate import direction_of
from bot.studio.words import differing_words, plain
from bot.web.page import SignedIn
from bot.web.refused import refuse, told_at
from bot.web.web import Web

PATH = "/studio/flows"
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


@get(PATH, opt=READERS)
async def flows(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    draft = await drafts.now()
    waiting = await asyncio.to_thread(lambda: draft.waiting)
    rows = [
        {
            "name": name,
            "title": fields.get("title") or name,
            "nodes": len(fields.get("nodes") or ()),
            "is_prepared": bool(fields.get("prepared")),
            "waits": waiting.get(name, {}),
        }
        for name, fields in draft.sources.flows.items()
    ]
    return web.pages.render(request, "studio_flows.html", rows=rows)


@get(f"{PATH}/{{flow:str}}", opt=READERS)
async def flow(request: SignedIn, web: Web, drafts: Shown, flow: FromPath[str]) -> Response[str]:
    return await _flow(request, web, drafts, flow, await told_at(request, web))


@post(f"{PATH}/{{flow:str}}", opt=EDITORS)
async def add_node(request: SignedIn, web: Web, editorial: Studio, drafts: Shown, flow: FromPath[str]) -> Redirect:
    """A new node that nothing leads to yet: the checks say so until a button does."""
    form = await request.form()
    name, kind = text_of(form, "name"), text_of(form, "kind")
    draft = await _draft_with(drafts, flow)
    if NAME.fullmatch(name) is None or kind not in NODE_KINDS or name in draft.sources.flows[flow].get("nodes", {}):
        return await refuse(request, web, f"{PATH}/{flow}", problem="name", say=text_of(form, "say"))
    path = f"flows/{flow}.yaml"
    changed = set_entry(file_of(draft, path), ("nodes", name), {"kind": kind, "say": text_of(form, "say") or "…"})
    await save_edit(editorial, Edit(draft, {path: changed.encode()}), request.user, f"{flow}/{name} is new")
    return Redirect(f"{PATH}/{flow}/node?name={name}", status_code=303)


@get(f"{PATH}/{{flow:str}}/node", opt=READERS)
async def node(request: SignedIn, web: Web, drafts: Shown, flow: FromPath[str]) -> Response[str]:
    told = await told_at(request, web)
    draft = await draft_for(drafts, told)
    name = _name(draft, flow, request.query_params.get("name", ""))
    fields = node_fields(told.get("typed", draft.sources.nodes[f"{flow}/{name}"]))
    problem = next(iter(told.get("problems", ())), "")
    return await _node(request, web, draft, flow, name, fields, problem=problem, clash=told.get("clash"))


@post(f"{PATH}/{{flow:str}}/node", opt=EDITORS)
async def change_node(request: SignedIn, web: Web, editorial: Studio, drafts: Shown, flow: FromPath[str]) -> Redirect:
    """Save the node, or remove it and say where the people on it go."""
    form = await request.form()
    base = await asyncio.to_thread(drafts.get, text_of(form, "base") or None)
    name = _name(base, flow, text_of(form, "name"))
    path, key = f"flows/{flow}.yaml", ("nodes", name)
    page, typed = f"{PATH}/{flow}/node?name={name}", read_node(form, _kind(base, flow, name))
    is_removed = text_of(form, "do") == "remove"
    try:
        if is_removed:
            changed = _removed(base, flow, name, text_of(form, "moved"))
        else:
            changed = set_entry(file_of(base, path), key, typed)
    except EditRefused as refused:
        return await refuse_edit(request, web, page, base, typed, [str(refused)])
    edit = Edit(base, {path: changed.encode()})
    message = f"{flow}/{name} is removed" if is_removed else f"{flow}/{name}"
    try:
        await save_edit(editorial, edit, request.user, message)
    except ContentClash:
        now = await drafts.now()
        if name not in now.sources.flows[flow].get("nodes", {}):
            raise NotFoundException from None
        theirs = list(differing_words(block_of(file_of(base, path), key), block_of(file_of(now, path), key)))
        return await refuse_edit(request, web, page, now, typed, clash=theirs)
    if is_removed:
        return Redirect(f"{PATH}/{flow}?done=removed", status_code=303)
    return Redirect(f"{page}&done=saved", status_code=303)


@post(f"{PATH}/{{flow:str}}/check", opt=EDITORS)
async def check_node(request: SignedIn, web: Web, drafts: Shown, flow: FromPath[str]) -> Response[str]:
    """While it is typed: what is wrong, and the screen as it would be."""
    form = await request.form()
    draft = await _draft_with(drafts, flow)
    name = _name(draft, flow, text_of(form, "name"))
    path = f"flows/{flow}.yaml"
    try:
        changed = set_entry(file_of(draft, path), ("nodes", name), read_node(form, _kind(draft, flow, name)))
    except EditRefused as refused:
        return web.pages.render(
            request, "studio_checked.html", problems=[], refused=str(refused), bubbles=[], tag="da", direction="ltr"
        )
    trial = await asyncio.to_thread(draft.tried, {path: changed.encode()})
    values = await asyncio.to_thread(_checked, trial, f"{flow}/{name}")
    return web.pages.render(request, "studio_checked.html", refused="", **values)


# --- parts --------------------------------------------------------------------------------------


async def _draft_with(drafts: Shown, flow: str) -> Draft:
    draft = await drafts.now()
    if flow not in draft.sources.flows:
        raise NotFoundException
    return draft


def _name(draft: Draft, flow: str, name: str) -> str:
    if flow not in draft.sources.flows or f"{flow}/{name}" not in draft.sources.nodes:
        raise NotFoundException
    return name


def _kind(draft: Draft, flow: str, name: str) -> str:
    return str(draft.sources.nodes[f"{flow}/{name}"]["kind"])


def _removed(draft: Draft, flow: str, name: str, moved: str) -> str:
    goto = moved if "/" in moved else f"{flow}/{moved}"
    if goto not in draft.sources.nodes or goto == f"{flow}/{name}":
        raise EditRefused("moved")
    without = remove_entry(file_of(draft, f"flows/{flow}.yaml"), ("nodes", name))
    return set_entry(without, ("moved", name), moved.removeprefix(f"{flow}/"))


async def _flow(request: SignedIn, web: Web, drafts: Shown, flow: str, told: Mapping[str, Any]) -> Response[str]:
    draft = await _draft_with(drafts, flow)
    tag = request.query_params.get("tag", "")
    tag = tag if tag in draft.bench.tags else SOURCE_LOCALE
    visits = await visits_of(web)

    def look() -> dict[str, Any]:
        own = {id: node for id, node in draft.sources.nodes.items() if id.partition("/")[0] == flow}
        built = draft.release.nodes if draft.release is not None else {}
        gotos = {id: built[id].gotos() if id in built else () for id in own}
        entries = draft.bench.entries(tag)
        texts = {
            id: [
                (entries[key], plain(entries[key].source), plain(entries[key].text))
                for key in built[id].texts()
                if key in entries
            ]
            if id in built
            else []
            for id in own
        }
        named = [key for key in draft.sources.texts if key.partition("/")[0] == flow and key.count("/") == 1]
        return {
            "graph": draw(flow, gotos),
            "nodes": own,
            "gotos": gotos,
            "texts": texts,
            "named": [(entries[key], plain(entries[key].source), plain(entries[key].text)) for key in named],
            "problems": [each for each in draft.problems if each.where.startswith(f"flows/{flow}.yaml:")],
        }

    values = await asyncio.to_thread(look)
    return web.pages.render(
        request,
        "studio_flow.html",
        422 if told else 200,
        flow=flow,
        title=draft.sources.flows[flow].get("title") or flow,
        tag=tag,
        tags=draft.bench.tags,
        direction=direction_of(tag),
        visits=visits,
        kinds=sorted(NODE_KINDS),
        problem=told.get("problem", ""),
        say=told.get("say", ""),
        done=request.query_params.get("done", ""),
        **values,
    )


async def _node(
    request: SignedIn,
    web: Web,
    draft: Draft,
    flow: str,
    name: str,
    fields: list[Field],
    *,
    problem: str = "",
    clash: Any = None,
) -> Response[str]:
    id = f"{flow}/{name}"
    values = await asyncio.to_thread(_checked, draft, id)
    leads_here = [
        other
        for other, node in (draft.release.nodes.items() if draft.release is not None else ())
        if id in node.gotos()
    ]
    return web.pages.render(
        request,
        "studio_node.html",
        edit_status(clash, problem),
        flow=flow,
        named=name,
        kind=_kind(draft, flow, name),
        fields=fields,
        base=draft.revision,
        leads_here=leads_here,
        targets=[other.removeprefix(f"{flow}/") for other in draft.sources.nodes if other != id],
        facts=list(draft.facts),
        problem=problem,
        clash=clash,
        refused="",
        done=request.query_params.get("done", ""),
        **values,
    )


def _checked(view: Draft | Trial, id: str) -> dict[str, Any]:
    screens = view.screens(id, SOURCE_LOCALE)
    shown = {screen.body["text"]: screen for screen in screens}.values()
    where = view.sources.where.get(id, "")
    if isinstance(view, Trial):
        problems = view.new_problems
    else:
        problems = [each for each in view.problems if each.where == where or f"'{id}" in each.what]
    return {
        "problems": problems,
        "bubbles": [bubble_of(screen.body) for screen in list(shown)[:4]],
        "tag": SOURCE_LOCALE,
        "direction": "ltr",
    }
