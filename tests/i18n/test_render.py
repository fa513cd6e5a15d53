"""Texts with values: isolated, marked up, measured as Telegram measures."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n.day import calendar_date
from bot.i18n.number import grouped, kroner
from bot.i18n.plural import categories, form, header
from bot.i18n.render import Entity, Rendered, fill, join, utf16_length
from bot.i18n.template import directed, parse


def test_values_are_isolated_and_markup_becomes_entities() -> None:
    shown = fill("😀 Klag **senest {day}**, ring `{phone}`.", {"day": "torsdag", "phone": "112"})
    assert shown.text == "😀 Klag senest \u2068torsdag\u2069, ring 112."
    assert shown.entities == (Entity("bold", 8, 16), Entity("code", 31, 3))
    encoded = shown.text.encode("utf-16-le")
    assert [encoded[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le") for e in shown.entities] == [
        "senest \u2068torsdag\u2069",
        "112",
    ]


def test_what_a_person_typed_is_never_markup() -> None:
    shown = fill("Du skrev {typed}", {"typed": "**fed** {day} `x`"})
    assert shown.text == "Du skrev \u2068**fed** {day} `x`\u2069"
    assert shown.entities == ()


def test_rendered_value_keeps_its_markup() -> None:
    inner = fill("**4** uger", {})
    shown = fill("inden {period}", {"period": inner})
    assert shown.entities == (Entity("bold", 7, 1),)


def test_parts_are_joined_with_their_entities() -> None:
    joined = join([Rendered("ab", (Entity("bold", 0, 2),)), Rendered("😀"), Rendered("cd", (Entity("code", 1, 1),))])
    assert joined == Rendered("ab\n\n😀\n\ncd", (Entity("bold", 0, 2), Entity("code", 9, 1)))


@given(st.text(max_size=80))
def test_no_text_breaks_the_parser(text: str) -> None:
    parse(text)
    assert utf16_length(fill(text, {}).text) <= utf16_length(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=50))
def test_length_is_counted_as_telegram_counts(text: str) -> None:
    assert utf16_length(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("locale", "number", "index"),
    [
        *(("da", 1, 0), ("da", 0, 1), ("tr", 1, 0), ("kl", 1, 0), ("kl", 2, 1)),
        *(("ar", 0, 0), ("ar", 1, 1), ("ar", 2, 2), ("ar", 5, 3), ("ar", 11, 4), ("ar", 99, 4), ("ar", 100, 5)),
    ],
)
def test_plural_form_fits_the_number(locale: str, number: int, index: int) -> None:
    assert form(locale, number) == index


@pytest.mark.parametrize(
    "locale", ["da", "en", "ar", "tr", "kl", "so", "fa", "ur", "uk", "pl", "ro", "bs", "ku", "ti", "vi", "ps"]
)
def test_pinned_header_says_what_the_code_does(locale: str) -> None:
    count, expression = header(locale).removeprefix("nplurals=").split("; plural=")
    assert int(count) == len(categories(locale))
    python = expression.rstrip(";").replace("&&", " and ").replace("||", " or ")
    for number in range(205):
        assert _ternary(python, number) == form(locale, number), number


def _ternary(expression: str, n: int) -> int:
    """C's `a ? b : c` as gettext has it, worked out."""
    expression = expression.strip()
    if expression.startswith("(") and expression.endswith(")"):
        expression = expression[1:-1]
    if "?" in expression:
        condition, _, rest = expression.partition("?")
        yes, _, no = rest.partition(":")
        return _ternary(yes if eval(condition, {"n": n}) else no, n)
    return int(eval(expression, {"n": n}))


@pytest.mark.parametrize(
    ("locale", "shown"),
    [("da", "1. marts 2027"), ("en", "1 March 2027"), ("kl", "1. marsi 2027"), ("tr", "1 Mart 2027")],
)
def test_since_when_a_rule_holds_is_a_date_without_a_weekday(locale: str, shown: str) -> None:
    assert calendar_date(date(2027, 3, 1), locale) == shown


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{days}: {times}", "\u200f{days}: {times}"),
        ("الأوقات: {times}", "الأوقات: {times}"),
        ("اكتب /hide الآن", "اكتب \u2068/hide\u2069 الآن"),
        ("(LGBT+)", "(\u2068LGBT+\u2069)"),
        ("https://kk.dk/a", "https://kk.dk/a"),
        ("بداية\n{source}\nNAV", "بداية\n\u200f{source}\nNAV"),
    ],
)
def test_line_of_values_alone_runs_as_its_language_does(text: str, line: str) -> None:
    assert directed(text) == line


@pytest.mark.parametrize(
    ("locale", "shown"), [("da", "15.500"), ("en", "15,500"), ("ar", "15,500"), ("pl", "15\xa0500")]
)
def test_thousands_are_grouped_as_the_language_does(locale: str, shown: str) -> None:
    assert grouped(15500, locale) == shown


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("15.500 kr.", 15500),
        ("345 kroner", 345),
        ("1.675.000 kroner", 1675000),
        ("2.5 kr.", None),
        ("mindst 5 kr.", None),
    ],
)
def test_amount_in_kroner_is_a_number(written: str, amount: int | None) -> None:
    assert kroner(written) == amount


def test_sentence_that_ends_with_kr_has_one_full_stop() -> None:
    assert fill("Det koster {value}. Spørg.", {"value": "500 kr."}).text == "Det koster \u2068500 kr.\u2069 Spørg."
    assert fill("Det koster {value}. Spørg.", {"value": "500"}).text == "Det koster \u2068500\u2069. Spørg."
