"""CPR numbers are hidden, and nothing else. All numbers here are impossible ones."""

import pytest

from bot.understanding.cpr import find_cpr, mask_cpr


@pytest.mark.parametrize(
    "number", ["311299-0000", "311299 0000", "311299–0000", "3112990000", "٣١١٢٩٩-٠٠٠٠", "۳۱۱۲۹۹۰۰۰۰", "999999-9999"]
)
def test_number_is_hidden(number: str) -> None:
    masked = mask_cpr(f"Jeg er {number}, hej")
    assert not any(sign.isdecimal() for sign in masked)
    assert masked.startswith("Jeg er ")
    assert masked.endswith(", hej")


@pytest.mark.parametrize(
    "text",
    [
        "33 17 33 33",
        "+45 33 17 33 33",
        "12.11.2026",
        "sag 2026-123456",
        "DK5000400440116243",
        "1234567890123",
        "9913990000",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_cpr(text) == text


def test_several_are_found_in_order() -> None:
    assert find_cpr("311299-0000 og 301299-0001") == [(0, 11), (15, 26)]
