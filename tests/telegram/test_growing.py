"""Two processes' worth of bots behind one webhook, on one PostgreSQL: order per chat, nothing lost, nothing twice."""

import asyncio
from contextlib import AsyncExitStack
from datetime import date, timedelta
from itertools import count

import orjson
import pytest

from bot.i18n.day import full_date
from bot.sandbox import Sandbox, serve
from bot.storage import session
from bot.storage.keyring import Keyring
from bot.storage.store import Store, open_store
from tests.storage.conftest import KEY
from tests.support.running_bot import TOKEN, Running, post, running_bot

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

CHATS = range(1, 9)
DAYS = 24
FIRST_DAY = date(2022, 1, 3)
update_ids = count(1)


async def write(chat_id: int, text: str, to: Running) -> None:
    update_id = next(update_ids)
    message = {
        "message_id": update_id,
        "from": {"id": chat_id},
        "chat": {"id": chat_id, "type": "private"},
        "text": text,
    }
    assert await post(to.webhook_url, orjson.dumps({"update_id": update_id, "message": message})) == 200


async def talk(chat_id: int, bots: list[Running]) -> None:
    """Whatever comes next goes to the other bot; when there is only one left, to that."""
    for number, text in enumerate(("/start complaint-da", "1", "1")):
        await write(chat_id, text, bots[(chat_id + number) % len(bots)])
    for number in range(DAYS):
        day = FIRST_DAY + timedelta(days=number)
        await write(chat_id, f"{day:%d.%m.%Y}", bots[number % len(bots)])


@pytest.fixture
def foreign_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one process both bots would look like one writer: let every turn look like another's."""
    names = map(str, count())
    take = session.Sessions.take

    def take_as_another(self: session.Sessions, chat_id: int) -> object:
        monkeypatch.setattr(session, "WRITER", next(names))
        return take(self, chat_id)

    monkeypatch.setattr(session.Sessions, "take", take_as_another)


@pytest.mark.usefixtures("foreign_turns")
async def test_two_bots_answer_as_one_and_one_can_go(postgres_database: str) -> None:
    sandbox = Sandbox(TOKEN)
    for chat in CHATS:
        sandbox.phone(chat)
    async with serve(sandbox) as base_url, AsyncExitStack() as stack:
        stores: list[Store] = [open_store(postgres_database, Keyring([KEY])) for _ in range(2)]
        for store in stores:
            stack.push_async_callback(store.close)
        stays = await stack.enter_async_context(running_bot(stores[0], sandbox, webhook=True, base_url=base_url))
        goes = AsyncExitStack()
        other = await goes.enter_async_context(running_bot(stores[1], sandbox, webhook=True, base_url=base_url))
        bots = [stays, other]
        talking = [asyncio.create_task(talk(chat, bots)) for chat in CHATS]
        await asyncio.sleep(0.4)
        bots.remove(other)  # no new updates for it, as a load balancer does
        await asyncio.sleep(0.3)
        await goes.aclose()
        await asyncio.gather(*talking)
        days = [FIRST_DAY + timedelta(days=number) for number in range(DAYS)]
        for chat in CHATS:
            await sandbox.phone(chat).wait_for_text(full_date(days[-1], "da"), 20)
        await asyncio.sleep(1)  # long enough to see a double
    words = [full_date(day, "da") for day in days]
    for chat in CHATS:
        texts = [message.text for message in sandbox.phone(chat).bot_messages]
        assert [next((each for each in words if each in text), "") for text in texts[-DAYS:]] == words
