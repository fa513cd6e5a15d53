"""From an update on the wire to the right text on the phone: both ways of receiving, both databases."""

import asyncio
import base64
import logging
from collections.abc import Callable
from typing import Any

import orjson
import pytest
import structlog

from bot.runner.run import run_turn
from bot.sandbox import FaultPlan, FaultRule, Outage, Sandbox
from bot.sandbox.telegram import Press
from bot.sandbox.truth import UpdateConfirmed, UpdateDelivered
from bot.storage.store import Store
from bot.telegram import intake as intake_module
from bot.telegram import polling as polling_module
from tests.support.content import our_release
from tests.support.memory_store import MemoryStore
from tests.support.running_bot import TOKEN, post, running_bot
from tests.support.waiting import eventually

# The smallest picture there is: one pixel.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling_module, "WAIT_S", 1)
    monkeypatch.setattr(polling_module, "PAUSE_S", 0.05)


def label(key: str, locale: str) -> str:
    return our_release().label(key, locale)


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_citizen_reads_until_when_they_can_complain(store: Store, webhook: bool) -> None:
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7, "ar", is_started=False)
    async with running_bot(store, sandbox, webhook=webhook):
        phone.start()
        await phone.wait_for_text(label("start/language/say", "ar"))
        phone.press(label("start/language/name", "ar"))
        await phone.wait_for_text(label("start/menu/say", "ar")[:20])
        assert [[key.label for key in row] for row in phone.reply_keyboard] == our_release().keyboard("ar")
        for choice in ("start/menu>no", "complaint/decision>written", "complaint/who>kk"):
            await phone.wait_for(lambda phone, choice=choice: _has(phone, choice))  # type: ignore[misc]
            phone.press(choice)
        await phone.wait_for_text(label("complaint/date/say", "ar")[:15])
        phone.send_text("أمس")
        await phone.wait_for(lambda phone: _has(phone, "complaint/how>digital"))
        press = phone.press("complaint/how>digital")
        assert isinstance(press, Press)
        shown = await phone.wait_for_text("danskelove.dk")
        assert "\u2068" in shown.text
        await phone.wait_for(lambda phone: press.is_answered)  # the button's spinner stops
    assert {call.outcome for call in sandbox.truth.calls() if call.method != "getUpdates"} == {"accepted"}


async def test_date_is_picked_in_the_calendar(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7)
    async with running_bot(store, sandbox):
        phone.send_text("/start complaint-da")
        for choice in ("complaint/decision>written", "complaint/who>kk", label("common/calendar", "da")):
            await phone.wait_for(lambda phone, choice=choice: _has(phone, choice))  # type: ignore[misc]
            phone.press(choice)
        await phone.wait_for(lambda phone: len(_days(phone)) > 0 and not _has(phone, label("common/calendar", "da")))
        phone.press(_days(phone)[-1])
        await phone.wait_for(lambda phone: _has(phone, "complaint/how>digital"))
    assert [call.description for call in sandbox.truth.calls() if call.outcome == "refused"] == []


def _days(phone: Any) -> list[str]:
    keys = (key.data or "" for message in phone.bot_messages for row in message.buttons for key in row)
    return [data for data in keys if data.startswith("complaint/date>d")]


def _has(phone: Any, data: str) -> bool:
    """Whether there is a button with this data or label."""
    keys = (key for message in phone.bot_messages for row in message.buttons for key in row)
    return any(data in (key.data, key.label) for key in keys)


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_updates_are_confirmed_after_the_commit(webhook: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a turn is held back, Telegram must not have forgotten its update."""
    store, sandbox = MemoryStore(), Sandbox(TOKEN)
    committed, may_commit = [], asyncio.Event()
    run = store.run

    async def slow(work: Callable[..., Any]) -> Any:
        if "_turn" in getattr(work, "__qualname__", ""):
            await may_commit.wait()
            result = await run(work)
            committed.append(len(sandbox.truth.of(UpdateConfirmed)))
            return result
        return await run(work)

    monkeypatch.setattr(store, "run", slow)
    phone = sandbox.phone(7)
    async with running_bot(store, sandbox, webhook=webhook):
        phone.send_text("hej")
        await eventually(lambda: sandbox.truth.of(UpdateDelivered))
        await asyncio.sleep(0.1)
        assert sandbox.truth.of(UpdateConfirmed) == []
        may_commit.set()
        await eventually(lambda: sandbox.truth.of(UpdateConfirmed))
    assert committed == [0]


async def test_update_that_comes_twice_is_answered_once(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7)
    async with running_bot(store, sandbox, webhook=True) as running:
        update = orjson.dumps(
            {
                "update_id": 5,
                "message": {
                    "message_id": 1,
                    "from": {"id": 7, "language_code": "tr"},
                    "chat": {"id": 7, "type": "private"},
                    "text": "merhaba",
                },
            }
        )
        statuses = await asyncio.gather(*(post(running.webhook_url, update) for _ in range(10)))
        assert statuses == [200] * 10
        await phone.wait_for_text(label("start/language/say", "tr"))
        await asyncio.sleep(0.1)
    assert len(phone.bot_messages) == 1


async def test_order_within_a_chat_is_kept_while_chats_go_side_by_side(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    phones = [sandbox.phone(chat) for chat in range(1, 9)]
    async with running_bot(store, sandbox):
        for phone in phones:
            phone.send_text("/start menu-da")
        for number in range(6):
            for phone in phones:
                phone.send_text("menu" if number % 2 else "hjælp")
        for phone in phones:
            await phone.wait_for(lambda phone: len(phone.bot_messages) == 8, 20)
    welcome, menu, help_ = (
        label(key, "da").splitlines()[0] for key in ("start/welcome", "start/menu/say", "start/help/say")
    )
    for phone in phones:
        # Without the formatting, as the phone shows it: the welcome, the menu, then help and menu in turn.
        firsts = [message.text.splitlines()[0] for message in phone.bot_messages]
        assert (
            firsts
            == [welcome.splitlines()[0], menu.splitlines()[0]] + [help_.splitlines()[0], menu.splitlines()[0]] * 3
        )


async def test_turn_that_fails_is_buried_and_the_person_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_sometimes(incoming: Any, uow: Any, release: Any, visits: Any) -> Any:
        if getattr(incoming, "text", "") == "boom":
            uow.audit.note(incoming.chat_id, "must be rolled back", incoming.at)
            raise KeyError("boom")
        return run_turn(incoming, uow, release, visits)

    monkeypatch.setattr(intake_module, "run_turn", fail_sometimes)
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7)
    with structlog.testing.capture_logs() as logs:
        async with running_bot(store, sandbox):
            phone.send_text("boom")
            await phone.wait_for_text(label("common/failed", "da"))
            phone.send_text("/start menu-da")
            await phone.wait_for_text(label("start/menu/say", "da")[:20])
    dead = await store.run(lambda uow: uow.updates.dead())
    assert [(chat, reason.partition(" at ")[0]) for chat, _, reason in dead] == [(7, "KeyError")]
    assert "boom" not in str(dead)
    assert "boom" not in str(logs)


async def test_database_away_confirms_nothing_and_loses_nothing() -> None:
    store, sandbox = MemoryStore(), Sandbox(TOKEN)
    phone, other = sandbox.phone(7, "tr"), sandbox.phone(8)
    async with running_bot(store, sandbox):
        phone.send_text("/start menu-da")
        await phone.wait_for_text(label("start/menu/say", "da")[:20])
        confirmed = len(sandbox.truth.of(UpdateConfirmed))
        store.is_away = True
        other.send_text("hej")
        phone.send_text("han slår mig")
        card = await phone.wait_for_text("1888")
        assert "112" in card.text
        await asyncio.sleep(0.5)
        assert len(sandbox.truth.of(UpdateConfirmed)) == confirmed
        assert sum("1888" in message.text for message in phone.bot_messages) == 1  # not again with each poll
        store.is_away = False
        await other.wait_for_text(label("start/language/say", "da"))
        await eventually(lambda: len(sandbox.truth.of(UpdateConfirmed)) == confirmed + 2)


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        pytest.param(b'{"update_id": 1}', None, 403, id="no secret"),
        pytest.param(b'{"update_id": 1}', "wrong", 403, id="wrong secret"),
        pytest.param(b"x" * 2_000_000, "wrong", 403, id="wrong secret with a large body"),
        pytest.param(b"x" * 2_000_000, "shared-with-telegram", 413, id="too large"),
        pytest.param(b"{", "shared-with-telegram", 400, id="no JSON"),
        pytest.param(b"[]", "shared-with-telegram", 200, id="no update"),
        pytest.param(b'{"update_id": 1, "message": 5}', "shared-with-telegram", 200, id="malformed update"),
        pytest.param(b'{"update_id": 2, "brand_new": 5}', "shared-with-telegram", 200, id="update of tomorrow"),
    ],
)
async def test_webhook_refuses_and_survives(body: bytes, secret: str | None, status: int) -> None:
    sandbox = Sandbox(TOKEN)
    async with running_bot(MemoryStore(), sandbox, webhook=True) as running:
        assert await post(running.webhook_url, body, secret) == status


async def test_webhook_answers_503_while_nothing_can_be_stored() -> None:
    store, sandbox = MemoryStore(), Sandbox(TOKEN)
    async with running_bot(store, sandbox, webhook=True) as running:
        store.is_away = True
        assert await post(running.webhook_url, b'{"update_id": 1, "brand_new": 5}') == 503


async def test_malformed_update_is_recorded_and_its_person_told() -> None:
    store, sandbox = MemoryStore(), Sandbox(TOKEN)
    phone = sandbox.phone(7)
    update = {"update_id": 1, "message": {"chat": {"id": 7, "type": "private"}, "text": 5, "message_id": 1}}
    async with running_bot(store, sandbox, webhook=True) as running:
        assert await post(running.webhook_url, orjson.dumps(update)) == 200
        await phone.wait_for_text(label("common/failed", "da"))
    assert store.tables.dead == [(7, 1, "text is no text")]


async def test_every_kind_of_message_is_answered(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7)
    async with running_bot(store, sandbox):
        phone.send_text("/start menu-da")
        await phone.wait_for_text(label("start/menu/say", "da")[:20])
        sends: list[Callable[[], Any]] = [
            phone.send_sticker,
            phone.send_voice,
            phone.send_poll,
            phone.send_contact,
            phone.send_location,
            lambda: phone.send_photo(PNG),
            lambda: phone.send_document(b"%PDF", name="brev.pdf"),
            lambda: phone.send_content({"from_the_future": {}}),
        ]
        for send in sends:
            before = len(phone.bot_messages)
            send()
            await phone.wait_for(lambda phone, before=before: len(phone.bot_messages) > before)  # type: ignore[misc]
    assert await store.run(lambda uow: uow.updates.dead()) == []


async def test_hide_deletes_what_both_sides_wrote(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7)
    async with running_bot(store, sandbox):
        phone.send_text("/start menu-ar")
        await phone.wait_for_text(label("start/menu/say", "ar")[:15])
        phone.send_text("مساعدة")
        await phone.wait_for(lambda phone: len(phone.bot_messages) == 3)
        phone.press(label("common/keyboard_hide", "ar"))
        await phone.wait_for(lambda phone: [message.text for message in phone.messages] == ["👍"])
        assert phone.reply_keyboard == ()


async def test_bot_leaves_groups_and_channels(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    group = sandbox.open_chat(-100, "Group", kind="supergroup")
    async with running_bot(store, sandbox):
        sandbox.phone(7).send_update(
            "my_chat_member",
            {
                "chat": group.to_json(),
                "from": {"id": 7, "is_bot": False, "first_name": "Citizen A"},
                "date": 0,
                "old_chat_member": {"status": "left", "user": sandbox.bot_json()},
                "new_chat_member": {"status": "member", "user": sandbox.bot_json()},
            },
        )
        await eventually(lambda: group.has_left)
    assert sandbox.truth.calls("sendMessage") == []


async def test_telegram_in_trouble_loses_and_repeats_no_turn(store: Store) -> None:
    sandbox = Sandbox(TOKEN)
    sandbox.faults = FaultPlan(
        seed=3,
        rules=(
            FaultRule("error", share=0.15),
            FaultRule("reset", share=0.1),
            FaultRule("flood", share=0.05, retry_after_s=0),
            FaultRule("slow", share=0.1, delay_s=0.05),
            FaultRule("swallow", share=0.05, delay_s=0.02, methods=("sendMessage", "editMessageText")),
        ),
        outages=(Outage(0.5, 1.0),),
    )
    phones = [sandbox.phone(chat) for chat in range(1, 7)]
    async with running_bot(store, sandbox):
        for phone in phones:
            phone.send_text("/start menu-da")
        for number in range(5):
            for phone in phones:
                phone.send_text(["hjælp", "menu"][number % 2])
            await asyncio.sleep(0.1)
        last = label("start/help/say", "da").splitlines()[0]
        for phone in phones:
            await phone.wait_for(lambda phone: len(_unrepeated(phone)) == 7, 50)
    for phone in phones:
        assert _unrepeated(phone)[-1] == last
        assert len(_unrepeated(phone)) == 7


def _unrepeated(phone: Any) -> list[str]:
    """First lines of the bot's messages, doubles of a doubtful send taken as one."""
    firsts = [message.text.splitlines()[0] for message in phone.bot_messages]
    return [line for index, line in enumerate(firsts) if index == 0 or line != firsts[index - 1]]


async def test_profile_is_published_in_every_language_and_only_when_it_changed(store: Store) -> None:
    sandbox, languages = Sandbox(TOKEN), len(our_release().locales)
    async with running_bot(store, sandbox):
        await eventually(lambda: len(sandbox.truth.calls("setMyShortDescription")) == languages)
    published = len(sandbox.truth.calls("setMyCommands", "setMyDescription", "setMyShortDescription"))
    assert published == 3 * languages
    async with running_bot(store, sandbox):
        await eventually(lambda: len(sandbox.truth.calls("getMyShortDescription")) == 2 * languages)
    assert len(sandbox.truth.calls("setMyCommands", "setMyDescription", "setMyShortDescription")) == published


async def test_token_never_reaches_a_log(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sandbox = Sandbox(TOKEN)
    sandbox.faults = FaultPlan(rules=(FaultRule("error", share=0.5),))
    with structlog.testing.capture_logs() as logs:
        async with running_bot(store, sandbox):
            sandbox.phone(7).send_text("hemmeligt")
            await sandbox.phone(7).wait_for(lambda phone: phone.bot_messages, 20)
    everything = caplog.text + str(logs)
    assert TOKEN not in everything
    assert "hemmeligt" not in everything
