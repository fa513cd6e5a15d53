"""Questions that nothing was found for, as far as people let us keep them."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from bot.runner.ports import Question
from bot.storage.keyring import Keyring
from bot.storage.new_id import new_id
from bot.storage.tables import question


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

    def kept(self) -> list[Question]:
        rows = self._db.execute(select(question).order_by(question.c.at, question.c.id))
        return [Question(row.at, row.locale, self._keyring.decrypt(row.content, _place(row.id))) for row in rows]


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
