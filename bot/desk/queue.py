"""`/desk/queue`: who waits, in order, and what others have; claiming is one press."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get, post
from litestar.response import Redirect

from bot.dates.deadline import copenhagen_day
from bot.desk.advise import ADVISERS, Refused, case_path, may_take, move
from bot.handoff.duty import Duty, on_duty
from bot.handoff.queue import LEVELS, alert_level, is_kept_for_another
from bot.handoff.ticket import Ticket
from bot.runner.desk import claim, place_title
from bot.runner.release import Release
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
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
    return await show_queue(request, web)


@post(f"{PATH}/next", opt=ADVISERS)
async def take_next(request: SignedIn, web: Web) -> Response[str] | Redirect:
    """The most urgent ticket that this adviser can take."""

    def find(unit: WebUnit) -> str | None:
        duty, tickets = unit.duties.get(request.user.id), unit.tickets.open()
        in_queue = [each for each in tickets if each.state == "waiting" and may_take(duty, each)]
        return next((each.id for each in in_queue if not is_kept_for_another(each, request.user.id, web.now())), None)

    while (ticket_id := await web.store.run(find)) is not None:
        try:
            await move(request, web, ticket_id, claim)
        except Refused as refused:
            if refused.code == "taken":
                continue  # somebody was faster: the next one
            return await show_queue(request, web, problem=refused)
        return Redirect(case_path(ticket_id), status_code=303)
    return await show_queue(request, web, problem=Refused("nobody_waits"))


async def show_queue(request: SignedIn, web: Web, problem: Refused | None = None) -> Response[str]:
    asked = {name: request.query_params.get(name, "") for name in ("locale", "urgency", "topic", "fits")}
    at, release = web.now(), web.release()

    def read(unit: WebUnit) -> tuple[list[Ticket], list[Duty], bool, Mapping[str, str]]:
        duties = unit.duties.all()
        closures = [closure for _, closure in unit.duties.closures(copenhagen_day(at))]
        names = {account.id: account.name for account in unit.accounts.all()}
        return unit.tickets.open(), duties, bool(on_duty(duties, closures, at)), names

    tickets, duties, is_open, names = await web.store.run(read)
    duty = next((each for each in duties if each.account == request.user.id), None)
    rows = [_row(each, at, release, names, duty) for each in tickets]
    waiting = [row for row in rows if row.ticket.state == "waiting" and _is_asked(row, asked)]
    values = {
        "waiting": waiting,
        "mine": [row for row in rows if row.ticket.owner == request.user.id],
        "others": [row for row in rows if row.ticket.owner not in (None, request.user.id)],
        "asked": asked,
        "levels": LEVELS,
        "locales": sorted(
            {row.ticket.locale for row in rows if row.ticket.locale} | ({asked["locale"]} & set(release.locales))
        ),
        "topics": {row.ticket.topic: row.topic for row in rows},
        "is_open": is_open,
        "has_duty": duty is not None and bool(duty.hours),
        "problem": problem,
        "problem_name": names.get(problem.owner, "") if problem is not None else "",
    }
    is_refused = problem is not None and problem.code != "nobody_waits"
    part = "queue_list.html" if request.headers.get("hx-request") else "queue.html"
    return web.pages.render(request, part, 409 if is_refused else 200, **values)


def _row(ticket: Ticket, at: datetime, release: Release, names: Mapping[str, str], duty: Duty | None) -> Waiting:
    since = ticket.queued_at if ticket.state == "waiting" else ticket.unanswered_since or at
    place = place_title(release, ticket.path[-1]) if ticket.path else ""
    deadline = _deadline(ticket)
    minutes = max(0, int((at - since).total_seconds() // 60))
    owner = names.get(ticket.owner or "", "")
    topic = topic_title(release, ticket.topic)
    return Waiting(ticket, minutes, alert_level(ticket, at), topic, place, deadline, owner, may_take(duty, ticket))


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
