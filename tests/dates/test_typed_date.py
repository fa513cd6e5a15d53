"""Dates of letters as people type them."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dates.typed_date import read_date

TODAY = date(2026, 11, 24)  # a Tuesday
NOV_12 = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("locale", "typed", "day"),
    [
        *(
            ("da", typed, NOV_12)
            for typed in (
                "12.11.",
                "12.11",
                "12/11",
                "12-11-2026",
                "12.11.26",
                "2026-11-12",
                "d. 12. november",
                "12 nov",
            )
        ),
        ("da", "brevet er fra den 12. november 2026 tror jeg", NOV_12),
        ("da", "12. novmber", NOV_12),
        ("da", "i dag", TODAY),
        ("da", "I går", date(2026, 11, 23)),
        ("da", "igår", date(2026, 11, 23)),
        ("da", "i forgårs", date(2026, 11, 22)),
        ("en", "November 12", NOV_12),
        ("en", "12th of November", NOV_12),
        ("en", "yesterday", date(2026, 11, 23)),
        ("en", "the day before yesterday", date(2026, 11, 22)),
        ("ar", "١٢.١١", NOV_12),
        ("ar", "١٢/١١/٢٠٢٦", NOV_12),
        ("ar", "12 نوفمبر", NOV_12),
        ("ar", "١٢ تشرين الثاني", NOV_12),
        ("ar", "أمس", date(2026, 11, 23)),
        ("ar", "امس", date(2026, 11, 23)),
        ("ar", "اليوم", TODAY),
        ("ar", "i går", date(2026, 11, 23)),  # Danish words are understood in every language
        ("fa", "۱۲/۱۱", NOV_12),
        ("tr", "12 Kasım", NOV_12),
        ("tr", "12 kasim 2026", NOV_12),
        ("tr", "dün", date(2026, 11, 23)),
        ("tr", "bugün", TODAY),
        ("kl", "12. novembari", NOV_12),
        ("kl", "novemberip 12-at", NOV_12),
        ("kl", "ippassaq", date(2026, 11, 23)),
        ("kl", "ullumi", TODAY),
    ],
)
def test_date_is_read(locale: str, typed: str, day: date) -> None:
    guess = read_date(typed, locale, TODAY)
    assert guess is not None
    assert (guess.day, guess.sure) == (day, True)


@pytest.mark.parametrize(
    ("locale", "typed", "day"),
    [
        pytest.param("da", "25.11.", date(2025, 11, 25), id="not come yet this year, so long ago"),
        pytest.param("da", "1.1.2020", date(2020, 1, 1), id="years ago"),
        pytest.param("da", "24.12.2026", date(2026, 12, 24), id="not come yet"),
        pytest.param("da", "torsdag", date(2026, 11, 19), id="a bare weekday"),
        pytest.param("en", "Tuesday", date(2026, 11, 17), id="today's weekday is a week ago"),
    ],
)
def test_date_that_needs_a_second_look_is_not_sure(locale: str, typed: str, day: date) -> None:
    guess = read_date(typed, locale, TODAY)
    assert guess is not None
    assert (guess.day, guess.sure) == (day, False)


@pytest.mark.parametrize(
    "typed", ["", "hej", "32.13.", "30.2.2026", "99", "maj", "for længe siden", "0.0.0", "🙂", "₁₂"]
)
def test_what_is_no_date_is_none(typed: str) -> None:
    assert read_date(typed, "da", TODAY) is None


def test_very_long_text_is_read_at_once() -> None:
    started = time.perf_counter()
    for _ in range(20):
        read_date("12 x " * 800, "ar", TODAY)
    assert (time.perf_counter() - started) / 20 < 0.05


@given(st.text(max_size=60), st.sampled_from(["da", "en", "ar", "tr", "kl", "ti"]))
def test_nothing_that_is_typed_breaks_it(typed: str, locale: str) -> None:
    read_date(typed, locale, TODAY)


@given(st.dates(date(2026, 1, 1), TODAY), st.sampled_from(["%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d", "%d-%m-%y"]))
def test_every_day_of_this_year_is_read_back(day: date, form: str) -> None:
    guess = read_date(day.strftime(form), "da", TODAY)
    assert guess is not None
    assert guess.day == day
