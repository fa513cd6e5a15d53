"""When a place is open, and whether it is open now: known, closed, or not known, never guessed."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.dates.deadline import COPENHAGEN
from bot.dates.holiday import is_public_holiday, is_usually_closed

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ALWAYS = "24/7"
LOOK_AHEAD_DAYS = 14
_DAY_MINUTES = 24 * 60
_PART = re.compile(r"(?P<first>[A-Z][a-z]{2}|hol)(?:-(?P<last>[A-Z][a-z]{2}))? (?P<from>[\d.]+)-(?P<to>[\d.]+)")

Span = tuple[int, int]  # minutes since midnight; the end is beyond 24 hours where it is past midnight


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Weekly hours of a place in Copenhagen.

    Args:
        week: For each weekday from Monday the spans in which it is open.
        holidays: The spans on public holidays; closed then where a source says nothing else.
        always: Open day and night, every day.
    """

    week: tuple[tuple[Span, ...], ...] = ((),) * 7
    holidays: tuple[Span, ...] = ()
    always: bool = False

    def spans(self, day: date) -> tuple[Span, ...]:
        return self.holidays if is_public_holiday(day) else self.week[day.weekday()]


@dataclass(frozen=True, slots=True)
class Status:
    """Open or closed at a moment.

    Args:
        is_open: None when nobody knows: offices are usually closed on that day, though it is no public holiday.
        until: When it closes, aware; None when it is closed or never closes.
        opens: When it opens next, aware; None when it is open, or not within two weeks.
    """

    is_open: bool | None
    until: datetime | None = None
    opens: datetime | None = None


def read_hours(written: str) -> OpeningHours:
    """Read "24/7" or "Mon-Wed 9-15, Thu 13-18, hol 9-13"; a span such as 22-4 ends on the next day.

    Raises:
        ValueError: says which part cannot be read.
    """
    if written == ALWAYS:
        return OpeningHours(always=True)
    week: list[tuple[Span, ...]] = [()] * 7
    holidays: tuple[Span, ...] = ()
    for part in written.split(", "):
        match = _PART.fullmatch(part)
        if match is None or {match["first"], match["last"] or "Mon"} - {*DAYS, "hol"}:
            raise ValueError(f"cannot read the hours '{part}'; write such as 'Mon-Wed 9-15, Thu 13-18' or '24/7'")
        span = _span(match["from"], match["to"])
        if match["first"] == "hol":
            holidays = (*holidays, span)
            continue
        first, last = DAYS.index(match["first"]), DAYS.index(match["last"] or match["first"])
        for day in range(first, last + 1):
            week[day] = (*week[day], span)
    return OpeningHours(tuple(week), holidays)


def _span(start: str, end: str) -> Span:
    opens, closes = _minutes(start), _minutes(end)
    return opens, closes if closes > opens else closes + _DAY_MINUTES


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(".")
    return int(hour) * 60 + int(minute or 0)


def status(hours: OpeningHours, at: datetime) -> Status:
    """Whether a place is open at an aware time."""
    if hours.always:
        return Status(is_open=True)
    today = at.astimezone(COPENHAGEN).date()
    for day in (today - timedelta(days=1), today):
        for opens, closes in hours.spans(day):
            if _moment(day, opens) <= at < _moment(day, closes):
                return Status(None) if _is_doubtful(day) else Status(is_open=True, until=_moment(day, closes))
    if _is_doubtful(today) and hours.spans(today):
        return Status(None)
    return Status(is_open=False, opens=_next_opening(hours, at, today))


def _is_doubtful(day: date) -> bool:
    return is_usually_closed(day) and not is_public_holiday(day)


def _next_opening(hours: OpeningHours, at: datetime, today: date) -> datetime | None:
    for ahead in range(LOOK_AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        if _is_doubtful(day):
            continue
        for opens, _ in sorted(hours.spans(day)):
            moment = _moment(day, opens)
            if moment > at:
                return moment
    return None


def _moment(day: date, minutes: int) -> datetime:
    days, minutes = divmod(minutes, _DAY_MINUTES)
    return datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), COPENHAGEN)
