"""What was done, in fixed words."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.storage.new_id import new_id
from bot.storage.tables import audit
from bot.web.ports import AuditLine

_NOTE = insert(audit)


class Audit:
    """See `web.ports.AuditReader`."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def note(self, chat_id: int, what: str, at: datetime, *, actor: str = "", about: str = "") -> None:
        row = {"chat_id": chat_id, "id": new_id(), "what": what, "at": at, "actor": actor, "about": about}
        self._db.execute(_NOTE, row)

    def lines(
        self, *, limit: int, before: str = "", chat_id: int | None = None, actor: str = "", about: str = ""
    ) -> list[AuditLine]:
        wanted = select(audit).order_by(audit.c.id.desc()).limit(limit)  # ids rise with time
        if before:
            wanted = wanted.where(audit.c.id < before)
        if chat_id is not None:
            wanted = wanted.where(audit.c.chat_id == chat_id)
        if actor:
            wanted = wanted.where(audit.c.actor == actor)
        if about:
            wanted = wanted.where(audit.c.about == about)
        rows = self._db.execute(wanted)
        return [AuditLine(row.id, row.chat_id, row.what, row.at, row.actor, row.about) for row in rows]
