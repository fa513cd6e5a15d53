"""Advisers' duty: what they can take, when they are there, when the desk opens next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.dates.deadline import COPENHAGEN
from bot.dates.holiday import is_public_holiday, is_usually_closed
from bot.handoff.ticket import Ticket

FLUENT = 2  # the least level of a language for free talk: 1 some words, 2 fluent, 3 mother tongue
LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of a weekday (0 = Monday), in Copenhagen's time; it ends on the same day."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Closure:
    """A one-off absence, first and last day included; of one account, or of the whole desk (None)."""

    first: date
    last: date
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """What one adviser can take.

    Args:
        account: Key of the account.
        shown_as: A role or first name that the adviser chose; all that the person ever sees.
        skills: Level by language tag.
        topics: Flows; empty means all.
        capacity: How many claimed tickets at a time.
    """

    account: str
    shown_as: str
    skills: Mapping[str, int] = field(default_factory=dict)
    topics: frozenset[str] = frozenset()
    hours: tuple[Hours, ...] = ()
    capacity: int = 5

    def speaks(self, locale: str) -> bool:
        return self.skills.get(locale, 0) >= FLUENT

    def can_take(self, ticket: Ticket) -> bool:
        """By language and topic. Danger is for everybody."""
        if ticket.urgency == "danger":
            return True
        return self.speaks(ticket.locale) and (not self.topics or ticket.topic in self.topics)


def on_duty(duties: Iterable[Duty], closures: Iterable[Closure], at: datetime) -> list[Duty]:
    """Who is there at an aware time. Nobody is on public holidays."""
    local = at.astimezone(COPENHAGEN)
    day, moment = local.date(), local.time()
    if is_public_holiday(day) or is_usually_closed(day):
        return []
    away = {closure.account for closure in closures if closure.first <= day <= closure.last}
    if None in away:
        return []
    return [
        duty
        for duty in duties
        if duty.account not in away
        and any(each.weekday == day.weekday() and each.start <= moment < each.end for each in duty.hours)
    ]


def next_opening(duties: Iterable[Duty], closures: Iterable[Closure], at: datetime) -> datetime | None:
    """When somebody is there next, strictly after `at`; None: nobody has hours in the next 60 days."""
    duties, closures = list(duties), list(closures)
    today = at.astimezone(COPENHAGEN).date()
    for ahead in range(LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        starts = {each.start for duty in duties for each in duty.hours if each.weekday == day.weekday()}
        for start in sorted(starts):
            opening = datetime.combine(day, start, COPENHAGEN)
            if opening > at and on_duty(duties, closures, opening):
                return opening
    return None
