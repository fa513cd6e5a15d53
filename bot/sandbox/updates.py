"""The queue of updates that wait for the bot: numbered, allowed, expiring, forgotten once confirmed."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile

from bot.sandbox.chats import Json
from bot.sandbox.signal import Signal
from bot.sandbox.truth import Truth, UpdateConfirmed, UpdateDelivered, UpdateDropped, Way

DAY_S = 24 * 3600.0
LIVES_S = {"callback_query": 150.0}  # a press; all else lives a day
# Bots get these only when they ask for them: core.telegram.org/bots/api#getupdates
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KINDS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
        "edited_business_message", "deleted_business_messages", "inline_query", "chosen_inline_result",
        "callback_query", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "my_chat_member",
        "chat_member", "chat_join_request", "message_reaction", "message_reaction_count", "chat_boost",
        "removed_chat_boost", "purchased_paid_media",
    }
)  # fmt: skip


@dataclass(slots=True)
class QueuedUpdate:
    """An update that the bot has not confirmed. `lane`: the webhook sends one update of a lane at a time, in order."""

    update_id: int
    kind: str
    body: Json
    lane: tuple[str, int]
    queued_at: float
    expires_at: float
    attempts: int = 0

    def to_json(self) -> Json:
        return {"update_id": self.update_id, self.kind: self.body}


class UpdateQueue:
    """Updates in order of arrival. Ids grow by one from a random start, as the Bot API promises."""

    def __init__(self, clock: Callable[[], float], truth: Truth, *, first_id: int | None = None) -> None:
        self._clock = clock
        self._truth = truth
        # The start is random on purpose: a bot must not expect update 1.
        self.next_id = first_id if first_id is not None else random.randint(10_000_000, 900_000_000)  # noqa: S311
        self._waiting: dict[int, QueuedUpdate] = {}
        self._allowed: frozenset[str] = frozenset()
        self._next_expiry = float("inf")
        self.arrived = Signal()

    def __len__(self) -> int:
        self._expire()
        return len(self._waiting)

    @property
    def allowed(self) -> list[str]:
        """What setWebhook or getUpdates asked for last; empty = Telegram's default."""
        return sorted(self._allowed)

    def allow(self, kinds: Iterable[str]) -> None:
        """Unknown names are ignored; none at all means the default. Updates made before are not touched."""
        self._allowed = KINDS & frozenset(kinds)

    def is_allowed(self, kind: str) -> bool:
        if self._allowed and kind in KINDS:
            return kind in self._allowed
        return kind not in NOT_BY_DEFAULT

    def add(self, kind: str, body: Json, chat_id: int) -> int | None:
        """Queue an update; None when the bot did not ask for this kind."""
        if not self.is_allowed(kind):
            return None
        update_id = self.next_id
        self.next_id += 1
        # The server keeps presses and memberships in webhook lanes of their own, apart from the chat's messages.
        lane = "message" if kind in {"message", "edited_message"} else kind
        now = self._clock()
        expires_at = now + LIVES_S.get(kind, DAY_S)
        self._waiting[update_id] = QueuedUpdate(update_id, kind, body, (lane, chat_id), now, expires_at)
        self._next_expiry = min(self._next_expiry, expires_at)
        self.arrived.notify()
        return update_id

    def waiting(self) -> list[QueuedUpdate]:
        """All that is not confirmed and not expired, oldest first."""
        self._expire()
        return list(self._waiting.values())

    def oldest(self, offset: int, limit: int) -> list[QueuedUpdate]:
        return list(islice((known for known in self.waiting() if known.update_id >= offset), limit))

    def confirm_before(self, offset: int) -> None:
        """Polling: an offset confirms all updates below it. One beyond the next id is ignored, as the server does."""
        if offset > self.next_id:
            return
        for update_id in list(takewhile(lambda known: known < offset, self._waiting)):
            self.confirm(update_id, "polling")

    def confirm(self, update_id: int, way: Way) -> None:
        if self._waiting.pop(update_id, None) is not None:
            self._truth.add(UpdateConfirmed(self._clock(), update_id, way))

    def delivered(self, update: QueuedUpdate, way: Way) -> None:
        update.attempts += 1
        self._truth.add(UpdateDelivered(self._clock(), update.update_id, way, update.attempts))

    def keep_last(self, count: int, reason: str) -> None:
        """Forget all but the newest `count` updates."""
        known = list(self._waiting)
        for update_id in known[: max(0, len(known) - count)]:
            self.drop(update_id, reason)

    def drop(self, update_id: int, reason: str) -> None:
        if self._waiting.pop(update_id, None) is not None:
            self._truth.add(UpdateDropped(self._clock(), update_id, reason))

    def _expire(self) -> None:
        now = self._clock()
        if now < self._next_expiry:
            return
        for update_id in [known.update_id for known in self._waiting.values() if known.expires_at <= now]:
            self.drop(update_id, "expired")
        self._next_expiry = min((known.expires_at for known in self._waiting.values()), default=float("inf"))
