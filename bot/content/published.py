"""The repository's branch `live` as the place the bot's content comes from, and what keeps the branches together."""

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import structlog

from bot.content.checked import Checked
from bot.content.checkout import Checkouts
from bot.content.extract import extract_all
from bot.content.live import stamp_of
from bot.content.load import FOLDERS, Loaded, try_load
from bot.content.repository import DRAFT, LIVE, PROGRAM, SHIPPED, ContentRepository
from bot.errors import ContentClash, ContentRefused, ContentUnusable
from bot.runner.kept import Kept

PAUSE = timedelta(minutes=1)
log = structlog.get_logger()


def read_files(root: Path) -> dict[str, bytes]:
    """All content files below a folder, by their path."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }


class Published:
    """The content repository of a data folder.

    `live` follows what the installed version ships wherever no editor has changed a text; so does the draft. What was
    pushed from outside goes into the draft. All of it happens at the start and whenever something of it has changed.
    The very first start speaks from the shipped files: the repository is made of them beside the work.

    Args:
        data_dir: Holds `content.git` and `releases/`.
        shipped: The folder with the installed version's content.
        today: The day in Copenhagen.
    """

    def __init__(self, data_dir: Path, shipped: Path, today: Callable[[], date], kept: Kept) -> None:
        self.data_dir = data_dir
        self._repository = ContentRepository(data_dir / "content.git")
        self.checkouts = Checkouts(self._repository, data_dir / "releases")
        self._shipped, self.today, self.kept = shipped, today, kept
        self.checked = Checked(data_dir / "checked")
        self._last_good = data_dir / "releases.last"
        self._shipped_stamp: Hashable = None
        self._lock = threading.Lock()
        self._looked_at: dict[tuple[str, str], tuple[str, ...]] = {}  # pushed branches, and what keeps them waiting
        self._stepped: str | None = None  # the draft that the catalogs were last looked at for
        self._danish: Mapping[str, str] | None = None
        self._started = datetime.now(UTC)
        self._is_first_start = not self._repository.exists
        self._first: str | None = None  # the revision that this process made of the shipped files

    @property
    def repository(self) -> ContentRepository:
        """Where there is none, it is made. Raises ContentUnusable."""
        stamp = stamp_of(self._shipped) if not self._repository.exists else None
        if self._repository.make(lambda: read_files(self._shipped), datetime.now(UTC)):
            self._first, self._shipped_stamp = self._repository.revision(LIVE), stamp
        return self._repository

    # --- where the bot looks ----------------------------------------------------------------------

    def stamp(self) -> Hashable:
        if self._is_first_start and not self._repository.exists:
            return "shipped"
        with suppress(ContentUnusable):
            self.sync()
            revision = self.repository.revision(LIVE)
            return "shipped" if revision == self._first else revision
        return None

    def folder(self) -> Path:
        is_first_start, self._is_first_start = self._is_first_start, False
        if is_first_start and not self._repository.exists:
            return self._shipped
        return self.checkouts.get(self.repository.revision(LIVE))

    def fallbacks(self) -> Iterator[Path]:
        with suppress(OSError):
            last = Path(self._last_good.read_text("utf-8"))
            if last.is_dir():
                yield last
        yield self._shipped

    def loaded(self, folder: Path) -> None:
        with suppress(OSError):  # only a bot that starts with a damaged repository needs it
            self._last_good.write_text(str(folder.absolute()), "utf-8")

    # --- branches ---------------------------------------------------------------------------------

    def load(self, revision: str, day: date | None = None) -> Loaded:
        """Check the content of a revision, as of today or another day."""
        return self._load(self.checkouts.get(revision), day)

    def load_files(self, files: Mapping[str, bytes]) -> Loaded:
        """Check content that is no revision yet."""
        with TemporaryDirectory(prefix="vejviser-") as folder:
            for path, raw in files.items():
                target = Path(folder).joinpath(*PurePosixPath(path).parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(raw)
            return self._load(Path(folder), None)

    def _load(self, folder: Path, day: date | None) -> Loaded:
        loaded = try_load(folder, day or self.today(), self.kept)
        if loaded.release is not None:
            self.checked.add(loaded.release.digest)
        return loaded

    def sync(self) -> None:
        """Make the repository where there is none, and bring its branches together. Cheap when nothing has changed."""
        with self._lock:
            now, repository = datetime.now(UTC), self.repository
            stamp = stamp_of(self._shipped)
            if stamp != self._shipped_stamp:
                self._follow_shipped(now)
                self._shipped_stamp = stamp
            repository.merge(DRAFT, LIVE, now)
            self._take_incoming(now)
            self._bring_in_step(now)

    def _follow_shipped(self, now: datetime) -> None:
        files = read_files(self._shipped)
        if not self.repository.holds(SHIPPED, files):
            problems = self._load(self._shipped, None).errors
            if problems:  # a file that is just being written by hand, or that is wrong
                log.error("content refused", count=len(problems), problems=[str(problem) for problem in problems])
                return
            self.repository.ship(files, now)
        self.repository.merge(LIVE, SHIPPED, now, accept=lambda revision: not self.load(revision).errors)
        self.repository.merge(DRAFT, SHIPPED, now)

    def _take_incoming(self, now: datetime) -> None:
        """Merge what was pushed; what clashes or breaks the draft waits until its author has mended it."""
        tips = frozenset((name, self.repository.revision(name)) for name in self.repository.incoming())
        self._looked_at = {tip: reasons for tip, reasons in self._looked_at.items() if tip in tips}
        for name, revision in sorted(tips - self._looked_at.keys()):
            reasons = self._why_waiting(name)
            if reasons:
                log.warning("pushed content waits", count=1)
            else:
                self.repository.merge(DRAFT, name, now)
            self._looked_at[name, revision] = reasons

    def _bring_in_step(self, now: datetime) -> None:
        """Let the PO files follow the draft's Danish, for translators with tools of their own; when editors pause.

        Studio and bot compare the texts themselves. It takes seconds, so it begins when nobody waits.
        """
        draft = self.repository.commit_of(self.repository.revision(DRAFT))
        if draft.revision == self._stepped or now - max(draft.at, self._started) < PAUSE:
            return
        self._stepped = draft.revision
        danish = self._danish_files(draft.revision)
        if danish == (self._danish or self._danish_files(self.repository.revision(SHIPPED))):
            return
        # A clash: an editor was faster; it is tried again when they pause.
        with TemporaryDirectory(prefix="vejviser-") as folder, suppress(ContentRefused, ContentClash):
            root = Path(folder)
            self.repository.write_files(draft.revision, root)
            changes = {path.relative_to(root).as_posix(): path.read_bytes() for path in extract_all(root, now)}
            message = "The catalogs follow the Danish texts."
            self.repository.commit(changes, PROGRAM, message, draft.revision, now, "extract")
            self._danish = danish

    def _danish_files(self, revision: str) -> dict[str, str]:
        files = self.repository.files(revision)
        return {path: hash for path, hash in files.items() if not path.startswith("locales/")}

    def waiting(self) -> list[tuple[str, tuple[str, ...]]]:
        """Pushed branches that the last `sync` could not merge, and why."""
        return sorted((name, reasons) for (name, _), reasons in self._looked_at.items() if reasons)

    def _why_waiting(self, name: str) -> tuple[str, ...]:
        """What keeps a pushed branch from being merged: texts that both sides changed, or errors that it brings."""
        clashes = self.repository.clashes(DRAFT, name)
        if clashes:
            return tuple(f"{clash}: both sides changed it" for clash in clashes)
        try:
            merged = self.repository.merged(DRAFT, name)
            before = {(problem.code, problem.what) for problem in self.load(self.repository.revision(DRAFT)).errors}
            return tuple(
                str(problem) for problem in self.load(merged).errors if (problem.code, problem.what) not in before
            )
        except ContentRefused as refused:
            return refused.problems
