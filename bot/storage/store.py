"""Opens the store that a database URL asks for."""

from sqlalchemy.engine import make_url

from bot.storage.keyring import Keyring
from bot.storage.migrate import migrate
from bot.storage.postgresql import PostgresqlStore
from bot.storage.sqlite import SqliteStore

Store = SqliteStore | PostgresqlStore


def open_store(url: str, keyring: Keyring) -> Store:
    """Bring the database to this version's tables and open it. Close it with `await store.close()`.

    Args:
        url: SQLAlchemy's form: `sqlite:////path/file.db` or `postgresql+psycopg://user:password@host/name`.
    Raises:
        StorageUnavailable: the database cannot be reached.
    """
    migrate(url)
    if make_url(url).get_backend_name() == "sqlite":
        return SqliteStore(url, keyring)
    return PostgresqlStore(url, keyring)
