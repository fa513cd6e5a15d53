"""The order of those who wait, and how long one may wait before somebody must be alarmed."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.handoff.ticket import URGENCIES, Ticket

# How long a ticket of an urgency may wait for its first answer. First guesses, to be measured at a real desk.
LIMITS = {
    "danger": timedelta(minutes=2),
    "child": timedelta(minutes=5),
    "violence": timedelta(minutes=5),
    "deadline": timedelta(minutes=30),
    "normal": timedelta(minutes=60),
}
OWNER_SILENT = timedelta(minutes=10)  # with an unanswered message: back to the queue
KEPT_FOR_LAST = timedelta(minutes=15)  # so long a reopened ticket is kept for the adviser who knows it
LEVELS = ("none", "late", "very late", "alarm")  # at one, two and four times the limit


def rank(urgency: str) -> int:
    return URGENCIES.index(urgency)


def order(ticket: Ticket) -> tuple[int, datetime, str]:
    """Sorts the queue: the most urgent first, then who has waited longest."""
    return rank(ticket.urgency), ticket.queued_at, ticket.id


def alert_level(ticket: Ticket, at: datetime) -> int:
    """Index into LEVELS: how far beyond its limit a ticket waits for an answer, in the queue or with its owner."""
    since = ticket.queued_at if ticket.state == "waiting" else ticket.unanswered_since
    if since is None:
        return 0
    limits = (at - since) / LIMITS[ticket.urgency]
    return sum(limits >= factor for factor in (1, 2, 4))


def is_kept_for_another(ticket: Ticket, account: str, at: datetime) -> bool:
    """Whether the adviser who knows the person has the first right to a reopened ticket just now."""
    if ticket.urgency == "danger" or ticket.last_owner in (None, account):
        return False
    return at - ticket.queued_at < KEPT_FOR_LAST


def owner_is_silent(ticket: Ticket, at: datetime) -> bool:
    since = ticket.unanswered_since
    return ticket.state == "claimed" and since is not None and at - since >= OWNER_SILENT


def who_hears(before: Ticket, after: Ticket) -> str:
    """The subject of a change: what only says that somebody has written or answered is news for the owner's queue,
    everything else for all queues. Ten messages a second must not draw forty pages anew."""

    def seen_by_all(ticket: Ticket) -> Ticket:
        return replace(ticket, version=0, unanswered_since=None, told=None)

    is_only_talk = after.owner is not None and seen_by_all(before) == seen_by_all(after)
    return f"mine:{after.owner}" if is_only_talk else "queue"


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue in numbers, for those who watch over it.

    Args:
        waiting: How many wait for an adviser, by urgency.
        oldest: How long the oldest of them has waited, by urgency.
        late: How many open tickets wait for an answer at each alert level.
    """

    waiting: Mapping[str, int]
    oldest: Mapping[str, timedelta]
    late: Mapping[int, int]

    @classmethod
    def of(cls, tickets: Iterable[Ticket], at: datetime) -> "QueueState":
        tickets = list(tickets)
        in_queue = [ticket for ticket in tickets if ticket.state == "waiting"]
        since = {
            urgency: [at - each.queued_at for each in in_queue if each.urgency == urgency] for urgency in URGENCIES
        }
        return cls(
            {urgency: len(waits) for urgency, waits in since.items()},
            {urgency: max(waits, default=timedelta()) for urgency, waits in since.items()},
            Counter(alert_level(ticket, at) for ticket in tickets),
        )
