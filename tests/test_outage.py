"""The database goes away under the running command and comes back: nothing is confirmed meanwhile, nothing is lost."""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from bot.sandbox import Sandbox, serve
from bot.sandbox.truth import UpdateConfirmed
from tests.support.content import our_release
from tests.support.postgres import free_port, to_conninfo
from tests.support.running_bot import TOKEN
from tests.support.waiting import eventually

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def set_reachable(server_url: str, database: str, reachable: bool) -> None:
    with psycopg.connect(to_conninfo(server_url), autocommit=True) as admin:
        allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        admin.execute(allow.format(sql.Identifier(database), sql.Literal(reachable)))
        if not reachable:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,))


async def status_of(url: str) -> int:
    async with aiohttp.ClientSession() as client, client.get(url) as answer:
        return answer.status


async def test_database_goes_and_comes_back(postgres_url: str, postgres_database: str, tmp_path: Path) -> None:
    sandbox, port = Sandbox(TOKEN), free_port()
    phones = [sandbox.phone(chat) for chat in range(1, 6)]
    database = make_url(postgres_database).database
    assert database is not None
    ready = f"http://127.0.0.1:{port}/health/ready"
    async with serve(sandbox) as base_url:
        settings = {
            "VEJVISER_TELEGRAM_TOKEN": TOKEN,
            "VEJVISER_TELEGRAM_API_URL": base_url,
            "VEJVISER_DATABASE_URL": postgres_database,
            "VEJVISER_DATA_DIR": str(tmp_path),
            "VEJVISER_PORT": str(port),
            "VEJVISER_METRICS_PORT": "0",
            "VEJVISER_SEND_RATE": "0",
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run", env={**os.environ, **settings}, stderr=asyncio.subprocess.PIPE
        )
        try:
            for phone in phones:
                phone.send_text("/start menu-tr")
            for phone in phones:
                await phone.wait_for_text(our_release().label("start/menu/say", "tr")[:20], 20)
            await eventually(lambda: len(sandbox.truth.of(UpdateConfirmed)) == 5)
            assert await status_of(ready) == 200
            set_reachable(postgres_url, database, False)
            for phone in phones:
                phone.send_text("yardım")
            await asyncio.sleep(1.5)
            assert await status_of(ready) == 503
            assert len(sandbox.truth.of(UpdateConfirmed)) == 5
            set_reachable(postgres_url, database, True)
            for phone in phones:
                await phone.wait_for_text(our_release().label("start/help/say", "tr")[:15], 30)
            await eventually(lambda: len(sandbox.truth.of(UpdateConfirmed)) == 10)
            assert await status_of(ready) == 200
            assert [len(phone.bot_messages) for phone in phones] == [3] * 5
        finally:
            process.terminate()
            _, log = await process.communicate()
    assert process.returncode == 0, log.decode()[-2000:]
    assert b"Traceback" not in log
