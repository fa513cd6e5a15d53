"""Foreign errors, mapped: what means that the database is away, and what is worth another try."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError, TimeoutError

from bot.errors import StorageUnavailable

OUR_MISTAKES = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
RETRIED = {"40001", "40P01", "23505"}  # serialization failure, deadlock, two inserts of the same first row


def to_storage_error(error: BaseException) -> BaseException:
    """StorageUnavailable where the database cannot do its work now; any other error as it is."""
    mapped: Exception
    if _is_away(error):
        # The driver's own text may hold values: only its kind is told.
        kind = type(getattr(error, "orig", None) or error).__name__
        mapped = StorageUnavailable(f"The database does not answer ({kind}).")
    elif isinstance(error, StopIteration):
        # asyncio refuses to hand this one to whoever waits, and they would wait for ever.
        mapped = RuntimeError("The work let a StopIteration out.")
    else:
        return error
    mapped.__cause__ = error
    return mapped


def _is_away(error: BaseException) -> bool:
    """Lost or locked, full, damaged, read-only: whatever is no mistake in a statement or its values."""
    return isinstance(error, TimeoutError) or (isinstance(error, DBAPIError) and not isinstance(error, OUR_MISTAKES))


def is_worth_a_retry(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in RETRIED
