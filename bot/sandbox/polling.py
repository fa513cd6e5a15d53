"""The one long poll that may wait, and what two rival polls hear."""

import asyncio

from bot.sandbox.refusals import Refusal, conflict
from bot.sandbox.updates import UpdateQueue

OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running"
# The server holds back repeated conflicts, so that two copies of a bot do not throw each other out in a hot loop.
CONFLICT_PAUSE_S = 3.0


class LongPoll:
    """At most one getUpdates waits; the next one that has to wait throws it out."""

    def __init__(self) -> None:
        self._waiting: asyncio.Task[bool] | None = None
        self._why = ""
        self._last_conflict_at = float("-inf")

    async def wait(self, queue: UpdateQueue, timeout_s: float) -> None:
        """Return when an update arrived or the time ran out.

        Raises:
            Refusal: 409, another call threw this one out.
        """
        self.end(OTHER_POLL)
        mine = self._waiting = asyncio.create_task(queue.arrived.wait(timeout_s))
        try:
            await asyncio.wait({mine})
        finally:
            # Also when the client has gone away meanwhile and this coroutine was cancelled.
            thrown_out = mine.cancelled()
            mine.cancel()
            if self._waiting is mine:
                self._waiting = None
        if thrown_out:
            raise await self.refusal(self._why)

    def end(self, why: str) -> None:
        if self._waiting is not None:
            self._why = why
            self._waiting.cancel()
            self._waiting = None

    async def refusal(self, why: str) -> Refusal:
        """The 409 to raise; later when there was one a moment ago."""
        loop = asyncio.get_running_loop()
        pause_s = self._last_conflict_at + CONFLICT_PAUSE_S - loop.time()
        self._last_conflict_at = loop.time()
        if pause_s > 0:
            await asyncio.sleep(CONFLICT_PAUSE_S)
        return conflict(why)
