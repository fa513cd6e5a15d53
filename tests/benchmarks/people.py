"""The people who use the bot: each in a chat of their own, writing and pressing buttons as a script says."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from tests.benchmarks.wire import Client

LANGUAGES = ("da", "en", "ar", "tr")
FIRST_UPDATE_ID = 500_000_000
PATIENCE_S = 20.0
PEOPLE_AT_ONCE = 40
WEBHOOK_CONNECTIONS = 40  # Telegram's default for max_connections

Keyboard = list[list[dict[str, Any]]]


class UnansweredUpdate(RuntimeError):
    """The bot did not do what the script expects of it; the message tells the step and what came."""


@dataclass(frozen=True, slots=True)
class Say:
    """A person writes a text; done when the bot has sent or edited `messages` messages."""

    text: str
    messages: int = 1
    answers: int = 0


@dataclass(frozen=True, slots=True)
class Press:
    """A person presses a button of the last inline keyboard; done when it was answered and the messages came.

    Args:
        button: Which one: its place (0 is the first, -1 the last), or how its data starts;
            `{language}` in it stands for the person's language.
    """

    button: int | str
    messages: int = 1
    answers: int = 1


Step = Say | Press


@dataclass(frozen=True, slots=True)
class Script:
    """What each person does: the prologue once, then the loop over and over."""

    loop: tuple[Step, ...]
    prologue: tuple[Step, ...] = ()


@dataclass(slots=True)
class Person:
    """One person and their chat, whose ids are the same in a private chat."""

    id: int
    language: str
    next_step: int = 0
    query_id: str = ""
    message: bytes = b""  # the last one with an inline keyboard, as JSON
    keyboard: Keyboard = field(default_factory=list)
    messages_due: int = 0
    answers_due: int = 0
    served: asyncio.Future[float] | None = None  # gets the time of the last call that was due

    def check(self) -> None:
        if self.messages_due <= 0 and self.answers_due <= 0 and self.served and not self.served.done():
            self.served.set_result(time.perf_counter())


@dataclass(frozen=True, slots=True)
class Period:
    """What happened while people were busy."""

    seconds: float
    delays_s: list[float]  # of each update: written to the socket until the bot's last call for it arrived

    @property
    def updates(self) -> int:
        return len(self.delays_s)


class People:
    """A load of people who never have more than one update of their chat on its way."""

    def __init__(self, script: Script, count: int, *, first_id: int = 10_000_000) -> None:
        self.unexpected_calls = 0
        self._script = script
        self._people = {id_: Person(id_, LANGUAGES[id_ % len(LANGUAGES)]) for id_ in range(first_id, first_id + count)}
        self._idle = deque(self._people.values())
        self._ids = itertools.count(FIRST_UPDATE_ID)
        self._client: Client | None = None
        self._head = ""

    # --- what the fake Bot API tells

    def hear_message(self, chat_id: int, message: bytes, keyboard: Keyboard | None) -> None:
        person = self._people.get(chat_id)
        if person is None or person.served is None:
            self.unexpected_calls += 1
            return
        if keyboard:
            person.message, person.keyboard = message, keyboard
        person.messages_due -= 1
        person.check()

    def hear_answer(self, query_id: str) -> None:
        person = self._people.get(int(query_id.partition("-")[0]))
        if person is None or person.query_id != query_id or person.answers_due <= 0:
            self.unexpected_calls += 1
            return
        person.answers_due -= 1
        person.check()

    # --- what people do

    def visit(self, webhook_url: str, secret: str) -> None:
        """Learn where updates go."""
        url = urlsplit(webhook_url)
        assert url.hostname
        assert url.port
        self._client = Client(url.hostname, url.port, WEBHOOK_CONNECTIONS)
        self._head = (
            f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        )

    async def get_acquainted(self, at_once: int = PEOPLE_AT_ONCE) -> None:
        """Lead everybody through the script's prologue."""
        newcomers = iter(tuple(self._people.values()))
        await self._share_out(at_once, lambda: self._lead_in(newcomers))

    async def keep_busy(self, seconds: float, at_once: int = PEOPLE_AT_ONCE) -> Period:
        """Keep `at_once` updates on their way for some seconds, then wait for the last of them."""
        started_at = time.perf_counter()
        delays_s: list[float] = []
        await self._share_out(at_once, lambda: self._use_until(started_at + seconds, delays_s))
        return Period(time.perf_counter() - started_at, delays_s)

    async def come_at_rate(self, updates_per_s: float, seconds: float) -> Period:
        """Write updates at a fixed rate, however fast the bot is."""
        started_at = time.perf_counter()
        delays_s: list[float] = []
        due = iter([started_at + number / updates_per_s for number in range(round(updates_per_s * seconds))])
        await self._share_out(len(self._people), lambda: self._use_when_due(due, delays_s))
        return Period(time.perf_counter() - started_at, delays_s)

    def leave(self) -> None:
        if self._client is not None:
            self._client.close()

    # --- how they do it

    async def _share_out(self, at_once: int, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(at_once, len(self._people))):
                    group.create_task(work())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None  # the others failed for the same reason, or because of it

    async def _lead_in(self, newcomers: Iterable[Person]) -> None:
        for person in newcomers:
            for step in self._script.prologue:
                await self._take(person, step)

    async def _use_until(self, end: float, delays_s: list[float]) -> None:
        while time.perf_counter() < end:
            await self._use_once(delays_s)

    async def _use_when_due(self, due: Iterable[float], delays_s: list[float]) -> None:
        for due_at in due:
            await asyncio.sleep(due_at - time.perf_counter())
            await self._use_once(delays_s)

    async def _use_once(self, delays_s: list[float]) -> None:
        person = self._idle.popleft()
        step = self._script.loop[person.next_step % len(self._script.loop)]
        person.next_step += 1
        delays_s.append(await self._take(person, step))
        self._idle.append(person)

    async def _take(self, person: Person, step: Step) -> float:
        """Take one step and wait until the bot has done its part; returns how long that took, in seconds."""
        assert self._client is not None
        body = orjson.dumps(self._to_update(person, step))
        person.messages_due, person.answers_due = step.messages, step.answers
        person.served = asyncio.get_running_loop().create_future()
        started_at = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE_S):
                response = await self._client.request(f"{self._head}{len(body)}\r\n\r\n".encode() + body)
                served_at = await person.served
        except (TimeoutError, OSError) as error:
            raise UnansweredUpdate(
                f"{step}: {error!r}; still due: {person.messages_due} messages, {person.answers_due} answers"
            ) from error
        if b" 200 " not in response.head[:16]:
            raise UnansweredUpdate(f"{step}: the webhook answered {response.head.splitlines()[0]!r}")
        person.served = None
        return served_at - started_at

    def _to_update(self, person: Person, step: Step) -> dict[str, Any]:
        update_id = next(self._ids)
        sender = {"id": person.id, "is_bot": False, "first_name": "Amina", "language_code": person.language}
        if isinstance(step, Press):
            person.query_id = f"{person.id}-{update_id}"
            query = {
                "id": person.query_id,
                "from": sender,
                "message": orjson.Fragment(person.message),
                "chat_instance": str(-person.id),
                "data": find_button(person.keyboard, step.button, person.language),
            }
            return {"update_id": update_id, "callback_query": query}
        message = {
            "message_id": update_id,
            "from": sender,
            "chat": {"id": person.id, "type": "private", "first_name": "Amina"},
            "date": int(time.time()),
            "text": step.text,
        }
        if step.text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(step.text)}]
        return {"update_id": update_id, "message": message}


def find_button(keyboard: Keyboard, button: int | str, language: str) -> str:
    """Find the callback data of the button that a step means.

    Raises:
        UnansweredUpdate: the bot's last message has no such button.
    """
    data = [entry["callback_data"] for row in keyboard for entry in row if "callback_data" in entry]
    if isinstance(button, int):
        if -len(data) <= button < len(data):
            return str(data[button])
    else:
        wanted = button.format(language=language)
        for entry in data:
            if entry.startswith(wanted):
                return str(entry)
    raise UnansweredUpdate(f"There is no button {button!r} among {data}.")
