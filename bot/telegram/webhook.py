"""The webhook: 200 after the commit, 503 while nothing can be stored. A bare ASGI app, because it is the hot path."""

import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson

from bot.errors import StorageUnavailable
from bot.telegram.intake import Intake

PATH = "/telegram"
MAX_BYTES = 1_000_000  # Telegram's largest updates are far below

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Webhook:
    """Takes updates at `PATH`.

    Args:
        secret: What Telegram sends in a header with each update; compared before anything is read.
    """

    def __init__(self, intake: Intake, secret: str) -> None:
        self._intake, self._secret = intake, secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _answer(send, await self._take(scope, receive))

    async def _take(self, scope: Scope, receive: Receive) -> int:
        if scope["method"] != "POST":
            return 405
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(b"x-telegram-bot-api-secret-token", b""), self._secret):
            return 403
        body = await _read(receive)
        if body is None:
            return 413
        try:
            update = orjson.loads(body)
        except orjson.JSONDecodeError:
            return 400
        try:
            await self._intake.take(update)
        except StorageUnavailable:
            return 503
        return 200


async def _read(receive: Receive) -> bytes | None:
    """The body, None when it is too large."""
    body = bytearray()
    while True:
        event = await receive()
        body += event.get("body", b"")
        if len(body) > MAX_BYTES:
            return None
        if not event.get("more_body", False):
            return bytes(body)


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
