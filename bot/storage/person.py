"""Deleting everything about a person."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from bot.storage.outbox import Outbox
from bot.storage.session import Sessions
from bot.storage.tables import (
    audit,
    dead_update,
    forgotten,
    note,
    notice,
    notice_link,
    received,
    refused_form,
    ticket,
    transcript,
)


class People:
    def __init__(self, db: Connection, sessions: Sessions, outbox: Outbox) -> None:
        self._db, self._sessions, self._outbox = db, sessions, outbox
        self.has_forgotten = False

    def forget(self, chat_id: int, at: datetime) -> None:
        """See `runner.ports.People`."""
        self._sessions.forget(chat_id)
        self._outbox.forget(chat_id)
        for table in (ticket, transcript, note, notice, notice_link, audit, dead_update, refused_form, forgotten):
            self._db.execute(delete(table).where(table.c.chat_id == chat_id))
        # The ids of updates stay: Telegram may bring the same update again, and it must not be answered anew.
        self._db.execute(update(received).where(received.c.chat_id == chat_id).values(message_id=None))
        self._db.execute(insert(forgotten), {"chat_id": chat_id, "at": at})
        self.has_forgotten = True
