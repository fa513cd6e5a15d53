"""Days and months in words."""

from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, get_day_names

# Babel has no long pattern of its own for Kalaallisut. "12. november 2026" as in laws (glossary, kl-notes §3), with
# the month's name in the form that stands alone there.
_KL_MONTHS = (
    "januaari", "februaari", "marsi", "apriili", "maaji", "juuni", "juuli", "aggusti", "septembari", "oktobari",
    "novembari", "decembari",
)  # fmt: skip

# Babel has the American order for these two; here the day comes before the month.
_DAY_FIRST = {"en": "EEEE d MMMM y", "so": "EEEE, d MMMM y"}


@lru_cache(maxsize=8192)
def full_date(day: date, locale: str) -> str:
    """A day with its weekday ("torsdag den 12. november 2026"); digits are 0-9 in every language."""
    if locale == "kl":
        weekday = get_day_names("wide", locale=Locale("kl"))[day.weekday()]
        return f"{weekday} {day.day}. {_KL_MONTHS[day.month - 1]} {day.year}"
    return format_date(day, _DAY_FIRST.get(locale, "full"), locale=locale)


@lru_cache(maxsize=1024)
def calendar_date(day: date, locale: str) -> str:
    """A day of the calendar ("12. november 2026"): since when a rule holds, where the weekday says nothing."""
    if locale == "kl":
        return f"{day.day}. {_KL_MONTHS[day.month - 1]} {day.year}"
    return format_date(day, "d MMMM y" if locale in _DAY_FIRST else "long", locale=locale)


def weekday_name(weekday: int, locale: str) -> str:
    """A weekday on its own, 0 for Monday."""
    # Not "stand-alone": once Urdu is loaded, Babel 2.18 gives its names for every other language.
    return str(get_day_names("wide", "format", locale)[weekday])


def weekday_letter(weekday: int, locale: str) -> str:
    """A weekday over a narrow column, 0 for Monday: "M"."""
    if locale == "ur":  # for which Babel has English letters
        return weekday_name(weekday, locale)[0]
    return str(get_day_names("narrow", "format", locale)[weekday])


@lru_cache(maxsize=1024)
def month_name(first: date, locale: str) -> str:
    """A month with its year ("november 2026")."""
    if locale == "kl":
        return f"{_KL_MONTHS[first.month - 1]} {first.year}"
    # Babel's Somali months have another spelling when they stand alone.
    return format_date(first, "MMMM y" if locale == "so" else "LLLL y", locale=locale)
