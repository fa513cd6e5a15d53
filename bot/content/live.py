"""The release that the bot speaks from now, exchanged whole when the files change."""

import asyncio
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import structlog

from bot.content.load import FOLDERS, load_release
from bot.content.release import Release
from bot.errors import ContentRefused
from bot.runner.kept import Kept

POLL_S = 1.0
WARM_AFTER_S = 20.0  # what a start has to do comes first; a language that is written before is learned at once
log = structlog.get_logger()

Stamp = tuple[tuple[str, int, int], ...]


class LiveRelease:
    """Holds one immutable release; a turn takes it once and keeps it to its end.

    Args:
        root: The content's folder.
        today: The day in Copenhagen, asked at each load.
        kept, approved_only: See `load_release`.
    Raises:
        ContentRefused: the content cannot be loaded at the start.
    """

    def __init__(self, root: Path, today: Callable[[], date], kept: Kept, *, approved_only: bool = False) -> None:
        self._root, self._today, self._kept, self._approved_only = root, today, kept, approved_only
        self._stamp = self._take_stamp()
        self.current: Release = self._load()

    def _load(self) -> Release:
        return load_release(self._root, self._today(), self._kept, approved_only=self._approved_only)

    def _take_stamp(self) -> Stamp:
        """Names, times and sizes of all files: cheap to compare, and different after every save."""
        files = sorted(path for folder in FOLDERS for path in (self._root / folder).rglob("*") if path.is_file())
        stats = [(str(path), path.stat()) for path in files]
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def reload(self) -> tuple[str, ...]:
        """Load the files as they are now. Broken content is refused: the running release stays.

        Returns:
            All problems, empty when the new release is live.
        """
        try:
            self.current = self._load()
        except ContentRefused as refused:
            log.error("content refused", count=len(refused.problems), problems=list(refused.problems))
            return refused.problems
        log.info("content live", digest=self.current.digest[:12])
        return ()

    def _warm(self) -> None:
        """Learn all languages' phrases beside the work; nothing waits for this thread when the process ends."""
        threading.Thread(target=self.current.understanding.warm, daemon=True).start()

    async def watch(self) -> None:
        """Reload whenever the files have changed, until cancelled. A half-saved state mends itself at the next look."""
        loop = asyncio.get_running_loop()
        loop.call_later(WARM_AFTER_S, self._warm)
        while True:
            await asyncio.sleep(POLL_S)
            try:
                stamp = await asyncio.to_thread(self._take_stamp)
            except FileNotFoundError:  # an editor's program is just replacing a file
                continue
            if stamp != self._stamp:
                self._stamp = stamp
                await asyncio.to_thread(self.reload)
                loop.call_later(WARM_AFTER_S, self._warm)
