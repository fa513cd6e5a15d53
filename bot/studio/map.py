"""`/studio/map`: what needs attention first."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Response, get

from bot.content.catalog import SOURCE_LOCALE
from bot.content.problem import Problem
from bot.content.workbench import State
from bot.studio.draft import Draft
from bot.studio.facts import is_due, shown
from bot.studio.studio import READERS, Shown, Studio
from bot.web.page import SignedIn
from bot.web.web import Web

PATH = "/studio/map"
SHOWN = 30
WAITING = ("missing", "stale")  # codes


@get(PATH, opt=READERS)
async def overview(request: SignedIn, web: Web, editorial: Studio, drafts: Shown) -> Response[str]:
    """`part=checks` is what the checks say, fetched while they are at work."""
    draft = await drafts.now()
    found = await asyncio.to_thread(editorial.known_problems, draft.revision)
    if request.query_params.get("part") == "checks":
        if found is None:
            return Response("", status_code=204)
        return web.pages.render(request, "studio_map_checks.html", is_part=True, most=SHOWN, **_told(found))

    def look() -> dict[str, Any]:
        return {**_attention(draft), "waiting": editorial.waiting(), "is_changed": editorial.live() != draft.revision}

    values = await asyncio.to_thread(look)
    # Only with the person's yes, without their chat, numbers masked; older than 30 days they are deleted.
    questions = await web.store.run(lambda unit: unit.questions.kept())
    values |= {"questions": questions[::-1], "shown": shown, "most": SHOWN, "is_part": False, **_told(found)}
    return web.pages.render(request, "studio_map.html", **values)


def _told(found: Sequence[Problem] | None) -> dict[str, Any]:
    """Errors, None while they are not known, and warnings; what waits for translators has a table of its own."""
    if found is None:
        return {"errors": None, "warnings": ()}
    return {
        "errors": [problem for problem in found if not problem.is_warning],
        "warnings": [problem for problem in found if problem.is_warning and problem.code not in WAITING],
    }


def _attention(draft: Draft) -> dict[str, Any]:
    facts = sorted(draft.facts.values(), key=lambda fact: fact.name)
    used = [fact for fact in facts if draft.uses.get(fact.name)]
    coming = [fact for fact in used if isinstance(fact.value, date) and fact.value > draft.today]
    todo = {
        tag: (counts[State.STALE], counts[State.MISSING], counts[State.DRAFT])
        for tag, counts in draft.counts.items()
        if tag != SOURCE_LOCALE
    }
    return {
        "due": [fact for fact in facts if is_due(fact, draft.today)],
        "coming": sorted(coming, key=lambda fact: str(fact.value)),
        "unsure": [fact for fact in used if fact.confidence == "low" or fact.is_hidden],
        "unchecked": sum(fact.checked_on is None for fact in used),
        "used": len(used),
        "uses": draft.uses,
        "todo": todo,
    }
