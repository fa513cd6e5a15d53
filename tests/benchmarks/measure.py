"""One bot under load: put on stage with its people, then measured period by period."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.benchmarks.bot_api import BotApi
from tests.benchmarks.bot_process import BotProcess, cpu_s, machine_busy_s, parent, running_bot
from tests.benchmarks.people import People, Period, Script
from tests.support.postgres import fresh_database, to_conninfo

START_TIMEOUT_S = 60.0
DATABASE_FILE = "vejviser.db"
SETTLE_S = 0.3  # between setWebhook and the first update


class BotDidNotStart(RuntimeError):
    """The bot ended, or did not call setWebhook in time; the message ends with its last words."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A bot and what its people do."""

    name: str
    command: tuple[str, ...]  # arguments of Python
    script: Script
    people: int = 300
    updates_per_s: float = 0.0  # 0: as many as it can take with 40 on their way
    api_delay_s: float = 0.0
    on_postgresql: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What one period of load showed."""

    updates_per_s: float
    cpu_ms: float  # of the bot, per update
    database_cpu_ms: float  # of the database server, per update
    p50_ms: float
    p99_ms: float
    memory_mib: float
    started_s: float  # from the start of the process to setWebhook
    foreign_cpu: float  # processors that others kept busy meanwhile: above 0.2 the speed says little
    unexpected_calls: int


@dataclass(frozen=True, slots=True)
class Clocks:
    """Readings of all clocks at one moment, in seconds."""

    bot: float
    database: float
    ours: float
    machine: float

    @property
    def foreign(self) -> float:
        return self.machine - self.bot - self.database - self.ours


@dataclass(frozen=True, slots=True)
class Stage:
    """A running bot with its people."""

    contestant: Contestant
    bot: BotProcess
    people: People
    started_s: float
    folder: Path
    database_pid: int | None

    async def measure(self, seconds: float) -> Result:
        """Let people do their part for some seconds, after a fifth of that to warm up."""
        await self._act(seconds / 5)
        before = self._read_clocks()
        period = await self._act(seconds)
        after = self._read_clocks()
        delays_s = sorted(period.delays_s)
        per_update_ms = 1000 / period.updates
        return Result(
            updates_per_s=period.updates / period.seconds,
            cpu_ms=(after.bot - before.bot) * per_update_ms,
            database_cpu_ms=(after.database - before.database) * per_update_ms,
            p50_ms=quantile(delays_s, 0.50) * 1000,
            p99_ms=quantile(delays_s, 0.99) * 1000,
            memory_mib=self.bot.memory_mib(),
            started_s=self.started_s,
            foreign_cpu=max(0.0, after.foreign - before.foreign) / period.seconds,
            unexpected_calls=self.people.unexpected_calls,
        )

    async def _act(self, seconds: float) -> Period:
        if self.contestant.updates_per_s:
            return await self.people.come_at_rate(self.contestant.updates_per_s, seconds)
        return await self.people.keep_busy(seconds)

    def _read_clocks(self) -> Clocks:
        return Clocks(
            bot=self.bot.cpu_s(),
            database=cpu_s(self.database_pid) if self.database_pid else 0.0,
            ours=time.process_time(),
            machine=machine_busy_s(),
        )


@asynccontextmanager
async def on_stage(contestant: Contestant, postgresql_url: str = "") -> AsyncIterator[Stage]:
    """Start a bot on a fresh folder and database, and let it and its people get acquainted.

    Args:
        postgresql_url: A running server's, for those who need one.
    Raises:
        BotDidNotStart: it never set its webhook.
        UnansweredUpdate: it does not follow its script.
    """
    people = People(contestant.script, contestant.people)
    api = BotApi(people, delay_s=contestant.api_delay_s)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vejviser-bench-")))
        settings, database_pid = {"VEJVISER_DATABASE_URL": f"sqlite:///{folder / DATABASE_FILE}"}, None
        if contestant.on_postgresql:
            settings["VEJVISER_DATABASE_URL"] = stack.enter_context(fresh_database(postgresql_url))
            database_pid = server_pid(postgresql_url)
        api_url = await api.start()
        stack.callback(api.stop)
        started_at = time.perf_counter()
        async with running_bot(contestant.command, api_url, folder, settings) as bot:
            url, secret = await wait_for_webhook(api, bot)
            started_s = time.perf_counter() - started_at
            await asyncio.sleep(SETTLE_S)
            people.visit(url, secret)
            stack.callback(people.leave)
            await people.get_acquainted()
            yield Stage(contestant, bot, people, started_s, folder, database_pid)


async def wait_for_webhook(api: BotApi, bot: BotProcess) -> tuple[str, str]:
    """Wait until the bot tells where it takes updates: (URL, secret)."""
    give_up_at = time.monotonic() + START_TIMEOUT_S
    while not api.webhook.done() and time.monotonic() < give_up_at and not bot.has_ended():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    if not api.webhook.done():
        raise BotDidNotStart(bot.last_words())
    return api.webhook.result()


def server_pid(postgresql_url: str) -> int:
    """Find the server's first process, which all its others descend from."""
    with psycopg.connect(to_conninfo(postgresql_url)) as connection:
        return parent(connection.info.backend_pid)


def quantile(ordered: list[float], share: float) -> float:
    """Pick the value that `share` of them do not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
