"""Posting updates to the bot's webhook until it answers 2xx."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp
import orjson

from bot.sandbox.refusals import bad_request
from bot.sandbox.updates import QueuedUpdate, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = frozenset({80, 88, 443, 8443})


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    url: str
    secret_token: str = ""
    max_connections: int = 40


@dataclass(frozen=True, slots=True)
class Retries:
    """When a failed post is repeated: at once, then after 2, 4, 8, ... times `step_s`, at most `most_s`."""

    step_s: float = 1.0
    most_s: float = 60.0
    timeout_s: float = 60.0  # how long an answer may take
    gives_up_after: int | None = None  # attempts; None = when the update expires

    def delay_s(self, failures: int) -> float:
        return 0.0 if failures <= 1 else min(self.most_s, self.step_s * 2.0 ** (failures - 1))


def check_webhook(settings: WebhookSettings) -> None:
    """Raises Refusal, in Telegram's words. Here also plain http is good, but to this machine only."""
    parts = urlsplit(settings.url)
    if not parts.hostname:
        raise bad_request("invalid webhook URL specified")
    if len(settings.secret_token) > 256:
        raise bad_request("secret token is too long")
    if not all(
        character.isascii() and (character.isalnum() or character in "-_") for character in settings.secret_token
    ):
        raise bad_request("secret token contains unallowed characters")
    if parts.hostname in LOOPBACK and parts.scheme == "http":
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


class Webhook:
    """At most one webhook, and the task that serves it."""

    def __init__(self, queue: UpdateQueue, clock: Callable[[], float]) -> None:
        self.retries = Retries()
        self.settings: WebhookSettings | None = None
        self.last_error = ""
        self.last_error_at = 0.0
        self._queue = queue
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._setting = asyncio.Lock()
        self._busy: set[tuple[str, int]] = set()
        self._due_at: dict[int, float] = {}  # by update id, in the loop's time

    async def set(self, settings: WebhookSettings | None) -> None:
        """Change or (None) remove the webhook. Posts under way are broken off."""
        async with self._setting:  # two at once would each leave a task behind
            if self._task is not None:
                self._task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await self._task
            self._task = None
            self.settings = settings
            self._busy.clear()
            self._due_at.clear()
            if settings is not None:
                self._task = asyncio.create_task(self._serve(settings))

    async def _serve(self, settings: WebhookSettings) -> None:
        connector = aiohttp.TCPConnector(limit=settings.max_connections)
        timeout = aiohttp.ClientTimeout(total=self.retries.timeout_s)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as http,
            asyncio.TaskGroup() as posts,
        ):
            while True:
                for update in self._ready(settings.max_connections):
                    self._busy.add(update.lane)
                    posts.create_task(self._post(http, settings, update))
                await self._queue.arrived.wait(self._next_due_s())

    def _ready(self, max_connections: int) -> list[QueuedUpdate]:
        """The oldest update of each lane that is not being posted and whose time has come."""
        now = asyncio.get_running_loop().time()
        seen = set(self._busy)
        ready: list[QueuedUpdate] = []
        for update in self._queue.waiting():
            if len(self._busy) + len(ready) >= max_connections:
                break
            if update.lane not in seen:
                seen.add(update.lane)
                if self._due_at.get(update.update_id, 0.0) <= now:
                    ready.append(update)
        return ready

    def _next_due_s(self) -> float:
        now = asyncio.get_running_loop().time()
        return min((max(0.001, due_at - now) for due_at in self._due_at.values()), default=60.0)

    async def _post(self, http: aiohttp.ClientSession, settings: WebhookSettings, update: QueuedUpdate) -> None:
        self._queue.delivered(update, "webhook")
        self._due_at.pop(update.update_id, None)
        headers = {"Content-Type": "application/json"}
        if settings.secret_token:
            headers[SECRET_HEADER] = settings.secret_token
        retry_after_s = 0.0
        try:
            async with http.post(settings.url, data=orjson.dumps(update.to_json()), headers=headers) as answer:
                problem = "" if 200 <= answer.status < 300 else f"{answer.status} {answer.reason}"
                if answer.headers.get("Retry-After", "").isdigit():
                    retry_after_s = min(3600.0, float(answer.headers["Retry-After"]))
                await answer.read()
        except TimeoutError:
            problem = "Read timeout expired"
        except aiohttp.ClientError as error:
            problem = f"Connection failed ({type(error).__name__})"
        if problem:
            self._failed(update, problem, retry_after_s)
        else:
            self._queue.confirm(update.update_id, "webhook")
        self._busy.discard(update.lane)
        self._queue.arrived.notify()

    def _failed(self, update: QueuedUpdate, problem: str, retry_after_s: float) -> None:
        self.last_error = f"Wrong response from the webhook: {problem}" if problem[0].isdigit() else problem
        self.last_error_at = self._clock()
        delay_s = retry_after_s or self.retries.delay_s(update.attempts)
        given_up = self.retries.gives_up_after is not None and update.attempts >= self.retries.gives_up_after
        if given_up or self._clock() + delay_s > update.expires_at:
            self._queue.drop(update.update_id, "webhook gave up")
        else:
            self._due_at[update.update_id] = asyncio.get_running_loop().time() + delay_s
