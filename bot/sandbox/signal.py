"""Waking whoever waits for a change."""

import asyncio
from collections.abc import Coroutine


class Signal:
    """Any number of coroutines wait; one `notify` wakes them all. One event loop, no locks."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        self._event.set()
        # A new event for the next wait: whoever waits on the old one has been woken for good.
        self._event = asyncio.Event()

    def wait(self, timeout_s: float) -> Coroutine[None, None, bool]:
        """True when notified, False when the time ran out. Counts from the call, not from the first step: a task made
        of it hears what comes before the loop has got to it."""
        return self._wait(self._event, timeout_s)

    async def _wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):  # `wait_for` loses a cancellation that comes with the event
                await event.wait()
        except TimeoutError:
            return False
        return True
