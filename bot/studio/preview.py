"""`/studio/preview`: the draft in any language, with chosen answers and day, walked through by its own buttons."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from litestar import MediaType, Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from bot.content.catalog import SOURCE_LOCALE
from bot.content.contact_sheet import contact_sheet
from bot.content.release import Release
from bot.dates.deadline import COPENHAGEN
from bot.engine.advance import advance, enter
from bot.engine.effects import Effect, Remind, SendEmergencyCard, SendMessage
from bot.engine.flow import Turn
from bot.engine.incoming import ChoicePressed, CommandGiven, Incoming, TextTyped
from bot.engine.screen import HOME
from bot.engine.session import Session
from bot.runner.handlers.message import emergency_card
from bot.runner.message import message_body
from bot.runner.outgoing import MessageBody
from bot.studio.bubble import Bubble, bubble_of
from bot.studio.form import text_of
from bot.studio.previews import LINK_KEPT, PREFIX, Previews
from bot.studio.studio import EDITORS, READERS, Shown
from bot.studio.translate import direction_of
from bot.web.page import SignedIn
from bot.web.refused import refuse, told_at
from bot.web.web import Web

Links: TypeAlias = NamedDependency[Previews]
PATH = "/studio/preview"
LONGEST_SESSION = 20_000  # characters
CHAT = 1  # of nobody: nothing of a preview leaves or is stored
NOON = time(12, 0)


@get(PATH, opt=READERS)
async def preview(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    """From `node`, in the language `tag`, on `day`, with `answers` ("letter_date: 2026-11-12", one a line)."""
    draft = await drafts.now()
    release = await asyncio.to_thread(lambda: draft.release)
    values = _asked(request.query_params, release, draft.today)
    if release is None:
        return _page(request, web, release, values, None, [])
    session = Session(CHAT, locale=values["tag"], answers=values["answers"], touched_at=_at(values["day"]))
    turn = enter(session, values["node"], release)
    bubbles, told = list(_bubbles(turn, values["tag"], release)), await told_at(request, web)
    return _page(request, web, release, values, turn.session, bubbles, problem=told.get("problem", ""))


@post(PATH, opt=READERS)
async def walk_on(request: SignedIn, web: Web, drafts: Shown) -> Response[str] | Redirect:
    """A press or a typed text; the place in the conversation is held by the page itself."""
    form = await request.form()
    draft = await drafts.now()
    release = await asyncio.to_thread(lambda: draft.release)
    values = _asked(form, release, draft.today)
    if release is None:
        return _page(request, web, release, values, None, [])
    try:
        session = _session(text_of(form, "session"), _at(values["day"]))
        turn = advance(session, _incoming(form, session), release)
        bubbles = list(_bubbles(turn, turn.session.locale, release))
        values |= {"tag": turn.session.locale or SOURCE_LOCALE}
        return _page(request, web, release, values, turn.session, bubbles)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError):  # not what our page sent
        return await refuse(request, web, PATH, problem="again")


@post(f"{PATH}/link", opt=EDITORS)
async def preview_link(request: SignedIn, web: Web, drafts: Shown, previews: Links) -> Response[str]:
    """A secret link to the draft, for the editor's own Telegram."""
    draft = await drafts.now()
    release = await asyncio.to_thread(lambda: draft.release)
    values = _asked({}, release, draft.today)
    return _page(request, web, release, values, None, [], token=previews.new_token())


@get(f"{PATH}/sheet", opt=READERS)
async def sheet(request: SignedIn, drafts: Shown) -> Response[str]:
    """All screens of the draft in Danish and one language, or in all, as a file for a reviewer outside."""
    draft = await drafts.now()
    tag = request.query_params.get("tag", "")
    tags = (SOURCE_LOCALE, *([tag] if tag != SOURCE_LOCALE else [])) if tag in draft.bench.tags else ()

    def make() -> str:
        return contact_sheet(draft.release, draft.today, tags) if draft.release is not None else ""

    html = await asyncio.to_thread(make)
    headers = {"content-disposition": f'attachment; filename="vejviser-{tag or "all"}.html"'}
    return Response(html, media_type=MediaType.HTML, headers=headers)


# --- the walk -----------------------------------------------------------------------------------


def _asked(form: Mapping[str, Any], release: Release | None, today: date) -> dict[str, Any]:
    tag, node = text_of(form, "tag"), text_of(form, "node")
    try:
        day = date.fromisoformat(text_of(form, "day"))
    except ValueError:
        day = today
    lines = (line.partition(":") for line in text_of(form, "answers").splitlines())
    return {
        "tag": tag if release is not None and tag in release.locales else SOURCE_LOCALE,
        "node": node if release is not None and node in release.nodes else HOME,
        "day": day,
        "answers": {name.strip(): value.strip() for name, _, value in lines if name.strip() and value.strip()},
    }


def _at(day: date) -> datetime:
    return datetime.combine(day, NOON, COPENHAGEN).astimezone(UTC)


def _session(typed: str, at: datetime) -> Session:
    """Raises ValueError, TypeError."""
    if len(typed) > LONGEST_SESSION:
        raise ValueError("too long")
    fields = json.loads(typed)
    if not isinstance(fields, dict) or not isinstance(fields.get("answers", {}), dict):
        raise ValueError("not a session")
    return replace(Session.from_json(CHAT, fields), touched_at=at - timedelta(seconds=10), pressed=None)


def _incoming(form: Mapping[str, Any], session: Session) -> Incoming:
    at = session.now() + timedelta(seconds=10)
    pressed, typed = text_of(form, "press"), text_of(form, "typed")
    if pressed:
        return ChoicePressed(update_id=1, chat_id=CHAT, at=at, data=pressed, message_id=1, query_id="")
    if typed.startswith("/"):
        name, _, argument = typed[1:].partition(" ")
        return CommandGiven(update_id=1, chat_id=CHAT, at=at, name=name, argument=argument, message_id=1)
    return TextTyped(update_id=1, chat_id=CHAT, at=at, text=typed or " ", message_id=1)


def _bubbles(turn: Turn, tag: str | None, release: Release) -> Iterator[tuple[Bubble, datetime | None]]:
    """What would be sent, and of a reminder when."""
    for effect in turn.effects:
        found = _body(effect, tag, release)
        if found is not None:
            yield bubble_of(found[0]), found[1]


def _body(effect: Effect, tag: str | None, release: Release) -> tuple[MessageBody, datetime | None] | None:
    match effect:
        case SendMessage():
            return message_body(effect, tag, release), None
        case SendEmergencyCard():
            return emergency_card(tag, release), None
        case Remind(at=at, parts=parts, rows=rows):
            return message_body(SendMessage(parts, rows), tag, release), at
        case _:
            return None


def _page(
    request: SignedIn,
    web: Web,
    release: Release | None,
    values: Mapping[str, Any],
    session: Session | None,
    bubbles: list[tuple[Bubble, datetime | None]],
    *,
    problem: str = "",
    token: str = "",
) -> Response[str]:
    return web.pages.render(
        request,
        "studio_preview.html",
        422 if problem else 200,
        asked=values,
        answers="\n".join(f"{key}: {value}" for key, value in values["answers"].items()),
        direction=direction_of(values["tag"]),
        tags=release.locales if release is not None else (),
        nodes=list(release.nodes) if release is not None else [],
        session=json.dumps(session.to_json()) if session is not None else "",
        bubbles=bubbles,
        problem=problem if release is not None else "broken",
        token=token,
        minutes=int(LINK_KEPT.total_seconds() // 60),
        prefix=PREFIX,
    )
