"""The release that the bot speaks from now, exchanged whole when the content changes."""

import asyncio
import threading
from collections.abc import Callable, Hashable, Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

import structlog

from bot.content.checked import Checked
from bot.content.load import FOLDERS, digest_of_files, load_release
from bot.content.release import Release
from bot.errors import ContentRefused, ContentUnusable
from bot.runner.kept import Kept

POLL_S = 1.0
WARM_AFTER_S = 1.0  # what a start has to do comes first; a language that is written before is learned at once
log = structlog.get_logger()


class Place(Protocol):
    """Where the content comes from: a folder, or the branch `live` of the repository."""

    def stamp(self) -> Hashable:
        """Cheap to take, and different after every change."""

    def folder(self) -> Path:
        """What shall be live now. Raises ContentUnusable."""

    def fallbacks(self) -> Iterator[Path]:
        """What a bot that starts may speak instead, when that cannot be loaded; best first."""

    def loaded(self, folder: Path) -> None:
        """This folder is live now."""

    @property
    def checked(self) -> Checked | None:
        """Content that need not be checked again."""


def stamp_of(root: Path) -> Hashable:
    """Names, times and sizes of all content files."""
    files = sorted(path for folder in FOLDERS for path in (root / folder).rglob("*") if path.is_file())
    stats = [(str(path), path.stat()) for path in files]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


class Folder:
    """Files that somebody edits by hand."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def stamp(self) -> Hashable:
        return stamp_of(self._root)

    def folder(self) -> Path:
        return self._root

    def fallbacks(self) -> Iterator[Path]:
        return iter(())

    def loaded(self, folder: Path) -> None:
        return None

    @property
    def checked(self) -> None:
        return None


class LiveRelease:
    """Holds one immutable release; a turn takes it once and keeps it to its end.

    Args:
        place: A folder, or where else the content comes from.
        today: The day in Copenhagen, asked at each load.
        kept, approved_only: See `load_release`.
    Raises:
        ContentRefused: the content cannot be loaded at the start.
    """

    def __init__(
        self, place: Place | Path, today: Callable[[], date], kept: Kept, *, approved_only: bool = False
    ) -> None:
        self._place: Place = Folder(place) if isinstance(place, Path) else place
        self._today, self._kept, self._approved_only = today, kept, approved_only
        self._stamp = self._place.stamp()
        self.current: Release = self._load_first()

    def _load_first(self) -> Release:
        """A bot that starts must speak: what was live last is better than nothing."""
        try:
            return self._load(self._place.folder())
        except (ContentRefused, ContentUnusable) as refused:
            for folder in self._place.fallbacks():
                try:
                    release = self._load(folder)
                except ContentRefused:
                    continue
                log.error("content refused, an older state is live", reason=type(refused).__name__)
                return release
            raise

    def _load(self, folder: Path) -> Release:
        checked = self._place.checked
        release = load_release(folder, self._today(), self._kept, approved_only=self._approved_only, checked=checked)
        self._place.loaded(folder)
        return release

    def reload(self) -> tuple[str, ...]:
        """Load the content as it is now. Broken content is refused: the running release stays.

        Returns:
            All problems, empty when the content is live.
        """
        try:
            folder = self._place.folder()
            if digest_of_files(folder) == self.current.digest:  # the same, elsewhere
                self._place.loaded(folder)
                return ()
            self.current = self._load(folder)
        except ContentRefused as refused:
            log.error("content refused", count=len(refused.problems), problems=list(refused.problems))
            return refused.problems
        except ContentUnusable as error:
            log.error("content unusable", reason=type(error).__name__)
            return (str(error),)
        log.info("content live", digest=self.current.digest[:12])
        return ()

    def _warm(self) -> None:
        """Learn all languages' phrases beside the work; nothing waits for this thread when the process ends."""
        threading.Thread(target=self.current.understanding.warm, daemon=True).start()

    async def watch(self) -> None:
        """Reload whenever the content has changed, until cancelled. A half-saved state mends itself soon."""
        loop = asyncio.get_running_loop()
        loop.call_later(WARM_AFTER_S, self._warm)
        while True:
            await asyncio.sleep(POLL_S)
            try:
                stamp = await asyncio.to_thread(self._place.stamp)
            except FileNotFoundError:  # an editor's program is just replacing a file
                continue
            if stamp != self._stamp:
                self._stamp = stamp
                await asyncio.to_thread(self.reload)
                loop.call_later(WARM_AFTER_S, self._warm)
