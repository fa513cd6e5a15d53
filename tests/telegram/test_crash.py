"""`kill -9` at every named place, twenty times under load: the history on Telegram's side must be as if nothing was.

The people answer one question with dates that lie long ago, which the bot repeats in words and asks about: each update
has one answer that is like no other.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Connection, create_engine, text

from bot.i18n.day import full_date
from bot.sandbox import Phone, Sandbox, serve
from bot.sandbox.truth import UpdateConfirmed
from bot.sandbox.webhook import Retries
from tests.support.content import our_release
from tests.support.postgres import free_port
from tests.support.running_bot import TOKEN

pytestmark = pytest.mark.slow

PLACES = ("after_receive", "before_commit", "after_commit", "after_send")
KILLS = 20
PEOPLE = 6
SETUP_MESSAGES = 2  # welcome and question; the two choices rewrite it
FIRST_DAY = date(2022, 1, 3)
PAUSE_S = 0.15


class Citizen:
    """Answers with one date after the other."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.days: list[date] = []

    async def begin(self) -> None:
        self.phone.send_text("/start complaint-da")
        for choice in ("complaint/decision>written", "complaint/who>kk"):
            await self.phone.wait_for(lambda phone, choice=choice: _has(phone, choice), 30)  # type: ignore[misc]
            self.phone.press(choice)
        await self.phone.wait_for_text(our_release().label("complaint/date/say", "da")[:20], 30)

    async def write(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            day = FIRST_DAY + timedelta(days=len(self.days))
            self.days.append(day)
            self.phone.send_text(f"{day:%d.%m.%Y}")
            await asyncio.sleep(PAUSE_S)

    def repeated(self, sandbox: Sandbox) -> list[tuple[date, float]]:
        """The days that the bot asked about, with the time, in the order in which Telegram took them."""
        by_words = {full_date(day, "da"): day for day in self.days}
        calls = (call for call in sandbox.truth.calls("sendMessage") if call.chat_id == self.phone.chat_id)
        found = ((next((day for words, day in by_words.items() if words in call.text), None), call) for call in calls)
        return [(day, call.at) for day, call in found if day is not None and call.outcome == "accepted"]


def _has(phone: Phone, data: str) -> bool:
    return any(key.data == data for message in phone.bot_messages for row in message.buttons for key in row)


@asynccontextmanager
async def bot_process(
    base_url: str, url: str, folder: Path, failpoint: str = "", *, webhook: bool = False
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real command in a process of its own; stopped gently at the end of the block when it still lives."""
    port = free_port()
    settings = {
        "VEJVISER_TELEGRAM_TOKEN": TOKEN,
        "VEJVISER_TELEGRAM_API_URL": base_url,
        "VEJVISER_DATABASE_URL": url,
        "VEJVISER_DATA_DIR": str(folder),
        "VEJVISER_PORT": str(port),
        "VEJVISER_PUBLIC_URL": f"http://127.0.0.1:{port}" if webhook else "",
        "VEJVISER_METRICS_PORT": "0",
        "VEJVISER_SEND_RATE": "0",
        "VEJVISER_FAILPOINT": failpoint,
    }
    with (folder / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**os.environ, **settings}, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            assert await asyncio.wait_for(process.wait(), 20) == 0, (folder / "bot.log").read_text()[-2000:]


async def test_twenty_kills_leave_no_trace_in_the_history(url: str, tmp_path: Path) -> None:
    """Lives that poll and lives behind a webhook take turns, each killed at every place."""
    sandbox = Sandbox(TOKEN)
    sandbox.webhook.retries = Retries(step_s=0.05, most_s=0.2)  # Telegram takes longer
    citizens = [Citizen(sandbox.phone(chat)) for chat in range(1, PEOPLE + 1)]
    random, stop, killed_at = Random(11), asyncio.Event(), []
    async with serve(sandbox) as base_url:
        async with bot_process(base_url, url, tmp_path):
            await asyncio.gather(*(citizen.begin() for citizen in citizens))
        writing = [asyncio.create_task(citizen.write(stop)) for citizen in citizens]
        for kill in range(KILLS):
            webhook = kill // len(PLACES) % 2 == 1
            failpoint = f"{PLACES[kill % len(PLACES)]}:{random.randrange(3, 25)}"
            async with bot_process(base_url, url, tmp_path, failpoint, webhook=webhook) as process:
                assert await asyncio.wait_for(process.wait(), 60) == -9, failpoint
            killed_at.append(time.time())
        stop.set()
        await asyncio.gather(*writing)
        async with bot_process(base_url, url, tmp_path, webhook=True):
            for citizen in citizens:
                last = full_date(citizen.days[-1], "da")
                await citizen.phone.wait_for_text(last, 60)
            await asyncio.sleep(1)  # long enough to see a double that should not be

    for citizen in citizens:
        repeated = citizen.repeated(sandbox)
        assert sorted({day for day, _ in repeated}) == citizen.days, "nothing lost"
        firsts = list(dict.fromkeys(day for day, _ in repeated))
        assert firsts == citizen.days, "in order"
        for life in _lives(repeated, killed_at):
            # Doubles come only from a crash between sending and marking; then what was not marked comes again in order.
            assert life == sorted(set(life)), "no double and no disorder while the process lives"
    confirmed = Counter(record.update_id for record in sandbox.truth.of(UpdateConfirmed))
    assert set(confirmed.values()) == {1}
    assert len(confirmed) == sum(len(citizen.days) for citizen in citizens) + 3 * PEOPLE
    assert _rows(url) == {
        citizen.phone.chat_id: (len(citizen.days) + 3, len(citizen.days) + SETUP_MESSAGES + 2) for citizen in citizens
    }, "every update had its effect once"


def _lives(repeated: list[tuple[date, float]], killed_at: list[float]) -> list[list[date]]:
    """The days that each of the processes asked about."""
    ends = [*killed_at, float("inf")]
    return [[day for day, at in repeated if start < at <= end] for start, end in pairwise([0.0, *ends])]


def _rows(url: str) -> dict[int, tuple[int, int]]:
    """Per chat, how many updates are remembered and how many messages were written."""
    engine = create_engine(url)
    with engine.connect() as connection:
        received, written = (_counted(connection, table) for table in ("received", "outbox"))
        unsent = connection.execute(text("SELECT count(*) FROM outbox WHERE state <> 'sent'")).scalar()
    engine.dispose()
    assert unsent == 0
    return {chat: (received[chat], written[chat]) for chat in received}


def _counted(connection: Connection, table: str) -> dict[int, int]:
    rows = connection.execute(text(f"SELECT chat_id, count(*) FROM {table} GROUP BY chat_id"))
    return {row[0]: row[1] for row in rows}
