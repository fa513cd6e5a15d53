"""The draft on an editor's own Telegram: a secret link, good for one chat and a short while."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

from bot.content.release import Release
from bot.engine.incoming import CommandGiven, Incoming
from bot.errors import BotError
from bot.studio.draft import Drafts

PREFIX = "preview-"
LINK_KEPT = timedelta(minutes=15)
PREVIEW_KEPT = timedelta(minutes=60)
_SIGNED = 15  # bytes; with the time they fit into the 64 signs of a start parameter
log = structlog.get_logger()


class Previews:
    """Which chats see the draft. One for a process: a chat whose updates go to another process sees what is live.

    Args:
        secret: For the links; the same in every process.
        now: The time, aware UTC.
    """

    def __init__(self, drafts: Drafts, secret: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.drafts, self._secret, self._now = drafts, secret, now
        self._chats: dict[int, datetime] = {}  # until when
        self._used: dict[str, int] = {}  # which chat a link belongs to

    def new_token(self) -> str:
        """What follows `/start `, or `?start=` of a link: letters, digits, - and _."""
        until = int((self._now() + LINK_KEPT).timestamp())
        return f"{PREFIX}{until:x}_{self._sign(until)}"

    def concerns(self, incoming: Incoming) -> bool:
        """Whether this chat sees the draft. A link that it opens begins that, any other /start ends it."""
        chat, now = incoming.chat_id, self._now()
        if isinstance(incoming, CommandGiven) and incoming.name == "start":
            self._chats.pop(chat, None)
            if self._is_good(incoming.argument, chat, now):
                self._chats[chat] = now + PREVIEW_KEPT
        until = self._chats.get(chat)
        if until is not None and until < now:
            del self._chats[chat]
            return False
        return until is not None

    async def release(self) -> Release | None:
        """The draft as it is now; None where it cannot be shown, and what is live is better than nothing."""
        try:
            draft = await self.drafts.now()
            return await asyncio.to_thread(lambda: draft.release)
        except BotError as error:
            log.warning("no preview", reason=type(error).__name__)
            return None

    def _is_good(self, argument: str, chat: int, now: datetime) -> bool:
        time, _, signed = argument.removeprefix(PREFIX).partition("_")
        try:
            until = int(time, 16)
        except ValueError:
            return False
        if not argument.startswith(PREFIX) or not hmac.compare_digest(signed.encode(), self._sign(until).encode()):
            return False
        if until < now.timestamp():
            return False
        return self._used.setdefault(argument, chat) == chat

    def _sign(self, until: int) -> str:
        signed = hmac.digest(self._secret.encode(), f"preview {until}".encode(), hashlib.sha256)[:_SIGNED]
        return base64.urlsafe_b64encode(signed).decode()
