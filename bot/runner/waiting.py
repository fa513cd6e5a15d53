"""What a person with an open ticket is told: the place in the queue and the time it takes, or who has the ticket."""

from datetime import datetime, timedelta

from bot.dates.deadline import copenhagen_day
from bot.engine.effects import Param, Text
from bot.handoff.duty import Duty, next_opening, on_duty
from bot.handoff.estimate import estimate
from bot.handoff.ticket import NOBODY_THERE, Ticket, Told
from bot.runner.ports import UnitOfWork

RECENT = timedelta(days=7)  # waits that tell how long it takes now
MOST_WAITS = 50


def shown_name(duty: Duty | None) -> Param:
    """How the person sees an adviser: as they chose, never the account."""
    return duty.shown_as if duty is not None and duty.shown_as else Text("common/adviser")


def duties_now(uow: UnitOfWork, at: datetime) -> list[Duty]:
    """Who is there."""
    return on_duty(uow.duties.all(), [closure for _, closure in uow.duties.closures(copenhagen_day(at))], at)


def place_in_queue(uow: UnitOfWork, ticket: Ticket, at: datetime) -> Told:
    waited = estimate(uow.tickets.recent_waits(at - RECENT, MOST_WAITS))
    low, high = waited if waited is not None else (None, None)
    return Told(uow.tickets.position(ticket), low, high)


def waiting_words(uow: UnitOfWork, ticket: Ticket, at: datetime) -> tuple[tuple[Text, ...], Told | None]:
    """The words, and what they told about waiting (None: nothing, because somebody has the ticket)."""
    if ticket.state == "claimed" and ticket.owner is not None:
        return (Text("common/ticket_claimed", {"name": shown_name(uow.duties.get(ticket.owner))}),), None
    duties = uow.duties.all()
    closures = [closure for _, closure in uow.duties.closures(copenhagen_day(at))]
    there = on_duty(duties, closures, at)
    if not there:
        opening = next_opening(duties, closures, at)
        if opening is None:
            return (Text("common/ticket_no_hours"),), NOBODY_THERE
        return (Text("common/ticket_desk_closed", {"day": copenhagen_day(opening), "time": opening}),), NOBODY_THERE
    told = place_in_queue(uow, ticket, at)
    words = [Text("common/ticket_place", {"position": str(told.position)})]
    if told.low is None or told.high is None:
        words.append(Text("common/ticket_wait_unknown"))
    else:
        words.append(Text("common/ticket_wait", {"low": str(told.low), "high": str(told.high)}))
    if not any(duty.speaks(ticket.locale) for duty in there):
        words.append(Text("common/ticket_no_language"))
    return tuple(words), told
