"""A date as people type it: numbers, month names, "i går", digits of any script, words around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names
from rapidfuzz import fuzz, process

from bot.dates.words import DAYS_AGO, EXTRA_MONTHS
from bot.understanding.fold import fold

OLD_DAYS = 330  # a letter that old is asked about
NEAR = 84.0  # how alike a month's name must be, 0 to 100

_ISO = re.compile(r"(?<!\d)(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[-/. ]+(\d{1,2})(?:[-/. ]+(\d{4}|\d{2}))?(?!\d)")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class DateGuess:
    """What a typed date means. Not `sure`: ask back (a bare weekday, a day ahead, a day long ago)."""

    day: date
    sure: bool


def read_date(typed: str, locale: str, today: date) -> DateGuess | None:
    """Read a date of a letter; None where there is none in the text.

    The day stands before the month, as everywhere in Denmark. Without a year it is the last such day up to today.

    Args:
        typed: Any text, any script.
        locale: The person's language, tried before English and Danish.
        today: The day in Copenhagen.
    """
    folded = fold(typed)[:200]
    for tag in dict.fromkeys((locale, "da", "en")):
        day = _relative(folded, tag, today)
        if day is not None:
            return day
    day_found = _numbers(folded, today) or _named(folded, locale, today)
    if day_found is None:
        return None
    old = (today - day_found).days > OLD_DAYS
    return DateGuess(day_found, sure=not old and day_found <= today)


def _relative(folded: str, locale: str, today: date) -> DateGuess | None:
    padded = f" {folded} "
    # The longest first: "day before yesterday" holds "yesterday".
    for words, days in sorted(DAYS_AGO.get(locale, {}).items(), key=lambda item: -len(item[0])):
        if f" {words} " in padded:
            return DateGuess(today - timedelta(days=days), sure=True)
    if folded in (weekdays := _weekdays(locale)):
        return DateGuess(today - timedelta(days=(today.weekday() - weekdays[folded]) % 7 or 7), sure=False)
    return None


def _numbers(folded: str, today: date) -> date | None:
    found = _ISO.search(folded)
    if found:
        return _date(int(found[1]), int(found[2]), int(found[3]))
    found = _DAY_FIRST.search(folded)
    if not found:
        return None
    return _with_year(int(found[1]), int(found[2]), found[3], today)


def _named(folded: str, locale: str, today: date) -> date | None:
    """A day's number and a month's name near each other, in either order; names may have two words."""
    words = folded.split()
    months = _months(locale)
    for index, word in enumerate(words):
        number = _DAY.fullmatch(word)
        if number is None:
            continue
        near = (words[index + 1 : index + 3], words[index + 2 : index + 3], words[index + 1 : index + 2])
        for name in (*near, words[max(index - 1, 0) : index], words[max(index - 2, 0) : index]):
            found = process.extractOne(" ".join(name), list(months), scorer=fuzz.ratio, score_cutoff=NEAR)
            if found is not None:
                year = next((later for later in words[index + 1 :] if _YEAR.fullmatch(later)), None)
                return _with_year(int(number[1]), months[found[0]], year, today)
    return None


def _with_year(day: int, month: int, year_typed: str | None, today: date) -> date | None:
    if year_typed is not None:
        year = int(year_typed) + (2000 if len(year_typed) == 2 else 0)
        return _date(year, month, day)
    this_year = _date(today.year, month, day)
    if this_year is not None and this_year <= today:
        return this_year
    # 29 February may not exist in the year before.
    return _date(today.year - 1, month, day) or _date(today.year - 2, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months(locale: str) -> Mapping[str, int]:
    """Folded names and short names of months: the person's language, Danish and English, and extra spellings."""
    names: dict[str, int] = {}
    for tag in dict.fromkeys((locale, "da", "en")):
        for width in ("wide", "abbreviated"):
            for form in ("format", "stand-alone"):
                for number, name in _babel(get_month_names, tag, width, form).items():
                    names.setdefault(fold(name), number)
        for name, number in EXTRA_MONTHS.get(tag, {}).items():
            names.setdefault(fold(name), number)
    return {name: number for name, number in names.items() if not name.isdecimal()}


@cache
def _weekdays(locale: str) -> Mapping[str, int]:
    return {fold(name): number for number, name in _babel(get_day_names, locale, "wide", "format").items()}


def _babel(names: object, tag: str, width: str, form: str) -> Mapping[int, str]:
    assert callable(names)
    try:
        return dict(names(width, form, Locale.parse(tag)))
    except (UnknownLocaleError, ValueError):
        return {}
