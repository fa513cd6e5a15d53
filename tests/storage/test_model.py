"""The database against a model: whatever is done in whatever order, both say the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from bot.engine.session import Session
from bot.handoff.ticket import Ticket
from bot.runner.ports import Outgoing, Sent, UnitOfWork
from bot.storage import unit_of_work
from bot.storage.keyring import Keyring
from bot.storage.migrate import migrate, open_engine
from bot.storage.tables import metadata
from tests.support.memory_store import MemoryStore

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CHATS = st.integers(1, 3)
TEXTS = st.text(min_size=1, max_size=5)
Work = Callable[[UnitOfWork], Any]


class Wrong(Exception):
    """Makes a transaction fail."""


class StorageAgainstModel(RuleBasedStateMachine):
    """Every rule does one piece of work on both sides; the numbers of rows differ, their order must not."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        self.keyring = Keyring([b"k" * 32])
        self.model = MemoryStore()
        self.now = START
        self.ids = 0

    def real(self, work: Work) -> Any:
        with self.engine.begin() as connection:
            unit = unit_of_work.UnitOfWork(connection, self.keyring)
            result = work(cast(UnitOfWork, unit))
            unit.finish()
            return result

    def both(self, work: Work) -> tuple[Any, Any]:
        return self.real(work), self.model.run_now(work)

    def waiting(self, run: Callable[[Work], Any]) -> list[Outgoing]:
        found = run(lambda uow: uow.outbox.due(self.now, 1000))
        return sorted(found, key=lambda row: (row.chat_id, row.seq))

    # --- what may happen --------------------------------------------------------------------------

    @rule(seconds=st.integers(1, 5000))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(chat=CHATS, update_id=st.integers(1, 8), message_id=st.integers(1, 8) | st.none())
    def an_update_comes(self, chat: int, update_id: int, message_id: int | None) -> None:
        real, model = self.both(lambda uow: uow.updates.is_new(chat, update_id, message_id, self.now))
        assert real == model

    @rule(chat=CHATS, node=TEXTS, answer=TEXTS)
    def a_session_changes(self, chat: int, node: str, answer: str) -> None:
        self.both(lambda uow: uow.sessions.put(Session(chat, node=node, answers={"a": answer}, touched_at=self.now)))

    @rule(chat=CHATS, text=TEXTS, fails=st.booleans())
    def a_message_is_written(self, chat: int, text: str, fails: bool) -> None:
        def work(uow: UnitOfWork) -> None:
            uow.sessions.take(chat)
            uow.outbox.add(chat, "message", {"text": text})
            if fails:
                raise Wrong

        for run in (self.real, self.model.run_now):
            try:
                run(work)
            except Wrong:
                assert fails

    @rule(chat=CHATS, text=TEXTS, name=st.sampled_from("ab"), seconds=st.integers(0, 5000))
    def a_reminder_is_written(self, chat: int, text: str, name: str, seconds: int) -> None:
        due_at = self.now + timedelta(seconds=seconds)
        self.both(lambda uow: uow.outbox.add(chat, "reminder", {"text": text}, due_at=due_at, name=name))

    @rule(chat=CHATS)
    def reminders_are_cancelled(self, chat: int) -> None:
        self.both(lambda uow: uow.outbox.cancel_reminders(chat))

    @precondition(lambda self: self.waiting(self.model.run_now))
    @rule(data=st.data(), outcome=st.sampled_from(["sent", "dead", "doubtful", "sending"]))
    def a_row_ends(self, data: st.DataObject, outcome: str) -> None:
        rows = self.waiting(self.model.run_now)
        index = data.draw(st.integers(0, len(rows) - 1))
        self.ids += 1
        for run in (self.real, self.model.run_now):
            row = self.waiting(run)[index]
            run(lambda uow, row=row: self._end(uow, row, outcome))  # type: ignore[misc]

    def _end(self, uow: UnitOfWork, row: Outgoing, outcome: str) -> None:
        match outcome:
            case "sent":
                uow.outbox.mark_sent([Sent(row.chat_id, row.seq, self.now, self.ids)])
            case "dead":
                uow.outbox.mark_dead(row.chat_id, row.seq, "refused")
            case "doubtful":
                uow.outbox.mark_doubtful(row.chat_id, row.seq, "no answer")
            case _:
                assert uow.outbox.mark_sending(row.chat_id, row.seq)

    @rule()
    def the_process_starts_anew(self) -> None:
        real, model = self.both(lambda uow: uow.outbox.settle_sending())
        assert real == model

    @rule(chat=CHATS, urgency=st.sampled_from(["danger", "normal"]))
    def a_ticket_is_opened_or_raised(self, chat: int, urgency: str) -> None:
        self.ids += 1

        def work(uow: UnitOfWork) -> None:
            opened = uow.tickets.open_of(chat)
            if opened is not None:
                uow.tickets.save(replace(opened, urgency=urgency))
                return
            uow.tickets.add(
                Ticket(
                    id=f"t{self.ids}",
                    chat_id=chat,
                    state="waiting",
                    topic="complaint",
                    urgency=urgency,
                    locale="da",
                    opened_at=self.now,
                    waiting_since=self.now,
                    answers={},
                )
            )

        self.both(work)

    @rule(chat=CHATS)
    def a_ticket_is_closed(self, chat: int) -> None:
        def work(uow: UnitOfWork) -> None:
            opened = uow.tickets.open_of(chat)
            if opened is not None:
                uow.tickets.save(opened.closed("cancelled", self.now))

        self.both(work)

    @rule(chat=CHATS)
    def a_person_is_forgotten(self, chat: int) -> None:
        self.both(lambda uow: uow.people.forget(chat, self.now))

    @rule(holder=st.sampled_from("ab"), seconds=st.integers(1, 5))
    def a_lease_is_sought(self, holder: str, seconds: int) -> None:
        real, model = self.both(lambda uow: uow.leases.take("courier", holder, self.now, timedelta(seconds=seconds)))
        assert (real is None) == (model is None)

    # --- what must hold ---------------------------------------------------------------------------

    @invariant()
    def sessions_are_the_same(self) -> None:
        for chat in (1, 2, 3):
            real, model = self.both(lambda uow, chat=chat: uow.sessions.take(chat))  # type: ignore[misc]
            assert real == model

    @invariant()
    def the_same_waits_in_the_same_order(self) -> None:
        seen = [
            [(row.chat_id, row.kind, row.body, row.due_at) for row in self.waiting(run)]
            for run in (self.real, self.model.run_now)
        ]
        assert seen[0] == seen[1]

    @invariant()
    def the_same_can_be_hidden(self) -> None:
        for chat in (1, 2, 3):
            real, model = self.both(lambda uow, chat=chat: uow.outbox.message_ids(chat, START))  # type: ignore[misc]
            ours = [each for each in real if each not in model], [each for each in model if each not in real]
            assert ours == ([], [])

    @invariant()
    def the_same_tickets_are_open(self) -> None:
        for chat in (1, 2, 3):
            real, model = self.both(lambda uow, chat=chat: uow.tickets.open_of(chat))  # type: ignore[misc]
            assert real == model


def test_storage_against_the_model(url: str) -> None:
    migrate(url)
    engine = open_engine(url)

    class Machine(StorageAgainstModel):
        def __init__(self) -> None:
            super().__init__(engine)

    try:
        run_state_machine_as_test(Machine, settings=settings(max_examples=25, stateful_step_count=30, deadline=None))
    finally:
        engine.dispose()
