"""The sandbox refuses what Telegram refuses, in Telegram's words, and keeps updates as Telegram does."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Forbidden

from bot.sandbox import FaultPlan, FaultRule, Outage, Rates, Sandbox, serve
from bot.sandbox.faults import load_plan
from bot.sandbox.telegram import Press
from bot.sandbox.truth import UpdateConfirmed, UpdateDelivered, UpdateDropped
from bot.sandbox.webhook import WebhookSettings
from tests.support.postgres import free_port
from tests.support.waiting import eventually

TOKEN = "1:secret-token"
Json = dict[str, Any]


@dataclass
class Clock:
    """Time that a test moves."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Api:
    """Calls as raw as they come."""

    base_url: str
    session: aiohttp.ClientSession
    sandbox: Sandbox
    clock: Clock = field(default_factory=Clock)

    async def call(self, method: str, token: str = TOKEN, **parameters: Any) -> Json:
        async with self.session.post(f"{self.base_url}/bot{token}/{method}", json=parameters) as answer:
            body: Json = await answer.json(content_type=None)
            assert body["ok"] == (answer.status == 200)
            return body

    async def raw(self, method: str, **parameters: Any) -> tuple[int, bytes]:
        async with self.session.post(f"{self.base_url}/bot{TOKEN}/{method}", json=parameters) as answer:
            return answer.status, await answer.read()

    async def refused(self, method: str, **parameters: Any) -> tuple[int, str]:
        body = await self.call(method, **parameters)
        assert not body["ok"], body
        return body["error_code"], body["description"]


@asynccontextmanager
async def an_api(**settings: Any) -> AsyncIterator[Api]:
    clock = Clock()
    sandbox = Sandbox(TOKEN, clock=clock, **settings)
    async with serve(sandbox) as base_url, aiohttp.ClientSession() as session:
        yield Api(base_url, session, sandbox, clock)


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    async with an_api() as made:
        made.sandbox.phone(5)
        yield made


KEYS = {"inline_keyboard": [[{"text": "A", "callback_data": "x" * 65}]]}


@pytest.mark.parametrize(
    ("method", "parameters", "code", "description"),
    [
        ("sendMessage", {"chat_id": 5, "text": "x" * 4097}, 400, "Bad Request: message is too long"),
        ("sendMessage", {"chat_id": 5, "text": "😀" * 2049}, 400, "Bad Request: message is too long"),
        ("sendMessage", {"chat_id": 5, "text": ""}, 400, "Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": 5, "text": "a", "reply_markup": KEYS}, 400, "Bad Request: BUTTON_DATA_INVALID"),
        ("sendMessage", {"chat_id": 99, "text": "a"}, 400, "Bad Request: chat not found"),
        ("sendMessage", {"text": "a"}, 400, "Bad Request: chat_id is empty"),
        (
            "sendMessage",
            {"chat_id": 5, "text": "<b>a", "parse_mode": "HTML"},
            400,
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "editMessageText",
            {"chat_id": 5, "message_id": 99, "text": "a"},
            400,
            "Bad Request: message to edit not found",
        ),
        ("deleteMessage", {"chat_id": 5, "message_id": 99}, 400, "Bad Request: message to delete not found"),
        ("getMeNow", {}, 404, "Not Found"),
    ],
)
async def test_refusals_have_telegrams_words(
    api: Api, method: str, parameters: Mapping[str, Any], code: int, description: str
) -> None:
    assert await api.refused(method, **parameters) == (code, description)


async def test_longest_text_and_data_are_taken(api: Api) -> None:
    keys = {"inline_keyboard": [[{"text": "A", "callback_data": "å" * 32}]]}
    assert (await api.call("sendMessage", chat_id=5, text="😀" * 2048, reply_markup=keys))["ok"]


async def test_wrong_token_is_unauthorized(api: Api) -> None:
    assert (await api.call("getMe", token="2:other"))["error_code"] == 401


async def test_message_that_reads_so_already_is_not_modified(api: Api) -> None:
    sent = (await api.call("sendMessage", chat_id=5, text="a"))["result"]["message_id"]
    code, description = await api.refused("editMessageText", chat_id=5, message_id=sent, text="a")
    assert code == 400
    assert description.startswith("Bad Request: message is not modified")


async def test_blocked_bot_is_forbidden_and_hears_of_it(api: Api) -> None:
    api.sandbox.phone(5).block()
    assert await api.refused("sendMessage", chat_id=5, text="a") == (403, "Forbidden: bot was blocked by the user")
    updates = (await api.call("getUpdates"))["result"]
    assert updates[-1]["my_chat_member"]["new_chat_member"]["status"] == "kicked"


async def test_message_is_deletable_for_48_hours(api: Api) -> None:
    sent = (await api.call("sendMessage", chat_id=5, text="a"))["result"]["message_id"]
    api.clock.now += 48 * 3600 + 1
    assert await api.refused("deleteMessage", chat_id=5, message_id=sent) == (
        400,
        "Bad Request: message can't be deleted for everyone",
    )


async def test_old_message_keeps_all_others_of_the_call(api: Api) -> None:
    """https://core.telegram.org/bots/api#deletemessages: unknown ids are skipped, the rest is done as a whole."""
    phone = api.sandbox.phone(5)
    old = (await api.call("sendMessage", chat_id=5, text="old"))["result"]["message_id"]
    api.clock.now += 48 * 3600 + 1
    new = (await api.call("sendMessage", chat_id=5, text="new"))["result"]["message_id"]
    assert (await api.refused("deleteMessages", chat_id=5, message_ids=[new, old]))[0] == 400
    assert [message.text for message in phone.bot_messages] == ["old", "new"]
    assert (await api.call("deleteMessages", chat_id=5, message_ids=[new, 999]))["ok"]
    assert [message.text for message in phone.bot_messages] == ["old"]


async def test_message_with_a_reply_keyboard_cannot_be_edited(api: Api) -> None:
    markup = {"keyboard": [[{"text": "Menu"}]]}
    sent = (await api.call("sendMessage", chat_id=5, text="a", reply_markup=markup))["result"]["message_id"]
    assert await api.refused("editMessageText", chat_id=5, message_id=sent, text="b") == (
        400,
        "Bad Request: message can't be edited",
    )


async def test_person_who_has_not_started_cannot_be_written_to(api: Api) -> None:
    api.sandbox.phone(6, is_started=False)
    assert await api.refused("sendMessage", chat_id=6, text="a") == (400, "Bad Request: chat not found")
    api.sandbox.phone(6).start()
    assert (await api.call("sendMessage", chat_id=6, text="a"))["ok"]


async def test_at_most_a_hundred_are_deleted_at_once(api: Api) -> None:
    code, _ = await api.refused("deleteMessages", chat_id=5, message_ids=list(range(1, 102)))
    assert code == 400


async def test_flood_limits_ask_to_wait() -> None:
    async with an_api(limits=Rates(chat_burst=2)) as api:
        api.sandbox.phone(5)
        for _ in range(2):
            assert (await api.call("sendMessage", chat_id=5, text="a"))["ok"]
        body = await api.call("sendMessage", chat_id=5, text="a")
        assert body["error_code"] == 429
        assert body["parameters"] == {"retry_after": 1}
        api.clock.now += 1
        assert (await api.call("sendMessage", chat_id=5, text="a"))["ok"]


async def test_edits_count_for_the_flood_limits_too() -> None:
    async with an_api(limits=Rates(chat_burst=2)) as api:
        api.sandbox.phone(5)
        sent = (await api.call("sendMessage", chat_id=5, text="a"))["result"]["message_id"]
        assert (await api.call("editMessageText", chat_id=5, message_id=sent, text="b"))["ok"]
        assert (await api.refused("editMessageText", chat_id=5, message_id=sent, text="c"))[0] == 429


async def test_press_lives_for_150_seconds(api: Api) -> None:
    keys = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    await api.call("sendMessage", chat_id=5, text="a", reply_markup=keys)
    for waited, ok in ((149, True), (151, False)):
        press = api.sandbox.phone(5).press("a")
        assert isinstance(press, Press)
        query_id = (await api.call("getUpdates", offset=-1))["result"][0]["callback_query"]["id"]
        api.clock.now += waited
        assert (await api.call("answerCallbackQuery", callback_query_id=query_id))["ok"] == ok


# --- updates ------------------------------------------------------------------------------------


async def ids(api: Api, **parameters: Any) -> list[int]:
    return [update["update_id"] for update in (await api.call("getUpdates", **parameters))["result"]]


async def test_updates_stay_until_the_offset_passes_them(api: Api) -> None:
    for text in "abc":
        api.sandbox.phone(5).send_text(text)
    first = await ids(api)
    assert len(first) == 3
    assert first == list(range(first[0], first[0] + 3))
    assert await ids(api) == first
    assert await ids(api, offset=first[1]) == first[1:]
    assert await ids(api, offset=first[2] + 1) == []
    assert [record.update_id for record in api.sandbox.truth.of(UpdateConfirmed)] == first


async def test_updates_are_forgotten_after_a_day(api: Api) -> None:
    api.sandbox.phone(5).send_text("a")
    api.clock.now += 24 * 3600 + 1
    assert await ids(api) == []
    assert [record.reason for record in api.sandbox.truth.of(UpdateDropped)] == ["expired"]


async def test_press_that_nobody_fetches_is_forgotten_after_150_seconds(api: Api) -> None:
    keys = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    await api.call("sendMessage", chat_id=5, text="a", reply_markup=keys)
    api.sandbox.phone(5).send_text("stays")
    api.sandbox.phone(5).press("a")
    api.clock.now += 149
    assert len(await ids(api)) == 2
    api.clock.now += 2
    (update,) = (await api.call("getUpdates"))["result"]
    assert update["message"]["text"] == "stays"


async def test_offsets_below_zero_and_beyond_the_newest(api: Api) -> None:
    for text in "abc":
        api.sandbox.phone(5).send_text(text)
    first = await ids(api)
    assert await ids(api, offset=first[-1] + 100) == first  # confirms nothing
    assert await ids(api, offset=-2) == first[1:]  # forgets what is older
    assert await ids(api) == first[1:]
    assert [record.reason for record in api.sandbox.truth.of(UpdateDropped)] == ["negative offset"]


async def test_first_update_has_a_number_that_nobody_knows_before() -> None:
    starts = set()
    for _ in range(3):
        async with an_api() as api:
            api.sandbox.phone(5).send_text("a")
            starts |= set(await ids(api))
    assert len(starts) == 3


async def test_only_allowed_kinds_are_kept(api: Api) -> None:
    await api.call("getUpdates", allowed_updates=["callback_query"])
    api.sandbox.phone(5).send_text("a")
    assert await ids(api) == []


async def test_long_poll_returns_when_something_comes(api: Api) -> None:
    polling = asyncio.create_task(ids(api, timeout=20))
    await asyncio.sleep(0.05)
    api.sandbox.phone(5).send_text("a")
    assert len(await asyncio.wait_for(polling, 5)) == 1


async def test_second_poll_throws_the_first_out(api: Api) -> None:
    first = asyncio.create_task(api.call("getUpdates", timeout=20))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(ids(api, timeout=20))
    thrown_out = await asyncio.wait_for(first, 5)
    assert thrown_out["error_code"] == 409
    api.sandbox.phone(5).send_text("a")
    await second


async def test_webhook_is_tried_again_until_it_answers() -> None:
    sandbox, port, statuses, seen = Sandbox(TOKEN), free_port(), [500, 503, 200], []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope["headers"])
        seen.append(headers[b"x-telegram-bot-api-secret-token"])
        status = statuses[min(len(seen), 3) - 1]
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    serving = asyncio.create_task(server.main_loop())
    async with serve(sandbox) as base_url, aiohttp.ClientSession() as session:
        api = Api(base_url, session, sandbox)
        url = f"http://127.0.0.1:{port}/hook"
        assert (await api.call("setWebhook", url=url, secret_token="abc"))["ok"]
        assert (await api.refused("getUpdates"))[0] == 409
        sandbox.phone(5).send_text("a")
        await eventually(lambda: sandbox.truth.of(UpdateConfirmed), 20)
        assert [record.attempt for record in sandbox.truth.of(UpdateDelivered)] == [1, 2, 3]
        assert seen == [b"abc"] * 3
        assert (await api.call("deleteWebhook"))["ok"]
    server.should_exit = True
    await serving
    await server.shutdown()


async def test_webhooks_that_are_set_at_once_leave_one_behind() -> None:
    sandbox = Sandbox(TOKEN)
    urls = [f"http://127.0.0.1:{free_port()}/hook" for _ in range(3)]
    before = asyncio.all_tasks()
    await sandbox.webhook.set(WebhookSettings(urls[0]))
    await asyncio.gather(*(sandbox.webhook.set(WebhookSettings(url)) for url in urls[1:]))
    assert len(asyncio.all_tasks() - before) == 1
    await sandbox.webhook.set(None)
    assert asyncio.all_tasks() == before


# --- faults and other clients -------------------------------------------------------------------


async def test_same_plan_strikes_the_same_calls() -> None:
    plan = FaultPlan(seed=7, rules=(FaultRule("error", share=0.3),))
    struck = [[plan.strike("sendMessage", number) is not None for number in range(100)] for _ in range(2)]
    assert struck[0] == struck[1]
    assert 15 < sum(struck[0]) < 45


@pytest.mark.parametrize(
    ("kind", "outcome", "messages"),
    [
        ("flood", "refused", 0),
        ("error", "lost", 0),
        ("reset", "lost", 0),
        ("swallow", "accepted", 1),
        ("slow", "accepted", 1),
        ("garbage", "accepted", 1),
    ],
)
async def test_each_fault_does_what_it_says(kind: str, outcome: str, messages: int) -> None:
    rule = FaultRule(kind, methods=("sendMessage",), last=1, retry_after_s=7, delay_s=0.2)  # type: ignore[arg-type]
    async with an_api(faults=FaultPlan(rules=(rule,))) as api:
        phone = api.sandbox.phone(5)
        started = time.monotonic()
        if kind in ("reset", "swallow"):
            with pytest.raises(aiohttp.ClientError):
                await api.call("sendMessage", chat_id=5, text="a")
        else:
            status, body = await api.raw("sendMessage", chat_id=5, text="a")
            seen = {"flood": (429, b'"retry_after":7'), "error": (502, b"<html>"), "garbage": (200, b"<html>")}
            expected_status, part = seen.get(kind, (200, b'"ok":true'))
            assert status == expected_status
            assert part in body
        assert (time.monotonic() - started >= 0.2) == (kind in ("swallow", "slow", "garbage"))
        assert len(phone.bot_messages) == messages
        (call,) = api.sandbox.truth.calls("sendMessage")
        assert (call.outcome, call.fault) == (outcome, kind)
        assert (await api.call("sendMessage", chat_id=5, text="b"))["ok"]


async def test_outage_breaks_every_call_until_it_is_over() -> None:
    async with an_api(faults=FaultPlan(outages=(Outage(5, 10),))) as api:
        assert (await api.call("getMe"))["ok"]
        api.clock.now += 5
        with pytest.raises(aiohttp.ClientError):
            await api.call("getMe")
        api.clock.now += 5
        assert (await api.call("getMe"))["ok"]


def test_plan_is_read_from_a_file_and_wrong_names_are_told(tmp_path: Path) -> None:
    plan = FaultPlan(7, (FaultRule("flood", 0.5, ("sendMessage",), retry_after_s=2),), (Outage(1, 2),))
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan.to_json()), "utf-8")
    assert load_plan(path) == plan
    path.write_text('{"rules": [{"kind": "fire"}]}', "utf-8")
    with pytest.raises(ValueError, match="fire"):
        load_plan(path)


async def test_truth_is_in_the_file_before_the_call_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    async with an_api(truth=path) as api:
        phone = api.sandbox.phone(5)
        sent = phone.send_text("hej")
        (update,) = (await api.call("getUpdates"))["result"]
        await api.call("getUpdates", offset=update["update_id"] + 1)
        await api.refused("sendMessage", chat_id=5, text="")
        records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [record["type"] for record in records] == [
        "PersonActed",
        "UpdateDelivered",
        "Called",
        "UpdateConfirmed",
        "Called",
        "Called",
    ]
    acted, confirmed, refused = records[0], records[3], records[-1]
    assert (acted["text"], acted["message_id"], acted["update_id"]) == ("hej", sent.message_id, update["update_id"])
    assert (confirmed["update_id"], confirmed["way"]) == (update["update_id"], "polling")
    assert (refused["outcome"], refused["description"]) == ("refused", "Bad Request: message text is empty")


async def test_swallowed_call_was_carried_out() -> None:
    async with an_api(faults=FaultPlan(rules=(FaultRule("swallow", methods=("sendMessage",)),))) as api:
        api.sandbox.phone(5)
        with pytest.raises(aiohttp.ClientError):
            await api.call("sendMessage", chat_id=5, text="a")
        assert [message.text for message in api.sandbox.phone(5).bot_messages] == ["a"]
        (call,) = api.sandbox.truth.calls("sendMessage")
        assert (call.outcome, call.fault) == ("accepted", "swallow")


async def test_other_peoples_client_gets_on_with_it() -> None:
    sandbox = Sandbox(TOKEN)
    phone = sandbox.phone(5)
    async with (
        serve(sandbox) as base_url,
        Bot(TOKEN, base_url=f"{base_url}/bot", base_file_url=f"{base_url}/file/bot") as bot,
    ):
        assert bot.username
        keys = InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]])
        sent = await bot.send_message(5, "*bold*", parse_mode="MarkdownV2", reply_markup=keys)
        assert phone.bot_messages[-1].entities[0]["type"] == "bold"
        await bot.edit_message_text("other", 5, sent.message_id)
        assert phone.bot_messages[-1].text == "other"
        phone.send_document(b"%PDF", name="brev.pdf")
        (update,) = await bot.get_updates()
        assert update.message is not None
        assert update.message.document is not None
        file = await update.message.document.get_file()
        assert bytes(await file.download_as_bytearray()) == b"%PDF"
        await bot.delete_message(5, sent.message_id)
        with pytest.raises(BadRequest):
            await bot.delete_message(5, sent.message_id)
        phone.block()
        with pytest.raises(Forbidden):
            await bot.send_message(5, "a")
