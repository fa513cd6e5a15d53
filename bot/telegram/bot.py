"""The bot: receiving, turns and sending joined."""

import asyncio
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.errors import BotError, SendRefused, SettingInvalid
from bot.runner.ports import Outgoing, Store
from bot.runner.release import Preview, Release
from bot.runner.visits import VisitCounter
from bot.telegram.api import BotApi, TokenRefused
from bot.telegram.courier import Courier
from bot.telegram.incoming import ALLOWED_UPDATES
from bot.telegram.intake import Intake
from bot.telegram.limits import Limits
from bot.telegram.metrics import Metrics
from bot.telegram.polling import PAUSE_S, UNKNOWN_TOKEN, Polling
from bot.telegram.profile import publish_profile
from bot.telegram.webhook import PATH, Webhook

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Wire:
    """How to reach the Bot API.

    Args:
        public_url: Set: Telegram calls us there (webhook). None: we ask (long polling).
        send_rate: Messages a second in all, 0 = no limit.
    """

    api_url: str
    token: str
    public_url: str | None
    webhook_secret: str
    send_rate: float


class TelegramBot:
    """One bot on one Bot API; `visits` holds what was counted."""

    def __init__(
        self,
        wire: Wire,
        store: Store,
        release: Callable[[], Release],
        metrics: Metrics,
        preview: Preview | None = None,
    ) -> None:
        self.visits = VisitCounter()
        self._wire, self._store, self._release = wire, store, release
        self._api = BotApi(wire.api_url, wire.token)
        holder = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._courier = Courier(store, self._api, Limits(wire.send_rate), metrics, holder)
        self.intake = Intake(store, self._api, self._courier, release, metrics, self.visits, preview)
        self._polling = Polling(self._api, self.intake, metrics)
        self.webhook = Webhook(self.intake, wire.webhook_secret)

    def wrong(self) -> str | None:
        """What only a restart can mend, or None."""
        return None if self._wire.public_url is not None else self._polling.wrong()

    def send(self, rows: Sequence[Outgoing]) -> None:
        """Rows of the outbox that other work has committed leave at once."""
        if rows and not self._courier.offer(rows):
            self._store.announce_outbox([row.chat_id for row in rows])

    async def fetch_file(self, file_id: str) -> bytes:
        """What a person sent. Raises as `BotApi.call` does."""
        return await self._api.download(file_id)

    async def run(self, stop: asyncio.Event) -> None:
        """Receive and send until `stop` is set.

        Raises:
            SettingInvalid: Telegram does not know the token.
        """
        tasks = [asyncio.create_task(self._courier.run()), asyncio.create_task(self._receive())]
        stopped = asyncio.create_task(stop.wait())
        profile = asyncio.create_task(publish_profile(self._api, self._release()))
        try:
            done, _ = await asyncio.wait({*tasks, stopped}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopped}:
                task.result()
        finally:
            # Receiving ends first; what was taken is still sent.
            for task in (tasks[1], stopped, profile):
                await _cancel(task)
            await self.intake.close()
            await _cancel(tasks[0])  # before the lease is given back: it would be taken again
            await self._courier.close()
            await self._api.close()

    async def _receive(self) -> None:
        if self._wire.public_url is None:
            await self._polling.run()
            return
        await self._set_webhook(self._wire.public_url)
        await asyncio.Event().wait()

    async def _set_webhook(self, public_url: str) -> None:
        parameters = {
            "url": public_url.rstrip("/") + PATH,
            "secret_token": self._wire.webhook_secret,
            "allowed_updates": ALLOWED_UPDATES,
            "max_connections": 100,
        }
        while True:
            try:
                await self._api.call("setWebhook", parameters)
                return
            except TokenRefused:
                raise SettingInvalid(UNKNOWN_TOKEN) from None
            except SendRefused as refused:
                raise SettingInvalid(f"VEJVISER_PUBLIC_URL: Telegram does not take it ({refused})") from None
            except BotError as error:
                log.warning("webhook not set yet", error=type(error).__name__)
                await asyncio.sleep(PAUSE_S)


async def _cancel(task: asyncio.Task[None] | asyncio.Task[bool]) -> None:
    """Also of a task that has failed: what it failed with is told elsewhere, and must not stop the others' end."""
    task.cancel()
    await asyncio.wait({task})
