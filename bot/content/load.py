"""From files to one release, or to all problems at once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.content.approvals import find_unreadable, read_approvals
from bot.content.build import build_facts, build_nodes, build_services
from bot.content.catalog import SOURCE_LOCALE, Translated, read_catalogs
from bot.content.checked import Checked
from bot.content.checks import Content, find_problems
from bot.content.checks.length import find_too_long
from bot.content.problem import Problem
from bot.content.release import Release
from bot.content.source import read_sources
from bot.errors import ContentRefused
from bot.runner.kept import Kept
from bot.understanding.meaning import Understanding

DEFAULT = Kept()
FOLDERS = ("flows", "knowledge", "locales")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A release, None where it cannot be built, and everything that was found on the way, sorted by place."""

    release: Release | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.is_warning)


def load_release(
    root: Path, today: date, kept: Kept = DEFAULT, *, approved_only: bool = False, checked: Checked | None = None
) -> Release:
    """Read, check and freeze the content below root.

    Args:
        checked: Content in there is not checked again; what is found free of errors is added.
    Raises:
        ContentRefused: with every problem of every file; warnings alone do not refuse.
    """
    digest = digest_of_files(root)
    is_checked = checked is not None and checked.holds(digest)
    loaded = try_load(
        root, today, kept, approved_only=approved_only, is_checked=is_checked, errors_only=True, digest=digest
    )
    if loaded.release is None:
        raise ContentRefused(tuple(map(str, loaded.errors)))
    if checked is not None and not is_checked:
        checked.add(loaded.release.digest)
    return loaded.release


def try_load(
    root: Path,
    today: date,
    kept: Kept = DEFAULT,
    *,
    approved_only: bool = False,
    is_checked: bool = False,
    errors_only: bool = False,
    digest: str | None = None,
) -> Loaded:
    """Read and check everything.

    Args:
        root: Holds `flows/`, `knowledge/` and `locales/`.
        today: The day for facts that are due for a review.
        kept: The settings that the privacy text names.
        approved_only: Show the Danish instead of translations about rights that nobody has approved.
        is_checked: These very files were found free of errors before: only what cannot be read is a problem.
        errors_only: What only warns need not be found.
        digest: Of the files, where that is known already.
    """
    sources = read_sources(root)
    facts, wrong_facts = build_facts(sources)
    catalogs, wrong_catalogs = read_catalogs(root, sources)
    problems = [*sources.problems, *wrong_facts, *wrong_catalogs]
    if not is_checked:
        problems += find_unreadable(root, (SOURCE_LOCALE, *catalogs))
        problems += find_problems(Content(sources, facts, catalogs, today, errors_only))
    if any(not problem.is_warning for problem in problems):
        return Loaded(None, tuple(sorted(problems)))
    messages: dict[str, Mapping[str, Translated]] = {
        SOURCE_LOCALE: {key: text.text for key, text in sources.texts.items()}
    }
    messages |= {tag: catalog.current(sources.texts) for tag, catalog in catalogs.items()}
    release = Release(
        digest=digest or digest_of_files(root),
        locales=tuple(messages),
        nodes=build_nodes(sources, facts),
        moved=sources.moved,
        messages=messages,
        facts=facts,
        services=build_services(sources),
        rights=frozenset(id for id, node in sources.nodes.items() if node.get("rights")),
        approved=read_approvals(root, messages),
        understanding=Understanding(sources.phrases, sources.learned),
        kept=kept.periods(),
        approved_only=approved_only,
    )
    if not is_checked:
        problems += find_too_long(release, sources)
    loaded = Loaded(release, tuple(sorted(problems)))
    return Loaded(None, loaded.problems) if loaded.errors else loaded


def digest_of_files(root: Path) -> str:
    """A hash of all content files, by name and bytes, in hex."""
    hashed = hashlib.sha256()
    for folder in FOLDERS:
        for path in sorted(path for path in (root / folder).rglob("*") if path.is_file()):
            hashed.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return hashed.hexdigest()
