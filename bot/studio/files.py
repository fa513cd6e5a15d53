"""`/studio/files`: a language or a flow for a translator outside, as PO or as a table, and what comes back."""

import asyncio
from datetime import datetime

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from bot.content.editorial import Editorial
from bot.content.exchange import Import, export_file, plan_import, read_rows
from bot.errors import ContentClash, EditRefused, FileRefused
from bot.studio.studio import EDITORS, Studio, author_of
from bot.web.account import Account
from bot.web.page import SignedIn
from bot.web.refused import refuse, told_at
from bot.web.web import Web

PATH = "/studio/files"
MEDIA = {
    "po": "text/x-gettext-translation; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@get(PATH, opt=EDITORS)
async def files(request: SignedIn, web: Web, editorial: Studio) -> Response[str]:
    return await _show(request, web, editorial, **await told_at(request, web))


@get(f"{PATH}/export", opt=EDITORS)
async def export(request: SignedIn, web: Web, editorial: Studio) -> Response[bytes] | Response[str]:
    """`tag`, `flow` (empty for all) and `form`: po or xlsx."""
    asked = {name: request.query_params.get(name, "") for name in ("tag", "flow", "form")}
    name = "-".join(["vejviser", asked["tag"], *asked["flow"].split("/")]).rstrip("-") + f".{asked['form']}"

    def make(at: datetime) -> bytes:
        if asked["form"] not in MEDIA:
            raise FileRefused("Choose PO or XLSX.")
        return export_file(editorial.bench(), asked["tag"], name, at, flow=asked["flow"])

    try:
        raw = await asyncio.to_thread(make, web.now())
    except FileRefused as refused:
        return await _show(request, web, editorial, problem=str(refused))
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(raw, media_type=MEDIA[asked["form"]], headers=headers)


@post(PATH, opt=EDITORS)
async def take_in(request: SignedIn, web: Web, editorial: Studio) -> Response[str] | Redirect:
    """Every row that can be taken is; the others are listed by line, with the reason."""
    form = await request.form()
    file, tag = form.get("file"), str(form.get("tag", ""))
    if not isinstance(file, UploadFile) or not file.filename:
        return await refuse(request, web, PATH, problem="Choose a file.")
    name, raw = file.filename.replace("\\", "/").rpartition("/")[2], await file.read()
    try:
        result = await asyncio.to_thread(_import, editorial, tag, name, raw, request.user)
    except (FileRefused, EditRefused, ContentClash) as refused:
        return await refuse(request, web, PATH, problem=str(refused))
    return await _show(request, web, editorial, name=name, result=result)


def _import(editorial: Editorial, tag: str, name: str, raw: bytes, account: Account) -> Import:
    base = editorial.draft()
    bench = editorial.bench(base)
    if tag not in bench.catalogs:
        raise FileRefused(f"There is no language '{tag[:20]}'.")
    result = plan_import(bench, tag, read_rows(raw, name, tag))
    if result.texts:
        editorial.save(bench.translate(tag, result.texts), author_of(account), f"Import {name}", base)
    return result


async def _show(
    request: SignedIn, web: Web, editorial: Studio, *, problem: str = "", name: str = "", result: Import | None = None
) -> Response[str]:
    bench = await asyncio.to_thread(editorial.bench)
    values = {"tags": bench.tags[1:], "flows": bench.flows, "problem": problem, "file": name, "result": result}
    return web.pages.render(request, "studio_files.html", 422 if problem else 200, **values)
