"""The few pieces of ASGI that the sandbox needs: read a request, send an answer, break a connection."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.sandbox.refusals import too_large

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_MAX_BYTES = 52 * 2**20  # a 50 MB file and its fields
# Where bot.sandbox.serving leaves the function that resets the TCP connection.
ABORT = "sandbox.abort"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    content_type: str = "application/json"
    headers: Iterable[tuple[bytes, bytes]] = field(default=())


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(status, orjson.dumps(value))


async def read_body(receive: Receive) -> bytes:
    """Raises Refusal (413) when the body is too large, ConnectionError when the client has gone."""
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise ConnectionResetError("the client has gone")
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > BODY_MAX_BYTES:
            raise too_large()
        chunks.append(chunk)
        if not event.get("more_body", False):
            return b"".join(chunks)


def header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def send_answer(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def break_off(scope: Scope, send: Send) -> None:
    """Reset the connection. On a server that gives no access to it: promise more bytes than come."""
    abort = scope.get(ABORT)
    if abort is not None:
        abort()
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
    await send({"type": "http.response.body", "body": b"", "more_body": True})
