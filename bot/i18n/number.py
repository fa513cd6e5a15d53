"""Numbers as they are read: amounts grouped as each language does (a Danish 15.500 is fifteen and a half elsewhere),
phone numbers on one line."""

import re
from functools import cache

from babel import Locale

NO_BREAK_SPACE = "\u00a0"
_AMOUNT = re.compile(r"\b\d{1,3}(?:\.\d{3})+(?=(?: / \d{1,3}(?:\.\d{3})+)* kr)")


def amounts(text: str, locale: str) -> str:
    """The text with the thousands of its amounts in kroner grouped by the language's own sign; digits stay 0 to 9."""
    sign = _group_sign(locale)
    return _AMOUNT.sub(lambda amount: amount[0].replace(".", sign), text)


def phone(number: str) -> str:
    """A phone number that stays on one line; `runner.message.plain` makes it ordinary again where it is copied."""
    return number.replace(" ", NO_BREAK_SPACE)


@cache
def _group_sign(locale: str) -> str:
    symbols = Locale.parse(locale).number_symbols
    return str(symbols.get("latn", symbols)["group"])
