"""Browsers that are logged in."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.storage.tables import refused_form, web_session
from bot.web.account import WebSession


class WebSessions:
    """See `web.ports.WebSessions`."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, session: WebSession) -> None:
        row = {
            "id_hash": session.id_hash,
            "account_id": session.account_id,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
        }
        self._db.execute(insert(web_session), row)

    def by_hash(self, id_hash: str) -> WebSession | None:
        row = self._db.execute(select(web_session).where(web_session.c.id_hash == id_hash)).one_or_none()
        return None if row is None else WebSession(row.id_hash, row.account_id, row.created_at, row.seen_at)

    def touch(self, id_hash: str, at: datetime) -> None:
        self._db.execute(update(web_session).where(web_session.c.id_hash == id_hash).values(seen_at=at))

    def remove(self, id_hash: str) -> None:
        """Also the forms that it has kept."""
        self._db.execute(delete(refused_form).where(refused_form.c.session == id_hash))
        self._db.execute(delete(web_session).where(web_session.c.id_hash == id_hash))

    def remove_all_of(self, account_id: str, *, but: str = "") -> int:
        these = (web_session.c.account_id == account_id, web_session.c.id_hash != but)
        gone = select(web_session.c.id_hash).where(*these)
        self._db.execute(delete(refused_form).where(refused_form.c.session.in_(gone)))
        return self._db.execute(delete(web_session).where(*these)).rowcount

    def count_of(self, account_id: str) -> int:
        of_account = select(func.count()).select_from(web_session).where(web_session.c.account_id == account_id)
        return self._db.scalar(of_account) or 0
