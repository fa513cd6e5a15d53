"""Statements that run at every update, compiled once.

SQLAlchemy takes longer to run a statement than the database does: these go to the driver itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

_Bind = tuple[str, Any, Callable[[Any], Any] | None]  # name, value where none is given, how it is stored


class HotStatement:
    """One statement with named parameters; its rows come as the driver gives them.

    Args:
        statement: The same for all databases, or one for each dialect's name.
    """

    def __init__(self, statement: Executable | Mapping[str, Executable]) -> None:
        self._statement = statement
        self._ready: dict[str, tuple[str, list[_Bind]]] = {}

    def count(self, db: Connection, row: Mapping[str, Any]) -> int:
        """Run it and tell how many rows it touched."""
        count: int = self._run(db, row).rowcount
        return count

    def first(self, db: Connection, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run it and give its first row."""
        first: tuple[Any, ...] | None = self._run(db, row).fetchone()
        return first

    def _run(self, db: Connection, row: Mapping[str, Any]) -> Any:
        """The driver's cursor.

        Raises:
            DBAPIError: as SQLAlchemy would raise it, so that one place maps all errors.
        """
        dialect = db.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = self._compile(db, row)
        sql, binds = ready
        values = {
            name: row.get(name, value) if store is None else store(row.get(name, value)) for name, value, store in binds
        }
        driver: Any = db.connection.dbapi_connection
        errors = dialect.loaded_dbapi.Error
        try:
            return driver.execute(sql, values)
        except errors as error:
            if dialect.is_disconnect(error, driver, None):
                db.invalidate(error)
            raise DBAPIError.instance(sql, None, error, errors, hide_parameters=True, dialect=dialect) from error

    def _compile(self, db: Connection, row: Mapping[str, Any]) -> tuple[str, list[_Bind]]:
        statement = self._statement[db.dialect.name] if isinstance(self._statement, Mapping) else self._statement
        keys = list(row) if isinstance(statement, Insert) else None
        compiled = statement.compile(dialect=db.dialect, column_keys=keys)  # type: ignore[attr-defined]
        return str(compiled), [
            (name, compiled.params.get(name), bind.type.dialect_impl(db.dialect).bind_processor(db.dialect))
            for name, bind in compiled.binds.items()
        ]
