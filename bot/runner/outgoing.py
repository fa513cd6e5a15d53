"""What leaves for a chat, as the plain JSON values that the outbox stores."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, NotRequired, TypedDict

DELETABLE = timedelta(hours=48)  # Telegram lets bots delete messages that are younger than this
MOST_DELETED = 100  # in one call


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
    of the two. `replaces` is the message to rewrite; where that is gone a new one is sent. `silent`: without a sound.
    """

    text: str
    entities: NotRequired[list[Entity]]
    rows: NotRequired[list[list[MessageButton]]]
    keyboard: NotRequired[list[list[str]] | Literal["remove"]]
    replaces: NotRequired[int]
    silent: NotRequired[bool]


class DeletionBody(TypedDict):
    """Messages to delete, at most MOST_DELETED."""

    message_ids: list[int]


def newest_first(message_ids: Sequence[int]) -> list[list[int]]:
    """In parts for a call each: what is on the screen goes first."""
    newest = sorted(message_ids, reverse=True)
    return [newest[start : start + MOST_DELETED] for start in range(0, len(newest), MOST_DELETED)]
