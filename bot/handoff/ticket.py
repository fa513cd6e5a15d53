"""The queue's record of a person who asked for an adviser, and the moves that it can make."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.errors import BotError

State = Literal["waiting", "claimed", "closed"]
URGENCIES = ("danger", "child", "violence", "deadline", "normal")  # most urgent first


def most_urgent(one: str, other: str) -> str:
    return min(one, other, key=URGENCIES.index)


class TicketUnknown(BotError):
    """There is no such ticket: deleted with its person, or never there."""


class TicketAlreadyTaken(BotError):
    """Somebody else was first; `owner` is their account."""

    def __init__(self, owner: str | None) -> None:
        super().__init__("Another adviser has this ticket.")
        self.owner = owner


class TicketNotYours(BotError):
    """Only who has claimed a ticket may do this."""


class TicketChanged(BotError):
    """The page was made for an earlier version of the ticket: look again, then decide."""


class MoveImpossible(BotError):
    """The ticket's state does not allow this move."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the person was last told about waiting: place in the queue, and minutes from `low` to `high`."""

    position: int
    low: int | None = None
    high: int | None = None


NOBODY_THERE = Told(0)  # that the desk is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One handoff. A chat has at most one that is not closed; a claimed one has exactly one owner, others none.

    Args:
        topic: The flow that the person came from.
        path: Nodes that the person went through, oldest first.
        answers: What the person answered in the flows, by name.
        articles: Ids of the articles that the person read.
        waiting_since: When it joined the queue, the last time.
        owner: Account of the adviser who has claimed it.
        last_owner: Who had it before: a reopened ticket is kept for them for a while.
        claimed_at: When it was last claimed.
        unanswered_since: The person's oldest message that the owner has not answered.
        version: Rises with every change; a form that was made for another one is refused.
        callback_at: When an adviser shall call, as the person has chosen.
        journal: "journalised" (exported) or "guidance" (guidance only), decided after the end; None until then.
        is_unreachable: The person has blocked the bot.
        is_threat: Marked as threatening: for a lead.
        closed_because: "cancelled" by the person, "stopped", "answered", … or None while open.
        rating: "good", "fair" or "bad", from the person.
    """

    id: str
    chat_id: int
    state: State
    topic: str
    urgency: str
    locale: str
    opened_at: datetime
    path: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    articles: tuple[str, ...] = ()
    waiting_since: datetime | None = None
    owner: str | None = None
    last_owner: str | None = None
    claimed_at: datetime | None = None
    unanswered_since: datetime | None = None
    version: int = 1
    told: Told | None = None
    callback_at: datetime | None = None
    is_unreachable: bool = False
    is_threat: bool = False
    closed_at: datetime | None = None
    closed_because: str | None = None
    rating: str | None = None
    journal: Literal["journalised", "guidance"] | None = None
    journalised_at: datetime | None = None

    @property
    def queued_at(self) -> datetime:
        return self.waiting_since or self.opened_at

    def owned_by(self, account: str) -> "Ticket":
        """This ticket, if the account has claimed it. Raises TicketNotYours."""
        if self.state != "claimed" or self.owner != account:
            raise TicketNotYours(self.id)
        return self

    def claimed(self, account: str, at: datetime) -> "Ticket":
        """Raises TicketAlreadyTaken, MoveImpossible."""
        if self.state == "claimed":
            raise TicketAlreadyTaken(self.owner)
        if self.state == "closed":
            raise MoveImpossible("A closed ticket is reopened first.")
        return replace(self, state="claimed", owner=account, last_owner=account, claimed_at=at, unanswered_since=at)

    def returned(self, at: datetime) -> "Ticket":
        """Back to the queue, behind those who are as urgent; it is not kept for the owner, who could not go on."""
        if self.state != "claimed":
            raise MoveImpossible("Only a claimed ticket can go back to the queue.")
        return replace(self._waiting(at), last_owner=None)

    def transferred(self, to: str, at: datetime) -> "Ticket":
        """To another adviser at once: at no moment has it two owners or none."""
        if self.state != "claimed":
            raise MoveImpossible("Only a claimed ticket can be handed on.")
        return replace(self, owner=to, last_owner=to, claimed_at=at, unanswered_since=at)

    def closed(self, because: str, at: datetime) -> "Ticket":
        if self.state == "closed":
            raise MoveImpossible("The ticket is closed already.")
        return replace(
            self, state="closed", owner=None, unanswered_since=None, closed_at=at, closed_because=because, told=None
        )

    def reopened(self, at: datetime) -> "Ticket":
        """Into the queue again; the deletion clock stops."""
        if self.state != "closed":
            raise MoveImpossible("Only a closed ticket can be reopened.")
        return replace(self._waiting(at), closed_at=None, closed_because=None, rating=None, journal=None)

    def _waiting(self, at: datetime) -> "Ticket":
        return replace(self, state="waiting", owner=None, waiting_since=at, unanswered_since=None, told=None)

    def heard(self, at: datetime) -> "Ticket":
        """The person wrote: the clock of the owner's answer runs from the oldest such message."""
        if self.state != "claimed" or self.unanswered_since is not None:
            return self
        return replace(self, unanswered_since=at)
