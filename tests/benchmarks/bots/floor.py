"""The floor: sockets and JSON alone. Answers a text with a menu; a click with an answer and an edit."""

import asyncio
from typing import Any
from urllib.parse import urlsplit

import orjson
import uvloop

from tests.benchmarks.bots import menu
from tests.benchmarks.bots.settings import BotSettings
from tests.benchmarks.wire import Client, HttpMessage, ServerConnection, find_header, to_response

API_CONNECTIONS = 256

KEYBOARDS = [
    {"inline_keyboard": [[{"text": text, "callback_data": data}] for text, data in menu.options(state)]}
    for state in range(menu.STATES)
]


class FloorBot:
    def __init__(self, settings: BotSettings) -> None:
        self._settings = settings
        url = urlsplit(settings.api_url)
        assert url.hostname
        assert url.port
        self._client = Client(url.hostname, url.port, API_CONNECTIONS)
        self._host = url.netloc
        self._states: dict[int, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: ServerConnection(self._receive), self._settings.host, self._settings.port)
        await self._call("setWebhook", url=self._settings.webhook_url, secret_token=self._settings.secret)
        await asyncio.Event().wait()

    def _receive(self, connection: ServerConnection, request: HttpMessage) -> None:
        if find_header(request.head, b"x-telegram-bot-api-secret-token") != self._settings.secret.encode():
            connection.reply(to_response(b"", b"403 Forbidden"))
            return
        task = asyncio.get_running_loop().create_task(self._handle(orjson.loads(request.body)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        connection.reply(to_response(b""))

    async def _handle(self, update: dict[str, Any]) -> None:
        if message := update.get("message"):
            person = message["from"]["id"]
            self._states[person] = 0
            await self._call("sendMessage", chat_id=person, text=menu.WELCOME, reply_markup=KEYBOARDS[0])
            return
        query = update["callback_query"]
        person = query["from"]["id"]
        state = self._states[person] = menu.follow(self._states[person])
        await self._call("answerCallbackQuery", callback_query_id=query["id"])
        await self._call(
            "editMessageText",
            chat_id=person,
            message_id=query["message"]["message_id"],
            text=menu.question(state, query["data"]),
            reply_markup=KEYBOARDS[state],
        )

    async def _call(self, method: str, **parameters: Any) -> Any:
        body = orjson.dumps(parameters)
        head = (
            f"POST /bot{self._settings.token}/{method} HTTP/1.1\r\nHost: {self._host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        response = await self._client.request(head.encode() + body)
        return orjson.loads(response.body)["result"]


if __name__ == "__main__":
    uvloop.run(FloorBot(BotSettings.read()).run())
