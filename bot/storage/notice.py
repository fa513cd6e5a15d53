"""Chats of advisers that hear of waiting tickets, and what they were told."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, or_, select

from bot.runner.ports import NoticeLink, ToldNotice
from bot.storage.tables import account, notice, notice_code, notice_link, outbox

TAKE_TICKETS = {"adviser", "lead"}  # roles

_LINKS = select(notice_link.c.chat_id, notice_link.c.account, account.c.language, account.c.roles).select_from(
    notice_link.outerjoin(account, account.c.id == notice_link.c.account)
)
_IN_USE = or_(notice_link.c.account.is_(None), account.c.is_disabled.is_(False))
_sent = and_(outbox.c.chat_id == notice.c.chat_id, outbox.c.seq == notice.c.seq)
_TOLD = select(notice, outbox.c.message_id, outbox.c.state).select_from(notice.outerjoin(outbox, _sent))


class Notices:
    """See `runner.ports.Notices`."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def offer(self, account_id: str, code_hash: str | None, until: datetime) -> None:
        self._db.execute(delete(notice_code).where(notice_code.c.account == account_id))
        self._db.execute(insert(notice_code), {"account": account_id, "code_hash": code_hash, "until": until})

    def use_code(self, code_hash: str, at: datetime) -> str | None:
        this = (notice_code.c.code_hash == code_hash, notice_code.c.until > at)
        used: str | None = self._db.scalar(delete(notice_code).where(*this).returning(notice_code.c.account))
        return used

    def use_group_offer(self, account_id: str, at: datetime) -> bool:
        this = (notice_code.c.account == account_id, notice_code.c.code_hash.is_(None), notice_code.c.until > at)
        return self._db.execute(delete(notice_code).where(*this)).rowcount == 1

    def link(self, chat_id: int, account_id: str | None, at: datetime) -> None:
        self.unlink(chat_id)
        if account_id is not None:
            self.unlink_account(account_id)
        self._db.execute(insert(notice_link), {"chat_id": chat_id, "account": account_id, "linked_at": at})

    def unlink(self, chat_id: int) -> None:
        for table in (notice_link, notice):
            self._db.execute(delete(table).where(table.c.chat_id == chat_id))

    def unlink_account(self, account_id: str) -> None:
        for link in self._read(notice_link.c.account == account_id):
            self.unlink(link.chat_id)

    def links(self) -> list[NoticeLink]:
        return [each for each in self._read(_IN_USE) if each.account is None or each.may_claim]

    def link_of(self, chat_id: int) -> NoticeLink | None:
        return next(iter(self._read(and_(notice_link.c.chat_id == chat_id, _IN_USE))), None)

    def is_linked(self, account_id: str) -> bool:
        return bool(self._read(notice_link.c.account == account_id))

    def _read(self, condition: Any) -> list[NoticeLink]:
        rows = self._db.execute(_LINKS.where(condition).order_by(notice_link.c.chat_id))
        return [_to_link(row) for row in rows]

    def add(self, chat_id: int, told: ToldNotice) -> None:
        row = {"chat_id": chat_id, "ticket_id": told.ticket_id, "level": told.level, "seq": told.seq}
        self._db.execute(insert(notice), row)

    def told(self, chat_id: int) -> list[ToldNotice]:
        rows = self._db.execute(_TOLD.where(notice.c.chat_id == chat_id).order_by(notice.c.seq))
        return [
            ToldNotice(row.ticket_id, row.level, row.seq, row.message_id, row.state in ("pending", "held", "sending"))
            for row in rows
        ]

    def remove(self, chat_id: int, seq: int) -> None:
        self._db.execute(delete(notice).where(notice.c.chat_id == chat_id, notice.c.seq == seq))


def _to_link(row: Any) -> NoticeLink:
    may_claim = row.account is not None and not TAKE_TICKETS.isdisjoint((row.roles or "").split())
    return NoticeLink(row.chat_id, row.account, row.language or "da", may_claim)
