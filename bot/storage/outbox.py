"""What leaves: written with the turn, sent after the commit, found again after a crash."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, tuple_, update

from bot.errors import ValueUnreadable
from bot.runner.ports import SAID, Outgoing, OutgoingKind, Sent
from bot.storage.hot import HotStatement
from bot.storage.keyring import Keyring
from bot.storage.session import Sessions
from bot.storage.tables import PENDING, SENDING, outbox, received

BEFORE_ALL = (-(2**63), 0)  # groups have negative ids
log = structlog.get_logger()

_this = and_(outbox.c.chat_id == bindparam("chat"), outbox.c.seq == bindparam("number"))
_reminders = and_(outbox.c.chat_id == bindparam("chat"), PENDING, outbox.c.due_at.is_not(None))

_ADD = HotStatement(insert(outbox))
_CANCEL = delete(outbox).where(_reminders)
_CANCEL_NAMED = delete(outbox).where(_reminders, outbox.c.name == bindparam("named"))
_at_once = select(outbox).where(PENDING, outbox.c.due_at.is_(None)).order_by(outbox.c.chat_id, outbox.c.seq)
_AT_ONCE = _at_once.where(
    tuple_(outbox.c.chat_id, outbox.c.seq) > tuple_(bindparam("after_chat"), bindparam("after_seq"))
).limit(bindparam("most"))
# Longest due first: in the order of the chats SQLite would walk through all that was ever sent.
_DUE = select(outbox).where(PENDING, outbox.c.due_at <= bindparam("now"))
_DUE = _DUE.order_by(outbox.c.due_at).limit(bindparam("most"))
_WAITING_OF = _at_once.where(outbox.c.chat_id == bindparam("chat"))
_HOLD = update(outbox).where(outbox.c.chat_id == bindparam("chat"), PENDING, outbox.c.kind.in_(SAID))
_HOLD = _HOLD.values(state="held")
_LET_GO = update(outbox).where(outbox.c.chat_id == bindparam("chat"), outbox.c.state == "held").values(state="pending")
_SENDING = update(outbox).where(_this, PENDING).values(state="sending")
_SENT = (
    update(outbox)
    .where(_this)
    .values(state="sent", body=None, message_id=bindparam("sent_id"), ended_at=bindparam("sent_at"))
)
_REMOVE = delete(outbox).where(_this)
_END = (
    update(outbox)
    .where(_this)
    .values(state=bindparam("became"), body=None, reason=bindparam("why"), ended_at=bindparam("at"))
)
_SETTLE = (
    update(outbox)
    .where(SENDING)
    .values(state="doubtful", body=None, reason="stopped while sending", ended_at=bindparam("at"))
)
_OURS = select(outbox.c.message_id).where(
    outbox.c.chat_id == bindparam("chat"), outbox.c.ended_at >= bindparam("since"), outbox.c.message_id.is_not(None)
)
_THEIRS = select(received.c.message_id).where(
    received.c.chat_id == bindparam("chat"), received.c.at >= bindparam("since"), received.c.message_id.is_not(None)
)


def place(chat_id: int, seq: int) -> str:
    return f"outbox.body:{chat_id}:{seq}"


class Outbox:
    """Rows are written inside a turn; whoever holds the courier's lease sends and marks them."""

    def __init__(self, db: Connection, keyring: Keyring, sessions: Sessions) -> None:
        self._db, self._keyring, self._sessions = db, keyring, sessions

    def add(
        self,
        chat_id: int,
        kind: OutgoingKind,
        body: Mapping[str, Any],
        *,
        due_at: datetime | None = None,
        name: str = "",
        forgets: bool = False,
    ) -> Outgoing:
        if name:
            self._db.execute(_CANCEL_NAMED, {"chat": chat_id, "named": name})
        seq = self._sessions.next_seq(chat_id)
        row = {
            "chat_id": chat_id,
            "seq": seq,
            "kind": kind,
            "body": self._keyring.encrypt(body, place(chat_id, seq)),
            "due_at": due_at,
            "name": name,
            "state": "pending",
            "forgets": forgets,
        }
        _ADD.count(self._db, row)
        checks_earlier = self._sessions.is_foreign(chat_id)
        return Outgoing(chat_id, seq, kind, body, due_at, name, forgets, checks_earlier)

    def cancel_reminders(self, chat_id: int) -> None:
        self._db.execute(_CANCEL, {"chat": chat_id})

    def hold(self, chat_id: int) -> None:
        self._db.execute(_HOLD, {"chat": chat_id})

    def let_go(self, chat_id: int) -> None:
        self._db.execute(_LET_GO, {"chat": chat_id})

    def message_ids(self, chat_id: int, since: datetime) -> list[int]:
        asked = {"chat": chat_id, "since": since}
        found = {*self._db.scalars(_OURS, asked), *self._db.scalars(_THEIRS, asked)}
        return sorted(message_id for message_id in found if message_id is not None)

    def due(self, now: datetime, limit: int, *, after: tuple[int, int] | None = None) -> list[Outgoing]:
        if after is not None:
            return self._at_once(limit, after)
        reminders = self._readable(self._db.execute(_DUE, {"now": now, "most": limit}))
        return sorted(reminders + self._at_once(limit, BEFORE_ALL), key=lambda row: (row.chat_id, row.seq))

    def _at_once(self, limit: int, after: tuple[int, int]) -> list[Outgoing]:
        """A page, and more of them where a page holds rows that cannot be read."""
        found: list[Outgoing] = []
        while True:
            asked = {"most": limit, "after_chat": after[0], "after_seq": after[1]}
            rows = self._db.execute(_AT_ONCE, asked).all()
            found += self._readable(rows)
            if len(rows) < limit or len(found) >= limit:
                return found
            after = (rows[-1].chat_id, rows[-1].seq)

    def waiting_of(self, chat_id: int) -> list[Outgoing]:
        return self._readable(self._db.execute(_WAITING_OF, {"chat": chat_id}))

    def _readable(self, rows: Iterable[Row[Any]]) -> list[Outgoing]:
        """Rows without a key wait until it comes back; they must not keep the others from leaving."""
        found, unreadable = [], 0
        for row in rows:
            try:
                found.append(self._to_outgoing(row))
            except ValueUnreadable:
                unreadable += 1
        if unreadable:
            log.error("outbox unreadable", count=unreadable, setting="VEJVISER_SECRET_KEY")
        return found

    def _to_outgoing(self, row: Row[Any]) -> Outgoing:
        body = self._keyring.decrypt(row.body, place(row.chat_id, row.seq))
        return Outgoing(row.chat_id, row.seq, row.kind, body, row.due_at, row.name, row.forgets)

    def mark_sending(self, chat_id: int, seq: int) -> bool:
        return self._db.execute(_SENDING, {"chat": chat_id, "number": seq}).rowcount == 1

    def mark_sent(self, sent: Sequence[Sent]) -> None:
        kept = [
            {"chat": each.chat_id, "number": each.seq, "sent_id": each.message_id, "sent_at": each.at}
            for each in sent
            if not each.forgets
        ]
        if kept:
            self._db.execute(_SENT, kept)
        for each in sent:
            if each.forgets:
                self._db.execute(_REMOVE, {"chat": each.chat_id, "number": each.seq})

    def mark_doubtful(self, chat_id: int, seq: int, reason: str) -> None:
        self._end(chat_id, seq, "doubtful", reason)

    def mark_dead(self, chat_id: int, seq: int, reason: str) -> None:
        self._end(chat_id, seq, "dead", reason)

    def _end(self, chat_id: int, seq: int, became: str, reason: str) -> None:
        ended = {"chat": chat_id, "number": seq, "became": became, "why": reason, "at": datetime.now(UTC)}
        self._db.execute(_END, ended)

    def settle_sending(self) -> int:
        return self._db.execute(_SETTLE, {"at": datetime.now(UTC)}).rowcount

    def forget(self, chat_id: int) -> None:
        self._db.execute(delete(outbox).where(outbox.c.chat_id == chat_id))
