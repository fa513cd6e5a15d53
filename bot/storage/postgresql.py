"""The store on PostgreSQL: a few connections, each in a thread, and a listener that reconnects."""

import asyncio
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url

from bot.errors import StorageUnavailable
from bot.storage.failure import is_worth_a_retry, to_storage_error
from bot.storage.keyring import Keyring
from bot.storage.new_id import new_id
from bot.storage.unit_of_work import UnitOfWork

Result = TypeVar("Result")
CONNECTIONS = 8
TRIES = 4
CONNECT_TIMEOUT_S = 5
CHANNEL = "vejviser_outbox"
NEWS_CHANNEL = "vejviser_news"
MOST_BYTES = 7_000  # PostgreSQL carries less than 8,000 with one NOTIFY
RECONNECT_S = 1.0
# A server or a process that stands still must not hold up a chat for ever: its turns fail and are tried again.
TCP_LIMITS: dict[str, Any] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 10_000,
}
LOCK_PATIENCE_MS = 5_000
IDLE_PATIENCE_MS = 10_000


def postgresql_engine(url: str) -> Engine:
    """An engine that connects within seconds or not at all, and whose errors tell no values."""
    return create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, **TCP_LIMITS},
    )


def _limit_waiting(connection: psycopg.Connection[Any], record: object) -> None:
    connection.execute(f"SET lock_timeout = {LOCK_PATIENCE_MS}")
    connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_PATIENCE_MS}")
    connection.commit()


class PostgresqlStore:
    """See `runner.ports.Store`. One chat at a time is kept by a lock on its session's row."""

    def __init__(self, url: str, keyring: Keyring) -> None:
        self._engine = postgresql_engine(url)
        event.listen(self._engine, "connect", _limit_waiting)
        self._keyring = keyring
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="postgresql")
        self._listener = _Listener(url)
        self._is_closed = False
        self._is_announcing = False
        self._name = new_id()  # to know one's own news when they come back

    async def run(self, work: Callable[[UnitOfWork], Result]) -> Result:
        if self._is_closed:
            raise StorageUnavailable("The store is closed.")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, work)

    def _do(self, work: Callable[[UnitOfWork], Result]) -> Result:
        for tries_left in reversed(range(TRIES)):
            try:
                with self._engine.begin() as connection:
                    unit = UnitOfWork(connection, self._keyring)
                    result = work(unit)
                    unit.finish()
                    if unit.announced:
                        self._notify_news(connection, unit.announced)
                self._listener.tell_news(unit.announced)
                return result
            except Exception as error:
                if tries_left and is_worth_a_retry(error):
                    continue
                raise to_storage_error(error)  # noqa: B904  (it carries its cause)
        raise AssertionError("the last try returns or raises")

    async def wait_for_outbox(self, timeout_s: float) -> None:
        await self._listener.wait(timeout_s)

    def announce_outbox(self, chat_ids: Collection[int]) -> None:
        # One call under way is enough, however many turns ask for it: NOTIFY locks out other commits.
        if not self._is_announcing and not self._is_closed:
            self._is_announcing = True
            self._threads.submit(self._notify)

    def _notify(self) -> None:
        self._is_announcing = False  # before the call: it covers all that was committed until now
        # Only a wake-up call: without it the rows are found at the next look.
        with suppress(Exception), self._engine.begin() as connection:
            connection.execute(text(f"NOTIFY {CHANNEL}"))

    def _notify_news(self, connection: Connection, subjects: list[str]) -> None:
        """Leaves with the commit, or not at all."""
        payload = " ".join([self._name, *dict.fromkeys(subjects)])
        said = payload if len(payload) < MOST_BYTES else self._name
        connection.execute(text("SELECT pg_notify(:channel, :said)"), {"channel": NEWS_CHANNEL, "said": said})

    def listen(self, heard: Callable[[Collection[str]], None]) -> None:
        self._listener.listen(heard, self._name)

    async def close(self) -> None:
        self._is_closed = True
        await self._listener.close()
        await asyncio.to_thread(self._threads.shutdown)
        self._engine.dispose()


class _Listener:
    """Waits for NOTIFY on a connection of its own, in a thread; connects again whenever that is lost."""

    def __init__(self, url: str) -> None:
        self._conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard = asyncio.Event()
        self._news: Callable[[Collection[str]], None] | None = None
        self._own_name = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="postgresql-listener", daemon=True)

    def _start(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._thread.start()

    def listen(self, heard: Callable[[Collection[str]], None], own_name: str) -> None:
        self._news, self._own_name = heard, own_name
        self._start()

    def tell_news(self, subjects: Collection[str], *, is_gap: bool = False) -> None:
        """From any thread; a gap is told as no subjects."""
        if self._news is not None and self._loop is not None and (subjects or is_gap):
            with suppress(RuntimeError):  # the loop is closing
                self._loop.call_soon_threadsafe(self._news, subjects)

    async def wait(self, timeout_s: float) -> None:
        self._start()
        try:
            async with asyncio.timeout(timeout_s):
                await self._heard.wait()
        except TimeoutError:
            return
        self._heard.clear()

    async def close(self) -> None:
        self._stopping.set()
        if self._loop is not None:
            await asyncio.to_thread(self._thread.join)

    def _listen(self) -> None:
        assert self._loop is not None
        while not self._stopping.is_set():
            try:
                with psycopg.connect(
                    self._conninfo, autocommit=True, connect_timeout=CONNECT_TIMEOUT_S, **TCP_LIMITS
                ) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    connection.execute(f"LISTEN {NEWS_CHANNEL}")
                    self._tell()  # what was announced while nobody listened
                    self.tell_news((), is_gap=True)
                    while not self._stopping.is_set():
                        for notify in connection.notifies(timeout=0.5, stop_after=1):
                            self._hear(notify)
            except psycopg.Error:
                self._stopping.wait(RECONNECT_S)

    def _hear(self, notify: psycopg.Notify) -> None:
        if notify.channel == CHANNEL:
            self._tell()
            return
        name, *subjects = notify.payload.split(" ")
        if name != self._own_name:
            self.tell_news(subjects, is_gap=not subjects)

    def _tell(self) -> None:
        assert self._loop is not None
        with suppress(RuntimeError):  # the loop is closing
            self._loop.call_soon_threadsafe(self._heard.set)
