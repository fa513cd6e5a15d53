"""Claims: whoever presses at once, in whatever order things happen, a ticket has at most one owner."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, Engine, delete, event, text

from bot.handoff.duty import Closure, Duty, Hours
from bot.handoff.queue import order
from bot.handoff.ticket import MoveImpossible, Ticket, TicketChanged, Told
from bot.handoff.transcript import TranscriptLine
from bot.runner.kept import Kept
from bot.runner.ports import Note, Sent, UnitOfWork
from bot.storage import tables, unit_of_work
from bot.storage.keyring import Keyring
from bot.storage.migrate import migrate, open_engine
from bot.storage.purge import purge
from bot.storage.store import Store
from tests.storage.conftest import KEY

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ARABIC = Duty("a", "Adviser A", {"ar": 3})


def waiting(number: int, urgency: str = "normal", locale: str = "ar", minutes: int = 0) -> Ticket:
    at = AT + minutes * MINUTE
    return Ticket(
        id=f"t{number}",
        chat_id=number,
        state="waiting",
        topic="complaint",
        urgency=urgency,
        locale=locale,
        opened_at=at,
        waiting_since=at,
    )


async def fill(store: Store, *tickets: Ticket) -> None:
    def add(uow: UnitOfWork) -> None:
        for each in tickets:
            uow.tickets.add(each)

    await store.run(add)


# --- races --------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_fifty_clickers_at_two_hundred_tickets_never_share_one(store: Store) -> None:
    await fill(store, *(waiting(number) for number in range(200)))

    async def click(account: str) -> list[str]:
        mine: list[str] = []
        while True:
            found = await store.run(lambda uow: uow.tickets.claim_next(replace(ARABIC, account=account), AT))
            if found is None:
                return mine
            assert found.owner == account
            mine.append(found.id)

    taken = await asyncio.gather(*(click(f"account-{number}") for number in range(50)))
    counted = Counter(id for mine in taken for id in mine)
    # SKIP LOCKED may show an empty queue to somebody while others hold the last rows; nothing may be taken twice.
    assert set(counted.values()) == {1}
    opened = await store.run(lambda uow: uow.tickets.open())
    assert {each.id for each in opened if each.state == "claimed"} == set(counted)
    assert len(counted) == 200


@pytest.mark.slow
async def test_of_fifty_who_press_on_the_same_ticket_one_wins(store: Store) -> None:
    await fill(store, *(waiting(number) for number in range(200)))
    for number in range(0, 200, 20):
        clicks = [
            store.run(lambda uow, who=who, id=f"t{number}": uow.tickets.claim(id, who, AT))  # type: ignore[misc]
            for who in (f"account-{each}" for each in range(50))
        ]
        won = [each for each in await asyncio.gather(*clicks) if each is not None]
        assert len(won) == 1
        assert (await store.run(lambda uow, id=f"t{number}": uow.tickets.get(id))).owner == won[0].owner  # type: ignore[misc]


# --- order, routing, stickiness -----------------------------------------------------------------


async def test_claims_follow_the_queue_the_language_and_who_knew_the_person(store: Store) -> None:
    known = replace(waiting(5, minutes=-60), last_owner="b")
    await fill(
        store,
        waiting(1, minutes=3),
        waiting(2, "deadline", minutes=2),
        waiting(3, "child", locale="tr"),
        waiting(4, "danger", locale="kl", minutes=4),
        known,
    )
    place = await store.run(lambda uow: uow.tickets.position(uow.tickets.get("t2")))
    assert place == 3

    async def take(duty: Duty, at: datetime) -> str | None:
        found = await store.run(lambda uow: uow.tickets.claim_next(duty, at))
        return None if found is None else found.id

    kept = known.queued_at + 14 * MINUTE
    assert [await take(ARABIC, kept) for _ in range(4)] == ["t4", "t2", "t1", None]
    assert await take(replace(ARABIC, account="b"), kept) == "t5"
    assert await take(Duty("c", "Adviser C", {"tr": 2}, frozenset({"housing"})), AT) is None
    assert await take(Duty("c", "Adviser C", {"tr": 2}), AT) == "t3"
    assert await store.run(lambda uow: uow.tickets.claimed_by("a")) == 3


async def test_waits_are_remembered(store: Store) -> None:
    await fill(store, waiting(1), waiting(2))
    await store.run(lambda uow: uow.tickets.claim("t1", "a", AT + 7 * MINUTE))
    await store.run(lambda uow: uow.tickets.claim("t2", "a", AT + 9 * MINUTE))
    assert await store.run(lambda uow: uow.tickets.recent_waits(AT, 10)) == [9 * MINUTE, 7 * MINUTE]
    assert await store.run(lambda uow: uow.tickets.recent_waits(AT + 8 * MINUTE, 10)) == [9 * MINUTE]


async def test_everything_about_a_ticket_comes_back(store: Store) -> None:
    await fill(store, waiting(1))
    whole = replace(
        waiting(1).claimed("a", AT),
        unanswered_since=None,
        told=Told(3, 10, 25),
        is_unreachable=True,
        is_threat=True,
        rating="good",
        journalised_at=AT,
    )
    await store.run(lambda uow: uow.tickets.save(whole))
    assert await store.run(lambda uow: uow.tickets.get("t1")) == replace(whole, version=2)
    assert await store.run(lambda uow: uow.tickets.last_of(1)) == replace(whole, version=2)
    with pytest.raises(TicketChanged):
        await store.run(lambda uow: uow.tickets.save(whole))


# --- transcript, notes, duty --------------------------------------------------------------------


async def test_delivery_of_a_reply_follows_the_outbox_and_outlives_it(store: Store) -> None:
    def reply(uow: UnitOfWork) -> int:
        uow.tickets.add(waiting(1))
        uow.sessions.take(1)
        row = uow.outbox.add(1, "message", {"text": "a"})
        line = TranscriptLine(AT, "adviser", "text", "a", author="a", key="k1", seq=row.seq, locale="da")
        uow.transcripts.add(1, "t1", line)
        return row.seq

    seq = await store.run(reply)

    async def seen() -> tuple[str | None, str | None]:
        [line] = await store.run(lambda uow: uow.transcripts.lines(1, "t1"))
        return line.delivery, line.reason

    assert await seen() == ("waiting", None)
    await store.run(lambda uow: uow.outbox.hold(1))
    assert await store.run(lambda uow: uow.outbox.waiting_of(1)) == []
    await store.run(lambda uow: uow.outbox.let_go(1))
    assert len(await store.run(lambda uow: uow.outbox.waiting_of(1))) == 1
    await store.run(lambda uow: uow.outbox.mark_dead(1, seq, "unreachable"))
    assert await seen() == ("failed", "unreachable")
    await store.run(lambda uow: uow.outbox.mark_doubtful(1, seq, "no answer"))
    assert await seen() == ("doubtful", "no answer")
    await store.run(lambda uow: uow.outbox.mark_sent([Sent(1, seq, AT, 77)]))
    await store.run(lambda uow: purge(uow, AT + timedelta(days=3), Kept()))
    assert (await seen())[0] == "sent"
    assert await store.run(lambda uow: uow.transcripts.has_key(1, "t1", "k1"))
    assert not await store.run(lambda uow: uow.transcripts.has_key(1, "t1", "k2"))


async def test_edits_and_deletions_are_seen_and_notes_go_with_the_person(store: Store) -> None:
    def write(uow: UnitOfWork) -> None:
        uow.tickets.add(waiting(1))
        uow.transcripts.add(1, "t1", TranscriptLine(AT, "person", "text", "first", 5))
        uow.transcripts.add(1, "t1", TranscriptLine(AT + MINUTE, "person", "edited", "second", 5))
        uow.transcripts.mark_edited(1, "t1", 5, AT + MINUTE)
        uow.transcripts.mark_deleted(1, [5], AT + 2 * MINUTE)
        uow.notes.add(1, "t1", Note(AT, "a", "for colleagues"))
        uow.audit.note(1, "case seen", AT, actor="a", about="t1")

    await store.run(write)
    first, second = await store.run(lambda uow: uow.transcripts.lines(1, "t1"))
    assert (first.text, first.edited_at, first.deleted_at) == ("first", AT + MINUTE, AT + 2 * MINUTE)
    assert (second.text, second.edited_at, second.deleted_at) == ("second", None, AT + 2 * MINUTE)
    assert await store.run(lambda uow: uow.notes.of(1, "t1")) == [Note(AT, "a", "for colleagues")]
    [seen] = await store.run(lambda uow: uow.audit.lines(limit=9, chat_id=1))
    assert (seen.what, seen.actor, seen.about) == ("case seen", "a", "t1")
    await store.run(lambda uow: uow.people.forget(1, AT))
    assert await store.run(lambda uow: uow.notes.of(1, "t1")) == []
    assert await store.run(lambda uow: uow.audit.lines(limit=9, chat_id=1)) == []


async def test_duty_and_closures_come_back(store: Store) -> None:
    duty = replace(ARABIC, topics=frozenset({"housing"}), hours=(Hours(0, time(10), time(15, 30)),), capacity=3)
    await store.run(lambda uow: uow.duties.put(ARABIC))
    await store.run(lambda uow: uow.duties.put(duty))
    assert await store.run(lambda uow: uow.duties.get("a")) == duty
    assert await store.run(lambda uow: uow.duties.all()) == [duty]
    away = Closure(date(2026, 12, 1), date(2026, 12, 3), "a")
    closure_id = await store.run(lambda uow: uow.duties.add_closure(away))
    assert await store.run(lambda uow: uow.duties.closures(date(2026, 12, 3))) == [(closure_id, away)]
    assert await store.run(lambda uow: uow.duties.closures(date(2026, 12, 4))) == []
    await store.run(lambda uow: uow.duties.remove_closure(closure_id))
    await store.run(lambda uow: uow.duties.remove("a"))
    assert await store.run(lambda uow: (uow.duties.all(), uow.duties.closures(AT.date()))) == ([], [])


# --- the plan -----------------------------------------------------------------------------------

CLOSED = 1_000_000
MOST_MS = 20  # of the median claim; on a quiet machine it is about one
COPIED = 500  # rows that are doubled again and again until there are so many


def _fill_with_closed(connection: Connection, count: int) -> None:
    """Copies of one closed ticket, made by the database itself."""
    unit = unit_of_work.UnitOfWork(connection, Keyring([KEY]))
    row = unit.tickets._to_row(waiting(0).claimed("a", AT).closed("answered", AT))
    connection.execute(tables.ticket.insert(), [{**row, "id": f"c{n}", "chat_id": n} for n in range(1, COPIED + 1)])
    others = [each.name for each in tables.ticket.columns if each.name not in ("chat_id", "id")]
    named = ", ".join(others)
    have = COPIED
    while have < count:
        more = min(have, count - have)
        connection.execute(
            text(
                f"INSERT INTO ticket (chat_id, id, {named}) "
                f"SELECT chat_id + {have}, 'c' || (chat_id + {have}), {named} FROM ticket WHERE chat_id <= {more}"
            )
        )
        have += more


@pytest.mark.slow
def test_queue_goes_by_its_indexes_beside_a_million_closed_tickets(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    asked: list[tuple[str, Any]] = []

    def remember(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with engine.begin() as connection:
        unit = unit_of_work.UnitOfWork(connection, Keyring([KEY]))
        _fill_with_closed(connection, CLOSED)
        for number in range(2 * CLOSED, 2 * CLOSED + 200):
            unit.tickets.add(waiting(number))
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE ticket"))
        event.listen(engine, "before_cursor_execute", remember)
        unit.tickets.claim_next(ARABIC, AT)
        unit.tickets.claim(f"t{2 * CLOSED + 105}", "a", AT)
        unit.tickets.open()
        unit.tickets.open_of(2 * CLOSED + 7)
        unit.tickets.position(waiting(2 * CLOSED + 109))
        unit.tickets.claimed_by("a")
        unit.tickets.recent_waits(AT, 50)
        event.remove(engine, "before_cursor_execute", remember)
        plans = [_plan(connection, *each) for each in asked]
        times = []
        for _ in range(99):
            started = perf_counter()
            assert unit.tickets.claim_next(ARABIC, AT) is not None
            times.append(1000 * (perf_counter() - started))
    engine.dispose()
    assert len(plans) == 7
    assert [plan for plan in plans if "SCAN ticket USING" not in plan and "SCAN ticket" in plan] == []
    assert [plan for plan in plans if "Seq Scan on ticket" in plan] == []
    assert median(times) < MOST_MS


def _plan(connection: Any, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters))


# --- against a model ----------------------------------------------------------------------------

ACCOUNTS = st.sampled_from("abc")
CHATS = st.integers(1, 4)


class Desk(RuleBasedStateMachine):
    """Advisers and people do what they like, now and then with what they saw long ago."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.now = AT
        self.count = 0
        self.model: dict[str, Ticket] = {}
        self.seen: dict[str, Ticket] = {}  # as an adviser's page shows it, perhaps out of date
        with self.engine.begin() as connection:
            connection.execute(delete(tables.ticket))

    def real(self, work: Callable[[UnitOfWork], Any]) -> Any:
        with self.engine.begin() as connection:
            return work(cast(UnitOfWork, unit_of_work.UnitOfWork(connection, Keyring([KEY]))))

    def of(self, chat: int) -> Ticket | None:
        found = [each for each in self.model.values() if each.chat_id == chat]
        return max(found, key=lambda each: (each.opened_at, each.id), default=None)

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(chat=CHATS, urgency=st.sampled_from(["danger", "child", "normal"]), locale=st.sampled_from(["ar", "tr"]))
    def a_person_asks(self, chat: int, urgency: str, locale: str) -> None:
        before = self.of(chat)
        if before is not None and before.state != "closed":
            return
        self.count += 1
        self.now += MINUTE
        opened = replace(waiting(self.count, urgency, locale), chat_id=chat, opened_at=self.now, waiting_since=self.now)
        self.real(lambda uow: uow.tickets.add(opened))
        self.model[opened.id] = opened

    @rule(account=ACCOUNTS)
    def takes_the_next(self, account: str) -> None:
        duty = replace(ARABIC, account=account)
        found = self.real(lambda uow: uow.tickets.claim_next(duty, self.now))
        if found is not None:
            assert self.model[found.id].state == "waiting"
            assert duty.can_take(found)
            self.model[found.id] = replace(self.model[found.id].claimed(account, self.now), version=found.version)
            assert found == self.model[found.id]

    @rule(account=ACCOUNTS, chat=CHATS)
    def claims_one(self, account: str, chat: int) -> None:
        ticket = self.of(chat)
        if ticket is None:
            return
        found = self.real(lambda uow: uow.tickets.claim(ticket.id, account, self.now))
        assert (found is not None) == (ticket.state == "waiting")
        if found is not None:
            self.model[ticket.id] = found

    @rule(chat=CHATS)
    def looks(self, chat: int) -> None:
        ticket = self.of(chat)
        if ticket is not None:
            self.seen[ticket.id] = self.real(lambda uow: uow.tickets.get(ticket.id))

    @rule(
        chat=CHATS,
        account=ACCOUNTS,
        move=st.sampled_from(["returned", "transferred", "closed", "reopened", "heard"]),
        from_old_page=st.booleans(),
    )
    def moves(self, chat: int, account: str, move: str, from_old_page: bool) -> None:
        ticket = self.of(chat)
        if ticket is None:
            return
        shown = self.seen.get(ticket.id, ticket) if from_old_page else ticket
        try:
            changed = self.move(shown, move, account)
            saved = self.real(lambda uow: uow.tickets.save(changed))
        except TicketChanged:
            assert shown.version != ticket.version
        except MoveImpossible:
            assert self.model[ticket.id] == ticket
        else:
            assert shown.version == ticket.version
            self.model[ticket.id] = saved

    def move(self, ticket: Ticket, move: str, account: str) -> Ticket:
        match move:
            case "transferred":
                return ticket.transferred(account, self.now)
            case "closed":
                return ticket.closed("answered", self.now)
            case "returned":
                return ticket.returned(self.now)
            case "reopened":
                return ticket.reopened(self.now)
            case _:
                return ticket.heard(self.now)

    @invariant()
    def both_say_the_same(self) -> None:
        for ticket in self.model.values():
            assert self.real(lambda uow, id=ticket.id: uow.tickets.get(id)) == ticket  # type: ignore[misc]

    @invariant()
    def claimed_has_one_owner_and_others_none(self) -> None:
        for ticket in self.model.values():
            assert (ticket.owner is not None) == (ticket.state == "claimed")
            assert (ticket.closed_at is not None) == (ticket.state == "closed")
            assert ticket.state == "claimed" or ticket.unanswered_since is None

    @invariant()
    def one_open_ticket_a_chat_in_the_order_of_the_queue(self) -> None:
        found = self.real(lambda uow: uow.tickets.open())
        assert found == sorted((each for each in self.model.values() if each.state != "closed"), key=order)
        assert len({each.chat_id for each in found}) == len(found)
        queue = [each for each in found if each.state == "waiting"]
        places = [self.real(lambda uow, each=each: uow.tickets.position(each)) for each in queue]  # type: ignore[misc]
        assert places == list(range(1, len(queue) + 1))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        is_sqlite = request.param == "sqlite"
        url = f"sqlite:///{Path(folder)}/t.db" if is_sqlite else request.getfixturevalue("postgres_database")
        migrate(url)
        opened = open_engine(url)
        yield opened
        opened.dispose()


@pytest.mark.slow
def test_tickets_against_the_model(engine: Engine) -> None:
    machine = cast(Any, type("DeskOnDatabase", (Desk,), {"engine": engine}))
    limits = settings(max_examples=25, stateful_step_count=30, deadline=None)
    run_state_machine_as_test(machine, settings=limits)
