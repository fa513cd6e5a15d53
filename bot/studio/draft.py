"""A state of the content, ready to be shown: screens, uses of facts, problems, and edits that are tried first."""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import Lock

from bot.articles.fact import Fact
from bot.articles.service import CONTACTS
from bot.content.approvals import read_approvals
from bot.content.build import build_facts, build_nodes, build_services
from bot.content.catalog import SOURCE_LOCALE, Translated
from bot.content.checks import Content, find_problems
from bot.content.checks import field as field_check
from bot.content.checks.length import find_too_long
from bot.content.editorial import Editorial
from bot.content.problem import Problem
from bot.content.release import Release
from bot.content.repository import Commit
from bot.content.source import Sources, reread, service_fact
from bot.content.walk import Screen, walk_node
from bot.content.workbench import State, Workbench, forms_in
from bot.i18n.template import placeholders
from bot.runner.kept import Kept
from bot.studio.glossary import Glossary, read_glossary
from bot.understanding.meaning import Understanding

DRAFTS_KEPT = 3


@dataclass
class View:
    """Sources with their facts and, where the fields allow one to be built, a release to show screens of."""

    sources: Sources
    kept: Kept
    today: date

    @cached_property
    def messages(self) -> Mapping[str, Mapping[str, Translated]]:
        """What is shown, by language and key."""
        return {SOURCE_LOCALE: {key: text.text for key, text in self.sources.texts.items()}}

    @cached_property
    def approved(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    @cached_property
    def _built(self) -> tuple[dict[str, Fact], list[Problem]]:
        return build_facts(self.sources)

    @property
    def facts(self) -> Mapping[str, Fact]:
        return self._built[0]

    @cached_property
    def problems(self) -> list[Problem]:
        """What the checks say of the Danish texts, sorted by place: these are edited here, phrases are not."""
        content = Content(self.sources, self.facts, {}, self.today)
        return sorted([*self.sources.problems, *self._built[1], *find_problems(content, with_phrases=False)])

    @cached_property
    def release(self) -> Release | None:
        # A node that is wrong is not shown; all others are.
        wrong = {problem.where for problem in field_check.check(Content(self.sources, self.facts, {}, self.today))}
        nodes = {id: node for id, node in self.sources.nodes.items() if self.sources.where[id] not in wrong}
        sources = replace(self.sources, nodes=nodes)
        try:
            built, services = build_nodes(sources, self.facts), build_services(sources)
        except (KeyError, TypeError, ValueError):
            return None  # a service or a fact that they need is wrong: the problems say which
        return Release(
            digest="draft",
            locales=tuple(self.messages),
            nodes=built,
            moved=self.sources.moved,
            messages=self.messages,
            facts=self.facts,
            services=services,
            rights=frozenset(id for id, node in nodes.items() if node.get("rights")),
            approved=self.approved,
            understanding=Understanding(self.sources.phrases),
            kept=self.kept.periods(),
        )

    @cached_property
    def nodes_of(self) -> Mapping[str, tuple[str, ...]]:
        """Which nodes show a text."""
        found: dict[str, list[str]] = {}
        for id, node in self.release.nodes.items() if self.release is not None else ():
            for key in node.texts():
                found.setdefault(key, []).append(id)
        return {key: tuple(ids) for key, ids in found.items()}

    def screens(self, node: str, tag: str) -> list[Screen]:
        """All screens of a node; none where it cannot be built."""
        if self.release is None or node not in self.release.nodes:
            return []
        return list(walk_node(self.release.nodes[node], self.release, tag))

    def screens_with(self, key: str, tag: str, text: Translated | None = None) -> list[Screen]:
        """The screens that show a text, with another wording of it where one is given."""
        if self.release is None:
            return []
        release = self.release
        if text is not None:
            messages = {**self.messages, tag: {**self.messages[tag], key: text}}
            release = replace(release, messages=messages, _ready={}, _labels={}, _rights_texts=set())
        shown_as = f"{key.removesuffix('what')}page" if key.startswith("service/") else key
        return [
            screen
            for node in self.nodes_of.get(key, ())[:1]
            for screen in walk_node(release.nodes[node], release, tag)
            if shown_as in screen.keys
        ]

    @cached_property
    def uses(self) -> Mapping[str, tuple[str, ...]]:
        """By the name of a fact, the texts and nodes that use it."""
        found: dict[str, list[str]] = {}
        for text in self.sources.texts.values():
            for name in dict.fromkeys(name for form in forms_in(text.text) for name in placeholders(form)):
                found.setdefault(name, []).append(text.key)
        for id, node in self.sources.nodes.items():
            if isinstance(node.get("period"), str):
                found.setdefault(node["period"], []).append(id)
        for id, service in self.sources.services.items():
            for contact in CONTACTS:
                if service.get(contact) is not None:
                    found.setdefault(service_fact(id, contact, service[contact]), []).append(f"service/{id}/what")
        return {name: tuple(dict.fromkeys(places)) for name, places in found.items()}


class Draft(View):
    """One revision."""

    def __init__(self, revision: str, bench: Workbench, kept: Kept, today: date) -> None:
        super().__init__(bench.sources, kept, today)
        self.revision, self.bench = revision, bench

    @cached_property
    def messages(self) -> Mapping[str, Mapping[str, Translated]]:
        current = {tag: catalog.current(self.sources.texts) for tag, catalog in self.bench.catalogs.items()}
        return {**super().messages, **current}

    @cached_property
    def approved(self) -> frozenset[tuple[str, str]]:
        return read_approvals(self.bench.root, self.messages)

    @cached_property
    def glossary(self) -> Glossary:
        return read_glossary(self.bench.root)

    @cached_property
    def counts(self) -> Mapping[str, Mapping[State, int]]:
        return self.bench.counts()

    @cached_property
    def waiting(self) -> Mapping[str, Mapping[str, int]]:
        """By flow (or "article/…", "service/…") and language, how many texts are missing or stale."""
        found: dict[str, dict[str, int]] = {}
        for tag in self.bench.tags[1:]:
            for entry in self.bench.entries(tag).values():
                if entry.state in (State.MISSING, State.STALE):
                    of_flow = found.setdefault(entry.flow, {})
                    of_flow[tag] = of_flow.get(tag, 0) + 1
        return found

    def tried(self, changes: Mapping[str, bytes | None]) -> "Trial":
        """What the content would be with these files changed; only these are read again."""
        with tempfile.TemporaryDirectory(prefix="vejviser-") as folder:
            for path, raw in changes.items():
                if raw is not None:
                    target = Path(folder) / path
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(raw)
            sources = reread(self.sources, Path(folder), changes)
        return Trial(sources, self.kept, self.today, self, tuple(changes))


@dataclass
class Trial(View):
    """An edit that is not saved yet, in Danish."""

    before: Draft
    paths: Sequence[str] = field(default=())

    @cached_property
    def new_problems(self) -> list[Problem]:
        """What the edit brings, and what was wrong with its files before."""
        known = {(problem.code, problem.what) for problem in self.before.problems}
        found = [*self.problems, *self._too_long()]
        return [
            problem
            for problem in found
            if (problem.code, problem.what) not in known or problem.where.partition(":")[0] in self.paths
        ]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.new_problems if not problem.is_warning]

    def _too_long(self) -> Iterator[Problem]:
        if self.release is not None:
            yield from find_too_long(self.release, self.sources)


class Drafts:
    """Drafts by revision, kept for the next look."""

    def __init__(self, editorial: Editorial) -> None:
        self._editorial = editorial
        self._known: OrderedDict[tuple[str, date], Draft] = OrderedDict()
        self._lock = Lock()

    def get(self, revision: str | None = None) -> Draft:
        """The draft as it is now, or another revision. Raises RevisionUnknown, ContentUnusable."""
        revision, today = revision or self._editorial.draft(), self._editorial.today()
        with self._lock:
            draft = self._known.get((revision, today))
            if draft is None:
                draft = Draft(revision, self._editorial.bench(revision), self._editorial.kept, today)
                self._known[revision, today] = draft
                while len(self._known) > DRAFTS_KEPT:
                    self._known.popitem(last=False)
            self._known.move_to_end((revision, today))
            return draft

    def beside(self, name: str) -> Path:
        """A folder in the data folder, beside the repository."""
        return self._editorial.data_dir / name

    def last_change(self, path: str) -> Commit | None:
        """Who changed a file last, in the draft."""
        return self._editorial.repository.last_change(path)

    async def now(self) -> Draft:
        """The draft as it is now, read off the event loop."""
        return await asyncio.to_thread(self.get)
