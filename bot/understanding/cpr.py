"""Danish civil registration (CPR) numbers in a text: six digits of a birthday, four of a serial."""

import re
import unicodedata

MASK = "●"
# Ten digits of any script, six and four, not part of a longer number: phone numbers have a plus or stand in twos.
_TEN = re.compile(
    r"(?<![\d+])(?<!\d[-–—.,/ ])(?:\d[ .·]?){5}\d\s{0,3}[-–—−‐‑_./:,·]?\s{0,3}(?:\d[ .·]?){3}\d(?![ ]?\d)"
)
_TWOS = re.compile(r"(?<![\d+])\d{2}[-./ ]\d{2}[-./ ]\d{2}\s{0,3}[-–—−‐‑_./:, ]\s{0,3}\d{4}(?!\d)")
# What a number of ten digits is called when it is none: a case, an account, a phone.
_LABELLED = re.compile(
    r"(?:sags?(?:nummer|nr)?|journal(?:nummer|nr)?|j\.?nr|case|ref(?:erence)?|konto(?:nummer|nr)?|account|iban|faktura|"
    r"invoice|ordre|order|kunde(?:nummer|nr)?|tlf|telefon|tel|phone|mobil|cvr|ean|p-nummer|dosya|sprawa|sprawy|"
    r"справ[аи]|телефон|рахунок|suliaq|suliap normua|قضية|ملف|هاتف|حساب|پرونده|تلفن|حساب|کیس|فون|اکاؤنٹ|kiis|"
    r"taleefan)\W{0,3}(?:no|nr|number|num|numer|nummer|номер|normu|رقم|شماره|نمبر|lambar\w*|numaras\w*|er|is|:|#)?\W{0,4}$",
    re.IGNORECASE,
)
LABEL_REACH = 30  # characters before a number in which its label stands


def find_cpr(text: str) -> list[tuple[int, int]]:
    """Where CPR numbers stand, as (start, end), in order."""
    found = [match.span() for pattern in (_TEN, _TWOS) for match in pattern.finditer(text) if _is_cpr(text, match)]
    spans: list[tuple[int, int]] = []
    for span in sorted(found):
        if not spans or span[0] >= spans[-1][1]:
            spans.append(span)
    return spans


def _is_cpr(text: str, match: re.Match[str]) -> bool:
    digits = "".join(str(unicodedata.digit(character)) for character in match.group() if character.isdecimal())
    if not (1 <= int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12):
        # With its sign in the usual place it is meant as one, misspelt or invented; without it is another number.
        return re.fullmatch(r"\d{6}\s?[-–—−‐‑.]\s?\d{4}", match.group()) is not None
    return _LABELLED.search(text[max(0, match.start() - LABEL_REACH) : match.start()]) is None


def mask_cpr(text: str) -> str:
    """The text with every digit of its CPR numbers hidden; the same text where there are none."""
    for start, end in find_cpr(text):
        hidden = "".join(MASK if character.isdecimal() else character for character in text[start:end])
        text = text[:start] + hidden + text[end:]
    return text
