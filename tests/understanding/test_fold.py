"""Spelling habits of many keyboards made one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.fold import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  MENU!! ", "menu"),
        ("rådgiver", "raadgiver"),
        ("hjælp", "hjaelp"),
        ("øre", "oere"),
        ("İPTAL", "iptal"),
        ("ışık", "isik"),
        ("ŞİDDET", "siddet"),
        ("أمّي", "امي"),
        ("شكوى", "شكوي"),
        ("بلدية", "بلديه"),
        ("کمک", "كمك"),
        ("مـــرحبا", "مرحبا"),
        ("الثّلاثاء", "الثلاثاء"),
        ("١٢۳", "123"),
        ("ёлка", "елка"),
        ("Kalâdlit", "kaladlit"),
        ("ĸ", "q"),
        ("don't", "don t"),
    ],
)
def test_spellings_meet(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize("word", ["हिंदी", "தமிழ்", "ትግርኛ", "ไทย"])
def test_marks_that_carry_meaning_stay(word: str) -> None:
    marks = [sign for sign in unicodedata.normalize("NFC", word) if unicodedata.category(sign) in ("Mc", "Mn")]
    assert all(sign in fold(word) for sign in marks)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_short_way_for_ascii_gives_what_the_long_way_gives(text: str) -> None:
    assert fold(text) == fold(text + " 😀").removesuffix(" 😀").strip() or "😀" not in fold(text + " 😀")
