"""Texts and keyboards as Telegram reads them, and its words where it cannot."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.formatting import format_text, utf16_length
from bot.sandbox.markup import read_markup
from bot.sandbox.refusals import Refusal

Json = dict[str, Any]


def bold(offset: int, length: int) -> Json:
    return {"type": "bold", "offset": offset, "length": length}


@pytest.mark.parametrize(
    ("mode", "sent", "text", "entities"),
    [
        ("", "*a* <b>", "*a* <b>", []),
        ("HTML", "😀 <b>a &lt; <i>b</i></b>", "😀 a < b", [bold(3, 5), {"type": "italic", "offset": 7, "length": 1}]),
        (
            "html",
            '<a href="https://kk.dk">her</a>',
            "her",
            [{"type": "text_link", "offset": 0, "length": 3, "url": "https://kk.dk"}],
        ),
        (
            "HTML",
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [{"type": "pre", "offset": 0, "length": 1, "language": "py"}],
        ),
        ("MarkdownV2", "*å*\\.", "å.", [bold(0, 1)]),
        ("MarkdownV2", "`a*b`", "a*b", [{"type": "code", "offset": 0, "length": 3}]),
        ("MarkdownV2", ">a\nb", "a\nb", [{"type": "blockquote", "offset": 0, "length": 1}]),
        ("Markdown", "*a* _b_", "a b", [bold(0, 1), {"type": "italic", "offset": 2, "length": 1}]),
    ],
)
def test_marks_become_entities(mode: str, sent: str, text: str, entities: list[Json]) -> None:
    formatted = format_text(sent, mode)
    assert (formatted.text, list(formatted.entities)) == (text, entities)


@pytest.mark.parametrize(
    ("mode", "sent", "why"),
    [
        ("HTML", "<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "å <blink>", 'Unsupported start tag "blink" at byte offset 3'),
        ("HTML", "a</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("HTML", "a <b", "Unclosed start tag at byte offset 2"),
        ("MarkdownV2", "*a", "Can't find end of Bold entity at byte offset 0"),
        ("MarkdownV2", "😀 `a", "Can't find end of Code entity at byte offset 5"),
        ("MarkdownV2", "a.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "[a](https://kk.dk", "Can't find end of a URL at byte offset 4"),
        ("Markdown", "a *b", "Can't find end of the entity starting at byte offset 2"),
    ],
)
def test_marks_that_cannot_be_parsed(mode: str, sent: str, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        format_text(sent, mode)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"
    assert refused.value.code == 400


@pytest.mark.parametrize(
    ("text", "entity", "why"),
    [
        ("abc", bold(-1, 1), "receive an entity with incorrect offset -1"),
        ("abc", bold(0, -1), "receive an entity with incorrect length -1"),
        ("abc", bold(4, 1), "entity begins after the end of the text at UTF-16 offset 4"),
        (
            "abc",
            bold(1, 3),
            "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4",
        ),
        ("😀a", bold(1, 2), "entity begins in a middle of a UTF-16 symbol at byte offset 4"),
        (
            "a😀",
            bold(0, 2),
            "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5",
        ),
        ("abc", {"type": "bold", "offset": 0}, "can't parse MessageEntity: Can't find field \"length\""),
        (
            "abc",
            {"type": "text_link", "offset": 0, "length": 1, "url": "tel:112"},
            "entity URL 'tel:112' is invalid: Wrong HTTP URL",
        ),
    ],
)
def test_entities_that_do_not_fit_their_text(text: str, entity: Json, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        format_text(text, entities=[entity])
    assert refused.value.description == f"Bad Request: {why}"


def test_text_is_kept_as_telegram_keeps_it() -> None:
    formatted = format_text("  \u202ea\u2068b\u2069\t😀c \n", entities=[bold(0, 11)])
    assert formatted.text == "a\u2068b\u2069 😀c"
    assert formatted.entities == (bold(0, 8),)


def test_links_and_commands_are_found() -> None:
    found = format_text("Se kk.dk/klag, /menu og a@kk.dk").entities
    assert [(each["type"], each["offset"], each["length"]) for each in found] == [
        ("url", 3, 10),
        ("bot_command", 15, 5),
        ("email", 24, 7),
    ]


@given(st.text(max_size=60), st.sampled_from(["", "HTML", "MarkdownV2", "Markdown"]))
def test_whatever_is_sent_is_read_or_refused(text: str, mode: str) -> None:
    try:
        formatted = format_text(text, mode)
    except Refusal:
        return
    for entity in formatted.entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(formatted.text)


def inline(**button: Any) -> Json:
    return {"inline_keyboard": [[{"text": "A", **button}]]}


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        (inline(callback_data="å" * 33), "BUTTON_DATA_INVALID"),
        (inline(copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID"),
        (inline(copy_text={"text": ""}), "BUTTON_COPY_TEXT_INVALID"),
        (inline(url="tel:112"), "inline keyboard button URL 'tel:112' is invalid: Wrong HTTP URL"),
        (
            inline(),
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (inline(text=" ", callback_data="a"), "inline keyboard button text must be non-empty"),
        ({"inline_keyboard": [[{"text": "A", "callback_data": "a"}] * 101]}, "reply markup is too long"),
        (
            {"inline_keyboard": [{"text": "A"}]},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        ([], "object expected as reply markup"),
    ],
)
def test_keyboards_that_are_refused(markup: object, why: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_markup(markup)
    assert refused.value.description == f"Bad Request: {why}"


def test_keyboards_that_are_taken() -> None:
    for button in ({"callback_data": "å" * 32}, {"copy_text": {"text": "x" * 256}}, {"url": "https://kk.dk"}):
        assert read_markup(inline(**button)) == inline(**button)
    keyboard = {"keyboard": [[{"text": "Menu"}]], "resize_keyboard": True}
    assert read_markup(keyboard) == keyboard
    with pytest.raises(Refusal, match="inline keyboard expected"):
        read_markup(keyboard, inline_only=True)
