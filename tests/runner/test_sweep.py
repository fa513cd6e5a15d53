"""The watch over all open tickets: numbers for `/metrics`, news when an alarm rises, and nothing that ends it."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.handoff.queue import QueueState
from bot.handoff.ticket import NOBODY_THERE, Ticket
from bot.runner import sweep
from bot.storage.store import Store
from bot.storage.unit_of_work import UnitOfWork
from bot.telegram.metrics import Metrics
from tests.storage.conftest import store, url
from tests.support.content import our_release
from tests.support.waiting import eventually

__all__ = ["store", "url"]

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def waiting(number: int, urgency: str = "normal", minutes: int = 0) -> Ticket:
    at = AT - timedelta(minutes=minutes)
    return Ticket(
        id=f"t{number}", chat_id=number, state="waiting", topic="complaint", urgency=urgency, locale="da",
        opened_at=at, waiting_since=at, told=NOBODY_THERE,
    )  # fmt: skip


def test_numbers_of_the_queue_reach_the_metrics() -> None:
    tickets = [
        waiting(1, "danger", 3),
        waiting(2, "normal", 61),
        waiting(3, "normal", 5),
        waiting(4, "child", 40).claimed("a", AT - timedelta(minutes=20)),
    ]
    metrics = Metrics()

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, labels)

    metrics.measured(QueueState.of(tickets, AT))
    assert value("vejviser_waiting_tickets", urgency="normal") == 2
    assert value("vejviser_waiting_tickets", urgency="child") == 0
    assert value("vejviser_oldest_wait_seconds", urgency="normal") == 61 * 60
    assert value("vejviser_oldest_wait_seconds", urgency="danger") == 180
    assert [value("vejviser_late_tickets", level=level) for level in ("none", "late", "very late", "alarm")] == [
        1,
        2,
        0,
        1,
    ]
    metrics.measured(QueueState.of([], AT))
    assert value("vejviser_waiting_tickets", urgency="normal") == 0
    assert value("vejviser_oldest_wait_seconds", urgency="normal") == 0


@asynccontextmanager
async def sweeping(store: Store, states: list[QueueState], clock: list[datetime]) -> AsyncIterator[None]:
    our_release()  # loaded before the clock runs: it takes seconds
    work = sweep.keep_sweeping(store, our_release, lambda rows: None, states.append, lambda: clock[-1])
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_alarm_that_rises_is_told_to_the_desk_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "EVERY_S", 0.02)
    heard: list[str] = []

    def hear(subjects: Collection[str]) -> None:
        heard.extend(subjects)

    store.listen(hear)
    await store.run(lambda uow: uow.tickets.add(waiting(1)))
    states, clock = list[QueueState](), [AT]
    async with sweeping(store, states, clock):
        await eventually(lambda: len(states) > 3)
        assert "queue" not in heard
        clock.append(AT + timedelta(minutes=60))
        await eventually(lambda: "queue" in heard)
        await eventually(lambda: states[-1].late[1] == 1)
        before = len(states)
        heard.clear()
        await eventually(lambda: len(states) > before + 3)
        assert "queue" not in heard


async def test_unreadable_ticket_does_not_end_the_watch(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "EVERY_S", 0.02)
    states = list[QueueState]()

    def damage(uow: UnitOfWork) -> None:
        uow.tickets.add(waiting(1))
        uow.db.execute(text("UPDATE ticket SET story = :story"), {"story": b"x" * 40})

    await store.run(damage)
    async with sweeping(store, states, [AT]):
        await asyncio.sleep(0.2)
        assert states == []
        await store.run(lambda uow: uow.people.forget(1, AT))
        await eventually(lambda: states)
