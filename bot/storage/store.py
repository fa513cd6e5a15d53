"""Opens the store that a database URL asks for."""

from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.errors import SettingInvalid
from bot.storage.failure import to_storage_error
from bot.storage.keyring import Keyring
from bot.storage.migrate import migrate, open_engine
from bot.storage.sqlite import SqliteStore
from bot.storage.tables import session

if TYPE_CHECKING:
    from bot.storage.postgresql import PostgresqlStore

Store: TypeAlias = "SqliteStore | PostgresqlStore"


def open_store(url: str, keyring: Keyring) -> Store:
    """Bring the database to this version's tables and open it. Close it with `await store.close()`.

    Args:
        url: SQLAlchemy's form: `sqlite:////path/file.db` or `postgresql+psycopg://user:password@host/name`.
    Raises:
        StorageUnavailable: the database cannot be reached.
        SettingInvalid: its values were encrypted with a key that the keyring does not hold.
    """
    migrate(url)
    _check_keys(url, keyring)
    if make_url(url).get_backend_name() == "sqlite":
        return SqliteStore(url, keyring)
    from bot.storage.postgresql import PostgresqlStore  # its driver is loaded where it is used

    return PostgresqlStore(url, keyring)


def _check_keys(url: str, keyring: Keyring) -> None:
    """Better not to start at all than to fail in every chat."""
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            newest = connection.scalar(select(session.c.data).order_by(session.c.touched_at.desc()).limit(1))
    except Exception as error:
        raise to_storage_error(error)  # noqa: B904  (it carries its cause)
    finally:
        engine.dispose()
    if newest is not None and not keyring.holds_key_of(newest):
        raise SettingInvalid(
            "VEJVISER_SECRET_KEY does not open this database: put the key that it was written with first or behind it."
        )
