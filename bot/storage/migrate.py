"""Brings a database to this version's tables, also when two processes start at once."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import make_url

from bot.storage.failure import to_storage_error
from bot.storage.sqlite import sqlite_engine

HEAD = "0022"
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_650_311  # any number that no other program on the same database uses


def open_engine(url: str) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return sqlite_engine(url)
    from bot.storage.postgresql import postgresql_engine  # its driver is loaded where it is used

    return postgresql_engine(url)


def migrate(url: str) -> None:
    """Raises StorageUnavailable where the database cannot be reached."""
    engine = open_engine(url)
    try:
        with engine.begin() as connection:  # SQLite: BEGIN IMMEDIATE lets one in at a time
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            if current_revision(connection) != HEAD:
                _upgrade(connection)
    except Exception as error:
        raise to_storage_error(error)  # noqa: B904  (it carries its cause)
    finally:
        engine.dispose()


def current_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _upgrade(connection: Connection) -> None:
    # Only here: most starts have nothing to migrate, and Alembic takes a while to load.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
