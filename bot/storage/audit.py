"""What was done, in fixed words."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.runner.ports import AuditLine
from bot.storage.new_id import new_id
from bot.storage.tables import audit

_NOTE = insert(audit)


class Audit:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def note(
        self, chat_id: int, what: str, at: datetime, *, account: str | None = None, ticket_id: str | None = None
    ) -> None:
        row = {"chat_id": chat_id, "id": new_id(), "what": what, "at": at, "account": account, "ticket_id": ticket_id}
        self._db.execute(_NOTE, row)

    def of(self, chat_id: int) -> list[AuditLine]:
        rows = self._db.execute(select(audit).where(audit.c.chat_id == chat_id).order_by(audit.c.at, audit.c.id))
        return [AuditLine(row.at, row.what, row.account, row.ticket_id) for row in rows]
