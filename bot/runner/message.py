"""A message as the engine wants it, made into what leaves: in the person's language, with its buttons."""

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

from bot.engine.effects import Button, Param, Rows, SendMessage, Text
from bot.engine.press import way_data
from bot.i18n.language import is_right_to_left
from bot.i18n.number import NO_BREAK_HYPHEN, NO_BREAK_SPACE
from bot.i18n.render import FIRST_STRONG_ISOLATE, POP_ISOLATE, Rendered, join
from bot.i18n.template import RIGHT_TO_LEFT
from bot.runner.outgoing import Entity, MessageBody, MessageButton
from bot.runner.release import Release

_MARKS = FIRST_STRONG_ISOLATE + POP_ISOLATE + RIGHT_TO_LEFT
_PLAIN = str.maketrans(NO_BREAK_SPACE + NO_BREAK_HYPHEN, " -", _MARKS)


def message_body(message: SendMessage, locale: str | None, release: Release) -> MessageBody:
    """Render a message.

    Args:
        locale: The person's; None before one was chosen (then the source language, or what each text names).
    Returns:
        The body for the outbox. Screens about rights that nobody has approved say so in one line, and have a button
        to the Danish original where they are not Danish.
    """
    tag = message.locale or locale or release.locales[0]
    parts, rows = message.parts, message.rows
    if message.shows is not None and _is_draft(message, tag, release):
        parts = (*parts, Text("common/draft"))
        if tag != release.locales[0]:
            rows = (*rows, (Button(Text("common/original"), way_data("original", message.shows)),))
    text = join([release.render(part, part.locale or tag) for part in parts])
    return _to_body(text, rows, tag, release, message)


def _is_draft(message: SendMessage, locale: str, release: Release) -> bool:
    keys = tuple(part.key for part in message.parts)
    return release.shows_draft_label(keys, (message.shows or "").partition(">")[0], locale)


def _to_body(text: Rendered, rows: Rows, locale: str, release: Release, message: SendMessage) -> MessageBody:
    body: MessageBody = {"text": text.text}
    if text.entities:
        body["entities"] = [
            cast(Entity, {"type": e.type, "offset": e.offset, "length": e.length}) for e in text.entities
        ]
    if rows:
        body["rows"] = [_buttons(row, locale, release) for row in rows if row]
    if message.keyboard is not None:
        body["keyboard"] = release.keyboard(locale) if message.keyboard == "show" else "remove"
    if message.replaces is not None:
        body["replaces"] = message.replaces
    return body


def _buttons(row: Iterable[Button], locale: str, release: Release) -> list[MessageButton]:
    return [_button(button, locale, release) for button in row]


def _button(button: Button, locale: str, release: Release) -> MessageButton:
    made: MessageButton = {"text": _label(button.label, locale, release)}
    if button.copy:
        made["copy"] = plain(button.copy, locale, release)
    elif button.url:
        made["url"] = plain(button.url, locale, release)
    else:
        made["data"] = button.data
    return made


def _label(value: Param, locale: str, release: Release) -> str:
    """What stands on a button. A value beside words of a right-to-left language keeps its marks for direction."""
    return _put_on_button(_shown(value, locale, release), is_right_to_left(locale))


@lru_cache(maxsize=8192)
def _put_on_button(shown: str, is_mirrored: bool) -> str:
    is_mixed = any(mark in shown.strip(_MARKS) for mark in _MARKS)
    return shown if is_mixed and is_mirrored else shown.translate(_PLAIN)


def plain(value: Param, locale: str, release: Release) -> str:
    """A value on its own (a text to copy), without marks for direction, no-break spaces and no-break hyphens."""
    return _shown(value, locale, release).translate(_PLAIN)


def _shown(value: Param, locale: str, release: Release) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, Text):
        value = Text("common/value", {"value": value})
    return release.render(value, value.locale or locale).text
