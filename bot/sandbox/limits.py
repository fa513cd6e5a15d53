"""Telegram's flood limits, as its FAQ describes them (core.telegram.org/bots/faq#my-bot-is-hitting-limits)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.refusals import too_many_requests


@dataclass(frozen=True, slots=True)
class Rates:
    """How much a bot may send. The bursts are a guess: Telegram says only that short ones pass."""

    overall_per_s: float = 30.0
    overall_burst: float = 30.0
    chat_per_s: float = 1.0
    chat_burst: float = 5.0
    group_per_s: float = 20.0 / 60.0
    group_burst: float = 20.0


@dataclass(slots=True)
class _Bucket:
    """Fills by `per_s` up to `burst`; a send takes one."""

    per_s: float
    burst: float
    level: float
    filled_at: float

    def fill(self, now: float) -> None:
        self.level = min(self.burst, self.level + (now - self.filled_at) * self.per_s)
        self.filled_at = now

    def wait_s(self) -> float:
        return max(0.0, (1.0 - self.level) / self.per_s)


@dataclass(slots=True)
class FloodLimits:
    """Counts sends and refuses those that come too fast. A refused one is not counted."""

    clock: Callable[[], float]
    rates: Rates = Rates()
    _buckets: dict[str | int, _Bucket] = field(default_factory=dict)

    def count(self, chat_id: int) -> None:
        """Count one sent or edited message.

        Raises:
            Refusal: 429, with the whole seconds until the next one may pass.
        """
        rates = self.rates
        is_group = chat_id < 0
        chat = (rates.group_per_s, rates.group_burst) if is_group else (rates.chat_per_s, rates.chat_burst)
        overall = (rates.overall_per_s, rates.overall_burst)
        buckets = [self._bucket("overall", *overall), self._bucket(chat_id, *chat)]
        wait_s = max(bucket.wait_s() for bucket in buckets)
        if wait_s > 0:
            raise too_many_requests(math.ceil(wait_s))
        for bucket in buckets:
            bucket.level -= 1.0

    def _bucket(self, key: str | int, per_s: float, burst: float) -> _Bucket:
        now = self.clock()
        bucket = self._buckets.setdefault(key, _Bucket(per_s, burst, burst, now))
        bucket.fill(now)
        return bucket
