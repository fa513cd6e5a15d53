"""Forms that were refused. No page is the answer to a POST: a browser that goes back or reloads would ask whether to
send the form again. What the form's own page shows of it is kept, and the browser is led there."""

import secrets
from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.response import Redirect

from bot.web.page import REFUSED
from bot.web.ports import REFUSED_KEPT, RefusedForm
from bot.web.web import Web


async def refuse(request: Request[Any, Any, Any], web: Web, page: str, *, chat_id: int = 0, **told: Any) -> Redirect:
    """Lead to `page`, which finds there what it is told (see `told_at`)."""
    path, mark, query = page.partition("?")
    form = RefusedForm(secrets.token_urlsafe(16), _session(request), path, web.now(), told, chat_id)
    await web.store.run(lambda unit: unit.refused_forms.add(form))
    return Redirect(f"{path}?{query}{'&' if mark else ''}{REFUSED}={form.id}", status_code=303)


async def told_at(request: Request[Any, Any, Any], web: Web) -> Mapping[str, Any]:
    """What the form that led to this page is told; empty where none did, or where it was sent again since."""
    form_id = request.query_params.get(REFUSED, "")
    form = await web.store.run(lambda unit: unit.refused_forms.by_id(form_id)) if form_id else None
    if form is None or (form.session, form.page) != (_session(request), request.url.path):
        return {}
    return form.told if web.now() - form.at < REFUSED_KEPT else {}


async def forget_sent_again(request: Request[Any, Any, Any], web: Web) -> None:
    """Before every request: the way back must not offer a text again that has been sent meanwhile."""
    if request.method != "POST" or "hx-request" in request.headers:
        return
    form_id = str((await request.form()).get(REFUSED, ""))
    if form_id:
        await web.store.run(lambda unit: unit.refused_forms.remove(form_id, _session(request)))


def _session(request: Request[Any, Any, Any]) -> str:
    return request.auth.id_hash if request.auth is not None else ""
