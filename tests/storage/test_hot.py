"""A statement that goes past SQLAlchemy does what SQLAlchemy would have done, errors included."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, bindparam, insert, select

from bot.errors import StorageUnavailable
from bot.storage.failure import to_storage_error
from bot.storage.hot import HotStatement
from bot.storage.sqlite import sqlite_engine
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
def db(tmp_path: Path) -> Iterator[Connection]:
    engine = sqlite_engine(f"sqlite:///{tmp_path / 'hot.db'}")
    with engine.begin() as connection:
        metadata.create_all(connection)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_values_are_stored_as_sqlalchemy_stores_them(db: Connection) -> None:
    assert HotStatement(insert(outbox)).count(db, ROW) == 1
    stored = db.execute(select(outbox)).one()._asdict()
    assert {name: stored[name] for name in ROW} == ROW


def test_a_row_that_is_not_there_is_none(db: Connection) -> None:
    one = HotStatement(select(outbox.c.body, outbox.c.seq).where(outbox.c.chat_id == bindparam("chat")))
    assert one.first(db, {"chat": 7001}) is None
    HotStatement(insert(outbox)).count(db, ROW)
    assert one.first(db, {"chat": 7001}) == (b"\x00\xff", 1)


def test_errors_of_the_driver_are_mapped_like_all_others(db: Connection) -> None:
    add = HotStatement(insert(outbox))
    add.count(db, ROW)
    with pytest.raises(Exception, match="UNIQUE") as twice:
        add.count(db, ROW)
    assert not isinstance(to_storage_error(twice.value), StorageUnavailable)  # a mistake of ours
    driver = db.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute("PRAGMA query_only = ON")
    with pytest.raises(Exception, match="readonly") as refused:
        add.count(db, ROW | {"seq": 2})
    assert isinstance(to_storage_error(refused.value), StorageUnavailable)
