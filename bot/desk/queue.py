"""`/desk/queue`: who waits, in order, and what others have; claiming is one press."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get, post
from litestar.response import Redirect
from markupsafe import Markup

from bot.desk.advise import ADVISERS, Refused, case_path, key_of, may_take, move
from bot.desk.look import OpenDesk, look, shared_look
from bot.handoff.duty import Duty
from bot.handoff.queue import alert_level, is_kept_for_another
from bot.handoff.ticket import Ticket
from bot.runner.desk import claim, place_title
from bot.runner.release import Release
from bot.web.page import Pages, SignedIn, language_of
from bot.web.ports import WebUnit
from bot.web.refused import refuse, told_at
from bot.web.web import Web

PATH = "/desk/queue"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One ticket as the queue shows it.

    Args:
        minutes: How long it has waited: for an adviser, or for its owner's answer.
        alert: Index into `handoff.queue.LEVELS`.
        topic: Danish title of the flow that the person came from.
        place: Danish first line of where in it.
        deadline: The last safe day that the bot has counted.
    """

    ticket: Ticket
    minutes: int
    alert: int
    topic: str
    place: str
    deadline: date | None
    owner: str
    fits: bool


@get(PATH, opt=ADVISERS)
async def queue(request: SignedIn, web: Web) -> Response[str]:
    """`locale`, `urgency`, `topic` and `fits` narrow it down."""
    return await show_queue(request, web, Refused.of(await told_at(request, web)))


@post(f"{PATH}/next", opt=ADVISERS)
async def take_next(request: SignedIn, web: Web) -> Redirect:
    """The most urgent ticket that this adviser can take; of a form that is sent twice the one that it has taken."""
    me, key = request.user.id, key_of(await request.form())

    def find(unit: WebUnit) -> str | None:
        duty, tickets = unit.duties.get(me), unit.tickets.open()
        mine = [each for each in tickets if each.owner == me] if key else []
        taken = next((each.id for each in mine if unit.transcripts.has_key(each.chat_id, each.id, key)), None)
        if taken is not None:
            return taken
        in_queue = [each for each in tickets if each.state == "waiting" and may_take(duty, each)]
        return next((each.id for each in in_queue if not is_kept_for_another(each, me, web.now())), None)

    while (ticket_id := await web.store.run(find)) is not None:
        try:
            await move(request, web, ticket_id, claim, key=key)
        except Refused as refused:
            if refused.code != "taken":
                return await refuse(request, web, PATH, **refused.told())
            if refused.owner != me:
                continue  # somebody was faster: the next one
        return Redirect(case_path(ticket_id), status_code=303)
    return await refuse(request, web, PATH, **Refused("nobody_waits").told())


async def show_queue(request: SignedIn, web: Web, problem: Refused | None = None) -> Response[str]:
    asked = {name: request.query_params.get(name, "") for name in ("locale", "urgency", "topic", "fits")}
    at, release, me = web.now(), web.release(), request.user.id
    # What a page asks by itself comes from all desks at the same moment: they share one look at the database.
    desk = await (shared_look(web) if "x-by-itself" in request.headers else look(web))
    duty = desk.duties.get(me)
    titles = {topic: topic_title(release, topic) for topic in {ticket.topic for ticket in desk.tickets}}
    rows = [_row(each, at, release, titles, desk, duty) for each in desk.tickets]
    language = language_of(request)

    def draw(rows: Iterable[Waiting], action: str = "") -> list[Markup]:
        return [_draw(web.pages, row, language, action) for row in rows]

    waiting = [row for row in rows if row.ticket.state == "waiting" and _is_asked(row, asked)]
    values = {
        "waiting": draw(waiting, "claim"),
        "mine": draw(row for row in rows if row.ticket.owner == me),
        "others": draw(row for row in rows if row.ticket.owner not in (None, me)),
        "asked": asked,
        "key": secrets.token_hex(8),
        "locales": sorted({row.ticket.locale for row in rows} | ({asked["locale"]} & set(release.locales))),
        "topics": titles,
        "is_open": desk.is_open,
        "has_duty": duty is not None and bool(duty.hours),
        "problem": problem,
        "problem_name": desk.names.get(problem.owner, "") if problem is not None else "",
    }
    is_refused = problem is not None and problem.code != "nobody_waits"
    part = "queue_list.html" if request.headers.get("hx-request") else "queue.html"
    return web.pages.render(request, part, 409 if is_refused else 200, **values)


def _row(
    ticket: Ticket, at: datetime, release: Release, titles: Mapping[str, str], desk: OpenDesk, duty: Duty | None
) -> Waiting:
    since = ticket.queued_at if ticket.state == "waiting" else ticket.unanswered_since or at
    return Waiting(
        ticket,
        minutes=max(0, int((at - since).total_seconds() // 60)),
        alert=alert_level(ticket, at),
        topic=titles[ticket.topic],
        place=place_title(release, ticket.path[-1]) if ticket.path else "",
        deadline=_deadline(ticket),
        owner=desk.names.get(ticket.owner or "", ""),
        fits=may_take(duty, ticket),
    )


def _draw(pages: Pages, row: Waiting, language: str, action: str) -> Markup:
    """One row, drawn once for all desks that show it: a claim is on forty screens at the same moment."""
    ticket = row.ticket
    key = (
        ticket.id,
        ticket.version,
        row.minutes,
        row.alert,
        row.topic,
        row.place,
        row.owner,
        row.fits,
        language,
        action,
    )
    drawn = _drawn.get(key)
    if drawn is None:
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()
        drawn = _drawn[key] = pages.fragment("queue_row.html", language, each=row, action=action)
    return drawn


_drawn: dict[tuple[object, ...], Markup] = {}
MOST_DRAWN = 4000  # rows of some desks and languages, for some minutes


def _deadline(ticket: Ticket) -> date | None:
    try:
        return date.fromisoformat(ticket.answers.get("deadline", ""))
    except ValueError:
        return None


def topic_title(release: Release, topic: str) -> str:
    """What a flow is called in Danish: the first line of its first place."""
    first = next((node for node in release.nodes if node.partition("/")[0] == topic), None)
    return topic if first is None else place_title(release, first)


def _is_asked(row: Waiting, asked: Mapping[str, str]) -> bool:
    return (
        asked["locale"] in ("", row.ticket.locale)
        and asked["urgency"] in ("", row.ticket.urgency)
        and asked["topic"] in ("", row.ticket.topic)
        and (not asked["fits"] or row.fits)
    )
