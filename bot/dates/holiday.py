"""Days on which Danish offices are closed."""

from datetime import date
from functools import cache, lru_cache

from holidays.countries.denmark import Denmark

SATURDAY = 5
USUALLY_CLOSED = ((6, 5), (12, 24), (12, 31))  # fact base: closed, but not public holidays


@cache
def _public_holidays(year: int) -> dict[date, str]:
    return dict(Denmark(years=year, language="en_US"))  # type: ignore[no-untyped-call]


@cache
def _usually_closed(year: int) -> frozenset[date]:
    ascension = next(day for day, name in _public_holidays(year).items() if name == "Ascension Day")
    friday_after = date.fromordinal(ascension.toordinal() + 1)
    return frozenset([friday_after, *(date(year, month, day) for month, day in USUALLY_CLOSED)])


def is_public_holiday(day: date) -> bool:
    """Store Bededag was abolished from 2024. Source: fact base, `calendar`."""
    return day in _public_holidays(day.year)


def is_usually_closed(day: date) -> bool:
    """No public holiday by law, but most offices are closed: 5 June, 24 and 31 December, the Friday after Ascension."""
    return day in _usually_closed(day.year)


@lru_cache(maxsize=4096)
def is_closed(day: date) -> bool:
    """Whether offices are (usually) closed: weekends, public holidays, and the days that are usually closed."""
    return day.weekday() >= SATURDAY or is_public_holiday(day) or is_usually_closed(day)
