"""Plural forms, pinned per language: the order in a PO file must be the order that its translators saw."""

from collections.abc import Callable
from functools import cache

from babel import Locale, UnknownLocaleError

# CLDR's categories in the order of the forms in a PO file (Weblate's order, too).
_CATEGORIES = {
    "ar": ("zero", "one", "two", "few", "many", "other"),
    "bs": ("one", "few", "other"),
    "pl": ("one", "few", "many"),
    "ro": ("one", "few", "other"),
    "uk": ("one", "few", "many"),
    "vi": ("other",),
}
_DEFAULT = ("one", "other")

_ONES = "n%10==1 && n%100!=11"
_FEW = "n%10>=2 && n%10<=4 && (n%100<12 || n%100>14)"

# The header that a file must have. Babel's own for Arabic orders forms 4 and 5 differently: such a file is refused.
HEADERS = {
    "ar": (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
        "n%100>=11 && n%100<=99 ? 4 : 5);"
    ),
    "bs": f"nplurals=3; plural=({_ONES} ? 0 : {_FEW} ? 1 : 2);",
    "fa": "nplurals=2; plural=(n > 1);",
    "pl": f"nplurals=3; plural=(n==1 ? 0 : {_FEW} ? 1 : 2);",
    "ro": "nplurals=3; plural=(n==1 ? 0 : n==0 || (n%100>=1 && n%100<=19) ? 1 : 2);",
    "ti": "nplurals=2; plural=(n > 1);",
    "uk": f"nplurals=3; plural=({_ONES} ? 0 : {_FEW} ? 1 : 2);",
    "vi": "nplurals=1; plural=0;",
}
_DEFAULT_HEADER = "nplurals=2; plural=(n != 1);"


def categories(locale: str) -> tuple[str, ...]:
    return _CATEGORIES.get(locale, _DEFAULT)


def header(locale: str) -> str:
    return HEADERS.get(locale, _DEFAULT_HEADER)


@cache
def _rule(locale: str) -> Callable[[int], str]:
    try:
        return Locale.parse(locale).plural_form
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en").plural_form


def form(locale: str, number: int) -> int:
    """Which of a language's plural forms goes with a number."""
    category = _rule(locale)(number)
    names = categories(locale)
    return names.index(category) if category in names else len(names) - 1
