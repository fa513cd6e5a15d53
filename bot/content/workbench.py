"""Translations as translators and reviewers work on them: states, filters, and each edit as a change of files."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from babel.messages.catalog import Catalog as PoCatalog

from bot.content.approvals import Approval, approvals_of, approved_path, digest_of, with_approvals
from bot.content.catalog import SOURCE_LOCALE, Catalog, Translated, domain_of, po_path, read_catalogs
from bot.content.checks.translation import find_differences
from bot.content.extract import add_entry, new_catalog
from bot.content.po import dump_po, messages_of, parse_po
from bot.content.problem import Problem
from bot.content.source import Sources, SourceText, SourceValue, can_reread, read_sources, reread
from bot.errors import EditRefused
from bot.i18n.plural import categories


class State(StrEnum):
    """What may be said of a text in one language."""

    MISSING = "missing"  # nobody has translated it
    STALE = "stale"  # the Danish has changed since
    DRAFT = "draft"  # translated, and nobody has approved it as it stands
    APPROVED = "approved"


@dataclass(frozen=True, slots=True)
class Entry:
    """One text in one language.

    Args:
        text: The translation; of Danish itself the Danish. None where there is none.
        previous: Of a stale translation the Danish that it was made for.
        approval: Of an approved text: who, when.
        where: "flows/complaint.yaml:14", of the Danish.
    """

    key: str
    tag: str
    source: SourceValue
    text: Translated | None
    state: State
    where: str
    comment: str = ""
    previous: SourceValue | None = None
    approval: Approval | None = None

    @property
    def version(self) -> str:
        """Changes with every word of either side: what an editor saw is known by it."""
        return version_of(self.source, self.text)

    def is_of(self, text: SourceText) -> bool:
        return (self.source, self.where, self.comment) == (text.text, text.where, text.comment)

    @property
    def flow(self) -> str:
        """The file that the text stands in, such as "complaint" or "article/ombudsman-complaint"."""
        return flow_of(self.key)

    @property
    def forms(self) -> tuple[str, ...]:
        """All forms of the translation, of one with plurals more than one; empty texts where there is none."""
        if self.text is None:
            return ("",) * (len(categories(self.tag)) if isinstance(self.source, tuple) else 1)
        return self.text if isinstance(self.text, tuple) else (self.text,)


def flow_of(key: str) -> str:
    return "/".join(key.split("/")[: 2 if domain_of(key) == "knowledge" else 1])


class Workbench:
    """All texts of one state of the content. It changes nothing: edits are returned as changes of files.

    Args:
        root: The folder of a revision; nobody writes into it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sources: Sources = read_sources(root, with_prepared=True)
        self.catalogs: Mapping[str, Catalog]
        self.problems: list[Problem]
        self.catalogs, self.problems = read_catalogs(root, self.sources)
        self._entries: dict[str, dict[str, Entry]] = {}
        self._earlier: dict[str, dict[str, Entry]] = {}  # of languages whose files are the same; the Danish may differ

    def after(self, root: Path, changed: Collection[str]) -> "Workbench":
        """The same for a revision that differs from this one in these files: only they are read again.

        An editor saves one text after the other, and waits for each.
        """
        tags = {path.split("/")[1] for path in changed if path.startswith("locales/")}
        danish = [path for path in changed if not path.startswith("locales/")]
        if not tags <= set(self.tags) or not all(map(can_reread, danish)):
            return Workbench(root)
        sources = reread(self.sources, root, danish) if danish else self.sources
        if danish and (self.sources.problems or sources.problems):
            return Workbench(root)
        bench = copy(self)
        catalogs, problems = read_catalogs(root, sources, tags)
        others = [each for each in self.problems if each.where.split("/")[1] not in tags]
        bench.root, bench.sources, bench.problems = root, sources, others + problems
        kept = {tag: catalog for tag, catalog in self.catalogs.items() if tag not in tags or tag in catalogs}
        bench.catalogs = kept | catalogs
        same = {tag: entries for tag, entries in self._entries.items() if tag not in tags}
        bench._entries, bench._earlier = ({}, same) if danish else (same, {})
        return bench

    @property
    def tags(self) -> tuple[str, ...]:
        """All languages, Danish first."""
        return (SOURCE_LOCALE, *self.catalogs)

    @property
    def flows(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(flow_of(key) for key in self.sources.texts))

    def entries(self, tag: str) -> Mapping[str, Entry]:
        """All texts in one language by key, in the order of the files."""
        found = self._entries.get(tag)
        if found is None:
            approvals, earlier = approvals_of(self.root, tag), self._earlier.get(tag, {})
            found = {
                key: known
                if (known := earlier.get(key)) is not None and known.is_of(text)
                else self._entry(text, tag, approvals.get(key))
                for key, text in self.sources.texts.items()
            }
            self._entries[tag] = found
        return found

    def entry(self, tag: str, key: str) -> Entry:
        """Raises EditRefused: there is no such language or text."""
        if tag not in self.tags or key not in self.sources.texts:
            raise EditRefused(f"There is no text '{key}' in '{tag}'.")
        return self.entries(tag)[key]

    def find(self, tag: str, *, flow: str = "", states: Collection[State] = (), words: str = "") -> list[Entry]:
        """Texts of a language that match all filters.

        Args:
            flow: See `Entry.flow`; "" for all.
            words: Stand in the key, the Danish or the translation, in any case.
        """
        needle = words.casefold()
        return [
            entry
            for entry in self.entries(tag).values()
            if (not flow or entry.flow == flow)
            and (not states or entry.state in states)
            and (not needle or any(needle in text.casefold() for text in (entry.key, *_texts(entry))))
        ]

    def counts(self, flow: str = "") -> dict[str, Counter[State]]:
        """How many texts of each language are in which state."""
        return {
            tag: Counter(entry.state for entry in self.entries(tag).values() if not flow or entry.flow == flow)
            for tag in self.tags
        }

    def _entry(self, text: SourceText, tag: str, approval: Approval | None) -> Entry:
        if tag == SOURCE_LOCALE:
            translated: Translated | None = text.text
            state, previous = State.DRAFT, None
        else:
            known = self.catalogs[tag].entries.get(text.key)
            translated = None if known is None or known.is_empty else known.text
            state = State.MISSING if translated is None else State.DRAFT
            previous = None
            if known is not None and translated is not None and known.is_stale(text):
                state, previous = State.STALE, known.previous if known.source == text.text else known.source
        if approval is not None and (state is not State.DRAFT or approval.digest != version_of(text.text, translated)):
            approval = None
        return Entry(
            text.key,
            tag,
            text.text,
            translated,
            State.APPROVED if approval is not None else state,
            text.where,
            text.comment,
            previous,
            approval,
        )

    # --- edits ------------------------------------------------------------------------------------

    def problems_of(self, tag: str, key: str, text: Translated) -> list[str]:
        """What the checks would say of this translation; empty when it can be saved."""
        found = find_differences(tag, self.sources.texts[key], text)
        return [f"{what} {hint}".strip() for _, what, hint in found]

    def translate(self, tag: str, texts: Mapping[str, Translated]) -> dict[str, bytes]:
        """Translations of the Danish as it stands: what was stale is not any more.

        Raises:
            EditRefused: an unknown text or language, or a translation that says otherwise than the Danish.
        """
        for key, text in texts.items():
            self._refuse_source(self.entry(tag, key))
            wrong = self.problems_of(tag, key, text) if any(forms_in(text)) else []
            if wrong:
                raise EditRefused(" ".join(wrong))
        return self._write(tag, texts)

    def keep(self, tag: str, keys: Collection[str]) -> dict[str, bytes]:
        """The Danish means the same as before: stale translations stand.

        Raises:
            EditRefused: one of them has no translation, or does not fit the new Danish.
        """
        texts: dict[str, Translated] = {}
        for key in keys:
            entry = self.entry(tag, key)
            if entry.text is None:
                raise EditRefused(f"'{key}' has no translation into '{tag}' that could stand.")
            texts[key] = entry.text
        return self.translate(tag, texts)

    def approve(self, tag: str, versions: Mapping[str, str], who: str, at: datetime) -> dict[str, bytes]:
        """A named human has read these texts.

        Args:
            versions: By key, what the reviewer saw (`Entry.version`).
        Raises:
            EditRefused: one of them was changed since, is stale or has no translation.
        """
        for key, version in versions.items():
            entry = self.entry(tag, key)
            if entry.version != version:
                raise EditRefused(f"'{key}' has changed since you read it. Read it again.")
            if entry.state not in (State.DRAFT, State.APPROVED):
                raise EditRefused(f"'{key}' is {entry.state}: it must be translated first.")
        when = at.strftime("%Y-%m-%d")
        return self._approvals(tag, [Approval(key, version, who, when) for key, version in versions.items()], ())

    def unapprove(self, tag: str, keys: Collection[str]) -> dict[str, bytes]:
        """Nobody vouches for these texts any more."""
        return self._approvals(tag, [], keys)

    def _approvals(self, tag: str, added: list[Approval], removed: Collection[str]) -> dict[str, bytes]:
        path = approved_path(self.root, tag)
        before = path.read_bytes() if path.exists() else b""
        return {path.relative_to(self.root).as_posix(): with_approvals(before, added, removed)}

    def _refuse_source(self, entry: Entry) -> None:
        if entry.tag == SOURCE_LOCALE:
            raise EditRefused("The Danish is the source: it is changed in its flow or article.")

    def _write(self, tag: str, texts: Mapping[str, Translated]) -> dict[str, bytes]:
        changes = {}
        for domain in sorted({domain_of(key) for key in texts}):
            path = po_path(self.root, tag, domain)
            catalog = parse_po(path.read_bytes(), tag) if path.exists() else new_catalog(tag, domain, datetime.now(UTC))
            _put(catalog, {key: text for key, text in texts.items() if domain_of(key) == domain}, self.sources.texts)
            changes[path.relative_to(self.root).as_posix()] = dump_po(catalog)
        return changes


def _put(catalog: PoCatalog, texts: Mapping[str, Translated], sources: Mapping[str, SourceText]) -> None:
    entries = {message.context: message for message in messages_of(catalog)}
    for key, text in texts.items():
        source = sources[key]
        message = entries.get(key)
        if message is None:
            comments = [source.comment] if source.comment else []
            message = add_entry(catalog, key, source.text, source.where, comments)
        message.id, message.string = source.text, text
        message.flags.discard("fuzzy")
        message.previous_id = []


def version_of(source: SourceValue, text: Translated | None) -> str:
    return digest_of(source, text if text is not None else "")


def forms_in(text: Translated) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


def _texts(entry: Entry) -> Iterator[str]:
    yield from forms_in(entry.source)
    yield from entry.forms
