"""A store in memory: the protocols of `runner/ports.py` with nothing behind them, for tests of what stands above."""

import asyncio
import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

from bot.engine.session import Session
from bot.errors import StorageUnavailable
from bot.handoff.duty import Closure, Duty
from bot.handoff.queue import KEPT_FOR_LAST, order
from bot.handoff.ticket import Ticket, TicketChanged, TicketUnknown
from bot.handoff.transcript import TranscriptLine
from bot.runner.ports import SAID, Note, NoticeLink, Outgoing, OutgoingKind, Question, Sent, UnitOfWork

Result = TypeVar("Result")


@dataclass
class Row:
    """One row of the outbox and what became of it."""

    outgoing: Outgoing
    state: str = "pending"
    message_id: int | None = None
    sent_at: datetime | None = None
    reason: str = ""


@dataclass
class Tables:
    """Everything that is kept; copied at the start of a transaction and put back when it fails."""

    sessions: dict[int, dict[str, Any]] = field(default_factory=dict)
    last_seq: dict[int, int] = field(default_factory=dict)
    updates: dict[tuple[int, int], tuple[int | None, datetime]] = field(default_factory=dict)
    dead: list[tuple[int, int, str]] = field(default_factory=list)
    outbox: dict[tuple[int, int], Row] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    transcripts: dict[str, list[TranscriptLine]] = field(default_factory=dict)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    duties: dict[str, Duty] = field(default_factory=dict)
    audit: list[tuple[int, str]] = field(default_factory=list)
    forgotten: list[int] = field(default_factory=list)
    leases: dict[str, tuple[str, int, datetime]] = field(default_factory=dict)
    next_id: int = 0


class MemorySessions:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def take(self, chat_id: int) -> Session:
        return Session.from_json(chat_id, self._tables.sessions.get(chat_id, {}))

    def put(self, session: Session) -> None:
        self._tables.sessions[session.chat_id] = session.to_json()


class MemoryUpdates:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def is_new(self, chat_id: int, update_id: int, message_id: int | None, at: datetime) -> bool:
        if (chat_id, update_id) in self._tables.updates:
            return False
        self._tables.updates[chat_id, update_id] = (message_id, at)
        return True

    def add_dead(self, chat_id: int, update_id: int, reason: str, at: datetime) -> None:
        self._tables.dead.append((chat_id, update_id, reason))

    def dead(self) -> Sequence[tuple[int, int, str]]:
        return tuple(self._tables.dead)


class MemoryOutbox:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

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
            self._remove(lambda row: row.outgoing.chat_id == chat_id and row.outgoing.name == name)
        seq = self._tables.last_seq[chat_id] = self._tables.last_seq.get(chat_id, 0) + 1
        outgoing = Outgoing(chat_id, seq, kind, copy.deepcopy(body), due_at, name, forgets)
        self._tables.outbox[chat_id, seq] = Row(outgoing)
        return outgoing

    def _remove(self, unwanted: Callable[[Row], bool]) -> None:
        for key, row in list(self._tables.outbox.items()):
            if row.state == "pending" and unwanted(row):
                del self._tables.outbox[key]

    def cancel_reminders(self, chat_id: int) -> None:
        self._remove(lambda row: row.outgoing.chat_id == chat_id and row.outgoing.kind == "reminder")

    def message_ids(self, chat_id: int, since: datetime) -> list[int]:
        ours = (
            row.message_id
            for (chat, _), row in self._tables.outbox.items()
            if chat == chat_id and row.sent_at is not None and row.sent_at >= since
        )
        theirs = (
            message_id
            for (chat, _), (message_id, at) in self._tables.updates.items()
            if chat == chat_id and at >= since
        )
        return sorted({message_id for message_id in (*ours, *theirs) if message_id is not None})

    def hold(self, chat_id: int) -> None:
        self._switch(chat_id, "pending", "held")

    def let_go(self, chat_id: int) -> None:
        self._switch(chat_id, "held", "pending")

    def _switch(self, chat_id: int, before: str, after: str) -> None:
        for row in self._tables.outbox.values():
            if row.outgoing.chat_id == chat_id and row.state == before and row.outgoing.kind in SAID:
                row.state = after

    def due(self, now: datetime, limit: int, *, after: tuple[int, int] | None = None) -> list[Outgoing]:
        waiting = sorted(
            key
            for key, row in self._tables.outbox.items()
            if row.state == "pending" and (row.outgoing.due_at is None or row.outgoing.due_at <= now)
        )
        found = [key for key in waiting if after is None or key > after]
        return [self._tables.outbox[key].outgoing for key in found[:limit]]

    def waiting_of(self, chat_id: int) -> list[Outgoing]:
        rows = (row for key, row in sorted(self._tables.outbox.items()) if key[0] == chat_id)
        return [row.outgoing for row in rows if row.state == "pending" and row.outgoing.due_at is None]

    def mark_sending(self, chat_id: int, seq: int) -> bool:
        row = self._tables.outbox.get((chat_id, seq))
        if row is None or row.state != "pending":
            return False
        row.state = "sending"
        return True

    def mark_sent(self, sent: Sequence[Sent]) -> None:
        for each in sent:
            row = self._tables.outbox.get((each.chat_id, each.seq))
            if row is None:
                continue
            if each.forgets:
                del self._tables.outbox[each.chat_id, each.seq]
                continue
            row.state, row.message_id, row.sent_at = "sent", each.message_id, each.at
            row.outgoing = replace(row.outgoing, body={})

    def mark_doubtful(self, chat_id: int, seq: int, reason: str) -> None:
        self._end(chat_id, seq, "doubtful", reason)

    def mark_dead(self, chat_id: int, seq: int, reason: str) -> None:
        self._end(chat_id, seq, "dead", reason)

    def _end(self, chat_id: int, seq: int, state: str, reason: str) -> None:
        row = self._tables.outbox.get((chat_id, seq))
        if row is not None:
            row.state, row.reason, row.outgoing = state, reason, replace(row.outgoing, body={})

    def settle_sending(self) -> int:
        left = [row for row in self._tables.outbox.values() if row.state == "sending"]
        for row in left:
            row.state = "doubtful"
        return len(left)


class MemoryTickets:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def open_of(self, chat_id: int) -> Ticket | None:
        tickets = self._tables.tickets.values()
        return next((each for each in tickets if each.chat_id == chat_id and each.state != "closed"), None)

    def add(self, ticket: Ticket) -> None:
        assert self.open_of(ticket.chat_id) is None, "one open ticket a chat"
        self._tables.tickets[ticket.id] = ticket

    def last_of(self, chat_id: int) -> Ticket | None:
        found = [each for each in self._tables.tickets.values() if each.chat_id == chat_id]
        return max(found, key=lambda each: each.opened_at, default=None)

    def get(self, ticket_id: str) -> Ticket:
        if ticket_id not in self._tables.tickets:
            raise TicketUnknown(ticket_id)
        return self._tables.tickets[ticket_id]

    def save(self, ticket: Ticket) -> Ticket:
        if self.get(ticket.id).version != ticket.version:
            raise TicketChanged(ticket.id)
        self._tables.tickets[ticket.id] = saved = replace(ticket, version=ticket.version + 1)
        return saved

    def claim(self, ticket_id: str, account: str, at: datetime) -> Ticket | None:
        ticket = self._tables.tickets.get(ticket_id)
        return None if ticket is None or ticket.state != "waiting" else self.save(ticket.claimed(account, at))

    def claim_next(self, duty: Duty, at: datetime) -> Ticket | None:
        for ticket in self._waiting():
            is_free = ticket.last_owner in (None, duty.account) or at - ticket.queued_at >= KEPT_FOR_LAST
            if duty.can_take(ticket) and (is_free or ticket.urgency == "danger"):
                return self.save(ticket.claimed(duty.account, at))
        return None

    def claimed_by(self, account: str) -> int:
        return sum(each.owner == account for each in self._tables.tickets.values())

    def open(self) -> list[Ticket]:
        return sorted((each for each in self._tables.tickets.values() if each.state != "closed"), key=order)

    def closed_of(self, account: str, limit: int) -> list[Ticket]:
        closed = [each for each in self._tables.tickets.values() if each.closed_at and each.last_owner == account]
        return sorted(closed, key=lambda each: str(each.closed_at), reverse=True)[:limit]

    def _waiting(self) -> list[Ticket]:
        return [each for each in self.open() if each.state == "waiting"]

    def position(self, ticket: Ticket) -> int:
        return 1 + sum(order(each) < order(ticket) for each in self._waiting())

    def recent_waits(self, since: datetime, limit: int) -> list[timedelta]:
        claimed = [each for each in self._tables.tickets.values() if each.claimed_at and each.claimed_at >= since]
        newest = sorted(claimed, key=lambda each: each.claimed_at or since, reverse=True)
        return [(each.claimed_at or since) - each.queued_at for each in newest[:limit]]


class MemoryTranscripts:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, chat_id: int, ticket_id: str, line: TranscriptLine) -> None:
        self._tables.transcripts.setdefault(ticket_id, []).append(line)

    def lines(self, chat_id: int, ticket_id: str) -> list[TranscriptLine]:
        return list(self._tables.transcripts.get(ticket_id, []))

    def has_key(self, chat_id: int, ticket_id: str, key: str) -> bool:
        return any(line.key == key for line in self.lines(chat_id, ticket_id))

    def mark_edited(self, chat_id: int, ticket_id: str, message_id: int, at: datetime) -> None:
        self._tables.transcripts[ticket_id] = [
            replace(line, edited_at=at) if line.message_id == message_id and line.kind != "edited" else line
            for line in self.lines(chat_id, ticket_id)
        ]

    def mark_deleted(self, chat_id: int, message_ids: Collection[int], at: datetime) -> None:
        tables = self._tables
        sent = {seq for (chat, seq), row in tables.outbox.items() if chat == chat_id and row.message_id in message_ids}
        for ticket in tables.tickets.values():
            if ticket.chat_id == chat_id:
                tables.transcripts[ticket.id] = [
                    replace(line, deleted_at=line.deleted_at or at)
                    if line.message_id in message_ids or line.seq in sent
                    else line
                    for line in self.lines(chat_id, ticket.id)
                ]


class MemoryNotes:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, chat_id: int, ticket_id: str, note: Note) -> None:
        self._tables.notes.setdefault(ticket_id, []).append(note)

    def of(self, chat_id: int, ticket_id: str) -> list[Note]:
        return list(self._tables.notes.get(ticket_id, []))


class MemoryQuestions:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def add(self, text: str, locale: str, at: datetime) -> None:
        self._tables.questions.append(Question(_hour(at), locale, text))

    def kept(self) -> list[Question]:
        return list(self._tables.questions)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


class MemoryDuties:
    """Without closures."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def get(self, account: str) -> Duty | None:
        return self._tables.duties.get(account)

    def put(self, duty: Duty) -> None:
        self._tables.duties[duty.account] = duty

    def all(self) -> list[Duty]:
        return [self._tables.duties[account] for account in sorted(self._tables.duties)]

    def closures(self, since: date) -> list[tuple[str, Closure]]:
        return []


class MemoryPeople:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def forget(self, chat_id: int, at: datetime) -> None:
        tables = self._tables
        tables.sessions.pop(chat_id, None)
        tables.updates = {
            key: (None if key[0] == chat_id else message_id, when) for key, (message_id, when) in tables.updates.items()
        }
        tables.outbox = {key: row for key, row in tables.outbox.items() if key[0] != chat_id}
        gone = [ticket.id for ticket in tables.tickets.values() if ticket.chat_id == chat_id]
        for ticket_id in gone:
            del tables.tickets[ticket_id]
            tables.transcripts.pop(ticket_id, None)
            tables.notes.pop(ticket_id, None)
        tables.audit = [entry for entry in tables.audit if entry[0] != chat_id]
        tables.forgotten.append(chat_id)


class MemoryNotices:
    """Nobody is linked: notices are tested on databases."""

    def link_of(self, chat_id: int) -> NoticeLink | None:
        return None

    def use_code(self, code_hash: str, at: datetime) -> str | None:
        return None

    def unlink(self, chat_id: int) -> None: ...


class MemoryAudit:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def note(self, chat_id: int, what: str, at: datetime, *, actor: str = "", about: str = "") -> None:
        self._tables.audit.append((chat_id, what))


class MemoryLeases:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def take(self, name: str, holder: str, now: datetime, ttl: timedelta) -> int | None:
        held_by, epoch, until = self._tables.leases.get(name, ("", 0, now))
        if held_by not in ("", holder) and until > now:
            return None
        epoch += held_by != holder
        self._tables.leases[name] = (holder, epoch, now + ttl)
        return epoch

    def is_held(self, name: str, holder: str, epoch: int) -> bool:
        held_by, current, _ = self._tables.leases.get(name, ("", 0, None))
        return (held_by, current) == (holder, epoch)

    def release(self, name: str, holder: str) -> None:
        if self._tables.leases.get(name, ("",))[0] == holder:
            _, epoch, until = self._tables.leases[name]
            self._tables.leases[name] = ("", epoch, until)


class MemoryUnitOfWork:
    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.sessions = MemorySessions(tables)
        self.updates = MemoryUpdates(tables)
        self.outbox = MemoryOutbox(tables)
        self.tickets = MemoryTickets(tables)
        self.transcripts = MemoryTranscripts(tables)
        self.notes = MemoryNotes(tables)
        self.questions = MemoryQuestions(tables)
        self.duties = MemoryDuties(tables)
        self.people = MemoryPeople(tables)
        self.notices = MemoryNotices()
        self.audit = MemoryAudit(tables)
        self.leases = MemoryLeases(tables)

    def announce(self, *subjects: str) -> None:
        """Nobody listens."""

    def new_id(self) -> str:
        self.tables.next_id += 1
        return f"id-{self.tables.next_id}"


class MemoryStore:
    """Runs work at once, wholly or not at all. `is_away` makes the database unreachable."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.is_away = False
        self._outbox_changed = asyncio.Event()

    def run_now(self, work: Callable[[UnitOfWork], Result]) -> Result:
        if self.is_away:
            raise StorageUnavailable("the database is away")
        before = copy.deepcopy(self.tables)
        try:
            return work(cast(UnitOfWork, MemoryUnitOfWork(self.tables)))
        except BaseException:
            self.tables = before
            raise

    async def run(self, work: Callable[[UnitOfWork], Result]) -> Result:
        await asyncio.sleep(0)
        return self.run_now(work)

    async def wait_for_outbox(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._outbox_changed.wait()
        except TimeoutError:
            pass
        self._outbox_changed.clear()

    def listen(self, heard: Callable[[Collection[str]], None]) -> None:
        """Nothing is announced here."""

    def announce_outbox(self, chat_ids: Collection[int]) -> None:
        self._outbox_changed.set()
