"""A fake Bot API that answers at once (or after a set time) and tells the people what the bot did."""

import asyncio
import re
import time
from collections import Counter
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson

from tests.benchmarks.wire import HttpMessage, ServerConnection, find_header, to_response

TOKEN = "123456:" + "A" * 35
BOT = {"id": 123456, "is_bot": True, "first_name": "Vejviser", "username": "vejviser_bot"}
ABILITIES = {
    "can_join_groups": False,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
}
LISTS = {"getmycommands", "getupdates"}

NAME_OF_PART = re.compile(rb'name="?([^";\r\n]+)')


class Audience(Protocol):
    """Who hears what the bot says."""

    def hear_message(self, chat_id: int, message: bytes, keyboard: Any) -> None:
        """A message was sent or edited; `message` is its JSON, `keyboard` its inline keyboard or None."""

    def hear_answer(self, query_id: str) -> None:
        """A callback query was answered."""


class BotApi:
    """The server's side of api.telegram.org, as far as a bot under load needs it."""

    def __init__(self, audience: Audience, *, delay_s: float = 0.0) -> None:
        self.calls: Counter[str] = Counter()  # method in lower case -> how often
        self.unreadable: list[str] = []
        self.webhook: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
        self._audience = audience
        self._delay_s = delay_s
        self._message_id = 1000
        self._started_at = int(time.time())
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on a free port of 127.0.0.1 and return the base URL that stands before `/bot<token>/`."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: ServerConnection(self._handle), "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def _handle(self, connection: ServerConnection, request: HttpMessage) -> None:
        path, _, query = request.head.split(b" ", 2)[1].partition(b"?")
        method = path.rpartition(b"/")[2].decode().lower()
        try:
            parameters = read_parameters(request, query)
            result = self._call(method, parameters)
        except (ValueError, KeyError) as error:
            self.unreadable.append(f"{method}: {error!r}")
            connection.reply(
                to_response(b'{"ok":false,"error_code":400,"description":"Bad Request"}', b"400 Bad Request")
            )
            return
        response = to_response(b'{"ok":true,"result":%s}' % result)
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, connection.reply, response)
        else:
            connection.reply(response)

    def _call(self, method: str, parameters: dict[str, Any]) -> bytes:
        """Do one call and return its result as JSON."""
        self.calls[method] += 1
        match method:
            case "sendmessage" | "editmessagetext" | "editmessagereplymarkup":
                return self._show(method, parameters)
            case "answercallbackquery":
                self._audience.hear_answer(str(parameters["callback_query_id"]))
            case "setwebhook":
                if not self.webhook.done():
                    self.webhook.set_result((parameters["url"], parameters.get("secret_token", "")))
            case "getme":
                return orjson.dumps(BOT | ABILITIES)
            case "getwebhookinfo":
                return b'{"url":"","has_custom_certificate":false,"pending_update_count":0}'
            case _ if method in LISTS:
                return b"[]"
        return b"true"

    def _show(self, method: str, parameters: dict[str, Any]) -> bytes:
        chat_id = int(parameters["chat_id"])
        markup = parameters.get("reply_markup")
        if isinstance(markup, str):
            markup = orjson.loads(markup)
        keyboard = markup.get("inline_keyboard") if markup else None
        message: dict[str, Any] = {
            "from": BOT,
            "chat": {"id": chat_id, "type": "private", "first_name": "Amina"},
            "date": self._started_at,
            "text": parameters.get("text", ""),
        }
        if method == "sendmessage":
            self._message_id += 1
            message["message_id"] = self._message_id
        else:
            message |= {"message_id": int(parameters["message_id"]), "edit_date": self._started_at}
        if keyboard:
            message["reply_markup"] = {"inline_keyboard": keyboard}
        result = orjson.dumps(message)
        self._audience.hear_message(chat_id, result, keyboard)
        return result


def read_parameters(request: HttpMessage, query: bytes) -> dict[str, Any]:
    """Read a call's parameters from whichever of the Bot API's four forms the client chose."""
    parameters: dict[str, Any] = dict(parse_qsl(query.decode()))
    content_type = find_header(request.head, b"content-type")
    if not request.body:
        return parameters
    if content_type.startswith(b"application/json"):
        parameters |= orjson.loads(request.body)
    elif content_type.startswith(b"multipart/form-data"):
        parameters |= read_parts(request.body)
    else:
        parameters |= dict(parse_qsl(request.body.decode()))
    return parameters


def read_parts(body: bytes) -> dict[str, str]:
    """Read the fields of a multipart/form-data body."""
    boundary = body[: body.index(b"\r\n")]
    fields = {}
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = NAME_OF_PART.search(head)
        if name is None:
            raise ValueError("a part without a name")
        fields[name[1].decode()] = value.removesuffix(b"\r\n").decode()
    return fields
