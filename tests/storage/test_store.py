"""Transactions: wholly or not at all, alone or in company."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import event

from bot.engine.session import Session
from bot.errors import StorageUnavailable
from bot.runner.ports import UnitOfWork
from bot.storage.keyring import Keyring
from bot.storage.postgresql import PostgresqlStore
from bot.storage.sqlite import SqliteStore
from bot.storage.store import Store, open_store
from tests.storage.conftest import KEY
from tests.support.postgres import to_conninfo

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def put(chat_id: int, node: str = "start/menu") -> Callable[[UnitOfWork], None]:
    return lambda uow: uow.sessions.put(Session(chat_id, locale="ar", node=node, touched_at=AT))


async def node_of(store: Store, chat_id: int) -> str | None:
    return (await store.run(lambda uow: uow.sessions.take(chat_id))).node


class Wrong(Exception):
    """Raised by a test's work."""


async def test_result_comes_back_and_stays_after_reopening(store: Store, url: str) -> None:
    await store.run(put(1))
    await store.close()
    again = open_store(url, Keyring([KEY]))
    session = await again.run(lambda uow: uow.sessions.take(1))
    await again.close()
    assert session == Session(1, locale="ar", node="start/menu", touched_at=AT)


async def test_work_that_fails_leaves_nothing(store: Store) -> None:
    def work(uow: UnitOfWork) -> None:
        put(1)(uow)
        uow.outbox.add(1, "message", {"text": "a"})
        raise Wrong

    with pytest.raises(Wrong):
        await store.run(work)
    assert await node_of(store, 1) is None
    assert await store.run(lambda uow: uow.outbox.due(AT, 10)) == []


async def test_work_that_fails_does_not_take_others_with_it(store: Store) -> None:
    def wrong(uow: UnitOfWork) -> None:
        put(50)(uow)
        raise Wrong

    outcomes = await asyncio.gather(
        *(store.run(wrong if chat == 50 else put(chat)) for chat in range(1, 100)), return_exceptions=True
    )
    assert [index + 1 for index, outcome in enumerate(outcomes) if outcome is not None] == [50]
    assert await node_of(store, 49) == "start/menu"
    assert await node_of(store, 50) is None


async def test_one_chat_is_changed_by_one_turn_at_a_time(store: Store) -> None:
    def count(uow: UnitOfWork) -> None:
        session = uow.sessions.take(7)
        number = int(session.answers.get("n", "0")) + 1
        uow.sessions.put(replace(session.answered("n", str(number)), touched_at=AT))

    await asyncio.gather(*(store.run(count) for _ in range(60)))
    session = await store.run(lambda uow: uow.sessions.take(7))
    assert session.answers == {"n": "60"}


async def test_outer_rollback_erases_all_and_every_turn_of_the_commit_hears_of_it(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    assert isinstance(store, SqliteStore)
    broken = True

    @event.listens_for(store._engine, "commit")
    def fail(connection: object) -> None:
        if broken:
            raise sqlite3.OperationalError("disk I/O error")

    outcomes = await asyncio.gather(*(store.run(put(chat)) for chat in range(1, 20)), return_exceptions=True)
    assert all(isinstance(outcome, StorageUnavailable) for outcome in outcomes)
    broken = False
    assert [await node_of(store, chat) for chat in range(1, 20)] == [None] * 19
    await store.run(put(1))
    assert await node_of(store, 1) == "start/menu"
    await store.close()


async def test_writer_shares_one_commit_among_those_who_wait(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    assert isinstance(store, SqliteStore)
    commits = 0

    @event.listens_for(store._engine, "commit")
    def count(connection: object) -> None:
        nonlocal commits
        commits += 1

    await asyncio.gather(*(store.run(put(chat)) for chat in range(1, 201)))
    assert commits <= 20
    await store.close()


async def test_file_is_kept_safe(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    assert isinstance(store, SqliteStore)
    with store._engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "synchronous")
        }
    assert found == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "synchronous": 2}
    await store.close()


@pytest.mark.postgres
async def test_lost_connections_are_told_and_replaced(postgres_database: str) -> None:
    store = open_store(postgres_database, Keyring([KEY]))
    await store.run(put(1))

    def cut(uow: UnitOfWork) -> None:
        put(2)(uow)
        with psycopg.connect(to_conninfo(postgres_database), autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    with pytest.raises(StorageUnavailable):
        await store.run(cut)
    assert await node_of(store, 2) is None
    assert await node_of(store, 1) == "start/menu"
    await store.close()


@pytest.mark.postgres
async def test_other_processes_are_woken_also_after_their_connection_was_cut(postgres_database: str) -> None:
    one, other = (open_store(postgres_database, Keyring([KEY])) for _ in range(2))
    assert isinstance(other, PostgresqlStore)
    await other.wait_for_outbox(5)  # whoever begins to listen looks at once at what was missed
    for _ in range(2):
        before = time.monotonic()
        heard = asyncio.create_task(other.wait_for_outbox(30))
        while not heard.done():
            one.announce_outbox({1})
            await asyncio.sleep(0.1)
        assert time.monotonic() - before < 25
        with psycopg.connect(to_conninfo(postgres_database), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    await asyncio.gather(one.close(), other.close())


async def test_unreachable_database_is_told_at_the_start() -> None:
    with pytest.raises(StorageUnavailable):
        open_store("postgresql+psycopg://nobody:none@127.0.0.1:1/none", Keyring([KEY]))
