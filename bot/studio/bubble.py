"""A message as a phone shows it."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.i18n.render import utf16_length
from bot.runner.outgoing import MessageBody, MessageButton


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text and what it is: "plain", "bold" or "code"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as a phone shows it."""

    pieces: tuple[Piece, ...]
    rows: tuple[tuple[MessageButton, ...], ...]
    units: int  # UTF-16 units, of which Telegram takes 4096


def bubble_of(body: MessageBody) -> Bubble:
    rows = tuple(tuple(row) for row in body.get("rows", []))
    return Bubble(tuple(_pieces(body)), rows, utf16_length(body["text"]))


def _pieces(body: MessageBody) -> Iterator[Piece]:
    # Telegram counts in UTF-16 units, so the text is cut as UTF-16.
    raw, at = body["text"].encode("utf-16-le"), 0
    for entity in sorted(body.get("entities", []), key=lambda each: each["offset"]):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        if start < at:
            continue  # bold around code: the outer one is shown
        if start > at:
            yield Piece("plain", raw[2 * at : 2 * start].decode("utf-16-le"))
        yield Piece(entity["type"], raw[2 * start : 2 * end].decode("utf-16-le"))
        at = end
    if 2 * at < len(raw):
        yield Piece("plain", raw[2 * at :].decode("utf-16-le"))
