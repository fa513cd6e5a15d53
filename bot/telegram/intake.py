"""What both ways of receiving feed: one update after the other for each chat, confirmed when it is committed."""

import asyncio
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.engine.incoming import ChoicePressed, GroupPressed, Incoming, NothingToDo, TextTyped
from bot.errors import BotError, StorageUnavailable, UpdateMalformed
from bot.runner.failpoint import failpoint
from bot.runner.ports import Outgoing, Store
from bot.runner.release import Preview, Release
from bot.runner.run import emergency_body, run_dead, run_turn
from bot.runner.visits import VisitCounter
from bot.telegram.api import BotApi
from bot.telegram.calls import to_send
from bot.telegram.courier import Courier
from bot.telegram.incoming import chat_of, to_incoming
from bot.telegram.metrics import Metrics

ALARMS_REMEMBERED = 10_000
log = structlog.get_logger()


class Lanes:
    """One at a time for a chat, in the order of arrival; a lane that nobody is in is taken down."""

    def __init__(self) -> None:
        self._lanes: dict[int, Lane] = {}

    def of(self, chat_id: int) -> "Lane":
        lane = self._lanes.get(chat_id)
        if lane is None:
            lane = self._lanes[chat_id] = Lane(chat_id, self._lanes)
        lane.members += 1
        return lane


class Lane:
    """Used as `async with lanes.of(chat_id)`."""

    __slots__ = ("_all", "_chat_id", "_lock", "members")

    def __init__(self, chat_id: int, all_lanes: dict[int, "Lane"]) -> None:
        self._chat_id, self._all = chat_id, all_lanes
        self._lock = asyncio.Lock()
        self.members = 0  # who is in it or waits for it

    async def __aenter__(self) -> None:
        try:
            await self._lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        self._leave()

    def _leave(self) -> None:
        self.members -= 1
        if self.members == 0:
            del self._all[self._chat_id]


class Intake:
    """Takes raw updates through translation, turn and commit; what leaves goes to the courier.

    Args:
        release: Gives the release of the moment; a turn keeps the one that it began with.
        visits: Counts which ways people go.
        preview: Chats that see another release; these are not counted.
    """

    def __init__(
        self,
        store: Store,
        api: BotApi,
        courier: Courier,
        release: Callable[[], Release],
        metrics: Metrics,
        visits: VisitCounter,
        preview: Preview | None = None,
    ) -> None:
        self._visits, self._preview = visits, preview
        self._store, self._api, self._courier, self._release, self._metrics = store, api, courier, release, metrics
        self._lanes = Lanes()
        self._answers: set[asyncio.Task[None]] = set()
        self._alarms: OrderedDict[tuple[int, int], None] = OrderedDict()

    async def take(self, update: Any) -> None:
        """Deal with one update; returns when that is committed, and raises nothing else but:

        Raises:
            StorageUnavailable: nothing was stored; Telegram shall send the update again.
        """
        incoming = await self._translate(update)
        if incoming is not None:
            await self._take(incoming)

    async def take_all(self, updates: Sequence[Any]) -> None:
        """The same for several, chats side by side. Of one chat nothing is stored after what could not be stored.

        Raises:
            StorageUnavailable: of some chat something was not stored; Telegram shall send all of them again.
        """
        by_chat: dict[int, list[Incoming]] = {}
        outcomes: list[BaseException | None] = []
        for update in updates:
            try:
                incoming = await self._translate(update)
            except StorageUnavailable as error:
                outcomes.append(error)
                continue
            if incoming is not None:
                by_chat.setdefault(incoming.chat_id, []).append(incoming)
        outcomes += await asyncio.gather(*map(self._take_in_order, by_chat.values()), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def _translate(self, update: Any) -> Incoming | None:
        """None where it is malformed, which is recorded."""
        failpoint("after_receive")
        at = datetime.now(UTC)
        try:
            return to_incoming(update, at)
        except UpdateMalformed as malformed:
            await self._take_malformed(update, str(malformed), at)
            return None

    async def _take_in_order(self, incomings: Sequence[Incoming]) -> None:
        missed: StorageUnavailable | None = None
        for incoming in incomings:
            if missed is not None:
                await self._sound_alarm(incoming, self._release())
                continue
            try:
                await self._take(incoming)
            except StorageUnavailable as error:
                missed = error
        if missed is not None:
            raise missed

    async def _take(self, incoming: Incoming) -> None:
        started = time.monotonic()
        self._metrics.updates.labels(type(incoming).__name__).inc()
        if isinstance(incoming, ChoicePressed | GroupPressed):
            self._answer_press(incoming.query_id)
        async with self._lanes.of(incoming.chat_id):
            leaves = await self._turn(incoming)
            failpoint("after_commit")
            self._metrics.turn_seconds.observe(time.monotonic() - started)
            self._hand_over(leaves)

    def _hand_over(self, leaves: tuple[Outgoing, ...]) -> None:
        if leaves and not self._courier.offer(leaves):
            self._store.announce_outbox({row.chat_id for row in leaves})

    async def _turn(self, incoming: Incoming) -> tuple[Outgoing, ...]:
        release = self._release()
        visits: VisitCounter | None = self._visits
        if self._preview is not None and self._preview.concerns(incoming):
            release, visits = await self._preview.release() or release, None
        try:
            if isinstance(incoming, TextTyped) and not release.is_at_hand(incoming.text):
                # Beforehand: while a turn is in its transaction, no other turn may have to wait for it to think.
                await asyncio.to_thread(release.think_about, incoming.text)
            return await self._store.run(lambda uow: run_turn(incoming, uow, release, visits))
        except StorageUnavailable:
            await self._sound_alarm(incoming, release)
            raise
        except Exception as error:
            return await self._bury(incoming, reason_of(error), release)

    async def _bury(self, incoming: Incoming, reason: str, release: Release) -> tuple[Outgoing, ...]:
        """Remember an update that failed, and tell the person."""
        self._metrics.dead.inc()
        log.error("update failed", update_id=incoming.update_id, kind=type(incoming).__name__, reason=reason)
        try:
            return await self._store.run(lambda uow: run_dead(incoming, reason, uow, release))
        except StorageUnavailable:
            raise
        except Exception as error:
            log.critical("failure not recorded", update_id=incoming.update_id, reason=reason_of(error))
            return ()

    async def _take_malformed(self, update: Any, reason: str, at: datetime) -> None:
        ids = chat_of(update)
        if ids is None:
            self._metrics.dead.inc()
            log.error("update without an id", reason=reason)
            return
        incoming = NothingToDo(update_id=ids[1], chat_id=ids[0], at=at, kind="malformed")
        async with self._lanes.of(incoming.chat_id):
            self._hand_over(await self._bury(incoming, reason, self._release()))

    # --- outside the outbox -----------------------------------------------------------------------

    def _answer_press(self, query_id: str) -> None:
        """Stop the button's spinner. Nothing is lost when this fails."""
        task = asyncio.get_running_loop().create_task(self._answer(query_id))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, query_id: str) -> None:
        with suppress(BotError):
            await self._api.call("answerCallbackQuery", {"callback_query_id": query_id}, timeout_s=10)

    async def _sound_alarm(self, incoming: Incoming, release: Release) -> None:
        """The database is away: whoever tells of danger still gets the card, once."""
        body = emergency_body(incoming, release)
        key = (incoming.chat_id, incoming.update_id)
        if body is None or key in self._alarms:
            return
        self._alarms[key] = None
        if len(self._alarms) > ALARMS_REMEMBERED:
            self._alarms.popitem(last=False)
        try:
            await self._api.call("sendMessage", to_send(incoming.chat_id, body))
        except BotError as error:
            log.error("emergency card not sent", reason=type(error).__name__)

    async def close(self) -> None:
        if self._answers:
            await asyncio.wait(self._answers, timeout=2)


def reason_of(error: Exception) -> str:
    """What failed and where; never the error's own words, which may hold a text of the person."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
