"""Telegram's limits on sending, as arithmetic with time as a value."""

from collections import OrderedDict

# core.telegram.org/bots/faq: about 30 messages a second in all, one a second in a chat with short bursts.
CHAT_RATE, CHAT_BURST = 1.0, 4.0
# In a group (its id is negative) 20 a minute: five at once and 15 in the minute after them.
GROUP_RATE, GROUP_BURST = 15 / 60, 5.0
CHATS_REMEMBERED = 10_000  # a chat that was silent for longer has its burst again anyway


class Limits:
    """When the next message may leave.

    Args:
        rate: Messages a second in all; 0 = no limit of any kind.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._free_at = 0.0
        self._chats: OrderedDict[int, float] = OrderedDict()

    def reserve(self, chat_id: int, now: float) -> float:
        """Take the next place for a message and say when it may leave, in seconds of the same clock."""
        if self._rate == 0:
            return now
        # In all: a burst of one second's worth, then evenly. A chat that must wait does not hold up the others.
        rate, burst = (GROUP_RATE, GROUP_BURST) if chat_id < 0 else (CHAT_RATE, CHAT_BURST)
        at = max(now, self._free_at - 1.0, self._chats.get(chat_id, now) - (burst - 1.0) / rate)
        self._free_at = max(self._free_at, now) + 1.0 / self._rate
        self._chats[chat_id] = max(self._chats.get(chat_id, 0.0), at) + 1.0 / rate
        self._chats.move_to_end(chat_id)
        if len(self._chats) > CHATS_REMEMBERED:
            self._chats.popitem(last=False)
        return at
