"""How many people come to a node and go on from it: numbers only, gathered in memory and written now and then."""

from dataclasses import dataclass
from datetime import date
from threading import Lock

from bot.engine.session import Session


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A node, on a day in Copenhagen, in a language ("" before one was chosen)."""

    day: date
    locale: str
    node: str


@dataclass(frozen=True, slots=True)
class Visits:
    arrivals: int = 0
    leavings: int = 0

    def __add__(self, other: "Visits") -> "Visits":
        return Visits(self.arrivals + other.arrivals, self.leavings + other.leavings)


class VisitCounter:
    """One for a process, used from any thread. A crash loses the numbers of its last minute, and nothing else.

    A turn that is rolled back after it was counted is counted once too often: the numbers show which way people go,
    nobody is paid by them.
    """

    def __init__(self) -> None:
        self._numbers: dict[Place, Visits] = {}
        self._lock = Lock()

    def count(self, before: Session, after: Session) -> None:
        """A turn that led from one node to another; one that stayed counts nothing."""
        if before.node == after.node:
            return
        day, locale = after.today(), after.locale or ""
        with self._lock:
            if before.node is not None:
                self._add(Place(day, locale, before.node), Visits(leavings=1))
            if after.node is not None:
                self._add(Place(day, locale, after.node), Visits(arrivals=1))

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
