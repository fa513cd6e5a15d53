"""What was done, in fixed words."""

from datetime import datetime

from sqlalchemy import Connection, insert

from bot.storage.new_id import new_id
from bot.storage.tables import audit

_NOTE = insert(audit)


class Audit:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def note(self, chat_id: int, what: str, at: datetime) -> None:
        self._db.execute(_NOTE, {"chat_id": chat_id, "id": new_id(), "what": what, "at": at})
