"""Waking whoever waits for a change."""

import asyncio


class Signal:
    """Any number of coroutines wait; one `notify` wakes them all. One event loop, no locks."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def notify(self) -> None:
        self._event.set()
        # A new event for the next wait: whoever waits on the old one has been woken for good.
        self._event = asyncio.Event()

    async def wait(self, timeout_s: float) -> bool:
        """True when notified, False when the time ran out."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except TimeoutError:
            return False
        return True
