"""Sends what leaves: in order per chat, many chats at once, one process at a time."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import structlog

from bot.errors import BotError, PersonUnreachable, SendRefused, StorageUnavailable
from bot.runner.failpoint import failpoint
from bot.runner.outgoing import DELETABLE, newest_first
from bot.runner.ports import SAID, Outgoing, Sent, Store, UnitOfWork
from bot.telegram.api import BotApi, CallNotSent, FloodWait, MessageGone, NotModified, TokenRefused
from bot.telegram.calls import to_edit, to_send
from bot.telegram.limits import Limits
from bot.telegram.metrics import Metrics

LEASE = "courier"
TTL = timedelta(seconds=3)
RENEW_S = 1.0
PAGE = 200  # rows read from the outbox at once
MARK_S = 0.05  # sent rows are marked together
MOST_TRIES = 12  # then the row is given up: nothing may block a chat for ever
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0

log = structlog.get_logger()
Key = tuple[int, int]


class Courier:
    """Holds the lease, or waits for it. Rows come from this process's turns, straight after their commit, and from
    the outbox: leftovers of a crash, other processes' turns, reminders that are due.

    Args:
        holder: A name of this process that no other has.
    """

    def __init__(self, store: Store, api: BotApi, limits: Limits, metrics: Metrics, holder: str) -> None:
        self._store, self._api, self._limits, self._metrics, self._holder = store, api, limits, metrics, holder
        self._lanes: dict[int, deque[Outgoing]] = {}  # a chat has a lane while a task is sending for it
        self._tasks: set[asyncio.Task[None]] = set()
        self._known: set[Key] = set()  # rows in a lane, or sent and perhaps not marked yet
        self._settled: list[Key] = []  # marked rows; a look into the outbox that began before may still bring them
        self._fetching: Counter[int] = Counter()  # how often a chat's earlier rows are being read just now
        self._sent: list[Sent] = []
        self._mark = asyncio.Event()
        self._marking = asyncio.Lock()
        self._epoch: int | None = None
        self._has_looked = False  # whether memory holds all that waited when this reign began
        self._held_until = 0.0  # of time.monotonic()
        self._stopping = False

    @property
    def holds_lease(self) -> bool:
        """Whether this process may send. A process that stood still for long finds the time over by itself."""
        return self._epoch is not None and time.monotonic() < self._held_until

    def offer(self, rows: Iterable[Outgoing]) -> bool:
        """Send these rows of a committed turn. False when another process sends: it must be told to look."""
        if not self.holds_lease or self._stopping:
            return False
        for row in rows:
            if row.checks_earlier or row.chat_id in self._fetching or not self._has_looked:
                # Rows that wait since before this reign, or that another process wrote, go first: the outbox knows
                # the order.
                self._fetching[row.chat_id] += 1
                self._start(self._fetch_earlier(row.chat_id))
            else:
                self._enqueue(row)
        return True

    async def run(self) -> None:
        """Hold or seek the lease, look for rows, mark what was sent; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keep_lease())
            group.create_task(self._keep_marking())

    async def close(self) -> None:
        """When `run` has ended: send what is in the lanes as far as the lease lasts, mark it, give the lease back."""
        self._stopping = True
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=TTL.total_seconds())
        left = [*self._tasks]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with suppress(StorageUnavailable):
            await self._mark_sent()
            await self._store.run(lambda uow: uow.leases.release(LEASE, self._holder))

    # --- the lease --------------------------------------------------------------------------------

    async def _keep_lease(self) -> None:
        while True:
            try:
                await self._renew()
                if self.holds_lease:
                    await self._look()
            except StorageUnavailable:
                log.warning("database away", reason="courier")
                await asyncio.sleep(RENEW_S)
            await self._store.wait_for_outbox(RENEW_S)

    async def _renew(self) -> None:
        asked_at = time.monotonic()
        epoch = await self._store.run(lambda uow: uow.leases.take(LEASE, self._holder, datetime.now(UTC), TTL))
        if epoch is None:
            self._epoch = None
            return
        if epoch != self._epoch:
            # A new reign: what the one before was sending is doubtful, and memory may be behind the outbox.
            settled = await self._store.run(lambda uow: uow.outbox.settle_sending())
            self._has_looked = False
            log.info("courier holds the lease", count=settled)
        self._epoch = epoch
        # A little less than the row says: clocks differ.
        self._held_until = asked_at + TTL.total_seconds() - 0.5

    async def _look(self) -> None:
        """Read all rows that wait and put those into lanes that are not there."""
        forgotten, self._settled = self._settled, []
        after: Key | None = None
        while True:
            now = datetime.now(UTC)
            found = await self._store.run(partial(_due, now=now, after=after))
            for row in found:
                self._enqueue(row)
            at_once = [row for row in found if row.due_at is None]
            if len(at_once) < PAGE:
                break
            after = (at_once[-1].chat_id, at_once[-1].seq)
        self._has_looked = True
        # Whoever began to read a chat before its rows were marked may still bring them.
        read = {key for key in forgotten if key[0] in self._fetching}
        self._settled += read
        self._known.difference_update(set(forgotten) - read)

    async def _fetch_earlier(self, chat_id: int) -> None:
        try:
            rows = await self._store.run(lambda uow: uow.outbox.waiting_of(chat_id))
        except StorageUnavailable:
            self._has_looked = False  # found at the next look; until then nothing may overtake them
            return
        finally:
            self._fetching[chat_id] -= 1
            if self._fetching[chat_id] == 0:
                del self._fetching[chat_id]
            self._ended()
        for row in rows:
            self._enqueue(row)

    # --- lanes ------------------------------------------------------------------------------------

    def _enqueue(self, row: Outgoing) -> None:
        key = (row.chat_id, row.seq)
        if key in self._known:
            return
        self._known.add(key)
        lane = self._lanes.get(row.chat_id)
        if lane is None:
            lane = self._lanes[row.chat_id] = deque([row])
            self._start(self._drain(row.chat_id, lane))
        elif lane and row.seq < lane[-1].seq:
            self._insert(lane, row)
        else:
            lane.append(row)

    def _insert(self, lane: deque[Outgoing], row: Outgoing) -> None:
        """An earlier row that came to light later; the first of the lane may be under way already."""
        rows = [*lane, row]
        first, rest = rows[:1], sorted(rows[1:], key=lambda each: each.seq)
        lane.clear()
        lane.extend(first + rest)

    def _start(self, work: Any) -> None:
        self._tasks.add(asyncio.get_running_loop().create_task(work))  # each takes itself out at its end

    def _ended(self) -> None:
        self._tasks.discard(cast(asyncio.Task[None], asyncio.current_task()))

    async def _drain(self, chat_id: int, lane: deque[Outgoing]) -> None:
        try:
            while lane and self.holds_lease:
                row = lane[0]
                if not await self._deliver_safely(row, lane):
                    break
                if lane and lane[0] is row:
                    lane.popleft()
        except StorageUnavailable:
            log.warning("database away", reason="sending")
        finally:
            self._ended()
            del self._lanes[chat_id]
            # Whatever is left was not sent; the next look into the outbox brings it back.
            self._known.difference_update((row.chat_id, row.seq) for row in lane)

    async def _deliver_safely(self, row: Outgoing, lane: deque[Outgoing]) -> bool:
        try:
            return await self._deliver(row, lane)
        except StorageUnavailable:
            raise
        except Exception as error:  # a mistake of ours must not block the chat
            log.error("send failed", kind=row.kind, error=type(error).__name__)
            await self._end(row, "dead", type(error).__name__)
            return True

    async def _deliver(self, row: Outgoing, lane: deque[Outgoing]) -> bool:
        """Send one row, as often as it takes. False when the lease was lost before that: the row still waits."""
        is_marked = row.kind != "reminder"
        tries = 0
        while self.holds_lease:
            if not _is_hidden(row, lane):
                await self._wait_for_turn(row)
            if _is_hidden(row, lane):
                await self._end(row, "dead", "hidden")
                return True
            if not is_marked and not await self._store.run(lambda uow: uow.outbox.mark_sending(*_key(row))):
                self._settled.append(_key(row))  # cancelled meanwhile
                return True
            is_marked = True
            try:
                await self._send_and_remember(row)
                return True
            except FloodWait as wait:
                self._metrics.sends.labels("flood").inc()
                pause_s = wait.seconds
            except PersonUnreachable:
                await self._give_up_chat(row, lane)
                return True
            except SendRefused as refused:
                log.error("send refused", kind=row.kind, reason=str(refused))
                await self._end(row, "dead", "refused")
                return True
            except BotError as failed:
                tries += 1
                if self._gives_up(row, failed, tries):
                    await self._end(row, "doubtful", "no answer")
                    return True
                pause_s = min(FIRST_PAUSE_S * 2 ** (tries - 1), LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)
        return False

    def _gives_up(self, row: Outgoing, failed: BotError, tries: int) -> bool:
        """After many tries; after the first whose outcome is unknown where the row must not arrive twice."""
        if isinstance(failed, TokenRefused):
            log.critical("token refused", setting="VEJVISER_TELEGRAM_TOKEN")
            return False
        is_doubtful = not isinstance(failed, CallNotSent)
        self._metrics.sends.labels("doubtful" if is_doubtful else "not sent").inc()
        return tries >= MOST_TRIES or (is_doubtful and row.kind == "reminder")

    async def _send_and_remember(self, row: Outgoing) -> None:
        started = time.monotonic()
        message_id = await self._send(row)
        failpoint("after_send")
        self._metrics.sent.inc()
        self._metrics.answer_seconds.observe(time.monotonic() - started)
        self._sent.append(Sent(row.chat_id, row.seq, datetime.now(UTC), message_id, row.forgets))
        self._mark.set()

    async def _wait_for_turn(self, row: Outgoing) -> None:
        """Telegram's pace is one of messages: what takes them away need not wait."""
        if row.kind in ("delete", "hide"):
            return
        now = time.monotonic()
        at = self._limits.reserve(row.chat_id, now)
        if at > now:
            await asyncio.sleep(at - now)

    # --- one row ----------------------------------------------------------------------------------

    async def _send(self, row: Outgoing) -> int | None:
        match row.kind:
            case "delete":
                await self._delete(row.chat_id, row.body["message_ids"])
                return None
            case "hide":
                await self._hide(row.chat_id)
                return None
            case "leave":
                with suppress(SendRefused):
                    await self._api.call("leaveChat", {"chat_id": row.chat_id})
                return None
            case _:
                return await self._send_message(row)

    async def _send_message(self, row: Outgoing) -> int:
        try:
            return await self._send_whole(row)
        except PersonUnreachable:
            raise
        except SendRefused as refused:
            if row.body.keys() <= {"text"}:
                raise
            log.error("send refused", kind=row.kind, reason=str(refused))
            # Better an answer without its buttons than none at all.
            answer = await self._api.call("sendMessage", to_send(row.chat_id, {"text": row.body["text"]}))
            return int(answer["message_id"])

    async def _send_whole(self, row: Outgoing) -> int:
        if "replaces" in row.body:
            try:
                await self._api.call("editMessageText", to_edit(row.chat_id, row.body))
                return int(row.body["replaces"])
            except NotModified:
                return int(row.body["replaces"])
            except MessageGone:
                pass  # the person deleted it, or it is too old: say it anew
        answer = await self._api.call("sendMessage", to_send(row.chat_id, row.body))
        return int(answer["message_id"])

    async def _hide(self, chat_id: int) -> None:
        """Delete everything of both sides that can be deleted, also what left a moment ago."""
        await self._mark_sent()
        since = datetime.now(UTC) - DELETABLE
        for ids in newest_first(await self._store.run(lambda uow: uow.outbox.message_ids(chat_id, since))):
            await self._delete(chat_id, ids)

    async def _delete(self, chat_id: int, ids: list[int]) -> None:
        try:
            await self._api.call("deleteMessages", {"chat_id": chat_id, "message_ids": ids})
        except PersonUnreachable:
            raise
        except SendRefused:
            for message_id in ids:  # one that cannot be deleted must not keep the others
                with suppress(SendRefused):
                    await self._api.call("deleteMessage", {"chat_id": chat_id, "message_id": message_id})

    async def _give_up_chat(self, row: Outgoing, lane: deque[Outgoing]) -> None:
        """The person has blocked the bot: nothing that waits for them can arrive."""
        self._metrics.sends.labels("unreachable").inc()
        rows = [*lane]
        lane.clear()

        def mark(uow: UnitOfWork) -> None:
            for each in rows:
                uow.outbox.mark_dead(each.chat_id, each.seq, "unreachable")
            uow.outbox.cancel_reminders(row.chat_id)

        await self._store.run(mark)
        self._settled += map(_key, rows)

    async def _end(self, row: Outgoing, state: str, reason: str) -> None:
        self._metrics.sends.labels(state).inc()

        def mark(uow: UnitOfWork) -> None:
            ended = uow.outbox.mark_dead if state == "dead" else uow.outbox.mark_doubtful
            ended(row.chat_id, row.seq, reason)

        await self._store.run(mark)
        self._settled.append(_key(row))

    # --- marking ----------------------------------------------------------------------------------

    async def _keep_marking(self) -> None:
        while True:
            await self._mark.wait()
            await asyncio.sleep(MARK_S)
            self._mark.clear()
            try:
                await self._mark_sent()
            except StorageUnavailable:
                self._mark.set()
                await asyncio.sleep(RENEW_S)

    async def _mark_sent(self) -> None:
        """When this returns, all that was sent before it began is marked."""
        async with self._marking:
            sent, self._sent = self._sent, []
            if not sent:
                return
            try:
                await self._store.run(lambda uow: uow.outbox.mark_sent(sent))
            except StorageUnavailable:
                self._sent = sent + self._sent
                raise
            self._settled += ((each.chat_id, each.seq) for each in sent)


def _key(row: Outgoing) -> Key:
    return (row.chat_id, row.seq)


def _is_hidden(row: Outgoing, lane: Iterable[Outgoing]) -> bool:
    """The person hides the chat before this has left: then it never leaves."""
    return row.kind in SAID and any(later.kind == "hide" and later.seq > row.seq for later in lane)


def _due(uow: UnitOfWork, *, now: datetime, after: Key | None) -> list[Outgoing]:
    return uow.outbox.due(now, PAGE, after=after)
