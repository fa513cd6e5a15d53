"""Foreign errors, mapped: what means that the database is away, and what is worth another try."""

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError

from bot.errors import StorageUnavailable

AWAY = (OperationalError, InterfaceError, TimeoutError)
RETRIED = {"40001", "40P01", "23505"}  # serialization failure, deadlock, two inserts of the same first row


def to_storage_error(error: Exception) -> Exception:
    """StorageUnavailable where the database cannot do its work now; any other error as it is."""
    if isinstance(error, AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        # The driver's own text may hold values: only its kind is kept.
        return StorageUnavailable(f"The database does not answer ({type(error.__cause__ or error).__name__}).")
    return error


def is_worth_a_retry(error: Exception) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRIED
