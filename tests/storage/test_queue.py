"""What waits is found quickly beside all that was sent, and nothing that is broken hides it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from bot.runner.ports import UnitOfWork
from bot.storage.keyring import Keyring
from bot.storage.migrate import migrate
from bot.storage.sqlite import sqlite_engine
from bot.storage.store import Store
from bot.storage.unit_of_work import UnitOfWork as StorageUnitOfWork
from tests.storage.conftest import KEY

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def test_every_look_for_waiting_rows_goes_by_an_index(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/test.db"
    migrate(url)
    engine = sqlite_engine(url)
    asked: list[tuple[str, Any]] = []

    @event.listens_for(engine, "before_cursor_execute")
    def remember(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with engine.begin() as connection:
        outbox = StorageUnitOfWork(connection, Keyring([KEY])).outbox
        outbox.due(AT, 10)
        outbox.due(AT, 10, after=(1, 1))
        outbox.waiting_of(1)
        outbox.cancel_reminders(1)
        outbox.settle_sending()
        looks = [each for each in asked if "FROM outbox" in each[0] or "UPDATE outbox" in each[0]]
        plans = [
            " ".join(row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in looks
        ]
    engine.dispose()
    assert len(plans) == 6
    assert [plan for plan in plans if "USING INDEX outbox_" not in plan and "sqlite_autoindex" not in plan] == []
    assert [plan for plan in plans if "TEMP B-TREE" in plan] == []


async def test_unreadable_rows_do_not_hide_what_is_behind_them(store: Store) -> None:
    def write(uow: UnitOfWork) -> None:
        for chat in range(-5, 6):
            uow.outbox.add(chat, "message", {"text": str(chat)})
            uow.outbox.add(chat, "reminder", {"text": f"remind {chat}"}, due_at=AT, name="n")
        assert isinstance(uow, StorageUnitOfWork)
        uow.db.execute(text("UPDATE outbox SET body = :body WHERE chat_id < 3"), {"body": b"x" * 40})

    await store.run(write)
    first = await store.run(lambda uow: uow.outbox.due(AT - timedelta(seconds=1), 2))
    assert [row.body["text"] for row in first] == ["3", "4"]
    after = (first[-1].chat_id, first[-1].seq)
    rest = await store.run(lambda uow: uow.outbox.due(AT, 2, after=after))
    assert [row.body["text"] for row in rest] == ["5"]
    assert await store.run(lambda uow: uow.outbox.waiting_of(1)) == []


async def test_longest_due_reminders_come_first_when_there_are_many(store: Store) -> None:
    def write(uow: UnitOfWork) -> None:
        for chat in range(1, 6):
            uow.outbox.add(chat, "reminder", {"text": str(chat)}, due_at=AT - timedelta(hours=chat), name="n")

    await store.run(write)
    found = await store.run(lambda uow: uow.outbox.due(AT, 2))
    assert [row.chat_id for row in found] == [4, 5]
