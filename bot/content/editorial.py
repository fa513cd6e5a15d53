"""What editors do, for the studio's pages and the command line: look at the draft, save, publish, take back."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.content.checking import Checking
from bot.content.difference import Difference, compare
from bot.content.problem import Problem
from bot.content.published import Published
from bot.content.repository import DRAFT, LIVE, SHIPPED, Author, Changes, Commit, ContentRepository
from bot.content.workbench import Workbench
from bot.errors import PublishRefused

BENCHES_KEPT = 6


@dataclass(frozen=True, slots=True)
class Review:
    """What a publication would do.

    Args:
        live, draft: The revisions that were compared; `draft` is what can be published.
        commits: The edits that would go live, newest first, without merges.
        problems: Of the draft; errors among them keep it from going live.
        is_checked: Else the checks are still at work, and `problems` lacks what they will say.
    """

    live: str
    draft: str
    difference: Difference
    commits: tuple[Commit, ...]
    problems: tuple[Problem, ...]
    is_checked: bool

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.is_warning)

    @property
    def authors(self) -> tuple[Author, ...]:
        return tuple(dict.fromkeys(commit.author for commit in self.commits))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pushed branch that could not be merged into the draft, and why."""

    branch: str
    reasons: tuple[str, ...]


class Editorial:
    """One for a process, used from any thread. Every method may raise ContentUnusable.

    Args:
        four_eyes: Nobody publishes edits of their own.
        now: The time, aware UTC.
    """

    def __init__(self, published: Published, now: Callable[[], datetime], *, four_eyes: bool = False) -> None:
        self._published, self._now, self.four_eyes = published, now, four_eyes
        self.today, self.kept, self.data_dir = published.today, published.kept, published.data_dir
        self._benches: OrderedDict[str, Workbench] = OrderedDict()
        self._lock = threading.Lock()
        self._checking = Checking(lambda revision, day: published.load(revision, day).problems)

    @property
    def repository(self) -> ContentRepository:
        return self._published.repository

    # --- looking ----------------------------------------------------------------------------------

    def draft(self) -> str:
        """The revision that editors work on now."""
        return self.repository.revision(DRAFT)

    def live(self) -> str:
        return self.repository.revision(LIVE)

    def bench(self, revision: str | None = None) -> Workbench:
        """All texts of a revision, of the draft as it is now where none is named. Kept, so the second look is quick."""
        revision = revision or self.draft()
        with self._lock:
            bench = self._benches.get(revision)
            if bench is None:
                bench = self._benches[revision] = self._new_bench(revision)
                while len(self._benches) > BENCHES_KEPT:
                    self._benches.popitem(last=False)
            self._benches.move_to_end(revision)
            return bench

    def _new_bench(self, revision: str) -> Workbench:
        """Made from the newest one that is known, which seldom differs in more than one file."""
        if not self._benches:
            return Workbench(self._published.checkouts.get(revision))
        known, bench = next(reversed(self._benches.items()))
        root = self._published.checkouts.get(revision, like=known)
        before, after = self.repository.files(known), self.repository.files(revision)
        return bench.after(root, [path for path in before.keys() | after.keys() if before.get(path) != after.get(path)])

    def find(self, name: str) -> str:
        """The revision that a branch or the beginning of a revision names. Raises RevisionUnknown."""
        return (
            self.repository.revision(name)
            if name in (LIVE, DRAFT, SHIPPED)
            else self.repository.commit_of(name).revision
        )

    def problems(self, revision: str | None = None, day: date | None = None) -> tuple[Problem, ...]:
        """What the checks say of a revision, of the draft as it is now where none is named; on another day if asked."""
        return self._checking.find(revision or self.draft(), day or self.today())

    def known_problems(self, revision: str) -> tuple[Problem, ...] | None:
        """The same without waiting; None while the checks are at work in the background."""
        return self._checking.look(revision, self.today())

    def review(self, revision: str | None = None, *, waits: bool = True) -> Review:
        """What the publication of a revision, or of the draft as it is now, would change.

        Args:
            waits: For the checks. Else only what they are known to say is in it.
        Raises:
            RevisionUnknown
        """
        live, draft = self.live(), revision or self.draft()
        before, after = self.bench(live), self.bench(draft)
        found = self.problems(draft) if waits else self.known_problems(draft)
        return Review(
            live=live,
            draft=draft,
            difference=compare(before, after),
            commits=tuple(each for each in self.repository.between(live, draft) if each.action == "edit"),
            problems=(*_lost_nodes(before, after), *(found or ())),
            is_checked=found is not None,
        )

    def history(self, limit: int = 50) -> list[Commit]:
        """All that was live, newest first."""
        return self.repository.history(LIVE, limit)

    def change_of(self, revision: str) -> Difference:
        """What a publication changed for citizens. Raises RevisionUnknown."""
        commit = self.repository.commit_of(revision)
        if not commit.parents:
            return Difference((), (), (), ())
        return compare(self.bench(commit.parents[0]), self.bench(revision))

    def waiting(self) -> list[Waiting]:
        """Pushed work that its author must mend first."""
        return [Waiting(name, reasons) for name, reasons in self._published.waiting()]

    # --- changing ---------------------------------------------------------------------------------

    def save(self, changes: Changes, author: Author, message: str, base: str) -> str:
        """Commit an edit that was made on the revision `base`; returns the draft's new revision.

        Raises:
            ContentClash: somebody has changed the same text since `base`; nothing was saved.
        """
        return self.repository.commit(changes, author, message, base, self._now())

    def publish(self, revision: str, author: Author, why: str) -> str:
        """Make a revision that somebody has looked at live; returns the new live revision.

        Raises:
            PublishRefused: it has errors, changes nothing, lacks a reason, or four eyes have not seen it.
            ContentClash: something else was published meanwhile.
        """
        review = self.review(revision)
        reasons = self.reasons_against(review, author)
        if not why.strip():
            reasons.append("Say why: it is what the history shows.")
        if reasons:
            raise PublishRefused("\n".join(reasons))
        return self.repository.publish(revision, author, why, self._now())

    def reasons_against(self, review: Review, author: Author) -> list[str]:
        """Why this person cannot publish it; empty when they can."""
        reasons = [str(problem) for problem in review.errors]
        if not review.difference and not self.repository.changed(review.live, review.draft):
            reasons.append("There is nothing to publish.")
        if self.four_eyes and author.email in {each.email for each in review.authors}:
            reasons.append("Four eyes: somebody who has not written any of it must publish it.")
        return reasons

    def take_back(self, revision: str, author: Author, why: str = "") -> str:
        """Undo a publication at once, also in the draft; returns the new live revision.

        Four eyes are not asked for: a wrong number must go now.

        Raises:
            PublishRefused: what was before does not stand the checks any more.
            ContentClash: later publications changed the same texts: take those back first.
        """
        base, files = self.repository.without(revision)
        errors = self._published.load_files(files).errors
        if errors:
            raise PublishRefused("\n".join(map(str, errors)))
        commit = self.repository.commit_of(revision)
        return self.repository.take_back(revision, author, why or f"Taken back: {commit.message}", base, self._now())


def _lost_nodes(before: Workbench, after: Workbench) -> list[Problem]:
    """Citizens stand on nodes: one that goes must say where they go."""
    sources = after.sources
    return [
        Problem(
            f"flows/{id.partition('/')[0]}.yaml:1",
            "removed-not-moved",
            f"the node '{id}' is removed, and nothing says where the people on it go.",
            f"Write it under `moved:` of flows/{id.partition('/')[0]}.yaml.",
        )
        for id in before.sources.nodes
        if id not in sources.nodes and id not in sources.moved
    ]
