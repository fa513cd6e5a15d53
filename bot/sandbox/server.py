"""The sandbox as an ASGI app: /bot<token>/<method>, /file/bot<token>/<path>, /phone."""

import asyncio
from typing import Literal
from urllib.parse import unquote

from bot.sandbox.asgi import Answer, Receive, Scope, Send, break_off, header, json_answer, read_body, send_answer
from bot.sandbox.calls import Call, read_call
from bot.sandbox.faults import FaultRule
from bot.sandbox.methods import CANONICAL, call_method
from bot.sandbox.phone_api import PhoneApi
from bot.sandbox.refusals import Refusal, not_found, too_many_requests, unauthorized
from bot.sandbox.telegram import Telegram
from bot.sandbox.truth import Called

PREFIXES = ("/bot", "/file/", "/phone")


class SandboxApp:
    """Answers as Telegram does, except where the fault plan says otherwise."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._phone_api = PhoneApi(telegram)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._telegram.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        try:
            if path.startswith("/bot"):
                await self._answer_bot(path, scope, receive, send)
            elif path.startswith("/file/bot"):
                await send_answer(send, self._file(path))
            else:
                await self._phone_api(scope, receive, send)
        except (ConnectionResetError, asyncio.CancelledError):  # the client has gone, or the port is being closed
            return
        except Refusal as refusal:
            await send_answer(send, json_answer(refusal.to_json(), refusal.code))

    def _file(self, path: str) -> Answer:
        token, _, file_path = unquote(path.removeprefix("/file/bot")).partition("/")
        self._check_token(token)
        file = self._telegram.files.at(file_path)
        if file is None:
            raise not_found()
        return Answer(200, file.content, "application/octet-stream")

    def _check_token(self, token: str) -> None:
        if ":" not in token:
            raise not_found()
        if token != self._telegram.token:
            raise unauthorized()

    async def _answer_bot(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        token, _, name = unquote(path.removeprefix("/bot")).partition("/")
        method = CANONICAL.get(name.lower(), name)
        body = await read_body(receive)
        self._check_token(token)
        telegram = self._telegram
        telegram.calls_received += 1
        number = telegram.calls_received
        fault = telegram.next_fault(method)
        try:
            call = read_call(method, scope["query_string"].decode(), header(scope, b"content-type"), body)
        except Refusal as refusal:
            self._record(number, Call(method, {}), "refused", fault, description=refusal.description)
            raise
        if fault is not None and fault.kind in {"reset", "error", "flood"}:
            await self._fail_before(number, call, fault, scope, send)
            return
        answer = await self._carry_out(number, call, fault)
        if fault is not None:
            await _fail_after(answer, fault, scope, send)
        else:
            await send_answer(send, answer)

    async def _fail_before(self, number: int, call: Call, fault: FaultRule, scope: Scope, send: Send) -> None:
        if fault.kind == "flood":
            refusal = too_many_requests(fault.retry_after_s)
            self._record(number, call, "refused", fault, description=refusal.description)
            await send_answer(send, json_answer(refusal.to_json(), refusal.code))
            return
        self._record(number, call, "lost", fault)
        if fault.kind == "error":
            page = b"<html><head><title>Bad Gateway</title></head></html>"
            await send_answer(send, Answer(fault.status, page, "text/html"))
        else:
            await break_off(scope, send)

    async def _carry_out(self, number: int, call: Call, fault: FaultRule | None) -> Answer:
        try:
            result = await call_method(self._telegram, call)
        except Refusal as refusal:
            self._record(number, call, "refused", fault, description=refusal.description)
            return json_answer(refusal.to_json(), refusal.code)
        message_id = result.get("message_id") if isinstance(result, dict) else None
        self._record(number, call, "accepted", fault, message_id=message_id)
        return json_answer({"ok": True, "result": result})

    def _record(
        self,
        number: int,
        call: Call,
        outcome: Literal["accepted", "refused", "lost"],
        fault: FaultRule | None,
        *,
        message_id: int | None = None,
        description: str = "",
    ) -> None:
        self._telegram.truth.add(
            Called(
                at=self._telegram.clock(),
                number=number,
                method=call.method,
                chat_id=call.integer("chat_id") or None,
                message_id=message_id or call.integer("message_id") or None,
                text=call.text("text") or call.text("caption"),
                outcome=outcome,
                description=description,
                fault=fault.kind if fault is not None else "",
            )
        )


async def _fail_after(answer: Answer, fault: FaultRule, scope: Scope, send: Send) -> None:
    """The effect has happened; now spoil the news of it."""
    await asyncio.sleep(fault.delay_s)
    if fault.kind == "swallow":
        await break_off(scope, send)
    elif fault.kind == "garbage":
        await send_answer(send, Answer(200, b"<html>not the answer you look for", "text/html"))
    else:
        await send_answer(send, answer)
