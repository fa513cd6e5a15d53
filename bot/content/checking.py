"""What the checks say of a state of the content: whoever only looks never waits for them."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from threading import Lock, Thread

import structlog

from bot.content.problem import Problem
from bot.errors import BotError

KEPT = 8  # states
Asked = tuple[str, date]  # a revision, and the day for facts that are due for a review
log = structlog.get_logger()


class Checking:
    """Remembers what was found. One for a process, used from any thread.

    Args:
        check: Checks all of a revision, as of a day; takes seconds.
    """

    def __init__(self, check: Callable[[str, date], tuple[Problem, ...]]) -> None:
        self._check = check
        self._found: OrderedDict[Asked, tuple[Problem, ...]] = OrderedDict()
        self._next: Asked | None = None
        self._is_working = False
        self._lock, self._one_at_a_time = Lock(), Lock()

    def find(self, revision: str, day: date) -> tuple[Problem, ...]:
        """What the checks say; whoever asks waits until they are done. Raises what the check raises."""
        asked = revision, day
        with self._one_at_a_time:
            if asked not in self._found:
                found = self._check(revision, day)
                with self._lock:
                    self._found[asked] = found
                    while len(self._found) > KEPT:
                        self._found.popitem(last=False)
            return self._found[asked]

    def look(self, revision: str, day: date) -> tuple[Problem, ...] | None:
        """What is known already. None: it is looked for in the background, the state that was asked for last first."""
        asked = revision, day
        with self._lock:
            found = self._found.get(asked)
            if found is None:
                self._next = asked
                if not self._is_working:
                    self._is_working = True
                    Thread(target=self._work, name="checks", daemon=True).start()
            return found

    def _work(self) -> None:
        while (asked := self._take()) is not None:
            try:
                self.find(*asked)
            except BotError as error:  # the next look begins anew
                log.error("content unusable", reason=type(error).__name__)

    def _take(self) -> Asked | None:
        with self._lock:
            asked, self._next = self._next, None
            self._is_working = asked is not None
            return asked
