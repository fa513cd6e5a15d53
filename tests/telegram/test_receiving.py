"""How the bot makes itself known to Telegram, in both ways of receiving, and what it says when it cannot."""

import asyncio

import pytest

from bot.errors import SettingInvalid
from bot.sandbox import FaultPlan, FaultRule, Outage, Sandbox, serve
from bot.sandbox.truth import UpdateDropped
from bot.sandbox.webhook import WebhookSettings
from bot.telegram import bot as bot_module
from bot.telegram import polling as polling_module
from bot.telegram.bot import TelegramBot, Wire
from bot.telegram.incoming import ALLOWED_UPDATES
from bot.telegram.metrics import Metrics
from tests.support.content import our_release
from tests.support.memory_store import MemoryStore
from tests.support.postgres import free_port
from tests.support.running_bot import TOKEN, running_bot
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    our_release()  # loaded before any clock runs: it takes seconds
    monkeypatch.setattr(polling_module, "WAIT_S", 1)
    monkeypatch.setattr(polling_module, "PAUSE_S", 0.05)
    monkeypatch.setattr(bot_module, "PAUSE_S", 0.05)


async def run_until_it_gives_up(base_url: str, token: str, public_url: str | None) -> str:
    wire = Wire(base_url, token, public_url, "secret", 0)
    bot = TelegramBot(wire, MemoryStore(), our_release, Metrics())
    async with asyncio.timeout(20):
        with pytest.raises(SettingInvalid) as refused:
            await bot.run(asyncio.Event())
    return str(refused.value)


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
async def test_bot_asks_for_the_kinds_of_updates_that_it_understands(webhook: bool) -> None:
    sandbox = Sandbox(TOKEN)
    async with running_bot(MemoryStore(), sandbox, webhook=webhook):
        await eventually(lambda: sandbox.updates.allowed == sorted(ALLOWED_UPDATES))


async def test_webhook_of_before_is_taken_away_and_what_waits_is_answered() -> None:
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(7)
    phone.send_text("hej")
    async with serve(sandbox) as base_url:
        await sandbox.webhook.set(WebhookSettings(f"http://127.0.0.1:{free_port()}/telegram"))
        async with running_bot(MemoryStore(), sandbox, base_url=base_url):
            await phone.wait_for_text(our_release().label("start/language/say", "da"), 20)
    assert sandbox.webhook.settings is None
    assert sandbox.truth.of(UpdateDropped) == []


async def test_webhook_is_set_as_soon_as_telegram_can_be_reached() -> None:
    sandbox = Sandbox(TOKEN)
    sandbox.faults = FaultPlan(rules=(FaultRule("error", methods=("setWebhook",), last=3),))
    phone = sandbox.phone(7)
    async with running_bot(MemoryStore(), sandbox, webhook=True):
        phone.send_text("hej")
        await phone.wait_for_text(our_release().label("start/language/say", "da"), 20)
    assert len(sandbox.truth.calls("setWebhook")) == 4


@pytest.mark.parametrize("public_url", [None, "https://bot.example.org"], ids=["polling", "webhook"])
async def test_unknown_token_ends_the_bot_with_the_name_of_its_setting(public_url: str | None) -> None:
    async with serve(Sandbox(TOKEN)) as base_url:
        said = await run_until_it_gives_up(base_url, "2:other", public_url)
    assert said.startswith("VEJVISER_TELEGRAM_TOKEN: ")
    assert "@BotFather" in said


async def test_address_that_telegram_does_not_take_is_named() -> None:
    async with serve(Sandbox(TOKEN)) as base_url:
        said = await run_until_it_gives_up(base_url, TOKEN, "http://bot.example.org")
    assert said.startswith("VEJVISER_PUBLIC_URL: ")
    assert "HTTPS" in said


async def test_liveness_is_the_age_of_the_last_good_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling_module, "STALE_S", 1.5)
    monkeypatch.setattr(polling_module, "LONGEST_PAUSE_S", 0.2)
    sandbox = Sandbox(TOKEN)
    async with running_bot(MemoryStore(), sandbox) as running:
        await eventually(lambda: sandbox.truth.calls("getUpdates"))
        assert running.bot.wrong() is None
        sandbox.faults = FaultPlan(outages=(Outage(0, 3),))
        await eventually(lambda: running.bot.wrong() is not None)
        assert str(running.bot.wrong()).startswith("no good poll for ")
        await eventually(lambda: running.bot.wrong() is None)


async def test_who_waits_for_a_webhook_is_not_judged_by_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling_module, "STALE_S", 0)
    async with running_bot(MemoryStore(), Sandbox(TOKEN), webhook=True) as running:
        assert running.bot.wrong() is None


async def test_what_was_taken_is_still_answered_when_the_bot_is_stopped() -> None:
    store, sandbox = MemoryStore(), Sandbox(TOKEN)
    sandbox.faults = FaultPlan(rules=(FaultRule("slow", methods=("sendMessage",), delay_s=0.3),))
    phone = sandbox.phone(7)
    async with running_bot(store, sandbox):
        phone.send_text("/start menu-da")
        await eventually(lambda: sandbox.truth.calls("sendMessage") or store.tables.outbox)
    assert [row.state for row in store.tables.outbox.values()] == ["sent", "sent"]
    assert len(phone.bot_messages) == 2
