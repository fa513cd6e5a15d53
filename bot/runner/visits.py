"""How many people come to a node, go on from it, ask for a human there or are not understood: numbers only, gathered in
memory and written now and then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from threading import Lock

from bot.engine.effects import CountQuestion, OpenTicket
from bot.engine.flow import Turn
from bot.engine.screen import HUMAN
from bot.engine.session import Session


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A node, on a day in Copenhagen, in a language ("" before one was chosen)."""

    day: date
    locale: str
    node: str


@dataclass(frozen=True, slots=True)
class Visits:
    """What happened at a place.

    Args:
        handoffs: People who came from here when they asked for a human.
        unanswered: Questions typed here that nothing was found for.
    """

    arrivals: int = 0
    leavings: int = 0
    handoffs: int = 0
    unanswered: int = 0

    def __add__(self, other: "Visits") -> "Visits":
        return Visits(
            self.arrivals + other.arrivals,
            self.leavings + other.leavings,
            self.handoffs + other.handoffs,
            self.unanswered + other.unanswered,
        )


class VisitCounter:
    """One for a process, used from any thread. A crash loses the numbers of its last minute, and nothing else.

    A turn that is rolled back after it was counted is counted once too often: the numbers show which way people go,
    nobody is paid by them.
    """

    def __init__(self) -> None:
        self._numbers: dict[Place, Visits] = {}
        self._lock = Lock()

    def count(self, before: Session, turn: Turn) -> None:
        """What a turn led to. A place is counted only when the turn led from one node to another."""
        with self._lock:
            for node, visits in _happened(before, turn):
                self._add(Place(turn.session.today(), turn.session.locale or "", node), visits)

    def _add(self, place: Place, visits: Visits) -> None:
        self._numbers[place] = self._numbers.get(place, Visits()) + visits

    def take(self) -> dict[Place, Visits]:
        """What was counted since the last time."""
        with self._lock:
            taken, self._numbers = self._numbers, {}
        return taken

    def give_back(self, numbers: dict[Place, Visits]) -> None:
        """They could not be written."""
        with self._lock:
            for place, visits in numbers.items():
                self._add(place, visits)


def _happened(before: Session, turn: Turn) -> Iterator[tuple[str, Visits]]:
    """By node."""
    after = turn.session.node
    if before.node != after:
        if before.node is not None:
            yield before.node, Visits(leavings=1)
        if after is not None:
            yield after, Visits(arrivals=1)
    for effect in turn.effects:
        if isinstance(effect, OpenTicket) and before.ticket is None:
            yield _asked_from(before), Visits(handoffs=1)
        elif isinstance(effect, CountQuestion):
            yield before.node or "", Visits(unanswered=1)


def _asked_from(session: Session) -> str:
    """Where a person was before the questions that lead to a human; "" where that was nowhere."""
    asking = HUMAN.partition("/")[0]
    way = (node for node in reversed((*session.trail, session.node or "")) if node.partition("/")[0] != asking)
    return next(way, "")
