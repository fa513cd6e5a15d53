"""A batch of updates: chats side by side, and of one chat nothing before what could not be stored."""

import asyncio
import threading
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


def command(update_id: int, chat_id: int) -> dict[str, Any]:
    return text(update_id, chat_id, "/menu")


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


async def test_update_that_comes_later_does_not_overtake_one_that_is_thought_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Telegram posts a text and a press of one chat side by side to a webhook."""
    may_go_on = threading.Event()

    def think(self: Understanding, text: str) -> None:
        may_go_on.wait(10)

    monkeypatch.setattr(Understanding, "think_about", think)
    store = MemoryStore()
    bot = bot_with(store)
    first = asyncio.create_task(bot.intake.take(text(1, 7, "two words of nobody")))
    await asyncio.sleep(0.05)  # it is being thought about
    second = asyncio.create_task(bot.intake.take(command(2, 7)))
    await bot.intake.take(command(3, 8))  # another chat need not wait
    await asyncio.sleep(0.05)
    may_go_on.set()
    await asyncio.gather(first, second)
    assert list(store.tables.updates) == [(8, 3), (7, 1), (7, 2)]
