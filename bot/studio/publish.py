"""`/studio/publish`: what would change, for whom, and may it; `/studio/history`: who did, and take it back."""

import asyncio

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.content.difference import Difference
from bot.content.workbench import Workbench
from bot.errors import ContentClash, PublishRefused, RevisionUnknown
from bot.studio.studio import PUBLISHERS, READERS, TAKERS_BACK, Studio, author_of
from bot.studio.words import differing_words, plain
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.refused import refuse, told_at
from bot.web.web import Web

PATH, HISTORY = "/studio/publish", "/studio/history"
SHOWN = 200  # changed texts on one page; a larger change is looked at language by language
STATES = 50


@get(PATH, opt=READERS)
async def publish_page(request: SignedIn, web: Web, editorial: Studio) -> Response[str]:
    """`tag` narrows the texts down to one language; `part=checks` is what the checks say of `revision`."""
    if request.query_params.get("part") == "checks":
        return await _show_checks(request, web, editorial, request.query_params.get("revision", ""))
    return await _show(request, web, editorial, **await told_at(request, web))


async def _show_checks(request: SignedIn, web: Web, editorial: Studio, revision: str) -> Response[str]:
    """Nothing to show while they are at work."""
    try:
        review = await asyncio.to_thread(lambda: editorial.review(editorial.find(revision), waits=False))
    except RevisionUnknown:
        raise NotFoundException from None
    if not review.is_checked:
        return Response("", status_code=204)
    return web.pages.render(request, "studio_publish_checks.html", review=review, is_part=True)


@post(PATH, opt=PUBLISHERS)
async def publish(request: SignedIn, web: Web, editorial: Studio) -> Redirect:
    form = await request.form()
    revision, why = str(form.get("revision", "")), str(form.get("why", ""))
    author = author_of(request.user)
    try:
        published = await asyncio.to_thread(editorial.publish, revision, author, why)
    except (PublishRefused, ContentClash, RevisionUnknown) as refused:
        return await refuse(request, web, PATH, problem=str(refused), why=why)
    await _note(request, web, "published", published)
    return Redirect(f"{HISTORY}?done=published", status_code=303)


@get(HISTORY, opt=READERS)
async def history(request: SignedIn, web: Web, editorial: Studio) -> Response[str]:
    states = await asyncio.to_thread(editorial.history, STATES)
    done = request.query_params.get("done", "")
    return web.pages.render(request, "studio_history.html", states=states, done=done)


@get(f"{HISTORY}/{{revision:str}}", opt=READERS)
async def history_of(request: SignedIn, web: Web, editorial: Studio, revision: FromPath[str]) -> Response[str]:
    return await _show_state(request, web, editorial, revision, **await told_at(request, web))


@post(f"{HISTORY}/{{revision:str}}/take-back", opt=TAKERS_BACK)
async def take_back(request: SignedIn, web: Web, editorial: Studio, revision: FromPath[str]) -> Redirect:
    why = str((await request.form()).get("why", ""))
    try:
        taken_back = await asyncio.to_thread(editorial.take_back, revision, author_of(request.user), why)
    except RevisionUnknown:
        raise NotFoundException from None
    except (PublishRefused, ContentClash) as refused:
        return await refuse(request, web, f"{HISTORY}/{revision}", problem=str(refused))
    await _note(request, web, "taken_back", taken_back)
    return Redirect(f"{HISTORY}?done=taken_back", status_code=303)


async def _note(request: SignedIn, web: Web, what: str, revision: str) -> None:
    def note(unit: WebUnit) -> None:
        unit.audit.note(0, what, web.now(), actor=request.user.id, about=revision)
        unit.announce("content")

    await web.store.run(note)


async def _show(request: SignedIn, web: Web, editorial: Studio, *, problem: str = "", why: str = "") -> Response[str]:
    tag = request.query_params.get("tag", "")

    def look() -> dict[str, object]:
        review = editorial.review(waits=False)
        return {
            "review": review,
            "against": editorial.reasons_against(review, author_of(request.user)),
            "waiting": editorial.waiting(),
            **_changes(review.difference, editorial.bench(review.draft), tag),
        }

    values = await asyncio.to_thread(look)
    status = 422 if problem else 200
    return web.pages.render(request, "studio_publish.html", status, is_part=False, problem=problem, why=why, **values)


async def _show_state(
    request: SignedIn, web: Web, editorial: Studio, revision: str, *, problem: str = ""
) -> Response[str]:
    tag = request.query_params.get("tag", "")

    def look() -> dict[str, object]:
        state = editorial.repository.commit_of(revision)
        return {"state": state, **_changes(editorial.change_of(revision), editorial.bench(revision), tag)}

    try:
        values = await asyncio.to_thread(look)
    except RevisionUnknown:
        raise NotFoundException from None
    return web.pages.render(request, "studio_state.html", 422 if problem else 200, problem=problem, **values)


def _changes(difference: Difference, bench: Workbench, tag: str) -> dict[str, object]:
    texts = difference.texts_in(tag) if tag else difference.texts
    counts = {each: len(difference.texts_in(each)) for each in difference.languages}
    return {
        "difference": difference,
        "counts": counts,
        "tag": tag,
        "texts": [(change, list(differing_words(change.before, change.after))) for change in texts[:SHOWN]],
        "more": max(0, len(texts) - SHOWN),
        "danish": {
            change.key: plain(text.text) for change in texts[:SHOWN] if (text := bench.sources.texts.get(change.key))
        },
    }
