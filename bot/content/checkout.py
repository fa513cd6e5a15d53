"""Revisions of the content written out as folders, which is how everything else reads content."""

import os
import shutil
import tempfile
import time
from pathlib import Path

from bot.content.repository import ContentRepository
from bot.errors import ContentUnusable

KEPT = 8  # folders; a revision that is asked for again is written again
KEPT_S = 600  # and no folder that somebody may just be reading


class Checkouts:
    """`<folder>/<revision>/flows/…`, one folder a revision, shared by all processes.

    Raises:
        ContentUnusable: the disk is full, or the repository is damaged.
    """

    def __init__(self, repository: ContentRepository, folder: Path) -> None:
        self._repository, self._folder = repository, folder

    def get(self, revision: str, *, like: str | None = None) -> Path:
        """The folder with the files of a revision. Nobody writes into it.

        Args:
            like: Another revision, which seldom differs in more than a file.
        """
        target = self._folder / revision
        try:
            if target.is_dir():
                os.utime(target)
            else:
                self._write(revision, target, like)
                self._remove_old()
        except OSError as error:
            raise ContentUnusable(f"The content cannot be written to {target}: {error.strerror}.") from error
        return target

    def _write(self, revision: str, target: Path, like: str | None) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".", dir=self._folder))
        try:
            self._repository.write_files(revision, building, None if like is None else (like, self._folder / like))
            # Whole or not at all; where another process was faster, its folder holds the same.
            try:
                building.rename(target)
            except OSError:
                if not target.is_dir():
                    raise
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def _remove_old(self) -> None:
        folders = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in folders[KEPT:]:
            if time.time() - path.stat().st_mtime > KEPT_S:
                shutil.rmtree(path, ignore_errors=True)
