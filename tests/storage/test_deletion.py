"""What is deleted is gone from the files, while the store runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot.engine.session import Session
from bot.runner.kept import Kept
from bot.runner.ports import UnitOfWork
from bot.storage.keyring import Keyring
from bot.storage.purge import purge
from bot.storage.store import Store, open_store
from bot.storage.unit_of_work import UnitOfWork as StorageUnitOfWork
from tests.storage.conftest import KEY

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHAT = 7_340_112_233
TRACE = b"a-trace-in-clear"


def leave_trace(uow: UnitOfWork) -> None:
    uow.sessions.put(Session(CHAT, node="start/menu", touched_at=AT))
    uow.audit.note(CHAT, TRACE.decode(), AT)


def encrypted(uow: UnitOfWork) -> bytes:
    assert isinstance(uow, StorageUnitOfWork)
    data: bytes = uow.db.scalar(text("SELECT data FROM session WHERE chat_id = :chat"), {"chat": CHAT})
    return data


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def forget(uow: UnitOfWork) -> None:
    uow.people.forget(CHAT, AT)


def purge_all(uow: UnitOfWork) -> None:
    purge(uow, AT + timedelta(days=400), Kept())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/test.db"


@pytest.mark.parametrize("delete", [forget, purge_all])
async def test_deleted_person_is_in_no_file(sqlite_url: str, tmp_path: Path, delete: object) -> None:
    store = open_store(sqlite_url, Keyring([KEY]))
    await store.run(leave_trace)
    ciphertext = await store.run(encrypted)
    assert TRACE in on_disk(tmp_path)
    assert ciphertext in on_disk(tmp_path)
    await store.run(delete)  # type: ignore[arg-type]
    assert TRACE not in on_disk(tmp_path)
    assert ciphertext not in on_disk(tmp_path)
    await store.close()


async def test_log_is_emptied_once_another_reader_is_done(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url, Keyring([KEY]))
    await store.run(leave_trace)
    engine = create_engine(sqlite_url)
    with engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.exec_driver_sql("SELECT count(*) FROM session")
        await store.run(forget)  # does not wait for the reader
        assert TRACE in on_disk(tmp_path)
    engine.dispose()
    await store.run(lambda uow: uow.leases.is_held("any", "other", 1))
    assert TRACE not in on_disk(tmp_path)
    await store.close()


async def test_files_are_the_owners_alone(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url, Keyring([KEY]))
    await store.run(leave_trace)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}  # noqa: ASYNC240
    assert modes == dict.fromkeys(("test.db", "test.db-wal", "test.db-shm"), 0o600)
    await store.close()


async def test_turn_that_is_rolled_back_forgets_nobody(store: Store) -> None:
    def fail(uow: UnitOfWork) -> None:
        forget(uow)
        raise LookupError

    await store.run(leave_trace)
    with pytest.raises(LookupError):
        await store.run(fail)
    assert (await store.run(lambda uow: uow.sessions.take(CHAT))).node == "start/menu"
