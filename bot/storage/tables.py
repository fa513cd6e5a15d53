"""The tables. Every table that grows with citizens has the chat first in its key, so that it can be spread by chat."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    and_,
    literal_column,
)

metadata = MetaData()

BigInt = BigInteger().with_variant(Integer, "sqlite")  # SQLite: the row's own id, without a second index
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def to_microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware UTC time as microseconds since 1970: the same order and precision in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MICROSECOND


session = Table(
    "session",
    metadata,
    Column("chat_id", BigInt, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),  # encrypted
    Column("last_seq", BigInteger, nullable=False),
    Column("writer", String, nullable=False),  # the process that wrote last
    Column("touched_at", Moment, nullable=False),
    Index("session_touched", "touched_at"),
)

# What was received: no update is answered twice, and hiding needs the ids of what the person wrote.
received = Table(
    "received",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger),
    Column("at", Moment, nullable=False),
    Index("received_at", "at"),
)

dead_update = Table(
    "dead_update",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", String, nullable=False),
    Column("at", Moment, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("body", LargeBinary),  # encrypted; NULL once it was sent
    Column("due_at", Moment),
    Column("name", String, nullable=False),
    Column("state", String, nullable=False),  # pending, held, sending, sent, doubtful, dead
    Column("message_id", BigInteger),
    Column("ended_at", Moment),
    Column("reason", String),
    Column("forgets", Boolean, nullable=False),
)
# Partial: what waits is found at the same cost beside millions of rows that were sent. The state is a literal, here
# and in the statements: with a parameter in its place a planner cannot know that the index holds all that is asked for.
PENDING = outbox.c.state == literal_column("'pending'")
SENDING = outbox.c.state == literal_column("'sending'")
_at_once = and_(PENDING, outbox.c.due_at.is_(None))
_later = and_(PENDING, outbox.c.due_at.is_not(None))
Index("outbox_waiting", outbox.c.chat_id, outbox.c.seq, sqlite_where=_at_once, postgresql_where=_at_once)
Index("outbox_due", outbox.c.due_at, sqlite_where=_later, postgresql_where=_later)
Index("outbox_sending", outbox.c.chat_id, sqlite_where=SENDING, postgresql_where=SENDING)
_ended = outbox.c.ended_at.is_not(None)
Index("outbox_ended", outbox.c.ended_at, sqlite_where=_ended, postgresql_where=_ended)

ticket = Table(
    "ticket",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("urgency", String, nullable=False),
    Column("rank", Integer, nullable=False),  # of the urgency: 0 goes first
    Column("locale", String, nullable=False),
    Column("story", LargeBinary, nullable=False),  # encrypted: path, answers, articles
    Column("opened_at", Moment, nullable=False),
    Column("waiting_since", Moment, nullable=False),
    Column("owner", String),
    Column("last_owner", String),
    Column("claimed_at", Moment),
    Column("waited", BigInteger),  # microseconds in the queue before it was claimed
    Column("unanswered_since", Moment),
    Column("version", Integer, nullable=False),
    Column("told", String),  # JSON: place and range
    Column("callback_at", Moment),
    Column("is_unreachable", Boolean, nullable=False),
    Column("is_threat", Boolean, nullable=False),
    Column("closed_at", Moment),
    Column("closed_because", String),
    Column("rating", String),
    Column("journalised_at", Moment),
    Index("ticket_closed", "closed_at"),
    Index("ticket_id", "id"),
)
# Partial, with literals, as for the outbox: the queue is found at the same cost beside a million closed tickets.
OPEN = ticket.c.state != literal_column("'closed'")
WAITING = ticket.c.state == literal_column("'waiting'")
CLAIMED = ticket.c.state == literal_column("'claimed'")
Index("ticket_one_open", ticket.c.chat_id, unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
_order = (ticket.c.rank, ticket.c.waiting_since, ticket.c.id)
Index("ticket_waiting", *_order, sqlite_where=WAITING, postgresql_where=WAITING)
Index("ticket_open", *_order, sqlite_where=OPEN, postgresql_where=OPEN)
Index("ticket_owner", ticket.c.owner, sqlite_where=CLAIMED, postgresql_where=CLAIMED)
_waited = ticket.c.waited.is_not(None)
Index("ticket_waited", ticket.c.claimed_at, sqlite_where=_waited, postgresql_where=_waited)

transcript = Table(
    "transcript",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket_id", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("side", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("content", LargeBinary, nullable=False),  # encrypted: text, file id and name
    Column("message_id", BigInteger),
    Column("locale", String),
    Column("author", String),  # account of the adviser
    Column("key", String),  # made by the adviser's page
    Column("seq", BigInteger),  # of the outbox's row that carries it
    Column("delivery", String),  # what became of that row, once it is gone
    Column("reason", String),
    Column("edited_at", Moment),
    Column("deleted_at", Moment),
)
_keyed = transcript.c.key.is_not(None)
Index(
    "transcript_key",
    transcript.c.chat_id,
    transcript.c.ticket_id,
    transcript.c.key,
    unique=True,
    sqlite_where=_keyed,
    postgresql_where=_keyed,
)

note = Table(
    "note",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket_id", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("account", String, nullable=False),
    Column("content", LargeBinary, nullable=False),  # encrypted
)

# Chats that hear of waiting tickets: an adviser's own (with the account), or a group.
notice_link = Table(
    "notice_link",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account", String, unique=True),
    Column("linked_at", Moment, nullable=False),
)
notice_code = Table(
    "notice_code",
    metadata,
    Column("account", String, primary_key=True),
    Column("code_hash", String),  # NULL: the account may add the bot to a group
    Column("until", Moment, nullable=False),
)
# What they were told, to be changed when it is not true any more. Holds nothing about the person.
notice = Table(
    "notice",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ticket_id", String, primary_key=True),
    Column("level", Integer, primary_key=True),  # how far beyond its limit the ticket was
    Column("seq", BigInteger, nullable=False),  # of the outbox's row
)

# Of advisers, by the key of their account.
duty = Table(
    "duty",
    metadata,
    Column("account", String, primary_key=True),
    Column("data", String, nullable=False),  # JSON: shown_as, skills, topics, hours, capacity
)
closure = Table(
    "closure",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String),  # NULL: the whole desk
    Column("first", String, nullable=False),  # days in ISO form
    Column("last", String, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, primary_key=True),
    Column("what", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False, server_default=""),  # an account's id; "" the bot or the citizen
    Column("about", String, nullable=False, server_default=""),  # id of a ticket or an account
    Index("audit_at", "at"),
    Index("audit_id", "id"),
)

account = Table(
    "account",
    metadata,
    Column("id", String, primary_key=True),
    Column("login", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("roles", String, nullable=False),  # sorted, with spaces between
    Column("language", String, nullable=False),
    Column("password_hash", String),
    Column("one_time_until", Moment),
    Column("totp_secret", LargeBinary),  # encrypted
    Column("totp_step", BigInteger, nullable=False),
    Column("oidc_subject", String, unique=True),
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("code_hash", String, primary_key=True),
)

web_session = Table(
    "web_session",
    metadata,
    Column("id_hash", String, primary_key=True),
    Column("account_id", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("web_session_account", "account_id"),
    Index("web_session_created", "created_at"),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("key", String, primary_key=True),  # a hash of the login or the address
    Column("id", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Index("login_attempt_at", "at"),
)

# Who may approve texts in which language.
reviewer = Table(
    "reviewer",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("locale", String, primary_key=True),
)

# How many people came to a node and went on from it. Holds nobody: numbers of a day and a language.
visit = Table(
    "visit",
    metadata,
    Column("day", String, primary_key=True),
    Column("locale", String, primary_key=True),  # "" before one was chosen
    Column("node", String, primary_key=True),
    Column("arrivals", BigInteger, nullable=False),
    Column("leavings", BigInteger, nullable=False),
    Column("handoffs", BigInteger, nullable=False, server_default="0"),
    Column("unanswered", BigInteger, nullable=False, server_default="0"),
)

# Replayed after a restore, so that a backup brings nobody back. Holds nothing but the id.
forgotten = Table(
    "forgotten",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", Moment, nullable=False),
)

# A form that was refused, for the page that shows it: at most for an hour.
refused_form = Table(
    "refused_form",
    metadata,
    Column("id", String, primary_key=True),
    Column("session", String, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("content", LargeBinary, nullable=False),  # encrypted
    Index("refused_form_session", "session"),
    Index("refused_form_chat", "chat_id"),
)

# A question that nothing was found for, kept with the person's yes: no chat, no exact time.
question = Table(
    "question",
    metadata,
    Column("id", String, primary_key=True),
    Column("locale", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("content", LargeBinary, nullable=False),  # encrypted
)
