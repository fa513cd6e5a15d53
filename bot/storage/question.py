"""Questions that nothing was found for: how many, and those that people let us keep."""

from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.runner.ports import Question
from bot.storage.keyring import Keyring
from bot.storage.new_id import new_id
from bot.storage.tables import question, question_count


def _place(question_id: str) -> str:
    return f"question.content:{question_id}"


class Questions:
    """Without any chat: nobody can tell later whose they were, and so forgetting a person leaves them."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def add(self, text: str, locale: str, at: datetime) -> None:
        question_id = new_id()
        hour = _hour(at)  # no exact time: it could be compared with other traces
        content = self._keyring.encrypt(text, _place(question_id))
        self._db.execute(insert(question), {"id": question_id, "locale": locale, "at": hour, "content": content})

    def count(self, locale: str, at: datetime) -> None:
        upsert = postgresql.insert if self._db.dialect.name == "postgresql" else sqlite.insert
        one = upsert(question_count).values(hour=_hour(at), locale=locale, count=1)
        row = [question_count.c.hour, question_count.c.locale]
        self._db.execute(one.on_conflict_do_update(index_elements=row, set_={"count": question_count.c.count + 1}))

    def kept(self) -> list[Question]:
        rows = self._db.execute(select(question).order_by(question.c.at, question.c.id))
        return [Question(row.at, row.locale, self._keyring.decrypt(row.content, _place(row.id))) for row in rows]

    def counts(self) -> list[tuple[datetime, str, int]]:
        rows = self._db.execute(select(question_count).order_by(question_count.c.hour, question_count.c.locale))
        return [(hour, locale, count) for hour, locale, count in rows]


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
