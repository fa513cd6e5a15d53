"""What the runner and the courier need from storage. `bot/storage` supplies it for SQLite and PostgreSQL."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal, Protocol, TypeVar

from bot.engine.session import Session
from bot.handoff.duty import Closure, Duty
from bot.handoff.ticket import Ticket
from bot.handoff.transcript import TranscriptLine

OutgoingKind = Literal["message", "reminder", "delete", "hide", "leave"]
SAID: tuple[OutgoingKind, ...] = ("message", "reminder")  # kinds that the person reads


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox: something that leaves for one chat.

    Args:
        seq: Rises within a chat; a chat's rows leave in this order. (chat_id, seq) is the row's key.
        body: What leaves, as plain JSON values (`runner/outgoing.py` says which).
        due_at: Not before this time, aware UTC; None means at once.
        name: A reminder's name within its chat, "" otherwise.
        forgets: The row itself is deleted once it was sent (the last word to a person who is forgotten).
        checks_earlier: Another process wrote to this chat before: its rows may still wait in the outbox.
    """

    chat_id: int
    seq: int
    kind: OutgoingKind
    body: Mapping[str, Any]
    due_at: datetime | None = None
    name: str = ""
    forgets: bool = False
    checks_earlier: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome of a send. `message_id` is None where none came back (a deletion, a doubtful outcome)."""

    chat_id: int
    seq: int
    at: datetime
    message_id: int | None = None
    forgets: bool = False


class Sessions(Protocol):
    def take(self, chat_id: int) -> Session:
        """The chat's session, a fresh one if there is none; nobody else changes it until the commit."""

    def put(self, session: Session) -> None: ...


class Updates(Protocol):
    def is_new(self, chat_id: int, update_id: int, message_id: int | None, at: datetime) -> bool:
        """Remember the update; False when it was remembered before. `message_id`: what the person sent."""

    def add_dead(self, chat_id: int, update_id: int, reason: str, at: datetime) -> None:
        """Remember an update that could not be dealt with, and why: never its text."""

    def dead(self) -> Sequence[tuple[int, int, str]]:
        """(chat_id, update_id, reason) of all, oldest first."""


class Outbox(Protocol):
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
        """Write a row. A reminder whose name is pending in this chat already replaces that one."""

    def cancel_reminders(self, chat_id: int) -> None: ...

    def hold(self, chat_id: int) -> None:
        """No message that waits for this chat leaves until `let_go`; what takes messages away does."""

    def let_go(self, chat_id: int) -> None: ...

    def message_ids(self, chat_id: int, since: datetime) -> list[int]:
        """Ids of all messages of both sides since then, ascending (the bot's, and the person's from `Updates`)."""

    def due(self, now: datetime, limit: int, *, after: tuple[int, int] | None = None) -> list[Outgoing]:
        """Rows that wait and are due, by (chat_id, seq). With `after`: those to leave at once that lie behind it."""

    def waiting_of(self, chat_id: int) -> list[Outgoing]:
        """All rows of a chat that wait to leave at once, in order."""

    def mark_sending(self, chat_id: int, seq: int) -> bool:
        """Before a reminder is sent: a crash from here on leaves it doubtful. False when it is not pending."""

    def mark_sent(self, sent: Sequence[Sent]) -> None:
        """The payload is erased, the message id stays 48 hours for hiding."""

    def mark_doubtful(self, chat_id: int, seq: int, reason: str) -> None:
        """It may have arrived or not, and shall not be sent again."""

    def mark_dead(self, chat_id: int, seq: int, reason: str) -> None:
        """It will never be accepted; the payload is erased."""

    def settle_sending(self) -> int:
        """After a crash: reminders that were being sent become doubtful. Returns how many."""


class Tickets(Protocol):
    def open_of(self, chat_id: int) -> Ticket | None: ...

    def last_of(self, chat_id: int) -> Ticket | None:
        """The chat's newest ticket, open or closed."""

    def get(self, ticket_id: str) -> Ticket:
        """Raises TicketUnknown."""

    def add(self, ticket: Ticket) -> None: ...

    def save(self, ticket: Ticket) -> Ticket:
        """Store a changed ticket and return it with its next version.

        Raises:
            TicketChanged: it is not any more what it was when it was read.
        """

    def claim(self, ticket_id: str, account: str, at: datetime) -> Ticket | None:
        """Make the account its owner in one statement; None when it does not wait any more."""

    def claim_next(self, duty: Duty, at: datetime) -> Ticket | None:
        """Claim the most urgent ticket that this adviser can take, in one statement; None when there is none."""

    def claimed_by(self, account: str) -> int:
        """How many tickets the account has claimed."""

    def open(self) -> list[Ticket]:
        """All that wait or are claimed, in the order of the queue."""

    def closed_of(self, account: str, limit: int) -> list[Ticket]:
        """Closed ones that the account had last, newest first."""

    def position(self, ticket: Ticket) -> int:
        """Its place among those who wait, from 1."""

    def recent_waits(self, since: datetime, limit: int) -> list[timedelta]:
        """How long those waited who were claimed last."""


class Transcripts(Protocol):
    def add(self, chat_id: int, ticket_id: str, line: TranscriptLine) -> None: ...

    def lines(self, chat_id: int, ticket_id: str) -> list[TranscriptLine]:
        """All entries in order, with what the outbox says of each."""

    def has_key(self, chat_id: int, ticket_id: str, key: str) -> bool: ...

    def mark_edited(self, chat_id: int, ticket_id: str, message_id: int, at: datetime) -> None: ...

    def mark_deleted(self, chat_id: int, message_ids: Collection[int], at: datetime) -> None:
        """Messages of both sides were taken off the person's screen."""


@dataclass(frozen=True, slots=True)
class Note:
    """What an adviser wrote for colleagues; the person never sees it."""

    at: datetime
    account: str
    text: str


class Notes(Protocol):
    def add(self, chat_id: int, ticket_id: str, note: Note) -> None: ...

    def of(self, chat_id: int, ticket_id: str) -> list[Note]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """A question that nothing was found for, kept with the person's yes; the time is the full hour."""

    at: datetime
    locale: str
    text: str


class Questions(Protocol):
    def add(self, text: str, locale: str, at: datetime) -> None:
        """Keep a question, without the chat that it came from."""

    def kept(self) -> list[Question]:
        """All that are kept, oldest first."""


class Duties(Protocol):
    def get(self, account: str) -> Duty | None:
        """An adviser's duty; nobody else reads it for a claim until the transaction ends."""

    def put(self, duty: Duty) -> None: ...

    def remove(self, account: str) -> None: ...

    def all(self) -> list[Duty]: ...

    def add_closure(self, closure: Closure) -> str:
        """Returns its id."""

    def remove_closure(self, closure_id: str) -> None: ...

    def closures(self, since: date) -> list[tuple[str, Closure]]:
        """Closures that end on that day or later, with their ids."""


@dataclass(frozen=True, slots=True)
class NoticeLink:
    """A chat that hears of waiting tickets.

    Args:
        account: Whose own chat it is; None for a group.
        language: Of the account; groups read Danish.
        may_claim: The account takes tickets.
    """

    chat_id: int
    account: str | None
    language: str
    may_claim: bool


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """What a linked chat was told about a ticket, at which alert level, and the message that tells it."""

    ticket_id: str
    level: int
    seq: int
    message_id: int | None = None
    is_on_its_way: bool = False


class Notices(Protocol):
    def offer(self, account_id: str, code_hash: str | None, until: datetime) -> None:
        """A code that links a chat; without one the leave to add the bot to a group. Replaces an earlier offer."""

    def use_code(self, code_hash: str, at: datetime) -> str | None:
        """The account that the code was made for; a code is used once."""

    def use_group_offer(self, account_id: str, at: datetime) -> bool: ...

    def link(self, chat_id: int, account_id: str | None, at: datetime) -> None:
        """An account has one chat, and a chat one account; earlier links of both are gone."""

    def unlink(self, chat_id: int) -> None: ...

    def unlink_account(self, account_id: str) -> None: ...

    def links(self) -> list[NoticeLink]:
        """Of all groups and of the accounts that take tickets."""

    def link_of(self, chat_id: int) -> NoticeLink | None:
        """None also for an account that was disabled."""

    def is_linked(self, account_id: str) -> bool: ...

    def add(self, chat_id: int, told: ToldNotice) -> None: ...

    def told(self, chat_id: int) -> list[ToldNotice]: ...

    def remove(self, chat_id: int, seq: int) -> None: ...


class People(Protocol):
    def forget(self, chat_id: int, at: datetime) -> None:
        """Delete every row of this chat in every table but the dedupe rows (ids only, gone after three days),
        and remember for restores that this chat was deleted."""


class Audit(Protocol):
    def note(self, chat_id: int, what: str, at: datetime, *, actor: str = "", about: str = "") -> None:
        """One line on what was done: a fixed word, never a text of the person.

        Args:
            actor: Id of the account that did it; "" is the bot or the citizen.
            about: Id of the ticket or the account that it was done to.
        """


class Leases(Protocol):
    def take(self, name: str, holder: str, now: datetime, ttl: timedelta) -> int | None:
        """Take the lease when it is free, run out or already ours; its epoch, or None. A new holder raises it."""

    def is_held(self, name: str, holder: str, epoch: int) -> bool: ...

    def release(self, name: str, holder: str) -> None: ...


class UnitOfWork(Protocol):
    """All tables inside one transaction. Whoever gets one neither commits nor rolls back."""

    @property
    def sessions(self) -> Sessions: ...
    @property
    def updates(self) -> Updates: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def transcripts(self) -> Transcripts: ...
    @property
    def notes(self) -> Notes: ...
    @property
    def questions(self) -> Questions: ...
    @property
    def duties(self) -> Duties: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def people(self) -> People: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def leases(self) -> Leases: ...

    def new_id(self) -> str:
        """A fresh id for a row, made before the insert because encryption is bound to it."""

    def announce(self, *subjects: str) -> None:
        """After the commit open pages hear that these have changed ("queue", "ticket:ID")."""


Result = TypeVar("Result")


class Store(Protocol):
    """A database that runs short synchronous pieces of work, each wholly or not at all."""

    async def run(self, work: Callable[[UnitOfWork], Result]) -> Result:
        """Run the work in a transaction and return its result after the commit.

        Raises:
            StorageUnavailable: the database cannot be reached, or the commit failed: nothing was stored.
            Exception: whatever the work raised; its own changes are rolled back, those of others are not.
        """

    async def wait_for_outbox(self, timeout_s: float) -> None:
        """Return when another process may have written to the outbox, at the latest after the timeout."""

    def announce_outbox(self, chat_ids: Collection[int]) -> None:
        """Tell other processes that rows wait for the courier (PostgreSQL: NOTIFY; SQLite has no others)."""

    def listen(self, heard: Callable[[Collection[str]], None]) -> None:
        """Call `heard` in the running event loop with what units of work of any process have announced; with nothing
        when some of it may have been missed."""
