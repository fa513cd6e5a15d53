"""Calls of the Bot API over aiohttp, with every way in which they fail told apart."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
import orjson
from multidict import CIMultiDict
from yarl import URL

from bot.errors import BotError, PersonUnreachable, SendRefused

TIMEOUT_S = 20.0
CONNECT_TIMEOUT_S = 10.0
CONNECTIONS = 256
MOST_BYTES = 20 * 1024 * 1024  # of a file that a bot can fetch
_JSON = CIMultiDict(
    {"Content-Type": "application/json", "Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Vejviser"}
)
_TIMEOUT = aiohttp.ClientTimeout(TIMEOUT_S, connect=CONNECT_TIMEOUT_S)


class FloodWait(BotError):
    """429: nothing was done; try again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Telegram asks to wait {seconds} s.")
        self.seconds = seconds


class CallNotSent(BotError):
    """The call never reached Telegram: it can be repeated."""


class CallDoubtful(BotError):
    """The call may have been carried out or not: no answer came, or one that says nothing."""


class MessageGone(SendRefused):
    """The message to edit does not exist any more, or cannot be edited."""


class NotModified(SendRefused):
    """The message reads so already."""


class TokenRefused(BotError):
    """Telegram does not know the token."""


class PollConflict(BotError):
    """Another process polls with the same token, or a webhook is set."""


class BotApi:
    """One bot's methods. The token stands in the URL, so no URL is ever logged or told in an error.

    Args:
        base_url: Telegram's, or a sandbox's: what stands before `/bot<token>/`.
    """

    def __init__(self, base_url: str, token: str) -> None:
        self._prefix = f"{base_url.rstrip('/')}/bot{token}/"
        self._files = f"{base_url.rstrip('/')}/file/bot{token}/"
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    def _url(self, method: str) -> URL:
        """Parsed once for each method: aiohttp would parse it at every call."""
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(self._prefix + method)
        return url

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:  # inside the running loop
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS, limit_per_host=CONNECTIONS, ttl_dns_cache=300),
                timeout=_TIMEOUT,
                auto_decompress=False,  # nothing is asked for in compressed form
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(self, method: str, parameters: Mapping[str, Any], *, timeout_s: float = TIMEOUT_S) -> Any:
        """Call a method and return its `result`.

        Raises:
            FloodWait, CallNotSent, CallDoubtful, TokenRefused, PollConflict, PersonUnreachable, MessageGone,
            NotModified, SendRefused: see there.
        """
        session = self._open()
        if session.closed:
            raise CallNotSent(f"{method}: the bot is stopping.")
        timeout = _TIMEOUT if timeout_s == TIMEOUT_S else aiohttp.ClientTimeout(timeout_s, connect=CONNECT_TIMEOUT_S)
        try:
            async with session.post(
                self._url(method), data=orjson.dumps(parameters), headers=_JSON, timeout=timeout, allow_redirects=False
            ) as response:
                status, body = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError) as error:
            # Not even a connection: the call was never written.
            if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
                raise CallNotSent(f"{method}: no connection ({type(error).__name__}).") from None
            raise CallDoubtful(f"{method}: {type(error).__name__}.") from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise CallDoubtful(f"{method}: {type(error).__name__}.") from None
        return read_answer(method, status, body)

    async def download(self, file_id: str) -> bytes:
        """A file's content, at most MOST_BYTES. Raises as `call` does."""
        path = (await self.call("getFile", {"file_id": file_id}))["file_path"]
        try:
            async with self._open().get(URL(self._files + path), timeout=_TIMEOUT, allow_redirects=False) as response:
                if response.status != HTTPStatus.OK or (response.content_length or 0) > MOST_BYTES:
                    raise SendRefused("getFile: the file is gone or too large.")
                content = await response.content.read(MOST_BYTES + 1)
                while not response.content.at_eof() and len(content) <= MOST_BYTES:
                    content += await response.content.read(MOST_BYTES)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CallNotSent(f"getFile: {type(error).__name__}.") from None
        if len(content) > MOST_BYTES:
            raise SendRefused("getFile: the file is too large.")
        return content


def read_answer(method: str, status: int, body: bytes) -> Any:
    """The `result` of an answer; raises as `BotApi.call` does."""
    try:
        answer = orjson.loads(body)
        is_ok = answer["ok"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise CallDoubtful(f"{method}: HTTP {status} without an answer.") from None
    if is_ok:
        return answer.get("result")
    code = answer.get("error_code", status)
    raise to_error(method, code, str(answer.get("description", "")), answer.get("parameters") or {})


def to_error(method: str, code: int, description: str, parameters: Mapping[str, Any]) -> BotError:
    """Telegram's refusals, told apart by code and, where the code is not enough, by its words."""
    said = description.lower()
    what = f"{method}: {code}."
    if code == 429:
        return FloodWait(float(parameters.get("retry_after", 1)))
    if code >= 500:
        return CallDoubtful(what)
    if code in (401, 404) and "chat" not in said:
        return TokenRefused(what)
    if code == 409:
        return PollConflict(what)
    if code == 403 or "chat not found" in said or "user is deactivated" in said:
        return PersonUnreachable(what)
    if "message is not modified" in said:
        return NotModified(what)
    if "message to edit not found" in said or "message can't be edited" in said or "message_id_invalid" in said:
        return MessageGone(what)
    # Telegram's words help to find our mistake and never repeat the text of a message.
    return SendRefused(f"{method}: {code} {description[:120]}")
