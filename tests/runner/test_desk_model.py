"""People, advisers and timers in any order, at the real runner on both databases, against what must always hold."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, delete

from bot.engine.effects import Text
from bot.engine.incoming import (
    BotBlocked,
    BotUnblocked,
    ChoicePressed,
    CommandGiven,
    FileSent,
    Incoming,
    MessageEdited,
    TextTyped,
)
from bot.errors import BotError
from bot.handoff.duty import Duty, Hours
from bot.handoff.queue import OWNER_SILENT
from bot.handoff.ticket import (
    MoveImpossible,
    Ticket,
    TicketAlreadyTaken,
    TicketChanged,
    TicketNotYours,
    TicketUnknown,
)
from bot.runner import desk
from bot.runner.ports import Outgoing, UnitOfWork
from bot.runner.run import run_turn
from bot.runner.sweep import sweep_ticket
from bot.storage import tables, unit_of_work
from bot.storage.keyring import Keyring
from bot.storage.migrate import migrate, open_engine
from bot.storage.store import Store
from tests.storage.conftest import KEY, store, url
from tests.support.content import our_release

__all__ = ["store", "url"]

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WEEK = tuple(Hours(day, time(0), time(23, 59)) for day in range(7))
PEOPLE = (701, 702, 703)
ACCOUNTS = ("a", "b", "c")
CHATS, ADVISERS = st.sampled_from(PEOPLE), st.sampled_from(ACCOUNTS)
ALLOWED = (TicketAlreadyTaken, TicketNotYours, TicketChanged, MoveImpossible, desk.CapacityReached, TicketUnknown)
GROWING = (tables.ticket, tables.transcript, tables.outbox, tables.session, tables.received, tables.note, tables.audit)


@dataclass(frozen=True)
class Page:
    """What an adviser has on the screen, perhaps for a long time."""

    ticket_id: str
    version: int
    chat_id: int


class Handoffs(RuleBasedStateMachine):
    """Three people, three advisers of whom one speaks their language, and the clock."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.at, self.number = AT, 0
        self.pages: dict[str, Page] = {}
        self.written: dict[str, int] = {}  # words for an adviser, and whose they are
        with self.engine.begin() as connection:
            for table in (*GROWING, tables.duty):
                connection.execute(delete(table))
        for account in ACCOUNTS:
            skills = {"da": 3, "ar": 3} if account == "a" else {"da": 3}
            duty = Duty(account, f"Adviser {account.upper()}", skills, hours=WEEK, capacity=2)
            self.run(lambda uow, duty=duty: uow.duties.put(duty))  # type: ignore[misc]
        for chat in PEOPLE:
            self.turn(partial(ChoicePressed, data="!locale:ar", message_id=1, query_id="q"), chat)

    def run(self, work: Callable[[UnitOfWork], Any]) -> Any:
        with self.engine.begin() as connection:
            unit = unit_of_work.UnitOfWork(connection, Keyring([KEY]))
            result = work(cast(UnitOfWork, unit))
            unit.finish()
            return result

    def turn(self, make: Callable[..., Incoming], chat: int) -> tuple[Outgoing, ...]:
        self.number += 1
        self.at += timedelta(seconds=3)
        incoming = make(update_id=self.number, chat_id=chat, at=self.at)
        leaves: tuple[Outgoing, ...] = self.run(partial(run_turn, incoming, release=our_release()))
        assert {row.chat_id for row in leaves} <= {chat}, "what a person does is answered to that person"
        return leaves

    def open_of(self, chat: int) -> Ticket | None:
        found: Ticket | None = self.run(lambda uow: uow.tickets.open_of(chat))
        return found

    def token(self, chat: int) -> str:
        self.number += 1
        return f"zzq{chat}x{self.number}q"

    # --- people -----------------------------------------------------------------------------------

    def presses(self, chat: int, data: str) -> None:
        assert self.turn(partial(ChoicePressed, data=data, message_id=1, query_id="q"), chat)

    @rule(chat=CHATS, data=st.sampled_from(["!human", "human/consent>yes", "human/consent>skip", "!talk_on", "!menu"]))
    def a_person_presses(self, chat: int, data: str) -> None:
        self.presses(chat, data)

    @rule(chat=CHATS)
    def a_person_asks(self, chat: int) -> None:
        self.presses(chat, "!human")
        self.presses(chat, "human/consent>yes")
        assert self.open_of(chat) is not None

    @rule(chat=CHATS)
    def a_person_cancels(self, chat: int) -> None:
        self.presses(chat, "human/consent>cancel")
        assert self.open_of(chat) is None

    @rule(chat=CHATS, kind=st.sampled_from(["text", "edited", "photo"]))
    def a_person_writes(self, chat: int, kind: str) -> None:
        words, before = self.token(chat), self.open_of(chat)
        made: dict[str, Callable[..., Incoming]] = {
            "text": partial(TextTyped, text=words, message_id=self.number),
            "edited": partial(MessageEdited, text=words, message_id=max(self.number - 5, 1)),
            "photo": partial(FileSent, kind="photo", file_id="f", message_id=self.number, caption=words),
        }
        leaves = self.turn(made[kind], chat)
        if before is not None:
            self.written[words] = chat
        if before is not None and before.state == "claimed":
            assert leaves == (), "the bot is silent while an adviser listens"
            after = self.open_of(chat)
            assert after is not None
            assert after.unanswered_since is not None, "the clock of the answer runs"

    @rule(chat=CHATS)
    def a_person_tells_of_danger(self, chat: int) -> None:
        leaves = self.turn(partial(TextTyped, text="he hits me", message_id=9), chat)
        assert "112" in leaves[0].body["text"]
        opened = self.open_of(chat)
        assert opened is None or opened.urgency == "danger"

    @rule(chat=CHATS, name=st.sampled_from(["stop", "hide"]))
    def a_person_leaves(self, chat: int, name: str) -> None:
        before = self.open_of(chat)
        self.turn(partial(CommandGiven, name=name, argument="", message_id=9), chat)
        after = self.open_of(chat)
        assert after is None if name == "stop" else (after is None) == (before is None)

    @rule(chat=CHATS, make=st.sampled_from([BotBlocked, BotUnblocked]))
    def a_person_blocks_or_comes_back(self, chat: int, make: type[BotBlocked]) -> None:
        self.turn(make, chat)

    @rule(chat=CHATS)
    def a_person_is_forgotten(self, chat: int) -> None:
        self.turn(partial(ChoicePressed, data="privacy/delete>yes", message_id=1, query_id="q"), chat)
        assert self.run(lambda uow: uow.tickets.last_of(chat)) is None
        self.written = {words: whose for words, whose in self.written.items() if whose != chat}
        self.turn(partial(ChoicePressed, data="!locale:ar", message_id=1, query_id="q"), chat)

    # --- advisers ---------------------------------------------------------------------------------

    @rule(account=ADVISERS, chat=CHATS)
    def an_adviser_looks(self, account: str, chat: int) -> None:
        ticket = self.run(lambda uow: uow.tickets.last_of(chat))
        if ticket is not None:
            self.pages[account] = Page(ticket.id, ticket.version, chat)

    @rule(
        account=ADVISERS,
        other=ADVISERS,
        name=st.sampled_from(
            ["claim", "reply", "ask", "callback", "return", "transfer", "close", "reopen", "pause", "resume", "hide"]
        ),
    )
    def an_adviser_moves(self, account: str, other: str, name: str) -> None:
        page = self.pages.get(account)
        if page is None:
            return
        says = f"to-{page.chat_id}"
        key = f"k{self.number}"
        moves: dict[str, Callable[[desk.DeskTurn], None]] = {
            "claim": desk.claim,
            "reply": partial(desk.reply, text=says, key=key),
            "ask": partial(desk.ask_choice, question=says, answers=desk.YES_OR_NO, key=key),
            "callback": partial(desk.propose_callback, times=[self.at + timedelta(days=1)], key=key),
            "return": desk.give_back,
            "transfer": partial(desk.transfer, to=other),
            "close": partial(desk.close, because="answered"),
            "reopen": desk.reopen,
            **{str(each): change for each, change in desk.SAFETY.items()},
        }

        def work(uow: UnitOfWork) -> tuple[Outgoing, ...]:
            turn = desk.begin(uow, our_release(), page.ticket_id, account, self.at)
            if name != "claim":
                turn.expect(page.version)
            for _ in range(2 if name in ("reply", "ask", "callback") else 1):  # a double submit
                moves[name](turn)
            return turn.finish()

        before = self.run(lambda uow: uow.tickets.last_of(page.chat_id))
        try:
            leaves = self.run(work)
        except ALLOWED:
            assert self.run(lambda uow: uow.tickets.last_of(page.chat_id)) == before, "refused means: nothing happened"
        else:
            assert {row.chat_id for row in leaves} <= {page.chat_id}
            assert sum(says in row.body.get("text", "") for row in leaves) <= 1 or name == "resume"
            self.an_adviser_looks(account, page.chat_id)

    @rule(minutes=st.integers(1, 30))
    def time_passes_and_the_sweep_comes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)
        for ticket in self.run(lambda uow: uow.tickets.open()):
            self.run(partial(sweep_ticket, release=our_release(), ticket_id=ticket.id, at=self.at))

    # --- what must always hold --------------------------------------------------------------------

    @invariant()
    def the_session_knows_the_ticket_and_who_talks(self) -> None:
        for chat in PEOPLE:
            opened, session = self.open_of(chat), self.run(lambda uow, chat=chat: uow.sessions.take(chat))  # type: ignore[misc]
            assert session.ticket == (None if opened is None else opened.id)
            assert session.is_claimed == (opened is not None and opened.state == "claimed")

    @invariant()
    def a_claimed_ticket_has_one_owner_and_others_have_none(self) -> None:
        for ticket in self.run(lambda uow: uow.tickets.open()):
            assert (ticket.owner is not None) == (ticket.state == "claimed")
            assert ticket.unanswered_since is None or ticket.state == "claimed"

    @invariant()
    def no_owner_is_silent_for_long_after_a_sweep(self) -> None:
        for ticket in self.run(lambda uow: uow.tickets.open()):
            since = ticket.unanswered_since
            assert since is None or self.at - since < OWNER_SILENT + timedelta(minutes=1)

    @invariant()
    def what_was_written_stands_in_the_right_case_once(self) -> None:
        found: Counter[str] = Counter()
        with self.engine.connect() as connection:
            rows = connection.execute(
                tables.ticket.select().with_only_columns(tables.ticket.c.chat_id, tables.ticket.c.id)
            )
            cases = rows.all()
        for chat, ticket_id in cases:
            for line in self.run(lambda uow, c=chat, t=ticket_id: uow.transcripts.lines(c, t)):  # type: ignore[misc]
                if line.side == "person" and line.text in self.written:
                    assert self.written[line.text] == chat
                    found[line.text] += 1
        assert found == Counter(self.written.keys())

    @invariant()
    def nothing_goes_to_the_wrong_person(self) -> None:
        for chat in PEOPLE:
            for row in self.run(lambda uow, chat=chat: uow.outbox.waiting_of(chat)):  # type: ignore[misc]
                said = row.body.get("text", "")
                assert all(f"to-{other}" not in said for other in PEOPLE if other != chat)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        is_sqlite = request.param == "sqlite"
        address = f"sqlite:///{Path(folder)}/t.db" if is_sqlite else request.getfixturevalue("postgres_database")
        migrate(address)
        opened = open_engine(address)
        yield opened
        opened.dispose()


@pytest.mark.slow
def test_handoffs_hold_whatever_happens(engine: Engine) -> None:
    machine = cast(Any, type("HandoffsOnDatabase", (Handoffs,), {"engine": engine}))
    run_state_machine_as_test(machine, settings=settings(max_examples=15, stateful_step_count=30, deadline=None))


# --- races ------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_clickers_citizens_and_the_sweep_at_once(store: Store) -> None:
    """Fifty advisers press on two hundred cases while people write and cancel."""
    chats, accounts = range(1000, 1200), [f"account-{number}" for number in range(50)]
    release = our_release()

    def prepare(uow: UnitOfWork) -> None:
        for account in accounts:
            uow.duties.put(Duty(account, account, {"ar": 3}, hours=WEEK, capacity=5))

    async def turn(chat: int, number: int, make: Callable[..., Incoming]) -> None:
        await store.run(partial(run_turn, make(update_id=number, chat_id=chat, at=AT), release=release))

    async def asks(chat: int) -> None:
        for number, data in enumerate(("!locale:ar", "!human", "human/consent>yes"), 1):
            await turn(chat, number, partial(ChoicePressed, data=data, message_id=1, query_id="q"))

    async def works(chat: int) -> None:
        await turn(chat, 4, partial(TextTyped, text="zzqx", message_id=4))
        if chat % 10 == 0:
            await turn(chat, 5, partial(ChoicePressed, data="human/consent>cancel", message_id=1, query_id="q"))

    async def clicks(account: str) -> None:
        for ticket_id in [ids[(accounts.index(account) * 7 + step) % len(ids)] for step in range(40)]:
            try:
                await store.run(partial(_claim, ticket_id=ticket_id, account=account))
            except (TicketAlreadyTaken, desk.CapacityReached, BotError):
                continue

    def _claim(uow: UnitOfWork, ticket_id: str, account: str) -> None:
        move = desk.begin(uow, release, ticket_id, account, AT)
        desk.claim(move)
        move.finish()

    await store.run(prepare)
    await asyncio.gather(*map(asks, chats))
    ids = [ticket.id for ticket in await store.run(lambda uow: uow.tickets.open())]
    assert len(ids) == len(chats)
    await asyncio.gather(*map(works, chats), *map(clicks, accounts))

    opened = await store.run(lambda uow: uow.tickets.open())
    owners = Counter(ticket.owner for ticket in opened if ticket.owner is not None)
    assert len(opened) == len(chats) - len(chats) // 10
    assert max(owners.values()) <= 5, "capacity holds"
    assert sum(owners.values()) > 150
    joined = release.render(Text("common/adviser_joined", {"name": "X"}), "ar").text.partition("\u2068")[0]
    for ticket in opened:
        session = await store.run(lambda uow, chat=ticket.chat_id: uow.sessions.take(chat))  # type: ignore[misc]
        assert (session.ticket, session.is_claimed) == (ticket.id, ticket.state == "claimed")
        told = await store.run(lambda uow, chat=ticket.chat_id: uow.outbox.waiting_of(chat))  # type: ignore[misc]
        times = [row.body["text"] for row in told if row.body["text"].startswith(joined)]
        assert len(times) == (ticket.state == "claimed"), "told once who has come, and of nobody else"
        lines = await store.run(lambda uow, t=ticket: uow.transcripts.lines(t.chat_id, t.id))  # type: ignore[misc]
        assert [line.text for line in lines if line.side == "person"] == ["zzqx"]
