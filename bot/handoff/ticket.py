"""The queue's record of a person who asked for an adviser."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["waiting", "claimed", "closed"]
URGENCIES = ("danger", "child", "violence", "deadline", "normal")  # most urgent first


def most_urgent(one: str, other: str) -> str:
    return min(one, other, key=URGENCIES.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One handoff. A chat has at most one that is not closed.

    Args:
        topic: The flow that the person came from.
        path: Nodes that the person went through, oldest first.
        answers: What the person answered in the flows, by name.
        articles: Ids of the articles that the person read.
        closed_because: "cancelled" by the person, "stopped", … or None while open.
    """

    id: str
    chat_id: int
    state: State
    topic: str
    urgency: str
    locale: str
    opened_at: datetime
    path: tuple[str, ...] = ()
    answers: Mapping[str, str]
    articles: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closed_because: str | None = None
