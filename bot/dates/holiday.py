"""Days on which Danish offices are closed."""

from datetime import date
from functools import cache, lru_cache

from holidays.countries.denmark import Denmark

SATURDAY = 5
USUALLY_CLOSED = ((6, 5), (12, 24), (12, 31))  # fact base: closed, but not public holidays


@cache
def _closed_days(year: int) -> frozenset[date]:
    public = Denmark(years=year, language="en_US")  # type: ignore[no-untyped-call]
    ascension = next(day for day, name in public.items() if name == "Ascension Day")
    friday_after = date.fromordinal(ascension.toordinal() + 1)
    return frozenset([*public, friday_after, *(date(year, month, day) for month, day in USUALLY_CLOSED)])


def is_public_holiday(day: date) -> bool:
    """Whether the day is a Danish public holiday, or one of the days that offices treat as one; weekends are not."""
    return day in _closed_days(day.year)


@lru_cache(maxsize=4096)
def is_closed(day: date) -> bool:
    """Whether offices are (usually) closed: weekends, public holidays, and the days of `USUALLY_CLOSED`.

    Source: fact base, `calendar`: Store Bededag was abolished from 2024; the Friday after Ascension counts.
    """
    return day.weekday() >= SATURDAY or day in _closed_days(day.year)
