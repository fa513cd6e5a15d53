"""News for open pages: ids of what has changed, never what it is. Pages fetch it themselves."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from bot.web.presence import SUBJECT as PRESENCE
from bot.web.presence import Presence

KEPT = 1000  # events for browsers that come back
MOST_WAITING = 200  # events that a slow browser may lag behind
GAP = ""


@dataclass(frozen=True, slots=True)
class News:
    """`subject` has changed ("queue", "ticket:ID", …); GAP: something was missed, fetch everything anew."""

    id: str
    subject: str


class Hub:
    """Carries news to all open pages of this process. Everything here runs in the event loop.

    A listener for other processes calls `publish` for what it hears, and `miss` when it may have heard too little
    (from a thread: `loop.call_soon_threadsafe(hub.publish, "queue")`).
    """

    def __init__(self) -> None:
        self._epoch = secrets.token_hex(4)  # numbers of another process or an earlier start mean nothing here
        self._number = 0
        self._kept: deque[tuple[int, str]] = deque(maxlen=KEPT)
        self._readers: set[asyncio.Queue[News | None]] = set()
        self._is_closed = False
        self.presence = Presence()

    @property
    def last_id(self) -> str:
        """What a page that was just loaded has seen."""
        return self._id(self._number)

    def publish(self, *subjects: str) -> None:
        """Tell all pages that these have changed."""
        for subject in subjects:
            self._number += 1
            self._kept.append((self._number, subject))
            self._tell(News(self._id(self._number), subject))

    def hear(self, subjects: Collection[str]) -> None:
        """What a store tells: these have changed, or with none of them, something was missed."""
        if not subjects:
            self.miss()
        for subject in subjects:
            shown = self.presence.hear(subject) if subject.startswith(f"{PRESENCE}:") else subject
            if shown is not None:
                self.publish(shown)

    def miss(self) -> None:
        """Nobody knows what has changed: all pages fetch everything anew."""
        self._kept.clear()
        self._number += 1
        self._tell(News(self._id(self._number), GAP))

    def close(self) -> None:
        """End all streams: the process stops."""
        self._is_closed = True
        for reader in self._readers:
            with suppress(asyncio.QueueFull):
                reader.put_nowait(None)

    def _id(self, number: int) -> str:
        return f"{self._epoch}-{number}"

    def _tell(self, news: News) -> None:
        for reader in self._readers:
            try:
                reader.put_nowait(news)
            except asyncio.QueueFull:
                while not reader.empty():
                    reader.get_nowait()
                reader.put_nowait(News(news.id, GAP))

    async def read(self, last_id: str, patience_s: float) -> AsyncIterator[News | None]:
        """News from now on; None whenever there was none for `patience_s`. Ends when the hub closes.

        Args:
            last_id: The newest that the page has seen; what it missed comes first.
        """
        with self._reader() as queue:
            for news in self._since(last_id):
                yield news
            while not self._is_closed:
                try:
                    async with asyncio.timeout(patience_s):
                        heard = await queue.get()
                except TimeoutError:
                    yield None
                    continue
                if heard is None:
                    return
                yield heard

    @contextmanager
    def _reader(self) -> Iterator[asyncio.Queue[News | None]]:
        queue: asyncio.Queue[News | None] = asyncio.Queue(MOST_WAITING)
        self._readers.add(queue)
        try:
            yield queue
        finally:
            self._readers.discard(queue)

    def _since(self, last_id: str) -> Iterator[News]:
        epoch, _, number = last_id.partition("-")
        seen = int(number) if number.isdecimal() else -1
        oldest = self._kept[0][0] if self._kept else self._number + 1
        if epoch != self._epoch or seen > self._number or seen < oldest - 1:
            yield News(self._id(self._number), GAP)
            return
        yield from [News(self._id(number), subject) for number, subject in self._kept if number > seen]
