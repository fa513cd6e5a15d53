"""What the bot must reach and what it aims at, and how that is worked out from the measurements."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.measure import Result

QUIET = 0.3  # processors that others may keep busy before a measurement counts as disturbed

Round = dict[str, Result]  # by the contestant's name; who failed is missing


@dataclass(frozen=True, slots=True)
class Goal:
    """A number to reach: at least, or at most."""

    what: str
    unit: str
    must: float
    aim: float

    def judge(self, value: float) -> str:
        """Say in a word how a value does."""
        sign = 1 if self.aim > self.must else -1
        if value * sign >= self.aim * sign:
            return "aim reached"
        return "must reached" if value * sign >= self.must * sign else "MISSED"


MENU_AGAINST_PTB = Goal("menu click, CPU against PTB ConversationHandler + pickle", "times less", 2.5, 4.0)
MENU_AGAINST_AIOGRAM = Goal("menu click, CPU against aiogram 3 on SQLite", "times less", 1.5, 2.5)
TEXT_ON_SQLITE = Goal("text on SQLite, updates/s against bare PTB echo", "times", 2.5, 4.0)
TEXT_ON_POSTGRESQL = Goal("text on PostgreSQL, updates/s against bare PTB echo", "times", 1.3, 2.5)
SLOW_API = Goal("50 ms Bot API, 40 people at once: share of 800 updates/s", "%", 75.0, 90.0)
PACE = Goal("99 of 100 updates at 100 a second served within", "ms", 50.0, 20.0)
COLD_START = Goal("cold start with all content and languages", "s", 3.0, 1.0)

DESK_MESSAGE = Goal("desk: a citizen's message on the adviser's screen, p95", "ms", 300.0, 100.0)
DESK_CLAIM = Goal("desk: a claim on all 40 screens", "s", 1.0, 0.5)
DESK_PAGE = Goal("desk: the slowest page, 200 open tickets", "ms", 50.0, 20.0)

# "Flat" cannot be told from a few percent by a measurement like this.
FLAT = 3.0


CHATS_COST = Goal("CPU per update, 1,000 -> 100,000 chats", "% more", 10.0, FLAT)
CHATS_MEMORY = Goal("memory, 1,000 -> 100,000 chats", "% more", 10.0, FLAT)
SESSIONS_COST = Goal("CPU per update, empty -> 1,000,000 sessions stored", "% more", 10.0, FLAT)
SESSIONS_MEMORY = Goal("memory, empty -> 1,000,000 sessions stored", "% more", 10.0, FLAT)


@dataclass(frozen=True, slots=True)
class Reached:
    """A goal with the value measured, None where nothing was measured."""

    goal: Goal
    value: float | None


def quiet(rounds: Sequence[Round], *names: str) -> list[Round]:
    """Pick the rounds in which all of them were measured undisturbed; all rounds they share if there are none."""
    shared = [each for each in rounds if all(name in each for name in names)]
    return [each for each in shared if all(each[name].foreign_cpu <= QUIET for name in names)] or shared


def typical(rounds: Sequence[Round], name: str, value: Callable[[Result], float]) -> float | None:
    """Find the median of one contestant's values."""
    values = [value(each[name]) for each in quiet(rounds, name)]
    return median(values) if values else None


def ratio(rounds: Sequence[Round], over: str, under: str, value: Callable[[Result], float]) -> float | None:
    """Find the median of the ratios of two contestants, each taken within one round: a machine's mood changes."""
    ratios = [value(each[over]) / value(each[under]) for each in quiet(rounds, over, under)]
    return median(ratios) if ratios else None


def percent_more(rounds: Sequence[Round], than: str, name: str, value: Callable[[Result], float]) -> float | None:
    """Find by how many percent one contestant's values exceed another's."""
    grown = ratio(rounds, name, than, value)
    return None if grown is None else (grown - 1) * 100
