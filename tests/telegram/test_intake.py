"""A batch of updates: chats side by side, and of one chat nothing before what could not be stored."""

import asyncio
from typing import Any

import pytest

from bot.errors import StorageUnavailable
from bot.telegram.bot import TelegramBot, Wire
from bot.telegram.metrics import Metrics
from bot.understanding.meaning import Understanding
from tests.support.content import our_release
from tests.support.memory_store import MemoryStore


class Flickering(MemoryStore):
    """Away for the first transaction, and back for the next."""

    transactions = 0

    async def run(self, work: Any) -> Any:
        self.transactions += 1
        if self.transactions == 1:
            raise StorageUnavailable("away")
        return await super().run(work)


def text(update_id: int, chat_id: int, words: str = "zzqx") -> dict[str, Any]:
    message = {"message_id": update_id, "chat": {"id": chat_id, "type": "private"}, "text": words}
    return {"update_id": update_id, "message": message | {"from": {"id": chat_id, "first_name": "A"}}}


def bot_with(store: MemoryStore) -> TelegramBot:
    return TelegramBot(Wire("http://127.0.0.1:9", "1:a", None, "", 0), store, our_release, Metrics())


async def test_nothing_of_a_chat_overtakes_what_could_not_be_stored() -> None:
    store = Flickering()
    bot = bot_with(store)
    batch = [text(1, 7), text(2, 8), text(3, 7)]
    with pytest.raises(StorageUnavailable):
        await bot.intake.take_all(batch)
    assert [key[1] for key in store.tables.updates] == [2]
    await asyncio.gather(bot.intake.take_all(batch), bot.intake.take({"update_id": 4}))
    assert [update for chat, update in store.tables.updates if chat == 7] == [1, 3]


async def test_text_that_cannot_be_thought_about_is_recorded_as_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Understanding, text: str) -> None:
        raise UnicodeError

    monkeypatch.setattr(Understanding, "think_about", fail)
    store = MemoryStore()
    await bot_with(store).intake.take(text(1, 7, "two words of nobody"))
    assert [(chat, update) for chat, update, _ in store.tables.dead] == [(7, 1)]
