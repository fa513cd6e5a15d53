"""Sessions in the database, and the order of what leaves for a chat."""

import secrets
import time

import structlog
from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.engine.session import Session
from bot.errors import ValueUnreadable
from bot.storage import tables
from bot.storage.hot import HotStatement
from bot.storage.keyring import Keyring

WRITER = secrets.token_hex(8)  # this process

_table = tables.session
_one = select(_table.c.data, _table.c.last_seq, _table.c.writer).where(_table.c.chat_id == bindparam("chat"))
_ONE = HotStatement({"sqlite": _one, "postgresql": _one.with_for_update()})
_LOCK = select(func.pg_advisory_xact_lock(bindparam("chat")))
log = structlog.get_logger()


def _upsert(dialect: str) -> postgresql.Insert | sqlite.Insert:
    statement = postgresql.insert(_table) if dialect == "postgresql" else sqlite.insert(_table)
    new = statement.excluded
    changed = {"data": new.data, "last_seq": new.last_seq, "writer": new.writer, "touched_at": new.touched_at}
    return statement.on_conflict_do_update(index_elements=[_table.c.chat_id], set_=changed)


_PUT = HotStatement({dialect: _upsert(dialect) for dialect in ("sqlite", "postgresql")})
_SET_SEQ = update(_table).where(_table.c.chat_id == bindparam("chat")).values(last_seq=bindparam("seq"), writer=WRITER)
_DELETE = delete(_table).where(_table.c.chat_id == bindparam("chat"))


def place(chat_id: int) -> str:
    return f"session.data:{chat_id}"


class Sessions:
    """One session a chat. Taking one keeps all others from changing it until the transaction ends."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring, self._dialect = db, keyring, db.dialect.name
        self._last_seq: dict[int, int] = {}
        self._unsaved: set[int] = set()  # chats whose last_seq is newer than the row
        self._foreign: set[int] = set()  # chats that another process wrote to last

    def take(self, chat_id: int) -> Session:
        row = _ONE.first(self._db, {"chat": chat_id})
        if row is None and self._dialect == "postgresql":
            # There is no row to lock yet: two first messages at once must still come one after the other.
            self._db.execute(_LOCK, {"chat": chat_id})
            row = _ONE.first(self._db, {"chat": chat_id})
        data, last_seq, writer = row or (b"", 0, WRITER)
        self._last_seq.setdefault(chat_id, last_seq)
        if row is None:
            return Session(chat_id)
        if writer != WRITER:
            self._foreign.add(chat_id)
        try:
            return Session.from_json(chat_id, self._keyring.decrypt(data, place(chat_id)))
        except ValueUnreadable:
            log.error("session unreadable", reason="a damaged row, or another key: the person begins anew")
            return Session(chat_id)  # a damaged row: better to begin anew than never to answer again

    def put(self, session: Session) -> None:
        chat_id = session.chat_id
        row = {
            "chat_id": chat_id,
            "data": self._keyring.encrypt(session.to_json(), place(chat_id)),
            "last_seq": self._last_seq.get(chat_id, 0),
            "writer": WRITER,
            "touched_at": session.touched_at or tables.EPOCH,
        }
        _PUT.count(self._db, row)
        self._unsaved.discard(chat_id)

    def next_seq(self, chat_id: int) -> int:
        """The number of the next thing that leaves for this chat: rises, also over restarts and deleted sessions."""
        if chat_id not in self._last_seq:
            self.take(chat_id)
        seq = max(self._last_seq[chat_id] + 1, time.time_ns() // 1000)
        self._last_seq[chat_id] = seq
        self._unsaved.add(chat_id)
        return seq

    def is_foreign(self, chat_id: int) -> bool:
        """Whether another process wrote to this chat last."""
        return chat_id in self._foreign

    def forget(self, chat_id: int) -> None:
        self._db.execute(_DELETE, {"chat": chat_id})

    def finish(self) -> None:
        """Before the commit: numbers that were given out without a session being put."""
        for chat_id in self._unsaved:
            self._db.execute(_SET_SEQ, {"chat": chat_id, "seq": self._last_seq[chat_id]})
