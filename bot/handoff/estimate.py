"""How long it will take, said honestly: a range from recent waits, or nothing where there are too few of them."""

from collections.abc import Sequence
from datetime import timedelta

from bot.handoff.ticket import NOBODY_THERE, Told

FEWEST = 5  # recent waits below this number tell nothing
STEP_MIN = 5  # ranges are rounded outwards to this
MOVED_MIN = 30  # a range that moved by this much is told again


def estimate(waits: Sequence[timedelta]) -> tuple[int, int] | None:
    """From the fifth to the fourth fifth of recent waits, in minutes; None means: unknown, and is said so."""
    if len(waits) < FEWEST:
        return None
    minutes = sorted(wait.total_seconds() / 60 for wait in waits)
    low = int(minutes[len(minutes) // 5] // STEP_MIN) * STEP_MIN
    high = -int(-minutes[min(len(minutes) * 4 // 5, len(minutes) - 1)] // STEP_MIN) * STEP_MIN
    return low, max(high, low + STEP_MIN)


def is_worth_telling(told: Told | None, now: Told) -> bool:
    """Whether the person should hear it again: the place has halved, or the range has moved by half an hour; the desk
    has opened or closed."""
    if told is None:
        return True
    if NOBODY_THERE in (told, now):
        return told != now
    if now.position * 2 <= told.position:
        return True
    return _moved(told.low, now.low) or _moved(told.high, now.high)


def _moved(before: int | None, now: int | None) -> bool:
    if before is None or now is None:
        return before is None and now is not None
    return abs(now - before) >= MOVED_MIN
