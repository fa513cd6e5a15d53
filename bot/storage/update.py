"""Which updates were received, and which could not be dealt with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.hot import HotStatement
from bot.storage.tables import dead_update, received

_REMEMBER = HotStatement(
    {
        "sqlite": sqlite.insert(received).on_conflict_do_nothing(),
        "postgresql": postgresql.insert(received).on_conflict_do_nothing(),
    }
)
_ADD_DEAD = {
    "sqlite": sqlite.insert(dead_update).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(dead_update).on_conflict_do_nothing(),
}
_DEAD = select(dead_update.c.chat_id, dead_update.c.update_id, dead_update.c.reason).order_by(
    dead_update.c.at, dead_update.c.update_id
)


class Updates:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def is_new(self, chat_id: int, update_id: int, message_id: int | None, at: datetime) -> bool:
        row = {"chat_id": chat_id, "update_id": update_id, "message_id": message_id, "at": at}
        return _REMEMBER.count(self._db, row) == 1

    def add_dead(self, chat_id: int, update_id: int, reason: str, at: datetime) -> None:
        row = {"chat_id": chat_id, "update_id": update_id, "reason": reason, "at": at}
        self._db.execute(_ADD_DEAD[self._db.dialect.name], row)

    def dead(self) -> Sequence[tuple[int, int, str]]:
        return [(row.chat_id, row.update_id, row.reason) for row in self._db.execute(_DEAD)]
