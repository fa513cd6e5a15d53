"""The desk under load: forty advisers with open pages, citizens who write, claims that everybody must see."""

import asyncio
import random
import secrets
import tempfile
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from datetime import time as time_of_day
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import orjson

from bot.engine.session import Session
from bot.handoff.duty import Duty, Hours
from bot.handoff.ticket import Ticket
from bot.handoff.transcript import TranscriptLine
from bot.storage.keyring import Keyring
from bot.storage.store import open_store
from bot.storage.unit_of_work import UnitOfWork
from bot.web.account import Account, Role, WebSession
from bot.web.session import hash_id
from tests.benchmarks.bot_api import BotApi
from tests.benchmarks.bot_process import running_bot
from tests.benchmarks.contestants import OUR_BOT
from tests.benchmarks.measure import quantile, wait_for_webhook
from tests.support.postgres import free_port

LINES = 20  # of a case when the measurement begins
PATIENCE_S = 20.0
SETTLE_S = 1.0
QUEUE_SPREAD_S = 0.3  # data-spread in the queue's template
BY_ITSELF = {"hx-request": "true", "x-by-itself": "yes"}
FIRST_CHAT, FIRST_UPDATE = 7_000, 900_000_000
PAGES = (
    *("/desk/queue", "CASE", "CASE?find=frist", "/desk/closed", "/desk/hours", "/desk/people", "/desk/audit"),
    "/desk/profile",
)


@dataclass(frozen=True, slots=True)
class DeskSizes:
    desks: int = 40
    tickets: int = 200
    waiting: int = 40  # of the tickets
    seconds: float = 20.0
    messages_per_s: float = 10.0
    claims: int = 10


@dataclass(frozen=True, slots=True)
class DeskResult:
    """What was measured.

    Args:
        message_p95_ms: From a citizen's update to the words in the page of their adviser.
        claim_s: From a press of Claim until the last of all desks shows it; the slowest of the claims.
        page_ms: The slowest page's median, asked one after the other without other load.
    """

    message_p50_ms: float
    message_p95_ms: float
    claim_s: float
    page_ms: float
    slowest_page: str


class Nobody:
    """Citizens' screens are of no interest here."""

    def hear_message(self, chat_id: int, message: bytes, keyboard: Any) -> None: ...

    def hear_answer(self, query_id: str) -> None: ...


@dataclass(slots=True)
class Page:
    """A page that stays open: what its script does with news, and what waits to be seen on it."""

    client: aiohttp.ClientSession
    address: str
    subjects: frozenset[str]
    spread_s: float = 0.0  # as the page's script does, so that not all desks ask at the same moment
    watches: list[tuple[Callable[[bytes], bool], asyncio.Future[float]]] = field(default_factory=list)
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    def watch(self, shows: Callable[[bytes], bool]) -> asyncio.Future[float]:
        seen: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.watches.append((shows, seen))
        return seen

    async def follow(self, base_url: str) -> None:
        async with self.client.get(f"{base_url}/desk/live", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            # As the page's script does: what changed between the page and the stream is fetched.
            self.is_asked.set()
            self.is_open.set()
            async for line in stream.content:
                if line.startswith(b"data: ") and line[6:].strip().decode() in self.subjects:
                    self.is_asked.set()

    async def fetch(self, base_url: str) -> None:
        """One request at a time; what was heard meanwhile asks for one more."""
        while True:
            await self.is_asked.wait()
            await asyncio.sleep(random.random() * self.spread_s)
            self.is_asked.clear()
            async with self.client.get(f"{base_url}{self.address}", headers=BY_ITSELF) as answer:
                body = await answer.read()
            assert answer.status == 200, (self.address, answer.status)
            now = time.perf_counter()
            for shows, seen in [each for each in self.watches if each[0](body)]:
                self.watches.remove((shows, seen))
                seen.set_result(now)


@dataclass(frozen=True, slots=True)
class Adviser:
    account: str
    session_id: str
    tickets: tuple[Ticket, ...]


async def measure_desk(sizes: DeskSizes, tell: Callable[[str], None]) -> DeskResult:
    async with _desk(sizes) as (base_url, webhook, advisers, waiting):
        async with AsyncExitStack() as stack:
            pages = [await stack.enter_async_context(_open_pages(base_url, adviser)) for adviser in advisers]
            for page in (page for both in pages for page in both):
                await page.is_open.wait()
            await asyncio.sleep(SETTLE_S)
            tell(f"desk: {len(pages) * 2} pages of {len(pages)} desks open")
            delays, claims = await asyncio.gather(
                _talk(sizes, webhook, advisers, [case for case, _ in pages]),
                _claim(sizes, base_url, advisers, waiting, [queue for _, queue in pages]),
            )
        tell("desk: all is quiet")
        slowest, page_ms = await _time_pages(base_url, advisers[0])
    delays.sort()
    return DeskResult(quantile(delays, 0.5) * 1000, quantile(delays, 0.95) * 1000, max(claims), page_ms, slowest)


# --- the stage ----------------------------------------------------------------------------------------


@asynccontextmanager
async def _desk(sizes: DeskSizes) -> AsyncIterator[tuple[str, tuple[str, str], list[Adviser], list[Ticket]]]:
    """Our bot with people and tickets: the desk's address, the webhook's, who works there, and who waits."""
    key, port = b64encode(secrets.token_bytes(32)).decode(), free_port()
    base_url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="vejviser-bench-") as name:
        url = f"sqlite:///{Path(name) / 'vejviser.db'}"
        store = await asyncio.to_thread(open_store, url, Keyring.from_secret(key))
        advisers, waiting = await store.run(lambda unit: _fill(unit, sizes))
        await store.close()
        api = BotApi(Nobody())
        api_url = await api.start()
        settings = {
            "VEJVISER_SECRET_KEY": key,
            "VEJVISER_DATABASE_URL": url,
            "VEJVISER_PORT": str(port),
            "VEJVISER_PUBLIC_URL": base_url,
        }
        try:
            async with running_bot(OUR_BOT, api_url, Path(name), settings) as bot:
                yield base_url, await wait_for_webhook(api, bot), advisers, waiting
        finally:
            api.stop()


def _fill(unit: UnitOfWork, sizes: DeskSizes) -> tuple[list[Adviser], list[Ticket]]:
    now = datetime.now(UTC)
    hours = tuple(Hours(day, time_of_day.min, time_of_day(23, 59)) for day in range(7))
    tickets = [_ticket(unit, number, now) for number in range(sizes.tickets)]
    waiting, taken = tickets[: sizes.waiting], tickets[sizes.waiting :]
    advisers = []
    for number in range(sizes.desks):
        account = Account(f"a{number}", f"adviser-{number}", f"Adviser {number}", frozenset(Role), "da", now)
        unit.accounts.add(account)
        unit.duties.put(Duty(account.id, account.name, {"da": 3, "ar": 3}, hours=hours, capacity=30))
        session_id = secrets.token_urlsafe(16)
        unit.web_sessions.add(WebSession(hash_id(session_id), account.id, now, now))
        mine = taken[number :: sizes.desks]
        for ticket in mine:
            claimed = unit.tickets.claim(ticket.id, account.id, now)
            assert claimed is not None
            session = Session(
                ticket.chat_id, locale="da", node="start/menu", ticket=ticket.id, is_claimed=True, touched_at=now
            )
            unit.sessions.put(session)
        advisers.append(Adviser(account.id, session_id, tuple(mine)))
    return advisers, waiting


def _ticket(unit: UnitOfWork, number: int, now: datetime) -> Ticket:
    chat_id = FIRST_CHAT + number
    ticket = Ticket(
        id=unit.new_id(),
        chat_id=chat_id,
        state="waiting",
        topic="complaint",
        urgency="normal",
        locale="da",
        opened_at=now,
        waiting_since=now,
        path=("start/menu", "complaint/decision", "complaint/who"),
        answers={"authority": "kk"},
    )
    unit.tickets.add(ticket)
    unit.sessions.put(Session(chat_id, locale="da", node="start/menu", ticket=ticket.id, touched_at=now))
    for line in range(LINES):
        unit.transcripts.add(chat_id, ticket.id, TranscriptLine(now, "person", "text", f"Linje {line}", locale="da"))
    return ticket


@asynccontextmanager
async def _open_pages(base_url: str, adviser: Adviser) -> AsyncIterator[tuple[Page, Page]]:
    """One adviser's two pages: their first case, and the queue."""
    async with _client(adviser) as client:
        ticket = adviser.tickets[0].id
        case = Page(client, f"/desk/case/{ticket}?part=transcript", frozenset({f"ticket:{ticket}"}))
        queue = Page(client, "/desk/queue", frozenset({"queue", f"mine:{adviser.account}"}), QUEUE_SPREAD_S)
        work = [each for page in (case, queue) for each in (page.follow(base_url), page.fetch(base_url))]
        running = [asyncio.create_task(each) for each in work]
        try:
            yield case, queue
            for task in running:
                if task.done():
                    task.result()  # a page that failed is no result
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)


def _client(adviser: Adviser) -> aiohttp.ClientSession:
    jar = aiohttp.CookieJar(unsafe=True)  # an address is no name, but ours has cookies, too
    return aiohttp.ClientSession(cookies={"vejviser-session": adviser.session_id}, cookie_jar=jar)


# --- what happens on it -------------------------------------------------------------------------------


async def _talk(sizes: DeskSizes, webhook: tuple[str, str], advisers: list[Adviser], cases: list[Page]) -> list[float]:
    """Citizens write, one after the other at an even pace; how long each message took to its adviser's page."""
    url, secret = webhook
    delays: list[asyncio.Task[float]] = []
    started = time.perf_counter()
    async with aiohttp.ClientSession(headers={"X-Telegram-Bot-Api-Secret-Token": secret}) as client:

        async def say(number: int, adviser: Adviser, case: Page) -> float:
            words = f"Besked nummer {number} er kommet."
            seen = case.watch(lambda body: words.encode() in body)
            sent = time.perf_counter()
            async with client.post(url, data=_update(number, adviser.tickets[0].chat_id, words)) as answer:
                assert answer.status == 200, answer.status
            async with asyncio.timeout(PATIENCE_S):
                return await seen - sent

        for number in range(int(sizes.seconds * sizes.messages_per_s)):
            await asyncio.sleep(max(0.0, started + number / sizes.messages_per_s - time.perf_counter()))
            who = number % len(cases)
            delays.append(asyncio.create_task(say(number, advisers[who], cases[who])))
        return list(await asyncio.gather(*delays))


def _update(number: int, chat_id: int, text: str) -> bytes:
    person = {"id": chat_id, "is_bot": False, "first_name": "Amina", "language_code": "da"}
    message = {
        "message_id": 10_000 + number,
        "date": int(time.time()),
        "chat": {"id": chat_id, "type": "private", "first_name": "Amina"},
        "from": person,
        "text": text,
    }
    return orjson.dumps({"update_id": FIRST_UPDATE + number, "message": message})


async def _claim(
    sizes: DeskSizes, base_url: str, advisers: list[Adviser], waiting: list[Ticket], queues: list[Page]
) -> list[float]:
    """Claims, spread over the time; how long each took until the last desk showed it."""
    took = []
    for number, ticket in enumerate(waiting[: sizes.claims]):
        await asyncio.sleep(sizes.seconds / (sizes.claims + 1))
        path = f"/desk/case/{ticket.id}/claim"
        seen = [page.watch(lambda body, path=path: path.encode() not in body) for page in queues]  # type: ignore[misc]
        async with _client(advisers[number % len(advisers)]) as client:
            async with client.get(f"{base_url}/desk/queue") as page:
                await page.read()
            token = next(cookie.value for cookie in client.cookie_jar if cookie.key == "vejviser-csrf")
            pressed = time.perf_counter()
            async with client.post(f"{base_url}{path}", data={"_csrf_token": token}, allow_redirects=False) as answer:
                assert answer.status == 303, answer.status
        async with asyncio.timeout(PATIENCE_S):
            took.append(max(await asyncio.gather(*seen)) - pressed)
    return took


async def _time_pages(base_url: str, adviser: Adviser) -> tuple[str, float]:
    """The slowest page and its median in milliseconds, from request to last byte."""
    medians = {}
    async with _client(adviser) as client:
        for page in PAGES:
            path, times = page.replace("CASE", f"/desk/case/{adviser.tickets[0].id}"), []
            for _ in range(20):
                started = time.perf_counter()
                async with client.get(f"{base_url}{path}") as answer:
                    await answer.read()
                assert answer.status == 200, (path, answer.status)
                times.append((time.perf_counter() - started) * 1000)
            medians[page] = median(times)
    slowest = max(medians, key=lambda page: medians[page])
    return slowest, medians[slowest]
