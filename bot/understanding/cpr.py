"""Danish civil registration (CPR) numbers in a text: six digits of a birthday, four of a serial."""

import re
import unicodedata

MASK = "●"
# Six and four digits of any script, not part of a longer number. Without a separator the six must be a day.
_SEPARATED = re.compile(r"(?<!\d)\d{6}\s?[-–—.‐ ]\s?\d{4}(?!\d)")
_TOGETHER = re.compile(r"(?<!\d)\d{10}(?!\d)")


def find_cpr(text: str) -> list[tuple[int, int]]:
    """Where CPR numbers stand, as (start, end), in order."""
    spans = [match.span() for match in _SEPARATED.finditer(text)]
    spans += [match.span() for match in _TOGETHER.finditer(text) if _starts_with_a_day(match.group())]
    return sorted(spans)


def _starts_with_a_day(digits: str) -> bool:
    plain = "".join(str(unicodedata.digit(digit)) for digit in digits)
    return 1 <= int(plain[:2]) <= 31 and 1 <= int(plain[2:4]) <= 12


def mask_cpr(text: str) -> str:
    """The text with every digit of its CPR numbers hidden; the same text where there are none."""
    for start, end in find_cpr(text):
        hidden = "".join(MASK if character.isdecimal() else character for character in text[start:end])
        text = text[:start] + hidden + text[end:]
    return text
