"""Numbers as they are read: amounts grouped as each language does (a Danish 15.500 is fifteen and a half elsewhere),
phone numbers and sections of laws on one line."""

import re
from functools import cache

from babel import Locale

NO_BREAK_SPACE, NO_BREAK_HYPHEN = "\u00a0", "\u2011"
_SECTION_GAP = re.compile(r"(?<=§) |(?<=\d) (?=[a-z]\b)")
_SECTION_RANGE = re.compile(r"(?<=\d)-(?=\d)")
_KRONER = re.compile(r"(\d{1,3}(?:\.\d{3})*) kr(?:\.|oner)")


def kroner(amount: str) -> int | None:
    """How many kroner a Danish amount names ("15.500 kr.", "345 kroner"); None where it says anything else."""
    found = _KRONER.fullmatch(amount)
    return None if found is None else int(found[1].replace(".", ""))


def grouped(number: int, locale: str) -> str:
    """A number with its thousands grouped by the language's own sign; digits stay 0 to 9."""
    return f"{number:,}".replace(",", _group_sign(locale))


def phone(number: str) -> str:
    """A phone number that stays on one line; `runner.message.plain` makes it ordinary again where it is copied."""
    return number.replace(" ", NO_BREAK_SPACE)


def sections(law: str) -> str:
    """A law whose sections ("§§ 104-105", "§ 171 a") stay on one line, as a phone number does."""
    return _SECTION_RANGE.sub(NO_BREAK_HYPHEN, _SECTION_GAP.sub(NO_BREAK_SPACE, law))


@cache
def _group_sign(locale: str) -> str:
    symbols = Locale.parse(locale).number_symbols
    return str(symbols.get("latn", symbols)["group"])
