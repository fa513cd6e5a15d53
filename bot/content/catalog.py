"""Translations: one bilingual PO file a language and domain, found by context, never guessed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError

from bot.content.po import messages_of, parse_po, previous_ids
from bot.content.problem import Problem
from bot.content.source import Sources, SourceText, SourceValue
from bot.i18n.plural import categories, header

SOURCE_LOCALE = "da"
DOMAINS = ("flows", "knowledge")

Translated = str | tuple[str, ...]  # a text, or its plural forms


def domain_of(key: str) -> str:
    """The PO file that a text belongs to."""
    return "knowledge" if key.startswith(("article/", "service/")) else "flows"


def po_path(root: Path, tag: str, domain: str) -> Path:
    return root / "locales" / tag / "LC_MESSAGES" / f"{domain}.po"


@dataclass(frozen=True, slots=True)
class Translation:
    """One entry of a PO file.

    Args:
        source: The Danish text that was translated; the Danish text of today may be another.
        where: "locales/ar/LC_MESSAGES/flows.po:120".
        is_fuzzy: A translator's tool, or `vejviser extract`, wants it looked at.
        previous: The Danish that a fuzzy translation was made for, where the file tells.
    """

    key: str
    source: SourceValue
    text: Translated
    where: str
    is_fuzzy: bool
    previous: SourceValue | None = None

    @property
    def is_empty(self) -> bool:
        return not all(self.text) if isinstance(self.text, tuple) else not self.text

    def is_stale(self, source: SourceText) -> bool:
        return self.is_fuzzy or self.source != source.text


@dataclass(slots=True)
class Catalog:
    """All translations into one language."""

    tag: str
    entries: dict[str, Translation] = field(default_factory=dict)

    def current(self, texts: Mapping[str, SourceText]) -> dict[str, Translated]:
        """The translations that say what the Danish says today; for all others the Danish is shown."""
        return {
            key: entry.text
            for key, entry in self.entries.items()
            if key in texts and not entry.is_empty and not entry.is_stale(texts[key])
        }


def read_catalogs(
    root: Path, sources: Sources, tags: Collection[str] | None = None
) -> tuple[dict[str, Catalog], list[Problem]]:
    """Read every language below `locales/`, or only these; a new language is a new folder."""
    problems: list[Problem] = []
    catalogs: dict[str, Catalog] = {}
    for folder in sorted((root / "locales").glob("*/LC_MESSAGES")):
        tag = folder.parent.name
        if tags is not None and tag not in tags:
            continue
        catalogs[tag] = Catalog(tag)
        for domain in DOMAINS:
            path = po_path(root, tag, domain)
            if path.exists():
                problems += _read(path, root, catalogs[tag])
    return catalogs, problems


def _read(path: Path, root: Path, catalog: Catalog) -> list[Problem]:
    name = str(path.relative_to(root))
    try:
        plural_forms, entries = _parse(path.read_bytes(), catalog.tag)
    except (PoFileError, ValueError) as error:
        return [Problem(f"{name}:{getattr(error, 'lineno', None) or 1}", "po-unreadable", f"{error}.")]
    if plural_forms != header(catalog.tag):
        what = f"the header Plural-Forms is '{plural_forms}'."
        return [Problem(f"{name}:1", "plural-header", what, f"Write '{header(catalog.tag)}'.")]
    problems = []
    for key, source, text, line, is_fuzzy, previous in entries:
        where = f"{name}:{line}"
        if key is None:
            problems.append(Problem(where, "no-context", "an entry without msgctxt belongs to no text."))
            continue
        catalog.entries[key] = Translation(key, source, text, where, is_fuzzy, previous)
    return problems


Entry = tuple[str | None, SourceValue, Translated, int | None, bool, SourceValue | None]


@lru_cache(maxsize=128)
def _parse(raw: bytes, tag: str) -> tuple[str, tuple[Entry, ...]]:
    """The plural header and all entries; a file that has not changed is not parsed again."""
    po = parse_po(raw, tag)
    return po.plural_forms, tuple(
        (message.context, _source(message), _forms(message, tag), message.lineno, message.fuzzy, _previous(message))
        for message in messages_of(po)
    )


def load_po(path: Path, tag: str) -> PoCatalog:
    """Raises PoFileError or ValueError for a file that is no PO file."""
    return parse_po(path.read_bytes(), tag)


def _previous(message: Message) -> SourceValue | None:
    ids = previous_ids(message)
    return None if not ids else (ids[0], ids[1]) if len(ids) > 1 else ids[0]


def _source(message: Message) -> SourceValue:
    return (message.id[0], message.id[1]) if isinstance(message.id, (tuple, list)) else message.id


def _forms(message: Message, tag: str) -> Translated:
    """Babel gives one string for a plural that nobody translated."""
    if not message.pluralizable:
        return str(message.string or "")
    strings: Sequence[str] = message.string if isinstance(message.string, (tuple, list)) else ()
    return tuple(strings) or ("",) * len(categories(tag))
