"""The PostgreSQL that tests run on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres
from tests.support.postgres import OLDEST_SUPPORTED, fresh_database, postgres_server, to_conninfo

pytestmark = pytest.mark.postgres


def test_fresh_database_is_empty_and_gone_afterwards(postgres_url: str) -> None:
    with fresh_database(postgres_url) as url, psycopg.connect(to_conninfo(url)) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (0,)
        assert connection.info.server_version >= OLDEST_SUPPORTED * 10_000
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(to_conninfo(url))


def test_databases_do_not_see_each_other(postgres_url: str) -> None:
    with fresh_database(postgres_url) as one, fresh_database(postgres_url) as other:
        with psycopg.connect(to_conninfo(one)) as connection:
            connection.execute("CREATE TABLE only_here (id int)")
        with psycopg.connect(to_conninfo(other)) as connection:
            assert connection.execute("SELECT to_regclass('only_here')").fetchone() == (None,)


@pytest.mark.slow
@pytest.mark.parametrize("durable", [False, True])
def test_server_is_durable_only_on_demand_and_stops_with_its_block(durable: bool) -> None:
    with postgres_server(durable=durable) as url, psycopg.connect(to_conninfo(url)) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("on" if durable else "off",)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(to_conninfo(url))


KILLED_IN_THE_MIDDLE = """
import time
from tests.support import postgres
from tests.support.postgres import postgres_server
with postgres_server() as url:
    print(url, flush=True)
    time.sleep(60)
"""


@pytest.mark.slow
def test_server_and_its_files_go_when_the_run_is_killed() -> None:
    run = subprocess.Popen([sys.executable, "-c", KILLED_IN_THE_MIDDLE], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    with run.stdout as output:
        url = output.readline().strip()
    with psycopg.connect(to_conninfo(url)) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    folder = Path(row[0]).parent
    assert folder.is_dir()

    run.send_signal(signal.SIGKILL)
    run.wait()

    give_up_at = time.monotonic() + 20.0
    while folder.exists() and time.monotonic() < give_up_at:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(to_conninfo(url))


@pytest.mark.slow
def test_wheel_serves_where_the_system_has_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "system_folders", lambda: iter(()))
    with postgres.postgres_server() as url, psycopg.connect(to_conninfo(url)) as connection:
        assert connection.info.server_version >= OLDEST_SUPPORTED * 10_000
