"""The draft on an editor's own Telegram: a secret link, good for one chat and a short while."""

import asyncio
import base64
import hashlib
import hmac
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    """Which chats see the draft: an empty file for each, beside the content's repository, which all processes share.

    Args:
        secret: For the links; the same in every process.
        now: The time, aware UTC.
    """

    def __init__(self, drafts: Drafts, secret: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.drafts, self._secret, self._now = drafts, secret, now
        self._folder = drafts.beside("previews")
        self._prefix = f"{self._folder}{os.sep}chat-"

    def new_token(self) -> str:
        """What follows `/start `, or `?start=` of a link: letters, digits, - and _."""
        until = int((self._now() + LINK_KEPT).timestamp())
        return f"{PREFIX}{until:x}_{self._sign(until)}"

    def concerns(self, incoming: Incoming) -> bool:
        """Whether this chat sees the draft. A link that it opens begins that, any other /start ends it."""
        name = f"{self._prefix}{incoming.chat_id}"  # no Path: every update asks
        try:
            if isinstance(incoming, CommandGiven) and incoming.name == "start":
                seen_by = Path(name)
                seen_by.unlink(missing_ok=True)
                if self._is_good(incoming.argument, incoming.chat_id):
                    self._touch(seen_by)
            return not self._is_over(name, PREVIEW_KEPT)
        except OSError:  # not there, or a full disk
            return False

    async def release(self) -> Release | None:
        """The draft as it is now; None where it cannot be shown, and what is live is better than nothing."""
        try:
            draft = await self.drafts.now()
            return await asyncio.to_thread(lambda: draft.release)
        except BotError as error:
            log.warning("no preview", reason=type(error).__name__)
            return None

    def _is_good(self, argument: str, chat: int) -> bool:
        time, _, signed = argument.removeprefix(PREFIX).partition("_")
        try:
            until = int(time, 16)
        except ValueError:
            return False
        if not argument.startswith(PREFIX) or not hmac.compare_digest(signed.encode(), self._sign(until).encode()):
            return False
        return until >= self._now().timestamp() and self._belongs_to(argument, chat)

    def _belongs_to(self, link: str, chat: int) -> bool:
        """The first chat that opens a link has it for itself."""
        self._forget_old()
        owner = self._folder / f"link-{link}"
        try:
            with owner.open("x", encoding="utf-8") as file:
                file.write(str(chat))
            self._touch(owner)
        except FileExistsError:
            return owner.read_text("utf-8") == str(chat)
        return True

    def _forget_old(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            if self._is_over(path, PREVIEW_KEPT):
                path.unlink(missing_ok=True)

    def _touch(self, path: Path) -> None:
        path.touch()
        now = self._now().timestamp()
        os.utime(path, (now, now))

    def _is_over(self, path: Path | str, kept: timedelta) -> bool:
        return self._now().timestamp() - os.stat(path).st_mtime > kept.total_seconds()  # noqa: PTH116

    def _sign(self, until: int) -> str:
        signed = hmac.digest(self._secret.encode(), f"preview {until}".encode(), hashlib.sha256)[:_SIGNED]
        return base64.urlsafe_b64encode(signed).decode()
