"""The queue of people who asked for an adviser, and what both sides said."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.handoff.ticket import Ticket
from bot.runner.ports import TranscriptLine
from bot.storage.keyring import Keyring
from bot.storage.new_id import new_id
from bot.storage.tables import ticket, transcript


def _story_place(chat_id: int, ticket_id: str) -> str:
    return f"ticket.story:{chat_id}:{ticket_id}"


def _content_place(chat_id: int, ticket_id: str, line_id: str) -> str:
    return f"transcript.content:{chat_id}:{ticket_id}:{line_id}"


class Tickets:
    """At most one ticket of a chat is open: a unique index sees to it."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def open_of(self, chat_id: int) -> Ticket | None:
        wanted = select(ticket).where(ticket.c.chat_id == chat_id, ticket.c.state != "closed")
        row = self._db.execute(wanted).one_or_none()
        return None if row is None else self._to_ticket(row)

    def _to_ticket(self, row: Row[Any]) -> Ticket:
        story = self._keyring.decrypt(row.story, _story_place(row.chat_id, row.id))
        return Ticket(
            id=row.id,
            chat_id=row.chat_id,
            state=row.state,
            topic=row.topic,
            urgency=row.urgency,
            locale=row.locale,
            opened_at=row.opened_at,
            path=tuple(story["path"]),
            answers=story["answers"],
            articles=tuple(story["articles"]),
            closed_at=row.closed_at,
            closed_because=row.closed_because,
        )

    def add(self, opened: Ticket) -> None:
        story = {"path": opened.path, "answers": dict(opened.answers), "articles": opened.articles}
        row = {
            "chat_id": opened.chat_id,
            "id": opened.id,
            "state": opened.state,
            "topic": opened.topic,
            "urgency": opened.urgency,
            "locale": opened.locale,
            "story": self._keyring.encrypt(story, _story_place(opened.chat_id, opened.id)),
            "opened_at": opened.opened_at,
        }
        self._db.execute(insert(ticket), row)

    def raise_urgency(self, ticket_id: str, chat_id: int, urgency: str) -> None:
        this = (ticket.c.chat_id == chat_id, ticket.c.id == ticket_id)
        self._db.execute(update(ticket).where(*this).values(urgency=urgency))

    def close(self, ticket_id: str, chat_id: int, because: str, at: datetime) -> None:
        this = (ticket.c.chat_id == chat_id, ticket.c.id == ticket_id)
        self._db.execute(update(ticket).where(*this).values(state="closed", closed_at=at, closed_because=because))


class Transcripts:
    """Only added to, in the order of time."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def add(self, chat_id: int, ticket_id: str, line: TranscriptLine) -> None:
        line_id = new_id()
        content = {"text": line.text, "file_id": line.file_id}
        row = {
            "chat_id": chat_id,
            "ticket_id": ticket_id,
            "id": line_id,
            "at": line.at,
            "side": line.side,
            "kind": line.kind,
            "content": self._keyring.encrypt(content, _content_place(chat_id, ticket_id, line_id)),
            "message_id": line.message_id,
        }
        self._db.execute(insert(transcript), row)

    def lines(self, chat_id: int, ticket_id: str) -> list[TranscriptLine]:
        these = (transcript.c.chat_id == chat_id, transcript.c.ticket_id == ticket_id)
        rows = self._db.execute(select(transcript).where(*these).order_by(transcript.c.at, transcript.c.id))
        return [self._to_line(row) for row in rows]

    def _to_line(self, row: Row[Any]) -> TranscriptLine:
        content = self._keyring.decrypt(row.content, _content_place(row.chat_id, row.ticket_id, row.id))
        return TranscriptLine(row.at, row.side, row.kind, content["text"], row.message_id, content["file_id"])
