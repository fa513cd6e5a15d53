"""Who has which case open, and who is writing: heard from all processes, forgotten after a while, stored nowhere."""

import time
from collections.abc import Callable
from dataclasses import dataclass

SUBJECT = "here"
OPEN_S = 40.0  # a page tells every 15 s that it is open
TYPING_S = 8.0  # and while somebody types every 4 s


@dataclass(frozen=True, slots=True)
class Present:
    account: str
    is_typing: bool


@dataclass(slots=True)
class _Seen:
    open_at: float
    typed_at: float


class Presence:
    """Everything here runs in the event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, dict[str, _Seen]] = {}

    @staticmethod
    def subject(ticket_id: str, account: str, is_typing: bool) -> str:
        """What a unit of work announces, so that every process hears it."""
        return f"{SUBJECT}:{ticket_id}:{account}:{'typing' if is_typing else 'open'}"

    def hear(self, subject: str) -> str | None:
        """Take in what was announced; the subject that pages listen to ("here:TICKET") where others see a change."""
        _, ticket_id, account, what = subject.split(":")
        before = self.at(ticket_id)
        now = self._clock()
        seen = self._seen.setdefault(ticket_id, {}).setdefault(account, _Seen(now, -TYPING_S))
        seen.open_at = now
        if what == "typing":
            seen.typed_at = now
        return f"{SUBJECT}:{ticket_id}" if self.at(ticket_id) != before else None

    def at(self, ticket_id: str) -> list[Present]:
        """Who has the case open now, in the order in which they came."""
        now, seen = self._clock(), self._seen.get(ticket_id, {})
        for account in [account for account, each in seen.items() if now - each.open_at > OPEN_S]:
            del seen[account]
        if not seen:
            self._seen.pop(ticket_id, None)
        return [Present(account, now - each.typed_at <= TYPING_S) for account, each in seen.items()]
