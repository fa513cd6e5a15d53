"""A handoff on the wire when things go wrong: killed at a claim, the database goes, the person blocks the bot."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from bot.engine.incoming import ChoicePressed
from bot.handoff.duty import Duty
from bot.handoff.ticket import Ticket
from bot.handoff.transcript import TranscriptLine
from bot.runner import desk
from bot.runner.ports import Outgoing
from bot.runner.run import run_turn
from bot.sandbox import Phone, Sandbox, serve
from bot.sandbox.truth import UpdateConfirmed
from bot.storage.keyring import Keyring
from bot.storage.store import Store, open_store
from bot.storage.unit_of_work import UnitOfWork
from bot.web.account import Account, Role
from tests.storage.conftest import KEY
from tests.support.content import our_release
from tests.support.running_bot import TOKEN, running_bot
from tests.support.waiting import eventually
from tests.telegram.test_bot import PNG
from tests.telegram.test_crash import bot_process
from tests.test_outage import set_reachable

CITIZEN, ADVISER = 7, 8
PATIENCE_S = 90  # for a process that starts on a busy machine


def label(key: str) -> str:
    return our_release().label(key, "da")


async def ask_for_adviser(phone: Phone) -> None:
    phone.send_text("/start menu-da")
    await phone.wait_for_text(label("start/menu/say")[:15], PATIENCE_S)
    phone.send_text("/human")
    await phone.wait_for_text("Vil du tale med en rådgiver?", PATIENCE_S)
    phone.press(label("common/yes_adviser"))
    await phone.wait_for_text("Vil du tilføje noget nu?", PATIENCE_S)


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[Store]:
    """The store of a bot process, between two of its lives or beside it."""
    store = open_store(url, Keyring.from_secret((folder / "secret.key").read_text().strip()))
    try:
        yield store
    finally:
        await store.close()


def add_adviser(unit: UnitOfWork) -> None:
    account = Account("a", "adviser-a", "Adviser A", frozenset({Role.ADVISER}), "da", datetime.now(UTC))
    unit.accounts.add(account)
    unit.duties.put(Duty("a", "Adviser A", {"da": 3}))
    unit.notices.link(ADVISER, "a", datetime.now(UTC))


async def ticket_of(store: Store) -> Ticket:
    found = await store.run(lambda unit: unit.tickets.last_of(CITIZEN))
    assert found is not None
    return found


async def lines_of(store: Store) -> list[TranscriptLine]:
    ticket = await ticket_of(store)
    return await store.run(lambda unit: unit.transcripts.lines(CITIZEN, ticket.id))


async def until(store: Store, holds: Callable[[list[TranscriptLine]], bool], timeout_s: float = 10) -> None:
    async with asyncio.timeout(timeout_s):
        while not holds(await lines_of(store)):  # noqa: ASYNC110  (another process writes them)
            await asyncio.sleep(0.05)


def of_person(lines: list[TranscriptLine]) -> list[str]:
    return [line.text for line in lines if line.side == "person"]


async def do(store: Store, change: Callable[[desk.DeskTurn], None]) -> tuple[Outgoing, ...]:
    ticket = await ticket_of(store)

    def work(unit: UnitOfWork) -> tuple[Outgoing, ...]:
        turn = desk.begin(unit, our_release(), ticket.id, "a", datetime.now(UTC))
        change(turn)
        return turn.finish()

    return await store.run(work)


def press_claim(phone: Phone, ticket: Ticket) -> None:
    chat = {"id": ADVISER, "type": "private", "first_name": "Adviser A"}
    person = {"id": ADVISER, "is_bot": False, "first_name": "Adviser A"}
    message: dict[str, Any] = {"message_id": 1, "date": 0, "chat": chat}
    query = {"id": "77", "from": person, "message": message, "chat_instance": "1", "data": f"!claim:{ticket.id}"}
    phone.send_update("callback_query", query)


async def prepare(url: str, folder: Path) -> Ticket:
    """A person who waits and an adviser who is linked, as an earlier life of the process has left them."""
    (folder / "secret.key").write_text(base64.b64encode(KEY).decode())
    async with opened(url, folder) as store:
        for number, data in enumerate(("!locale:da", "!human", "human/consent>yes"), 1):
            press = ChoicePressed(
                update_id=number, chat_id=CITIZEN, at=datetime.now(UTC), data=data, message_id=1, query_id="q"
            )
            await store.run(partial(run_turn, press, release=our_release()))
        await store.run(add_adviser)
        return await ticket_of(store)


@pytest.mark.slow
@pytest.mark.parametrize("failpoint", ["before_commit:0", "after_commit:0"])
async def test_killed_at_a_claim_nobody_is_lost_and_everybody_is_told(url: str, tmp_path: Path, failpoint: str) -> None:
    sandbox = Sandbox(TOKEN)
    citizen, adviser = sandbox.phone(CITIZEN, is_started=True), sandbox.phone(ADVISER, is_started=True)
    ticket = await prepare(url, tmp_path)
    async with serve(sandbox) as base_url:
        async with bot_process(base_url, url, tmp_path, failpoint) as process:
            press_claim(adviser, ticket)
            assert await asyncio.wait_for(process.wait(), PATIENCE_S) == -9
        citizen.send_text("zzqx mens den var væk")
        async with bot_process(base_url, url, tmp_path):
            joined = await citizen.wait_for_text("Du taler nu med", PATIENCE_S)
            assert "Adviser A" in joined.text
            citizen.send_text("zzqx bagefter")
            async with opened(url, tmp_path) as store:
                await until(store, lambda lines: len(of_person(lines)) == 2, PATIENCE_S)
                claimed, lines = await ticket_of(store), await lines_of(store)
    assert (claimed.id, claimed.state, claimed.owner) == (ticket.id, "claimed", "a")
    assert of_person(lines) == ["zzqx mens den var væk", "zzqx bagefter"], "nothing lost, nothing twice, in order"
    assert sum(line.kind == "claimed" for line in lines) == 1
    assert sum("Du taler nu med" in message.text for message in citizen.bot_messages) == 1
    assert not any("Du taler nu med" in message.text for message in adviser.bot_messages)


@pytest.mark.slow
@pytest.mark.postgres
async def test_database_that_goes_during_a_conversation_loses_no_word(
    postgres_url: str, postgres_database: str, tmp_path: Path
) -> None:
    sandbox = Sandbox(TOKEN)
    citizen, database = sandbox.phone(CITIZEN), make_url(postgres_database).database
    assert database is not None
    async with serve(sandbox) as base_url, bot_process(base_url, postgres_database, tmp_path):
        await ask_for_adviser(citizen)
        async with opened(postgres_database, tmp_path) as store:
            await store.run(add_adviser)
            await do(store, desk.claim)
            store.announce_outbox([CITIZEN])
            await citizen.wait_for_text("Du taler nu med", PATIENCE_S)
        set_reachable(postgres_url, database, False)
        citizen.send_text("zzqx en")
        citizen.send_photo(PNG, caption="zzqx to")
        citizen.send_text("han slår mig")
        await citizen.wait_for_text("112", PATIENCE_S)  # the card needs no database
        set_reachable(postgres_url, database, True)
        async with opened(postgres_database, tmp_path) as store:
            await until(store, lambda lines: len(of_person(lines)) == 3, PATIENCE_S)
            assert of_person(await lines_of(store)) == ["zzqx en", "zzqx to", "han slår mig"]
            assert (await ticket_of(store)).urgency == "danger"
            await do(store, partial(desk.reply, text="Jeg er her", key="k1"))
            store.announce_outbox([CITIZEN])
            await citizen.wait_for_text("Jeg er her", PATIENCE_S)


async def test_person_who_blocks_the_bot_is_shown_as_such_and_can_come_back(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    citizen = sandbox.phone(CITIZEN)
    async with running_bot(store, sandbox) as running:
        await ask_for_adviser(citizen)
        await store.run(add_adviser)
        running.bot.send(await do(store, desk.claim))
        await citizen.wait_for_text("Du taler nu med")
        citizen.block()
        await eventually(lambda: len(sandbox.truth.of(UpdateConfirmed)) == 4)
        assert (await ticket_of(store)).is_unreachable
        running.bot.send(await do(store, partial(desk.reply, text="Er du der?", key="k1")))
        await until(store, lambda lines: lines[-1].delivery == "failed")
        assert (await lines_of(store))[-1].reason == "unreachable"
        citizen.unblock()
        citizen.send_text("zzqx igen")
        await until(store, lambda lines: lines[-1].text == "zzqx igen")
        assert not (await ticket_of(store)).is_unreachable
        running.bot.send(await do(store, partial(desk.reply, text="Godt", key="k2")))
        await citizen.wait_for_text("Godt")
        assert not any("Er du der?" in message.text for message in citizen.bot_messages)
