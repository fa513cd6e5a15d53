"""Notices on the wire: an adviser's chat and a linked group hear of a case, claim it, and see it go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, time
from typing import Any

from bot.handoff.duty import Duty, Hours
from bot.runner.notice import keep_noticing, offer_code, offer_group
from bot.sandbox import Sandbox
from bot.storage.store import Store
from bot.storage.unit_of_work import UnitOfWork
from bot.web.account import Account, Role
from tests.support.content import our_release
from tests.support.running_bot import TOKEN, Running, running_bot
from tests.support.waiting import eventually
from tests.telegram.test_handoff import ask_for_adviser

CITIZEN, ADVISER, LEAD, GROUP = 7, 8, 9, -100
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday: somebody is there
WEEK = tuple(Hours(day, time(0), time(23, 59)) for day in range(7))
URL = "https://desk.example"


@asynccontextmanager
async def noticing(running: Running) -> AsyncIterator[None]:
    news = asyncio.Event()
    running.store.listen(lambda subjects: news.set())
    work = keep_noticing(running.store, our_release, running.bot.send, URL, news, lambda: AT)
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def add_team(unit: UnitOfWork) -> None:
    for login, role in (("a", Role.ADVISER), ("l", Role.LEAD)):
        account = Account(login, login, f"Adviser {login.upper()}", frozenset({role}), "da", AT)
        unit.accounts.add(account)
        unit.duties.put(Duty(login, account.name, {"da": 3}, hours=WEEK))


async def code(store: Store, account: str) -> str:
    return await store.run(lambda unit: offer_code(unit, account, datetime.now(UTC)))


def person(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "is_bot": False, "first_name": "Adviser"}


async def test_case_is_told_claimed_in_the_group_and_corrected_everywhere(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    citizen, adviser, lead = (sandbox.phone(chat) for chat in (CITIZEN, ADVISER, LEAD))
    group = sandbox.open_chat(GROUP, "Group", kind="supergroup")
    await store.run(add_team)

    def in_group() -> list[str]:
        return [message.text for message in group.messages.values()]

    async with running_bot(store, sandbox) as running, noticing(running):
        for phone, account in ((adviser, "a"), (lead, "l")):
            phone.send_text(f"/link {await code(store, account)}")
            await phone.wait_for_text("Du får nu besked her")
        await store.run(lambda unit: offer_group(unit, "l", datetime.now(UTC)))
        member = {"status": "member", "user": sandbox.bot_json()}
        added = {"chat": group.to_json(), "from": person(LEAD), "date": 0, "new_chat_member": member}
        lead.send_update("my_chat_member", {**added, "old_chat_member": {"status": "left", "user": sandbox.bot_json()}})
        await eventually(lambda: any("Denne gruppe" in text for text in in_group()))

        await ask_for_adviser(citizen)
        notice = await adviser.wait_for_text("En sag venter (", 10)
        assert URL in notice.text
        await eventually(lambda: any("En sag venter (" in text for text in in_group()))
        assert not group.has_left

        [told] = [message for message in group.messages.values() if "En sag venter (" in message.text]
        [[button]] = told.buttons
        shown = {"message_id": told.message_id, "date": 0, "chat": group.to_json()}
        query = {"id": "77", "from": person(ADVISER), "message": shown, "chat_instance": "1", "data": button.data}
        adviser.send_update("callback_query", query)
        await citizen.wait_for_text("Du taler nu med", 10)
        await adviser.wait_for(lambda phone: any("Du har sagen" in m.text for m in phone.bot_messages), 10)
        await eventually(lambda: any("har sagen." in text for text in in_group()))
    assert not any("En sag venter (" in text for text in in_group()), "the message was changed, not sent anew"
    assert not any("En sag venter (" in message.text for message in adviser.bot_messages)
    assert all(not message.buttons for message in group.messages.values())
    assert await store.run(lambda uow: uow.updates.dead()) == []
