"""Migrations and tables say the same, and two processes may start at once."""

import threading

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.storage.migrate import HEAD, MIGRATIONS, current_revision, migrate, open_engine
from bot.storage.tables import metadata


def test_migrated_database_has_the_tables_of_the_code(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert current_revision(connection) == HEAD
    engine.dispose()


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_processes_that_start_at_once_do_not_disturb_each_other(url: str) -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            migrate(url)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
