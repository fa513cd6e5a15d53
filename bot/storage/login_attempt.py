"""Logins that failed, for a while: who guesses is slowed down."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from bot.storage.new_id import new_id
from bot.storage.tables import login_attempt

_LOCK = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("key"))))


class LoginAttempts:
    """See `web.ports.LoginAttempts`."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, key: str, at: datetime) -> None:
        self._db.execute(insert(login_attempt), {"key": key, "id": new_id(), "at": at})

    def count(self, key: str, since: datetime) -> int:
        """How many there were; who asks at the same moment waits until this transaction has ended."""
        if self._db.dialect.name == "postgresql":  # SQLite has one writer
            self._db.execute(_LOCK, {"key": key})
        recent = (login_attempt.c.key == key, login_attempt.c.at >= since)
        return self._db.scalar(select(func.count()).select_from(login_attempt).where(*recent)) or 0

    def forgive(self, key: str, at: datetime) -> None:
        self._db.execute(delete(login_attempt).where(login_attempt.c.key == key, login_attempt.c.at == at))
