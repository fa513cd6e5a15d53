"""Serving a sandbox on this machine, on a port that can be closed and opened again."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from bot.sandbox.asgi import ABORT
from bot.sandbox.sandbox import Sandbox


class _Connection(HttpToolsProtocol):
    """Lets the app reset the TCP connection, which ASGI has no word for."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]
        scope[ABORT] = self.transport.abort


class Port:
    """A listening port. While it is closed, clients are refused by the operating system."""

    def __init__(self, sandbox: Sandbox, host: str, port: int) -> None:
        # No uvicorn.Server: it takes over the signals of the process and needs a second to stop.
        config = uvicorn.Config(sandbox.app, lifespan="off", log_config=None, access_log=False)
        config.load()
        self._state = ServerState()
        self._connection = partial(_Connection, config=config, server_state=self._state, app_state={})
        self._host = host
        self._port = port
        self._listener: asyncio.Server | None = None

    @property
    def base_url(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def open(self) -> None:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = await asyncio.get_running_loop().create_server(
            self._connection, self._host, self._port, family=family, reuse_address=True, backlog=1024
        )
        self._port = self._listener.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse new connections and break off those that are open."""
        if self._listener is None:
            return
        self._listener.close()
        for connection in list(self._state.connections):
            transport = connection.transport
            if transport is not None:
                transport.abort()
        await self._listener.wait_closed()
        for task in list(self._state.tasks):
            task.cancel()
        await asyncio.gather(*self._state.tasks, return_exceptions=True)
        self._listener = None


@asynccontextmanager
async def open_port(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Port]:
    """Serve in the running loop; port 0 takes a free one. Yields the Port, to close and open it at will."""
    served = Port(sandbox, host, port)
    await served.open()
    try:
        yield served
    finally:
        await sandbox.close()
        await served.close()


@asynccontextmanager
async def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve in the running loop; port 0 takes a free one. Yields the base URL, "http://127.0.0.1:PORT"."""
    async with open_port(sandbox, host, port) as served:
        yield served.base_url
