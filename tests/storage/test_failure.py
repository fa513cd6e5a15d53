"""Whatever fails, whoever waits hears of it, and the store goes on."""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.engine.session import Session
from bot.errors import StorageUnavailable
from bot.handoff.ticket import Ticket
from bot.runner.ports import UnitOfWork
from bot.storage.keyring import Keyring
from bot.storage.store import Store, open_store
from bot.storage.unit_of_work import UnitOfWork as StorageUnitOfWork
from tests.storage.conftest import KEY
from tests.support.postgres import to_conninfo

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def put(uow: UnitOfWork, chat_id: int, node: str = "start/menu") -> None:
    uow.sessions.put(Session(chat_id, node=node, touched_at=AT))


async def nodes(store: Store, chats: range) -> list[str | None]:
    return [(await store.run(lambda uow, chat=chat: uow.sessions.take(chat))).node for chat in chats]  # type: ignore[misc]


async def test_stop_iteration_reaches_the_caller_as_an_error(store: Store) -> None:
    def work(uow: UnitOfWork) -> str:
        put(uow, 1)
        return next(iter(()))

    async with asyncio.timeout(10):  # asyncio cannot hand a StopIteration over: all would wait for ever
        outcomes = await asyncio.gather(store.run(work), store.run(lambda uow: put(uow, 2)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [RuntimeError, type(None)]
    assert await nodes(store, range(1, 3)) == [None, "start/menu"]


async def test_error_that_is_no_exception_does_not_stop_the_store(store: Store) -> None:
    class Cancelled(BaseException):
        pass

    def work(uow: UnitOfWork) -> None:
        put(uow, 1)
        raise Cancelled

    async with asyncio.timeout(10):
        with pytest.raises(Cancelled):
            await store.run(work)
        assert await nodes(store, range(1, 2)) == [None]


async def test_closed_store_says_so(store: Store) -> None:
    await store.close()
    with pytest.raises(StorageUnavailable, match="closed"):
        await store.run(lambda uow: put(uow, 1))
    store.announce_outbox({1})  # only a wake-up call: nothing to complain about


async def test_refused_row_is_a_mistake_of_ours_and_is_told_without_its_values(store: Store) -> None:
    def open_ticket(id: str) -> Ticket:
        return Ticket(
            id=id,
            chat_id=1,
            state="waiting",
            topic="delicate",
            urgency="normal",
            locale="da",
            opened_at=AT,
            answers={},
        )

    await store.run(lambda uow: uow.tickets.add(open_ticket("t1")))
    with pytest.raises(IntegrityError) as refused:
        await store.run(lambda uow: uow.tickets.add(open_ticket("t2")))
    assert "delicate" not in str(refused.value)


async def test_full_disk_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))

    def fill_up(uow: UnitOfWork) -> None:
        assert isinstance(uow, StorageUnitOfWork)
        uow.db.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes the file's size instead: no room is left
        for chat in range(1000, 1200):
            put(uow, chat, node="x" * 1000)

    async with asyncio.timeout(10):
        outcomes = await asyncio.gather(
            *(store.run(lambda uow, chat=chat: put(uow, chat)) for chat in range(1, 6)),  # type: ignore[misc]
            store.run(fill_up),
            return_exceptions=True,
        )
    assert isinstance(outcomes[-1], StorageUnavailable)
    confirmed = [None if isinstance(outcome, StorageUnavailable) else "start/menu" for outcome in outcomes[:-1]]
    await store.close()
    again = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    assert await nodes(again, range(1, 6)) == confirmed
    assert await nodes(again, range(1000, 1001)) == [None]
    await again.run(lambda uow: put(uow, 1000))
    await again.close()


async def test_damaged_file_is_no_mistake_of_a_turn(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    await store.run(lambda uow: put(uow, 1))
    await store.close()
    file = tmp_path / "test.db"
    stored = file.read_bytes()
    file.write_bytes(stored[:100] + b"\xff" * (len(stored) - 100))
    with pytest.raises(StorageUnavailable):
        open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))


@pytest.mark.postgres
async def test_deadlock_is_tried_again(postgres_database: str) -> None:
    with psycopg.connect(to_conninfo(postgres_database), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET deadlock_timeout = '50ms'")
    store = open_store(postgres_database, Keyring([KEY]))
    for chat in (1, 2):
        await store.run(lambda uow, chat=chat: put(uow, chat))  # type: ignore[misc]
    both_hold_one = threading.Barrier(2)
    tries: list[int] = []

    def take(uow: UnitOfWork, first: int, second: int) -> None:
        session = uow.sessions.take(first)
        tries.append(first)
        if tries.count(first) == 1:
            both_hold_one.wait(10)
        uow.sessions.take(second)
        uow.sessions.put(session.answered("taken", "yes"))

    await asyncio.gather(store.run(lambda uow: take(uow, 1, 2)), store.run(lambda uow: take(uow, 2, 1)))
    assert len(tries) == 3
    for chat in (1, 2):
        session = await store.run(lambda uow, chat=chat: uow.sessions.take(chat))  # type: ignore[misc]
        assert session.answers == {"taken": "yes"}
    await store.close()


@pytest.mark.postgres
async def test_process_that_stands_still_with_a_chat_does_not_hold_it_for_ever(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.postgresql.LOCK_PATIENCE_MS", 100)
    store = open_store(postgres_database, Keyring([KEY]))
    await store.run(lambda uow: put(uow, 1))
    with psycopg.connect(to_conninfo(postgres_database)) as other:
        other.execute("SELECT 1 FROM session WHERE chat_id = 1 FOR UPDATE")
        with pytest.raises(StorageUnavailable):
            await store.run(lambda uow: uow.sessions.take(1))
        await store.run(lambda uow: put(uow, 2))  # other chats go on
    assert await nodes(store, range(1, 3)) == ["start/menu"] * 2
    await store.close()


@pytest.mark.postgres
async def test_transaction_that_does_nothing_is_ended_by_the_server(postgres_database: str) -> None:
    store = open_store(postgres_database, Keyring([KEY]))

    def limit(uow: UnitOfWork) -> str:
        assert isinstance(uow, StorageUnitOfWork)
        return str(uow.db.scalar(text("SHOW idle_in_transaction_session_timeout")))

    assert await store.run(limit) == "10s"
    await store.close()
