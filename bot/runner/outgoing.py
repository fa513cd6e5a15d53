"""What leaves for a chat, as the plain JSON values that the outbox stores."""

from collections.abc import Sequence
from typing import Any, Literal, NotRequired, TypedDict


class Entity(TypedDict):
    """A stretch of a text, counted in UTF-16 units as Telegram does."""

    type: Literal["bold", "code"]
    offset: int
    length: int


class MessageButton(TypedDict):
    """A button: what it says, and either what it sends back, where it leads or what it copies."""

    text: str
    data: NotRequired[str]
    url: NotRequired[str]
    copy: NotRequired[str]


class MessageBody(TypedDict):
    """A message (kinds "message" and "reminder").

    `rows` are buttons under it; `keyboard` a reply keyboard of labels, or "remove"; one message has at most one
    of the two. `replaces` is the message to rewrite; where that is gone a new one is sent.
    """

    text: str
    entities: NotRequired[list[Entity]]
    rows: NotRequired[list[list[MessageButton]]]
    keyboard: NotRequired[list[list[str]] | Literal["remove"]]
    replaces: NotRequired[int]


class DeletionBody(TypedDict):
    """Messages to delete, at most 100 (Telegram's limit for one call)."""

    message_ids: list[int]


def deletions(message_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Bodies for all of these messages, newest first: what is on the screen goes first."""
    newest = sorted(message_ids, reverse=True)
    return [{"message_ids": newest[start : start + 100]} for start in range(0, len(newest), 100)]
