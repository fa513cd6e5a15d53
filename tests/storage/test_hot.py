"""A statement that goes past SQLAlchemy does what SQLAlchemy would have done, errors included."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, bindparam, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.errors import StorageUnavailable
from bot.storage.failure import to_storage_error
from bot.storage.hot import HotStatement
from bot.storage.migrate import open_engine
from bot.storage.tables import metadata, outbox

ROW = {
    "chat_id": 7001,
    "seq": 1,
    "kind": "message",
    "body": b"\x00\xff",
    "due_at": datetime(2026, 11, 24, 9, 0, 0, 5, tzinfo=UTC),
    "name": "",
    "state": "pending",
    "forgets": True,
}


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = open_engine(url)
    with made.begin() as connection:
        metadata.create_all(connection)
    yield made
    made.dispose()


@pytest.fixture
def db(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection


def test_values_are_stored_as_sqlalchemy_stores_them(db: Connection) -> None:
    assert HotStatement(insert(outbox)).count(db, ROW) == 1
    stored = db.execute(select(outbox)).one()._asdict()
    assert {name: stored[name] for name in ROW} == ROW


def test_a_row_that_is_not_there_is_none(db: Connection) -> None:
    one = HotStatement(select(outbox.c.body, outbox.c.seq).where(outbox.c.chat_id == bindparam("chat")))
    assert one.first(db, {"chat": 7001}) is None
    HotStatement(insert(outbox)).count(db, ROW)
    assert one.first(db, {"chat": 7001}) == (b"\x00\xff", 1)


def test_mistakes_of_ours_are_told_as_such(db: Connection) -> None:
    add = HotStatement(insert(outbox))
    add.count(db, ROW)
    with pytest.raises(IntegrityError, match=r"(?i)unique") as twice:
        add.count(db, ROW)
    assert not isinstance(to_storage_error(twice.value), StorageUnavailable)


def test_a_database_that_does_not_write_is_away(db: Connection, url: str) -> None:
    forbid = "PRAGMA query_only = ON" if url.startswith("sqlite") else "SET TRANSACTION READ ONLY"
    db.exec_driver_sql(forbid)
    with pytest.raises(DBAPIError, match=r"read-?only") as refused:
        HotStatement(insert(outbox)).count(db, ROW)
    assert isinstance(to_storage_error(refused.value), StorageUnavailable)


@pytest.mark.postgres
def test_a_lost_connection_is_not_used_again(postgres_database: str) -> None:
    engine = open_engine(postgres_database)
    with engine.begin() as db:
        metadata.create_all(db)
    with engine.connect() as db:
        mine = db.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        with engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({mine}, 5000)")
        with pytest.raises(DBAPIError) as lost:
            HotStatement(insert(outbox)).count(db, ROW)
        assert isinstance(to_storage_error(lost.value), StorageUnavailable)
        assert db.invalidated
    with engine.begin() as db:
        assert HotStatement(insert(outbox)).count(db, ROW) == 1
    engine.dispose()
