"""What is in the outbox arrives: in order, once, or marked as doubtful."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.runner.outgoing import DELETABLE
from bot.runner.ports import Outgoing, UnitOfWork
from bot.sandbox import FaultPlan, FaultRule, Rates, Sandbox, open_port, serve
from bot.telegram import courier as courier_module
from bot.telegram.api import BotApi
from bot.telegram.courier import Courier
from bot.telegram.limits import Limits
from bot.telegram.metrics import Metrics
from tests.support.memory_store import MemoryStore
from tests.support.waiting import eventually

TOKEN = "1:secret-token"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier_module, "RENEW_S", 0.05)
    monkeypatch.setattr(courier_module, "FIRST_PAUSE_S", 0.02)


@asynccontextmanager
async def running(store: MemoryStore, base_url: str, holder: str = "a", rate: float = 0) -> AsyncIterator[Courier]:
    api = BotApi(base_url, TOKEN)
    courier = Courier(store, api, Limits(rate), Metrics(), holder)
    task = asyncio.create_task(courier.run())
    try:
        yield courier
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await courier.close()
        await api.close()


def add(store: MemoryStore, chat_id: int, text: str, **fields: Any) -> Outgoing:
    return store.run_now(lambda uow: uow.outbox.add(chat_id, "message", {"text": text, **fields}))


def remind(store: MemoryStore, chat_id: int, text: str, in_s: float) -> Outgoing:
    due_at = datetime.now(UTC) + timedelta(seconds=in_s)

    def work(uow: UnitOfWork) -> Outgoing:
        return uow.outbox.add(chat_id, "reminder", {"text": text}, due_at=due_at, name="n")

    return store.run_now(work)


def states(store: MemoryStore) -> list[str]:
    return [row.state for _, row in sorted(store.tables.outbox.items())]


def all_in(store: MemoryStore, state: str) -> Callable[[], bool]:
    return lambda: bool(states(store)) and set(states(store)) == {state}


def texts(sandbox: Sandbox, chat_id: int) -> list[str]:
    return [message.text for message in sandbox.phone(chat_id).bot_messages]


def people(count: int = 1) -> Sandbox:
    sandbox = Sandbox(TOKEN)
    for chat in range(1, count + 1):
        sandbox.phone(chat)
    return sandbox


async def test_leftovers_are_found_and_turns_come_from_memory_in_order() -> None:
    sandbox, store = people(3), MemoryStore()
    for chat in (1, 2, 3):
        add(store, chat, "left over")
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        for number in range(5):
            for chat in (1, 2, 3):
                assert courier.offer([add(store, chat, str(number))])
        await eventually(all_in(store, "sent"))
    for chat in (1, 2, 3):
        assert texts(sandbox, chat) == ["left over", "0", "1", "2", "3", "4"]
    assert all(row.message_id and not row.outgoing.body for row in store.tables.outbox.values())


class SlowStore(MemoryStore):
    """Takes its time, as a database on another machine does."""

    async def run(self, work: Any) -> Any:
        await asyncio.sleep(0.1)
        return await super().run(work)


async def test_turn_at_the_beginning_of_a_reign_does_not_overtake_leftovers() -> None:
    sandbox, store = people(), SlowStore()
    add(store, 1, "left over")
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        courier.offer([add(store, 1, "new")])  # the first look into the outbox is still under way
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["left over", "new"]


async def test_turn_does_not_overtake_what_another_process_wrote(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier_module, "RENEW_S", 1.5)  # no look by itself meanwhile
    sandbox, store = people(), SlowStore()
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        await asyncio.sleep(0.2)  # until the first look is over
        add(store, 1, "theirs")
        courier.offer([replace(add(store, 1, "ours"), checks_earlier=True), add(store, 1, "and more")])
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["theirs", "ours", "and more"]


class LateStore(MemoryStore):
    """Reads at once what waits for one chat, and is late to tell it."""

    async def run(self, work: Callable[[UnitOfWork], Any]) -> Any:
        found = await super().run(work)
        if "_fetch_earlier" in getattr(work, "__qualname__", ""):
            await asyncio.sleep(0.5)
        return found


async def test_an_old_reading_brings_nothing_back_that_was_sent_meanwhile() -> None:
    sandbox, store = people(), LateStore()
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        courier.offer([replace(add(store, 1, "once"), checks_earlier=True)])  # read now, and found by the look, too
        await eventually(all_in(store, "sent"))
        await asyncio.sleep(0.7)
    assert texts(sandbox, 1) == ["once"]


async def test_message_is_rewritten_or_said_anew_when_it_is_gone() -> None:
    sandbox, store = people(), MemoryStore()
    phone = sandbox.phone(1)
    async with serve(sandbox) as base_url, running(store, base_url):
        first = add(store, 1, "first", rows=[[{"text": "A", "data": "a"}]])
        await eventually(all_in(store, "sent"))
        message_id = store.tables.outbox[1, first.seq].message_id
        add(store, 1, "second", replaces=message_id)
        add(store, 1, "second", replaces=message_id)  # says the same: not modified counts as done
        await eventually(all_in(store, "sent"))
        assert texts(sandbox, 1) == ["second"]
        phone.delete(phone.bot_messages[-1])
        add(store, 1, "third", replaces=message_id)
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["third"]


async def test_everything_a_message_can_hold_arrives() -> None:
    sandbox, store = people(), MemoryStore()
    buttons = [
        [{"text": "Press", "data": "a/b>c"}, {"text": "Open", "url": "https://example.org/"}],
        [{"text": "Copy", "copy": "to copy"}],
    ]
    async with serve(sandbox) as base_url, running(store, base_url):
        add(store, 1, "😀 bold", entities=[{"type": "bold", "offset": 3, "length": 4}], rows=buttons)
        add(store, 1, "keys", keyboard=[["Menu", "Human"]])
        await eventually(all_in(store, "sent"))
        phone = sandbox.phone(1)
        bold, _ = phone.bot_messages
        assert [entity["type"] for entity in bold.entities] == ["bold"]
        assert [[(b.label, b.data, b.url, b.copy_text) for b in row] for row in bold.buttons] == [
            [("Press", "a/b>c", None, None), ("Open", None, "https://example.org/", None)],
            [("Copy", None, None, "to copy")],
        ]
        assert [[key.label for key in row] for row in phone.reply_keyboard] == [["Menu", "Human"]]
        add(store, 1, "no keys", keyboard="remove")
        await eventually(all_in(store, "sent"))
        assert phone.reply_keyboard == ()


async def test_flood_wait_holds_that_chat_only() -> None:
    sandbox, store = people(2), MemoryStore()
    sandbox.faults = FaultPlan(rules=(FaultRule("flood", methods=("sendMessage",), last=1, retry_after_s=1),))
    async with serve(sandbox) as base_url, running(store, base_url):
        add(store, 1, "held")
        await eventually(lambda: sandbox.truth.calls("sendMessage"))
        add(store, 2, "free")
        await eventually(lambda: texts(sandbox, 2) == ["free"], 0.9)
        assert texts(sandbox, 1) == []
        await eventually(lambda: texts(sandbox, 1) == ["held"])


@pytest.mark.parametrize("kind", ["error", "reset", "swallow", "garbage"])
async def test_message_is_repeated_until_it_was_answered(kind: str) -> None:
    sandbox, store = people(), MemoryStore()
    rule = FaultRule(kind, methods=("sendMessage",), last=2, delay_s=0.01)  # type: ignore[arg-type]
    sandbox.faults = FaultPlan(rules=(rule,))
    async with serve(sandbox) as base_url, running(store, base_url):
        add(store, 1, "one")
        add(store, 1, "two")
        await eventually(all_in(store, "sent"))
    shown = texts(sandbox, 1)
    assert sorted(set(shown), key=shown.index) == ["one", "two"]
    # Doubles only where Telegram took the call and we were not told.
    assert len(shown) == (2 if kind in ("error", "reset") else 4)


async def test_outage_is_waited_for() -> None:
    sandbox, store = people(), MemoryStore()
    async with open_port(sandbox) as port, running(store, port.base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        await port.close()
        courier.offer([add(store, 1, "late")])
        await asyncio.sleep(0.2)
        await port.open()
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["late"]


async def test_reminder_leaves_in_time_once_and_is_never_repeated_in_doubt() -> None:
    sandbox, store = people(2), MemoryStore()
    async with serve(sandbox) as base_url, running(store, base_url):
        remind(store, 1, "in time", 0.3)
        await asyncio.sleep(0.1)
        assert texts(sandbox, 1) == []
        await eventually(all_in(store, "sent"))
        sandbox.faults = FaultPlan(rules=(FaultRule("swallow", delay_s=0.01, methods=("sendMessage",)),))
        remind(store, 2, "doubtful", 0)
        await eventually(lambda: "doubtful" in states(store))
        await asyncio.sleep(0.2)
    assert texts(sandbox, 1) == ["in time"]
    assert texts(sandbox, 2) == ["doubtful"]


async def test_reminder_is_marked_before_it_is_sent_and_a_cancelled_one_is_not_sent() -> None:
    sandbox, store = people(2), MemoryStore()
    sandbox.faults = FaultPlan(rules=(FaultRule("slow", methods=("sendMessage",), delay_s=0.3),))
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        cancelled = remind(store, 1, "cancelled", 0.0)
        store.run_now(lambda uow: uow.outbox.cancel_reminders(1))
        courier.offer([cancelled])
        remind(store, 2, "in time", 0.0)
        await eventually(lambda: states(store) == ["sending"])
        await eventually(all_in(store, "sent"))
    assert (texts(sandbox, 1), texts(sandbox, 2)) == ([], ["in time"])


async def test_row_that_never_gets_an_answer_is_given_up_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier_module, "MOST_TRIES", 3)
    sandbox, store = people(), MemoryStore()
    sandbox.faults = FaultPlan(rules=(FaultRule("error", methods=("sendMessage",), last=3),))
    async with serve(sandbox) as base_url, running(store, base_url):
        add(store, 1, "given up")
        add(store, 1, "next")
        await eventually(lambda: states(store) == ["doubtful", "sent"])
    assert texts(sandbox, 1) == ["next"]


async def test_reminder_that_was_under_way_at_a_crash_is_marked_and_not_repeated() -> None:
    sandbox, store = people(), MemoryStore()
    row = remind(store, 1, "perhaps sent", 0)
    store.run_now(lambda uow: uow.outbox.mark_sending(1, row.seq))
    async with serve(sandbox) as base_url, running(store, base_url):
        await eventually(all_in(store, "doubtful"))
        await asyncio.sleep(0.2)
    assert texts(sandbox, 1) == []


async def test_blocked_person_gets_nothing_more_and_others_do() -> None:
    sandbox, store = people(2), MemoryStore()
    sandbox.phone(1).block()
    async with serve(sandbox) as base_url, running(store, base_url):
        for text in ("a", "b"):
            add(store, 1, text)
        remind(store, 1, "later", 100)
        add(store, 2, "c")
        await eventually(lambda: sorted(states(store)) == ["dead", "dead", "sent"])
    assert len(sandbox.truth.calls("sendMessage")) <= 3


async def test_refused_row_does_not_block_the_next() -> None:
    sandbox, store = people(), MemoryStore()
    async with serve(sandbox) as base_url, running(store, base_url):
        add(store, 1, "x" * 5000)
        add(store, 1, "fine")
        await eventually(lambda: states(store) == ["dead", "sent"])
    assert texts(sandbox, 1) == ["fine"]


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param({"rows": [[{"text": " ", "data": "a"}]]}, id="button"),
        pytest.param({"entities": [{"type": "bold", "offset": 0, "length": 99}]}, id="entity"),
        pytest.param({"keyboard": [[1]]}, id="keyboard"),
    ],
)
async def test_words_arrive_where_what_belongs_to_them_is_refused(refused: dict[str, Any]) -> None:
    sandbox, store = people(), MemoryStore()
    async with serve(sandbox) as base_url, running(store, base_url):
        add(store, 1, "answer", **refused)
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["answer"]


async def test_messages_are_deleted_also_beside_one_that_cannot_be() -> None:
    sandbox, store = people(), MemoryStore()
    async with serve(sandbox) as base_url, running(store, base_url):
        for number in range(3):
            add(store, 1, str(number))
        await eventually(all_in(store, "sent"))
        ids = [message.message_id for message in sandbox.phone(1).bot_messages]
        store.run_now(lambda uow: uow.outbox.add(1, "delete", {"message_ids": [*ids[:2], 999_999]}))
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["2"]


async def test_another_process_takes_over_when_the_holder_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier_module, "TTL", timedelta(seconds=0.8))
    sandbox, store = people(), MemoryStore()
    async with serve(sandbox) as base_url:
        dead = Courier(store, BotApi(base_url, TOKEN), Limits(0), Metrics(), "dead")
        await dead._renew()
        assert dead.offer([])
        async with running(store, base_url, "alive") as alive:
            row = add(store, 1, "whoever lives")
            assert not alive.offer([row])
            await eventually(all_in(store, "sent"))
            assert alive.holds_lease
            # The one that stood still wakes up and finds by its own clock that its time is over.
            assert not dead.offer([add(store, 1, "stale")])
            await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["whoever lives", "stale"]


async def test_row_that_was_not_sent_before_the_lease_ran_out_is_sent_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier_module, "TTL", timedelta(seconds=0.8))
    sandbox, store = people(), MemoryStore()
    sandbox.faults = FaultPlan(rules=(FaultRule("flood", methods=("sendMessage",), last=1, retry_after_s=1),))
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        courier.offer([add(store, 1, "held back")])
        await eventually(lambda: sandbox.truth.calls("sendMessage"))
        store.is_away = True
        await asyncio.sleep(1.3)  # the lease runs out while Telegram asks to wait
        assert texts(sandbox, 1) == []
        store.is_away = False
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["held back"]


async def test_storage_trouble_sends_nothing_twice_and_loses_nothing() -> None:
    sandbox, store = people(), MemoryStore()
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        row = add(store, 1, "sent, and marked later")
        store.is_away = True
        courier.offer([row])
        await eventually(lambda: texts(sandbox, 1) == ["sent, and marked later"])
        await asyncio.sleep(0.2)
        store.is_away = False
        await eventually(all_in(store, "sent"))
    assert texts(sandbox, 1) == ["sent, and marked later"]


async def test_rate_is_kept() -> None:
    sandbox, store = people(5), MemoryStore()
    async with serve(sandbox) as base_url, running(store, base_url, rate=10):
        for chat in range(1, 6):
            for number in range(4):
                add(store, chat, str(number))
        await eventually(lambda: len(sandbox.truth.calls("sendMessage")) >= 10)
        assert len(sandbox.truth.calls("sendMessage")) <= 14
        await eventually(all_in(store, "sent"))
        calls = sandbox.truth.calls("sendMessage")
    assert calls[-1].at - calls[0].at >= 0.7


def hide(store: MemoryStore) -> Outgoing:
    return store.run_now(lambda uow: uow.outbox.add(1, "hide", {}))


async def test_chat_of_200_messages_is_hidden_in_3_seconds_whatever_the_pace() -> None:
    """As people do it: right after a burst of answers, which has used up the pace of the chat."""
    sandbox, store = people(), MemoryStore()
    phone = sandbox.phone(1)
    for number in range(100):
        phone.send_text(str(number))
        typed = phone.messages[-1].message_id
        store.run_now(lambda uow, typed=typed, number=number: uow.updates.is_new(1, number, typed, datetime.now(UTC)))  # type: ignore[misc]
    async with serve(sandbox) as base_url:
        async with running(store, base_url):
            for number in range(100):
                add(store, 1, str(number))
            await eventually(all_in(store, "sent"))
        async with running(store, base_url, rate=30) as courier:
            await eventually(lambda: courier.holds_lease)
            burst = [add(store, 1, f"burst {number}") for number in range(8)]
            courier.offer(burst)
            await eventually(lambda: "burst 3" in texts(sandbox, 1))
            assert len(phone.messages) >= 200
            started = time.monotonic()
            courier.offer([hide(store), add(store, 1, "👍")])
            await eventually(lambda: [message.text for message in phone.messages] == ["👍"])
            assert time.monotonic() - started < 3
    assert store.tables.outbox[1, burst[-1].seq].state == "dead", "what had to wait never left"


async def test_what_is_older_than_two_days_is_left_to_the_person() -> None:
    sandbox, store = people(), MemoryStore()
    phone = sandbox.phone(1)
    now = datetime.now(UTC)
    for number, age in enumerate((DELETABLE + timedelta(minutes=1), DELETABLE - timedelta(minutes=1))):
        phone.send_text(f"{age}")
        typed = phone.messages[-1].message_id
        store.run_now(lambda uow, n=number, typed=typed, age=age: uow.updates.is_new(1, n, typed, now - age))  # type: ignore[misc]
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        courier.offer([hide(store)])
        await eventually(all_in(store, "sent"))
    assert [message.text for message in phone.messages] == ["2 days, 0:01:00"]


async def test_answer_that_is_on_its_way_is_hidden_too() -> None:
    sandbox, store = people(), MemoryStore()
    sandbox.faults = FaultPlan(rules=(FaultRule("slow", delay_s=0.3, methods=("sendMessage",)),))
    async with serve(sandbox) as base_url, running(store, base_url) as courier:
        await eventually(lambda: courier.holds_lease)
        under_way = add(store, 1, "under way")
        courier.offer([under_way])
        await asyncio.sleep(0.1)
        courier.offer([add(store, 1, "never leaves"), hide(store)])
        await eventually(lambda: states(store) == ["sent", "dead", "sent"])
    assert store.tables.outbox[1, 1].message_id is not None
    assert texts(sandbox, 1) == []


async def test_limits_of_telegram_are_kept_and_never_met() -> None:
    sandbox, store = people(12), MemoryStore()
    sandbox.limits = Rates(overall_burst=35)  # a little more than we allow ourselves: the wire is not always as quick
    async with serve(sandbox) as base_url, running(store, base_url, rate=30):
        for number in range(5):
            for chat in range(1, 13):
                add(store, chat, str(number))
        await eventually(all_in(store, "sent"), 20)
    assert {call.outcome for call in sandbox.truth.calls("sendMessage")} == {"accepted"}
