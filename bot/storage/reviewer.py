"""Who may approve texts, in the database."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from bot.storage.tables import reviewer


class Reviewers:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def of(self, account_id: str) -> frozenset[str]:
        return frozenset(self._db.scalars(select(reviewer.c.locale).where(reviewer.c.account_id == account_id)))

    def put(self, account_id: str, locales: Collection[str]) -> None:
        self._db.execute(delete(reviewer).where(reviewer.c.account_id == account_id))
        rows = [{"account_id": account_id, "locale": locale} for locale in sorted(locales)]
        if rows:
            self._db.execute(insert(reviewer), rows)
