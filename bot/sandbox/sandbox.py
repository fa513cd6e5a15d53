"""The sandbox: a Bot API on this machine, the phones that talk to it, and what it is told to do wrong."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.sandbox.faults import FaultPlan
from bot.sandbox.limits import FloodLimits, Rates
from bot.sandbox.phone import Phone
from bot.sandbox.server import SandboxApp
from bot.sandbox.telegram import Telegram


class Sandbox(Telegram):
    """Everything in memory. `app` is the ASGI app for /bot*, /file* and /phone*; call `close` when its server stops.

    Args:
        token: What bots must use; the number before the colon becomes the bot's id.
        clock: Seconds since the epoch; a test's own clock makes 48 hours pass at once.
        faults: What goes wrong; can be replaced at any time (`sandbox.faults = ...`).
        truth: Where the ground truth is written as JSON lines; it is in memory (`sandbox.truth`) anyway.
        limits: Whether Telegram's flood limits are in force; Rates to set them.
    """

    def __init__(
        self,
        token: str = "1:sandbox",  # noqa: S107
        *,
        clock: Callable[[], float] = time.time,
        faults: FaultPlan | None = None,
        truth: Path | None = None,
        limits: bool | Rates = False,
    ) -> None:
        super().__init__(token, clock, faults=faults, truth=truth)
        self.limits = limits
        self.app = SandboxApp(self)

    @property
    def limits(self) -> bool | Rates:
        return self.flood_limits.rates if self.flood_limits is not None else False

    @limits.setter
    def limits(self, limits: bool | Rates) -> None:
        rates = limits if isinstance(limits, Rates) else Rates()
        self.flood_limits = FloodLimits(self.clock, rates) if limits else None

    def phone(
        self, chat_id: int, language_code: str = "da", first_name: str = "Citizen A", *, is_started: bool = True
    ) -> Phone:
        """The phone of a chat, made at the first call. An unstarted one must press Start before the bot may write."""
        chat = self.chats.get(chat_id)
        if chat is None:
            chat = self.open_chat(chat_id, first_name, language_code, is_started=is_started)
        return Phone(self, chat)
