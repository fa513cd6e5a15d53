"""`/studio/map`: what needs attention first."""

import asyncio
from datetime import date
from typing import Any

from litestar import Response, get

from bot.content.catalog import SOURCE_LOCALE
from bot.content.workbench import State
from bot.studio.draft import Draft
from bot.studio.facts import is_due, shown
from bot.studio.studio import READERS, Shown, Studio
from bot.web.page import SignedIn
from bot.web.web import Web

PATH = "/studio/map"
SHOWN = 30


@get(PATH, opt=READERS)
async def overview(request: SignedIn, web: Web, editorial: Studio, drafts: Shown) -> Response[str]:
    draft = await drafts.now()

    def look() -> dict[str, Any]:
        return {**_attention(draft), "waiting": editorial.waiting(), "is_changed": editorial.live() != draft.revision}

    values = await asyncio.to_thread(look)
    # Only with the person's yes, without their chat, numbers masked; older than 30 days they are deleted.
    questions = await web.store.run(lambda unit: unit.questions.kept())
    return web.pages.render(request, "studio_map.html", questions=questions[::-1], shown=shown, most=SHOWN, **values)


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
        "errors": [problem for problem in draft.problems if not problem.is_warning],
        "warnings": [problem for problem in draft.problems if problem.is_warning],
        "due": [fact for fact in facts if is_due(fact, draft.today)],
        "coming": sorted(coming, key=lambda fact: str(fact.value)),
        "unsure": [fact for fact in used if fact.confidence == "low" or fact.is_hidden],
        "unchecked": sum(fact.checked_on is None for fact in used),
        "used": len(used),
        "uses": draft.uses,
        "todo": todo,
    }
