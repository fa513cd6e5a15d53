"""The store on SQLite: one writer thread, in which many waiting turns share one commit."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from bot.errors import StorageUnavailable
from bot.storage.failure import to_storage_error
from bot.storage.keyring import Keyring
from bot.storage.unit_of_work import UnitOfWork

Result = TypeVar("Result")
MOST_PER_COMMIT = 256
OWNER_ONLY = 0o600
BUSY_LOOK_MS = 50
BUSY_TIMEOUT_MS = 5_000  # for `vejviser forget` and the like beside a running bot


def sqlite_engine(url: str) -> Engine:
    """An engine whose transactions are ours: pysqlite would issue no BEGIN and commit at each RELEASE."""
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
        Path(database).touch(OWNER_ONLY)  # who wrote to the bot concerns no other account
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
        paramstyle="named",
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _use_write_ahead_log(cursor)
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten in the file; for the log see `_empty_log`.
        cursor.execute("PRAGMA secure_delete = ON")
        # An update is confirmed after the commit and never comes back: a power cut must not undo a commit.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _use_write_ahead_log(cursor: Any) -> None:
    """SQLite refuses the switch at once, without its timeout, while another process makes it on the new file."""
    for _ in range(BUSY_TIMEOUT_MS // BUSY_LOOK_MS):
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        time.sleep(BUSY_LOOK_MS / 1000)
    cursor.execute("PRAGMA journal_mode = WAL")


@dataclass(slots=True)
class _Job:
    work: Callable[[Any], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None
    announced: list[str] = field(default_factory=list)

    def resolve(self) -> None:
        if self.future.done():  # whoever waited has given up
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class SqliteStore:
    """See `runner.ports.Store`. Each job runs in a savepoint of its own; results come after the outer commit."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self._engine = sqlite_engine(url)
        self._keyring = keyring
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._written = asyncio.Event()
        self._is_closed = False
        self._log_holds_deleted = False
        self._tell: Callable[[Collection[str]], None] = lambda subjects: None
        self._thread = threading.Thread(target=self._write, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[UnitOfWork], Result]) -> Result:
        if self._is_closed:
            raise StorageUnavailable("The store is closed.")
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        self._jobs.put(job)
        result: Result = await job.future
        return result

    async def wait_for_outbox(self, timeout_s: float) -> None:
        """There is no other process: `announce_outbox` is the only news."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._written.wait()
        except TimeoutError:
            return
        self._written.clear()

    def announce_outbox(self, chat_ids: Collection[int]) -> None:
        self._written.set()

    def listen(self, heard: Callable[[Collection[str]], None]) -> None:
        loop = asyncio.get_running_loop()

        def tell(subjects: Collection[str]) -> None:
            with suppress(RuntimeError):  # that loop is closed, and nobody listens
                loop.call_soon_threadsafe(heard, subjects)

        self._tell = tell

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        self._is_closed = True
        self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)
        self._engine.dispose()

    # --- the writer thread ------------------------------------------------------------------------

    def _write(self) -> None:
        connection: Connection | None = None
        stopping = False
        while not stopping:
            batch, stopping = self._next_batch()
            if not batch:
                continue
            try:
                if connection is None:
                    connection = self._engine.connect()
                with connection.begin():
                    for job in batch:
                        self._do(job, connection)
            except Exception as error:
                failed = to_storage_error(error)
                if not isinstance(failed, StorageUnavailable):
                    failed = StorageUnavailable(f"The commit failed ({type(error).__name__}).")
                for job in batch:
                    job.error = failed
                _discard(connection)
                connection = None
            if self._log_holds_deleted and connection is not None:
                self._empty_log(connection)
            _resolve(batch)
            if announced := [subject for job in batch if job.error is None for subject in job.announced]:
                self._tell(announced)
        _discard(connection)

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """Wait for a job, and take all that wait with it."""
        batch: list[_Job] = []
        job = self._jobs.get()
        while job is not None:
            batch.append(job)
            if len(batch) == MOST_PER_COMMIT:
                return batch, False
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _do(self, job: _Job, connection: Connection) -> None:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        # On the driver itself: SQLAlchemy's savepoints cost as much as a statement.
        raw.execute("SAVEPOINT turn")
        try:
            unit = UnitOfWork(connection, self._keyring)
            job.result = job.work(unit)
            unit.finish()
            job.announced = unit.announced
            self._log_holds_deleted |= unit.has_deleted
        except BaseException as error:  # whatever it is, this thread must go on
            job.error = to_storage_error(error)
            raw.execute("ROLLBACK TO turn")
        raw.execute("RELEASE turn")

    def _empty_log(self, connection: Connection) -> None:
        """The write-ahead log still shows the rows as they were before: move it into the file and cut it to nothing."""
        raw = connection.connection.dbapi_connection
        assert raw is not None
        # Waits for nobody: while another process reads, this is tried again after the next commit.
        with suppress(sqlite3.Error):  # the turns are committed, whatever happens here
            raw.execute("PRAGMA busy_timeout = 0")
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._log_holds_deleted = bool(busy)
            raw.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")


def _discard(connection: Connection | None) -> None:
    """After a failure the next batch gets a fresh connection."""
    if connection is not None:
        with suppress(Exception):
            connection.invalidate()
        connection.close()


def _resolve(batch: list[_Job]) -> None:
    """Hand the results over, one visit to each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in batch:
        by_loop.setdefault(job.loop, []).append(job)
    for loop, jobs in by_loop.items():
        with suppress(RuntimeError):  # that loop is closed, and nobody waits
            loop.call_soon_threadsafe(_resolve_all, jobs)


def _resolve_all(jobs: list[_Job]) -> None:
    for job in jobs:
        job.resolve()
