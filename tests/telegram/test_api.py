"""Every way in which a call fails is told apart, and the token is never told."""

import asyncio

import pytest

from bot.errors import BotError, PersonUnreachable, SendRefused
from bot.sandbox import FaultPlan, FaultRule, Sandbox, serve
from bot.telegram.api import (
    BotApi,
    CallDoubtful,
    CallNotSent,
    FloodWait,
    MessageGone,
    NotModified,
    PollConflict,
    TokenRefused,
    read_answer,
)

TOKEN = "1:secret-token"


@pytest.mark.parametrize(
    ("code", "description", "expected"),
    [
        (429, "Too Many Requests: retry after 3", FloodWait),
        (500, "Internal Server Error", CallDoubtful),
        (502, "Bad Gateway", CallDoubtful),
        (401, "Unauthorized", TokenRefused),
        (404, "Not Found", TokenRefused),
        (409, "Conflict: terminated by other getUpdates request", PollConflict),
        (403, "Forbidden: bot was blocked by the user", PersonUnreachable),
        (400, "Bad Request: chat not found", PersonUnreachable),
        (400, "Bad Request: message is not modified: …", NotModified),
        (400, "Bad Request: message to edit not found", MessageGone),
        (400, "Bad Request: message can't be edited", MessageGone),
        (400, "Bad Request: message is too long", SendRefused),
    ],
)
def test_refusal_is_classified(code: int, description: str, expected: type[BotError]) -> None:
    body = f'{{"ok":false,"error_code":{code},"description":"{description}","parameters":{{"retry_after":3}}}}'
    with pytest.raises(BotError) as refused:
        read_answer("sendMessage", code, body.encode())
    assert type(refused.value) is expected
    if isinstance(refused.value, FloodWait):
        assert refused.value.seconds == 3


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"ok":', b'"ok"'])
def test_answer_that_says_nothing_is_doubtful(body: bytes) -> None:
    with pytest.raises(CallDoubtful):
        read_answer("sendMessage", 200, body)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("reset", CallDoubtful), ("swallow", CallDoubtful), ("garbage", CallDoubtful), ("error", CallDoubtful)],
)
async def test_faults_on_the_wire(kind: str, expected: type[BotError]) -> None:
    rule = FaultRule(kind, delay_s=0.05)  # type: ignore[arg-type]
    async with serve(Sandbox(TOKEN, faults=FaultPlan(rules=(rule,)))) as base_url:
        api = BotApi(base_url, TOKEN)
        with pytest.raises(expected) as failed:
            await api.call("getMe", {})
        await api.close()
    assert TOKEN not in str(failed.value)


async def test_silence_is_doubtful_and_no_listener_is_not_sent() -> None:
    rule = FaultRule("slow", delay_s=5)
    async with serve(Sandbox(TOKEN, faults=FaultPlan(rules=(rule,)))) as base_url:
        api = BotApi(base_url, TOKEN)
        with pytest.raises(CallDoubtful):
            await api.call("getMe", {}, timeout_s=0.1)
    with pytest.raises(CallNotSent) as failed:
        await api.call("getMe", {})
    assert TOKEN not in str(failed.value)
    assert failed.value.__suppress_context__  # aiohttp's own error names the address
    await api.close()


async def test_answers_come_back() -> None:
    async with serve(Sandbox(TOKEN)) as base_url:
        api = BotApi(base_url, TOKEN)
        assert (await api.call("getMe", {}))["is_bot"]
        await asyncio.gather(*(api.call("getMe", {}) for _ in range(20)))
        await api.close()
        with pytest.raises(CallNotSent):
            await api.call("getMe", {})
        wrong = BotApi(base_url, "2:other")
        with pytest.raises(TokenRefused):
            await wrong.call("getMe", {})
        await wrong.close()
