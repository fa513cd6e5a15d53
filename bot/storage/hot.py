"""Statements that run at every update, compiled once.

SQLAlchemy takes longer to run a statement than SQLite does: on SQLite these go to the driver itself.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

_COUNTED = {"preserve_rowcount": True}  # SQLAlchemy forgets it for inserts otherwise
_Bind = tuple[str, Any, Callable[[Any], Any] | None]  # name, value where none is given, how it is stored


class HotStatement:
    """One statement with named parameters; its rows come as the driver gives them.

    Args:
        statement: The same for all databases, or one for each dialect's name.
    """

    def __init__(self, statement: Executable | Mapping[str, Executable]) -> None:
        self._statement = statement
        self._ready: tuple[str, list[_Bind]] | None = None

    def count(self, db: Connection, row: Mapping[str, Any]) -> int:
        """Run it and tell how many rows it touched."""
        if db.dialect.name == "sqlite":
            return self._on_driver(db, row).rowcount
        return db.execute(self._of(db), row, execution_options=_COUNTED).rowcount

    def first(self, db: Connection, row: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """Run it and give its first row."""
        if db.dialect.name == "sqlite":
            found: tuple[Any, ...] | None = self._on_driver(db, row).fetchone()
            return found
        first = db.execute(self._of(db), row).first()
        return None if first is None else tuple(first)

    def _of(self, db: Connection) -> Executable:
        return self._statement[db.dialect.name] if isinstance(self._statement, Mapping) else self._statement

    def _on_driver(self, db: Connection, row: Mapping[str, Any]) -> sqlite3.Cursor:
        if self._ready is None:
            self._ready = _compile(self._of(db), db, row)
        sql, binds = self._ready
        values = [
            row.get(name, value) if store is None else store(row.get(name, value)) for name, value, store in binds
        ]
        driver = db.connection.dbapi_connection
        assert driver is not None
        try:
            cursor: sqlite3.Cursor = driver.execute(sql, values)
        except sqlite3.Error as error:
            # As SQLAlchemy would tell it, so that one place maps the errors of both.
            raise DBAPIError.instance(
                sql, None, error, sqlite3.Error, hide_parameters=True, dialect=db.dialect
            ) from error
        return cursor


def _compile(statement: Executable, db: Connection, row: Mapping[str, Any]) -> tuple[str, list[_Bind]]:
    keys = list(row) if isinstance(statement, Insert) else None
    compiled = statement.compile(dialect=db.dialect, column_keys=keys)  # type: ignore[attr-defined]
    binds = [
        (name, compiled.params.get(name), compiled.binds[name].type.dialect_impl(db.dialect).bind_processor(db.dialect))
        for name in compiled.positiontup
    ]
    return str(compiled), binds
