"""Transcripts and notes in the database, encrypted."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, or_, select, update

from bot.handoff.transcript import DELIVERIES, TranscriptLine
from bot.runner.ports import Note
from bot.storage.keyring import Keyring
from bot.storage.new_id import new_id
from bot.storage.tables import note, outbox, transcript

_LINES = select(transcript, outbox.c.state.label("outbox_state"), outbox.c.reason.label("outbox_reason")).select_from(
    transcript.outerjoin(outbox, and_(outbox.c.chat_id == transcript.c.chat_id, outbox.c.seq == transcript.c.seq))
)
ENCRYPTED = ("text", "file_id", "file_name", "mime_type", "danish")


def _content_place(chat_id: int, ticket_id: str, line_id: str) -> str:
    return f"transcript.content:{chat_id}:{ticket_id}:{line_id}"


def _note_place(chat_id: int, ticket_id: str, note_id: str) -> str:
    return f"note.content:{chat_id}:{ticket_id}:{note_id}"


class Transcripts:
    """Only added to. What became of a reply is read from the outbox's row, and kept here once that is purged."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def add(self, chat_id: int, ticket_id: str, line: TranscriptLine) -> None:
        line_id = new_id()
        content = {name: getattr(line, name) for name in ENCRYPTED}
        row = {
            "chat_id": chat_id,
            "ticket_id": ticket_id,
            "id": line_id,
            "at": line.at,
            "side": line.side,
            "kind": line.kind,
            "content": self._keyring.encrypt(content, _content_place(chat_id, ticket_id, line_id)),
            "message_id": line.message_id,
            "locale": line.locale,
            "author": line.author,
            "key": line.key,
            "seq": line.seq,
            "deleted_at": line.deleted_at,
        }
        self._db.execute(insert(transcript), row)

    def lines(self, chat_id: int, ticket_id: str) -> list[TranscriptLine]:
        these = (transcript.c.chat_id == chat_id, transcript.c.ticket_id == ticket_id)
        rows = self._db.execute(_LINES.where(*these).order_by(transcript.c.at, transcript.c.id))
        return [self._to_line(row) for row in rows]

    def _to_line(self, row: Row[Any]) -> TranscriptLine:
        content = self._keyring.decrypt(row.content, _content_place(row.chat_id, row.ticket_id, row.id))
        return TranscriptLine(
            row.at,
            row.side,
            row.kind,
            content["text"],
            row.message_id,
            content["file_id"],
            locale=row.locale,
            author=row.author,
            key=row.key,
            seq=row.seq,
            file_name=content.get("file_name"),
            mime_type=content.get("mime_type"),
            delivery=DELIVERIES.get(row.outbox_state or row.delivery),
            reason=row.outbox_reason or row.reason,
            edited_at=row.edited_at,
            deleted_at=row.deleted_at,
            danish=content.get("danish"),
        )

    def has_key(self, chat_id: int, ticket_id: str, key: str) -> bool:
        these = (transcript.c.chat_id == chat_id, transcript.c.ticket_id == ticket_id, transcript.c.key == key)
        return self._db.scalar(select(transcript.c.id).where(*these)) is not None

    def mark_edited(self, chat_id: int, ticket_id: str, message_id: int, at: datetime) -> None:
        these = (transcript.c.chat_id == chat_id, transcript.c.ticket_id == ticket_id)
        first = (transcript.c.message_id == message_id, transcript.c.kind != "edited")
        self._db.execute(update(transcript).where(*these, *first).values(edited_at=at))

    def mark_deleted(self, chat_id: int, message_ids: Collection[int], at: datetime) -> None:
        sent = select(outbox.c.seq).where(outbox.c.chat_id == chat_id, outbox.c.message_id.in_(message_ids))
        either = or_(transcript.c.message_id.in_(message_ids), transcript.c.seq.in_(sent))
        these = (transcript.c.chat_id == chat_id, transcript.c.deleted_at.is_(None), either)
        self._db.execute(update(transcript).where(*these).values(deleted_at=at))


class Notes:
    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def add(self, chat_id: int, ticket_id: str, written: Note) -> None:
        note_id = new_id()
        row = {
            "chat_id": chat_id,
            "ticket_id": ticket_id,
            "id": note_id,
            "at": written.at,
            "account": written.account,
            "content": self._keyring.encrypt(written.text, _note_place(chat_id, ticket_id, note_id)),
        }
        self._db.execute(insert(note), row)

    def of(self, chat_id: int, ticket_id: str) -> list[Note]:
        these = (note.c.chat_id == chat_id, note.c.ticket_id == ticket_id)
        rows = self._db.execute(select(note).where(*these).order_by(note.c.at, note.c.id))
        return [
            Note(row.at, row.account, self._keyring.decrypt(row.content, _note_place(chat_id, ticket_id, row.id)))
            for row in rows
        ]
