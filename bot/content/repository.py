"""The content's own git repository: every edit is a commit, `live` is what the bot speaks.

Branches: `shipped` is what the installed version brought, `draft` what editors work on, `live` what citizens see.
People with tools of their own push to `incoming/<name>`. A branch moves only from the commit that was looked at
(compare and swap), so any number of processes may write.
"""

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pygit2
from pygit2.enums import FileMode, ObjectType, SortMode

from bot.content.merge import Clash, data_of, merge_blobs
from bot.content.po import MAX_PO_BYTES
from bot.errors import ContentClash, ContentRefused, ContentUnusable, RevisionUnknown
from bot.runner.failpoint import failpoint

SHIPPED, DRAFT, LIVE = "shipped", "draft", "live"
INCOMING = "incoming/"
LOCK_AGE_S = 10  # a lock of a reference is held for milliseconds: an older one was left by a process that was killed
BUILDING = "content-"  # begins the name of a repository that is just being made, which takes less than a second
BUILDING_AGE_S = 600  # one that is older was left by a process that was killed
TRIES = 20
MOST_FILES = 20_000
MOST_BYTES = 64_000_000
_ACTION = re.compile(r"^Vejviser-Action: (?P<action>[a-z-]+)(?: (?P<about>\S+))?$", re.MULTILINE)

# Outsiders cannot move what is live: they push beside it, and it is merged.
_UPDATE_HOOK = """#!/bin/sh
case "$1" in
refs/heads/incoming/*) exit 0 ;;
esac
echo "Push to incoming/<a name>: it is merged into draft by itself, and goes live when it is published." >&2
exit 1
"""

Changes = Mapping[str, bytes | None]  # path -> its new content; None removes it


@dataclass(frozen=True, slots=True)
class Author:
    """Who a commit is by. `email` identifies: it is made of the login, nobody is written to there."""

    name: str
    email: str


PROGRAM = Author("Vejviser", "program@vejviser.invalid")


@dataclass(frozen=True, slots=True)
class Commit:
    """One state of the content, and how it came about.

    Args:
        action: "edit", "publish", "take-back", "merge", "extract" or "ship".
        about: The revision that was taken back; else "".
    """

    revision: str
    author: Author
    at: datetime
    message: str
    parents: tuple[str, ...]
    action: str = "edit"
    about: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a merge: the branch's revision, and what stayed as it was there because both sides changed it."""

    revision: str
    clashes: tuple[Clash, ...] = field(default=())


class ContentRepository:
    """Opened anew for each call, so it can be used from any thread and sees what other processes wrote.

    Raises:
        ContentUnusable: from any method.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return self.path.exists()

    def make(self, files: Callable[[], Mapping[str, bytes]], at: datetime) -> bool:
        """Where there is none, make one whose branches all hold these files; False where there is."""
        if self.exists:
            return False
        with _readable():
            return self._create(files(), at)

    def _create(self, files: Mapping[str, bytes], at: datetime) -> bool:
        """False where another process was faster."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for left in self.path.parent.glob(f"{BUILDING}*"):
            with suppress(FileNotFoundError):  # it has just become the repository
                if time.time() - left.stat().st_mtime > BUILDING_AGE_S:
                    shutil.rmtree(left, ignore_errors=True)
        building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=self.path.parent))
        try:
            repo = pygit2.init_repository(str(building), bare=True, initial_head=DRAFT)
            repo.config["receive.maxInputSize"] = MOST_BYTES
            hook = building / "hooks" / "update"
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(_UPDATE_HOOK)
            hook.chmod(0o755)
            blobs = {path: repo.create_blob(raw) for path, raw in files.items()}
            first = _write(repo, blobs, [], PROGRAM, "The content that came with this version.", at, "ship")
            for branch in (SHIPPED, DRAFT, LIVE):
                repo.references.create(f"refs/heads/{branch}", first)
            try:
                building.rename(self.path)  # whole or not at all
            except OSError:
                if not self.exists:
                    raise
                return False
            return True
        finally:
            shutil.rmtree(building, ignore_errors=True)

    # --- reading ----------------------------------------------------------------------------------

    def revision(self, branch: str) -> str:
        """The commit that a branch stands at, in hex."""
        with self._opened() as repo:
            return str(_tip(repo, branch))

    def files(self, revision: str) -> dict[str, str]:
        """Path -> hash of its content, of all files."""
        with self._opened() as repo:
            return {path: str(blob) for path, blob in _blobs(repo, _commit(repo, revision)).items()}

    def read(self, path: str, revision: str) -> bytes | None:
        """One file as it is there; None where there is no such file."""
        with self._opened() as repo:
            blob = _blobs(repo, _commit(repo, revision)).get(path)
            return None if blob is None else data_of(repo, blob)

    def write_files(self, revision: str, to: Path, like: tuple[str, Path] | None = None) -> None:
        """Write all files of a revision below an empty folder.

        Args:
            like: Another revision and the folder with its files, which nobody writes into: what is the same is linked.
        """
        with self._opened() as repo:
            known, folder = (_blobs(repo, _commit(repo, like[0])), like[1]) if like is not None else ({}, to)
            for path, blob in _blobs(repo, _commit(repo, revision)).items():
                target = to.joinpath(*PurePosixPath(path).parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                if known.get(path) == blob and _is_linked(target, folder.joinpath(*PurePosixPath(path).parts)):
                    continue
                target.write_bytes(data_of(repo, blob))

    def changed(self, before: str, after: str) -> dict[str, tuple[bytes | None, bytes | None]]:
        """Path -> content before and after, of all files that differ; None where it was not there."""
        with self._opened() as repo:
            old, new = (_blobs(repo, _commit(repo, revision)) for revision in (before, after))
            return {
                path: (_data(repo, old.get(path)), _data(repo, new.get(path)))
                for path in sorted(old.keys() | new.keys())
                if old.get(path) != new.get(path)
            }

    def history(self, branch: str = LIVE, limit: int = 50) -> list[Commit]:
        """What the branch stood at, newest first: of `live` the publications, without the edits inside them."""
        with self._opened() as repo:
            walk = repo.walk(_tip(repo, branch), SortMode.TOPOLOGICAL)
            if branch == LIVE:
                walk.simplify_first_parent()
            return [_to_commit(commit) for commit, _ in zip(walk, range(limit), strict=False)]

    def between(self, before: str, after: str) -> list[Commit]:
        """The commits that `after` has and `before` has not, newest first."""
        with self._opened() as repo:
            walk = repo.walk(_commit(repo, after).id, SortMode.TOPOLOGICAL)
            walk.hide(_commit(repo, before).id)
            return [_to_commit(commit) for commit in walk]

    def commit_of(self, revision: str) -> Commit:
        with self._opened() as repo:
            return _to_commit(_commit(repo, revision))

    def last_change(self, path: str, branch: str = DRAFT) -> Commit | None:
        """The newest commit in which a file became what it is, by whoever wrote it."""
        with self._opened() as repo:
            current = _commit(repo, str(_tip(repo, branch)))
            if path not in _blobs(repo, current):
                return None
            while True:
                wanted = _entry(current, path)
                before = next((parent for parent in current.parents if _entry(parent, path) == wanted), None)
                if before is None:
                    return _to_commit(current)
                current = before

    # --- writing ----------------------------------------------------------------------------------

    def commit(
        self, changes: Changes, author: Author, message: str, base: str, at: datetime, action: str = "edit"
    ) -> str:
        """Change files of the draft, as an editor saw them at `base`; what others changed since then stays.

        Args:
            action: See `Commit`.
        Returns:
            The new revision; that of the draft where there is nothing to change.
        Raises:
            ContentClash: somebody has changed the same text since; nothing was written.
        """
        with self._opened() as repo:
            seen = _blobs(repo, _commit(repo, base))
            wanted = dict(seen)
            for path, raw in changes.items():
                if raw is None:
                    wanted.pop(path, None)
                else:
                    wanted[path] = repo.create_blob(raw)

            def build(tip: pygit2.Oid) -> pygit2.Oid:
                ours = _blobs(repo, _commit(repo, str(tip)))
                merged, clashes = merge_blobs(repo, seen, ours, wanted)
                if clashes:
                    raise ContentClash(tuple(map(str, clashes)))
                return tip if merged == ours else _write(repo, merged, [tip], author, message, at, action)

            return self._move(repo, DRAFT, build)

    def publish(self, revision: str, author: Author, why: str, at: datetime) -> str:
        """Make the content of a revision of the draft live.

        Raises:
            ContentClash: something was published since, which this revision does not hold.
        """
        with self._opened() as repo:
            seen = _commit(repo, revision)

            def build(tip: pygit2.Oid) -> pygit2.Oid:
                if tip != seen.id and not repo.descendant_of(seen.id, tip):
                    raise ContentClash((f"{tip}: was published meanwhile",))
                return _write(repo, _blobs(repo, seen), [tip, seen.id], author, why, at, "publish")

            failpoint("before_publish")
            published = self._move(repo, LIVE, build)
            failpoint("after_publish")
        self.merge(DRAFT, LIVE, at)
        return published

    def without(self, revision: str) -> tuple[str, dict[str, bytes]]:
        """What would be live if a publication had not been: the live revision it starts from, and all files.

        Raises:
            ContentClash: later publications changed the same texts.
        """
        with self._opened() as repo:
            tip = _tip(repo, LIVE)
            merged = self._without(repo, revision, tip)
            return str(tip), {path: data_of(repo, blob) for path, blob in merged.items()}

    def take_back(self, revision: str, author: Author, why: str, base: str, at: datetime) -> str:
        """Undo a publication, in `live` and then in the draft, where later edits stay.

        Args:
            base: The live revision that `without` started from.
        Raises:
            ContentClash: later publications changed the same texts, or something was published since.
        """
        with self._opened() as repo:

            def build(tip: pygit2.Oid) -> pygit2.Oid:
                if str(tip) != base:
                    raise ContentClash((f"{tip}: was published meanwhile",))
                merged = self._without(repo, revision, tip)
                return _write(repo, merged, [tip], author, why, at, f"take-back {revision}")

            taken_back = self._move(repo, LIVE, build)
        self.merge(DRAFT, LIVE, at)
        return taken_back

    @staticmethod
    def _without(repo: pygit2.Repository, revision: str, tip: pygit2.Oid) -> dict[str, pygit2.Oid]:
        undone = _commit(repo, revision)
        if not undone.parents:
            raise RevisionUnknown("There is nothing before this revision.")
        before = _blobs(repo, undone.parents[0])
        merged, clashes = merge_blobs(repo, _blobs(repo, undone), _blobs(repo, _commit(repo, str(tip))), before)
        if clashes:
            raise ContentClash(tuple(map(str, clashes)))
        return merged

    def ship(self, files: Mapping[str, bytes], at: datetime) -> bool:
        """Let `shipped` hold what the installed version brought; False where it does already."""
        with self._opened() as repo:
            blobs = {path: repo.create_blob(raw) for path, raw in files.items()}

            def build(tip: pygit2.Oid) -> pygit2.Oid:
                if _blobs(repo, _commit(repo, str(tip))) == blobs:
                    return tip
                return _write(repo, blobs, [tip], PROGRAM, "The content that came with this version.", at, "ship")

            before = _tip(repo, SHIPPED)
            return self._move(repo, SHIPPED, build) != str(before)

    def merge(self, into: str, other: str, at: datetime, *, accept: Callable[[str], bool] | None = None) -> Merged:
        """Merge a branch into another; where both changed a text, it stays as it is in `into`.

        Args:
            accept: Asked with the merged revision before the branch moves there.
        """
        with self._opened() as repo:
            theirs = _commit(repo, str(_tip(repo, other)))
            found: list[Clash] = []

            def build(tip: pygit2.Oid) -> pygit2.Oid:
                found.clear()
                merged = _merged(repo, tip, theirs, found, other, at)
                return merged if merged == tip or accept is None or accept(str(merged)) else tip

            return Merged(self._move(repo, into, build), tuple(found))

    def holds(self, branch: str, files: Mapping[str, bytes]) -> bool:
        """Whether a branch stands at exactly these files."""
        hashes = {path: str(pygit2.hash(raw)) for path, raw in files.items()}
        return self.files(self.revision(branch)) == hashes

    def incoming(self) -> list[str]:
        """Branches that were pushed from outside and hold something that the draft has not."""
        with self._opened() as repo:
            draft = _tip(repo, DRAFT)
            names = (name for name in repo.branches.local if name.startswith(INCOMING))
            return sorted(
                name for name in names if (tip := _tip(repo, name)) != draft and not repo.descendant_of(draft, tip)
            )

    def clashes(self, into: str, other: str) -> tuple[Clash, ...]:
        """What a merge would not know how to join."""
        return self._try_merge(into, other)[1]

    def merged(self, into: str, other: str) -> str:
        """The revision that a merge would make; no branch moves.

        Raises:
            ContentRefused: the other branch holds more than content ever does.
        """
        return self._try_merge(into, other)[0]

    def _try_merge(self, into: str, other: str) -> tuple[str, tuple[Clash, ...]]:
        with self._opened() as repo:
            theirs = _commit(repo, str(_tip(repo, other)))
            _refuse_too_much(repo, theirs)
            found: list[Clash] = []
            merged = _merged(repo, _tip(repo, into), theirs, found, other, datetime.now(UTC))
            return str(merged), tuple(found)

    def _move(self, repo: pygit2.Repository, branch: str, build: Callable[[pygit2.Oid], pygit2.Oid]) -> str:
        """Set a branch to what is built on its tip; built again when another process was faster."""
        for _ in range(TRIES):
            reference = repo.references[f"refs/heads/{branch}"]
            tip = reference.target
            assert isinstance(tip, pygit2.Oid)
            built = build(tip)
            if built == tip:
                return str(tip)
            try:
                reference.set_target(built)
            except (pygit2.GitError, OSError):
                if repo.references[f"refs/heads/{branch}"].target == tip and not self._was_locked(branch):
                    raise
                time.sleep(0.01)
                continue
            return str(built)
        raise ContentUnusable(f"The branch '{branch}' of the content stays locked: {self.path}")

    def _was_locked(self, branch: str) -> bool:
        lock = self.path / "refs" / "heads" / f"{branch}.lock"
        try:
            age = time.time() - lock.stat().st_mtime
        except FileNotFoundError:
            return False
        if age > LOCK_AGE_S:
            lock.unlink(missing_ok=True)
        else:
            time.sleep(0.1)
        return True

    @contextmanager
    def _opened(self) -> Iterator[pygit2.Repository]:
        with _readable():
            yield pygit2.Repository(str(self.path))


@contextmanager
def _readable() -> Iterator[None]:
    """Errors of git and of the disk, in words."""
    try:
        yield
    except (pygit2.GitError, OSError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise ContentUnusable(
            f"The content's repository cannot be read or written ({reason}). What is live stays live."
        ) from error
    except KeyError as error:  # how pygit2 says that an object is missing
        raise ContentUnusable(f"The content's repository is damaged: {error} is missing.") from error


def _tip(repo: pygit2.Repository, branch: str) -> pygit2.Oid:
    target = repo.references[f"refs/heads/{branch}"].target
    assert isinstance(target, pygit2.Oid)
    return target


def _commit(repo: pygit2.Repository, revision: str) -> pygit2.Commit:
    """Raises RevisionUnknown for what is no commit, or only its beginning."""
    try:
        return repo[revision].peel(pygit2.Commit)
    except (ValueError, KeyError, pygit2.InvalidSpecError):
        raise RevisionUnknown(f"There is no state '{revision[:40]}' of the content.") from None


def _refuse_too_much(repo: pygit2.Repository, commit: pygit2.Commit) -> None:
    """Few bytes of a push can unfold to very many: sizes are looked at before a file is read."""
    sizes = {path: repo.odb.read_header(blob)[1] for path, blob in _blobs(repo, commit).items()}
    if len(sizes) > MOST_FILES or sum(sizes.values()) > MOST_BYTES:
        raise ContentRefused((f"more than {MOST_FILES} files or {MOST_BYTES} bytes",))
    large = tuple(f"{path}: has {size} bytes" for path, size in sorted(sizes.items()) if size > MAX_PO_BYTES)
    if large:
        raise ContentRefused(large)


def _entry(commit: pygit2.Commit, path: str) -> pygit2.Oid | None:
    try:
        return commit.tree[path].id
    except KeyError:
        return None


def _data(repo: pygit2.Repository, blob: pygit2.Oid | None) -> bytes | None:
    return None if blob is None else data_of(repo, blob)


def _is_linked(target: Path, file: Path) -> bool:
    """Whether target is now another name of the file: not every file system can, and the file may have been removed."""
    try:
        os.link(file, target)
    except OSError:
        return False
    return True


def _blobs(repo: pygit2.Repository, commit: pygit2.Commit) -> dict[str, pygit2.Oid]:
    """All plain files; links and other repositories, which only a push can bring, are left out."""
    found: dict[str, pygit2.Oid] = {}
    waiting: list[tuple[str, pygit2.Tree]] = [("", commit.tree)]
    while waiting:
        folder, tree = waiting.pop()
        for each in tree:
            if each.type == ObjectType.TREE:
                waiting.append((f"{folder}{each.name}/", repo[each.id]))  # type: ignore[arg-type]
            elif each.filemode in (FileMode.BLOB, FileMode.BLOB_EXECUTABLE):
                found[f"{folder}{each.name}"] = each.id
    return found


def _write(
    repo: pygit2.Repository,
    blobs: Mapping[str, pygit2.Oid],
    parents: list[pygit2.Oid],
    author: Author,
    message: str,
    at: datetime,
    action: str = "edit",
) -> pygit2.Oid:
    index = pygit2.Index()
    for path, blob in blobs.items():
        index.add(pygit2.IndexEntry(path, blob, FileMode.BLOB))
    by = pygit2.Signature(author.name or author.email, author.email, int(at.timestamp()), 0)
    text = f"{message.strip()}\n\nVejviser-Action: {action}\n"
    return repo.create_commit(None, by, by, text, index.write_tree(repo), parents)


def _merged(
    repo: pygit2.Repository,
    tip: pygit2.Oid,
    theirs: pygit2.Commit,
    found: list[Clash],
    name: str,
    at: datetime,
) -> pygit2.Oid:
    """The commit that holds both; one of the two where it already holds the other."""
    start = repo.merge_base(tip, theirs.id)
    if start in (theirs.id, tip):
        return tip if start == theirs.id else theirs.id
    base = {} if start is None else _blobs(repo, _commit(repo, str(start)))
    ours = _blobs(repo, _commit(repo, str(tip)))
    blobs, clashes = merge_blobs(repo, base, ours, _blobs(repo, theirs))
    found += clashes
    kept = "".join(f"\nKept as it was here: {clash}" for clash in clashes)
    return _write(repo, blobs, [tip, theirs.id], PROGRAM, f"Merge {name}.{kept}", at, "merge")


def _to_commit(commit: pygit2.Commit) -> Commit:
    said = _ACTION.search(commit.message)
    return Commit(
        revision=str(commit.id),
        author=Author(commit.author.name, commit.author.email),
        at=datetime.fromtimestamp(commit.commit_time, UTC),
        message=_ACTION.sub("", commit.message).strip(),
        parents=tuple(map(str, commit.parent_ids)),
        action=said["action"] if said else "edit",
        about=(said["about"] or "") if said else "",
    )
