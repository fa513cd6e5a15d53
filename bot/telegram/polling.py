"""Long polling with an offset that moves after the commit."""

import asyncio
import time
from typing import Any

import structlog

from bot.errors import BotError, SettingInvalid, StorageUnavailable
from bot.telegram.api import BotApi, FloodWait, PollConflict, TokenRefused
from bot.telegram.incoming import ALLOWED_UPDATES
from bot.telegram.intake import Intake
from bot.telegram.metrics import Metrics

WAIT_S = 50  # Telegram holds the call open so long when there is nothing
BATCH = 100
PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STALE_S = 3 * WAIT_S  # without a good poll for so long, something is wrong that a restart may mend

UNKNOWN_TOKEN = "VEJVISER_TELEGRAM_TOKEN: Telegram does not know this token. Ask @BotFather for the right one."  # noqa: S105

log = structlog.get_logger()


class Polling:
    """Asks for updates until cancelled. Telegram keeps whatever was not confirmed, for 24 hours.

    While the database is away nothing is confirmed, and Telegram shows no more than the oldest 100 updates.
    """

    def __init__(self, api: BotApi, intake: Intake, metrics: Metrics) -> None:
        self._api, self._intake, self._metrics = api, intake, metrics
        self._offset = 0
        self._last_good = time.monotonic()

    def wrong(self) -> str | None:
        """What is wrong, for the liveness page; None while polls succeed."""
        age = time.monotonic() - self._last_good
        return f"no good poll for {age:.0f} s" if age > STALE_S else None

    async def run(self) -> None:
        """Raises SettingInvalid when Telegram does not know the token."""
        pause_s = PAUSE_S
        has_webhook = True  # as far as we know
        while True:
            try:
                if has_webhook:
                    await self._api.call("deleteWebhook", {"drop_pending_updates": False})
                    has_webhook = False
                await self._take(await self._poll())
                pause_s = PAUSE_S
            except TokenRefused:
                raise SettingInvalid(UNKNOWN_TOKEN) from None
            except FloodWait as wait:
                await asyncio.sleep(wait.seconds)
            except BotError as error:
                log.warning("poll failed", error=type(error).__name__, reason=_hint(error), seconds=pause_s)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S if not isinstance(error, StorageUnavailable) else 2.0)

    async def _poll(self) -> list[Any]:
        parameters = {
            "offset": self._offset,
            "limit": BATCH,
            "timeout": WAIT_S,
            "allowed_updates": ALLOWED_UPDATES,
        }
        updates: list[Any] = await self._api.call("getUpdates", parameters, timeout_s=WAIT_S + 15)
        self._last_good = time.monotonic()
        self._metrics.last_poll.set_to_current_time()
        return updates

    async def _take(self, updates: list[Any]) -> None:
        """Deal with a batch; the offset moves when all of it is committed."""
        await self._intake.take_all(updates)
        if updates:
            self._offset = updates[-1]["update_id"] + 1


def _hint(error: BotError) -> str:
    if isinstance(error, PollConflict):
        return "another process polls with this token, or a webhook is set"
    return "database" if isinstance(error, StorageUnavailable) else "Telegram"
