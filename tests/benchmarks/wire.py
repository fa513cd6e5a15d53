"""HTTP/1.1 by hand on asyncio: cheap enough that the measuring side never is what is measured."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, cast

END_OF_HEAD = b"\r\n\r\n"


class HttpMessage(NamedTuple):
    """A whole request or response."""

    head: bytes  # first line and headers as received, without the empty line
    body: bytes


class MessageReader:
    """Cuts a stream of bytes into messages; knows Content-Length and chunked bodies."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> list[HttpMessage]:
        """Take what arrived and return the messages that are complete now."""
        self._rest += received
        complete = []
        while (message := self._take_message()) is not None:
            complete.append(message)
        return complete

    def _take_message(self) -> HttpMessage | None:
        head, separator, rest = self._rest.partition(END_OF_HEAD)
        if not separator:
            return None
        if find_header(head, b"transfer-encoding").lower() == b"chunked":
            taken = take_chunked(rest)
        else:
            length = int(find_header(head, b"content-length") or 0)
            taken = (rest[:length], rest[length:]) if len(rest) >= length else None
        if taken is None:
            return None
        body, self._rest = taken
        return HttpMessage(head, body)


def take_chunked(stream: bytes) -> tuple[bytes, bytes] | None:
    """Split off a chunked body: (body, what follows it), or None while its end is missing."""
    parts: list[bytes] = []
    while True:
        size_line, separator, stream = stream.partition(b"\r\n")
        if not separator:
            return None
        size = int(size_line.partition(b";")[0], 16)
        if len(stream) < size + 2:
            return None
        if size == 0:
            return b"".join(parts), stream[2:]
        parts.append(stream[:size])
        stream = stream[size + 2 :]


def find_header(head: bytes, name: bytes) -> bytes:
    """Find a header's value by its name in lower case; empty when it is missing."""
    start = head.lower().find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()


def to_response(body: bytes, status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status,
        len(body),
        body,
    )


class ServerConnection(asyncio.Protocol):
    """One accepted connection; `handle` gets each request and calls `reply` now or later."""

    def __init__(self, handle: Callable[["ServerConnection", HttpMessage], None]) -> None:
        self._handle = handle
        self._reader = MessageReader()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's does not inherit from asyncio's

    def data_received(self, data: bytes) -> None:
        for request in self._reader.feed(data):
            self._handle(self, request)

    def reply(self, response: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(response)


class ClientConnection(asyncio.Protocol):
    """One kept-alive connection of a `Client`, with at most one request on its way."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._reader = MessageReader()
        self._transport: asyncio.Transport | None = None
        self._response: asyncio.Future[HttpMessage] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's does not inherit from asyncio's

    def send(self, request: bytes, response: asyncio.Future[HttpMessage]) -> None:
        assert self._transport is not None
        self._response = response
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        for message in self._reader.feed(data):
            response, self._response = self._response, None
            if response is not None and not response.done():
                response.set_result(message)
            self._client.put_back(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.forget(self)
        if self._response is not None and not self._response.done():
            self._response.set_exception(exc or ConnectionError("the other side closed the connection"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Client:
    """Sends requests over at most `size` kept-alive connections to one place."""

    def __init__(self, host: str, port: int, size: int) -> None:
        self._place = (host, port)
        self._size = size
        self._open = 0
        self._free: deque[ClientConnection] = deque()
        self._waiting: deque[asyncio.Future[ClientConnection]] = deque()

    async def request(self, request: bytes) -> HttpMessage:
        """Send a whole request and wait for its response.

        Raises:
            OSError: cannot connect, or the connection was lost before the response was complete.
        """
        connection = await self._take()
        response: asyncio.Future[HttpMessage] = asyncio.get_running_loop().create_future()
        connection.send(request, response)
        return await response

    async def _take(self) -> ClientConnection:
        if self._free:
            return self._free.popleft()
        loop = asyncio.get_running_loop()
        if self._open < self._size:
            self._open += 1
            try:
                _, connection = await loop.create_connection(lambda: ClientConnection(self), *self._place)
            except OSError:
                self._open -= 1
                raise
            return connection
        turn: asyncio.Future[ClientConnection] = loop.create_future()
        self._waiting.append(turn)
        return await turn

    def put_back(self, connection: ClientConnection) -> None:
        if self._waiting:
            self._waiting.popleft().set_result(connection)
        else:
            self._free.append(connection)

    def forget(self, connection: ClientConnection) -> None:
        self._open -= 1
        if connection in self._free:
            self._free.remove(connection)

    def close(self) -> None:
        for connection in tuple(self._free):
            connection.close()
