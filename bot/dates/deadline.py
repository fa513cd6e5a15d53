"""Time limits: from a day and a period to the last day, and to the last day on which offices are open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.dates.holiday import is_closed

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
CLOSE_DAYS = 7  # with fewer days left the fact base wants a human offered

Unit = Literal["hours", "days", "weeks", "months", "years", "working_days"]
State = Literal["open", "close", "today", "passed_safe", "passed"]


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time as a law gives it: 4 weeks, 1 month, 7 working days."""

    length: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Deadline:
    """A counted time limit.

    Args:
        last_day: The last day by the rule of counting.
        safe_day: The same, or the last open day before it where it is a closed day.
        days_left: Whole days from today to the safe day; negative when that has passed.
        state: "close" with fewer than 7 days left; "passed_safe" between the safe day and the last day.
    """

    start: date
    last_day: date
    safe_day: date
    days_left: int
    state: State


def deadline(start: date, period: Period, today: date) -> Deadline:
    """Count a time limit from the day of the event, which itself does not count.

    Source: fact base, `calendar.safe_date_algorithm`: weeks end on the same weekday; a last day on a weekend or
    holiday is believed to move to the next weekday, so the safe day is the open day before.
    """
    last = last_day(start, period)
    safe = last
    while is_closed(safe):
        safe -= timedelta(days=1)
    return Deadline(start, last, safe, (safe - today).days, _state(safe, last, today))


def _state(safe: date, last: date, today: date) -> State:
    if today > last:
        return "passed"
    if today > safe:
        return "passed_safe"
    if today == safe:
        return "today"
    return "close" if (safe - today).days < CLOSE_DAYS else "open"


def last_day(start: date, period: Period) -> date:
    """The last day of a period; a month that is too short ends on its last day."""
    match period.unit:
        case "hours":
            return start + timedelta(hours=period.length)
        case "days":
            return start + timedelta(days=period.length)
        case "weeks":
            return start + timedelta(weeks=period.length)
        case "months":
            return _months_later(start, period.length)
        case "years":
            return _months_later(start, 12 * period.length)
        case "working_days":
            return _working_days_later(start, period.length)


def _months_later(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    length = (following - timedelta(days=1)).day
    return date(year, month + 1, min(start.day, length))


def _working_days_later(start: date, days: int) -> date:
    day = start
    while days:
        day += timedelta(days=1)
        days -= not is_closed(day)
    return day


def copenhagen_day(at: datetime) -> date:
    """The day in Copenhagen at an aware time."""
    return at.astimezone(COPENHAGEN).date()
