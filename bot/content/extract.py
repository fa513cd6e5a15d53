"""The Danish texts for translators: Babel's extraction methods, and PO files brought in step with the sources."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir

from bot.content.catalog import DOMAINS, SOURCE_LOCALE, domain_of, load_po, po_path
from bot.content.checks.length import max_length
from bot.content.po import dump_po, messages_of, previous_ids
from bot.content.source import Sources, SourceText, SourceValue, read_article, read_flow, read_service, read_sources
from bot.errors import ContentRefused
from bot.i18n.plural import header
from bot.i18n.template import placeholders

PACKAGE = Path(__file__).resolve().parent.parent
INTERFACE_LANGUAGES = ("en",)  # of the pages for those who work here; Danish is their source

Extracted = tuple[int, str, tuple[str, ...], list[str]]

HEADER_COMMENT = (
    "# Translations of Vejviser. Everything here is a draft until a named human approves it (approved.tsv)."
)


def extract_flows(
    fileobj: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Babel's extraction method for `flows/*.yaml` (entry point `vejviser_flows`)."""
    path = Path(fileobj.name)
    sources = Sources()
    read_flow(path, path.parent.parent, sources)
    return _extracted(sources)


def extract_knowledge(
    fileobj: BinaryIO, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Babel's extraction method for articles and services (entry point `vejviser_knowledge`)."""
    path = Path(fileobj.name)
    sources = Sources()
    read = read_article if path.suffix == ".md" else read_service
    read(path, path.parent.parent.parent, sources)
    return _extracted(sources)


def _extracted(sources: Sources) -> Iterator[Extracted]:
    for text in sources.texts.values():
        line = int(text.where.rpartition(":")[2])
        comments = [text.comment] if text.comment else []
        if isinstance(text.text, tuple):
            yield line, "npgettext", (text.key, *text.text), comments
        else:
            yield line, "pgettext", (text.key, text.text), comments


def extract_all(root: Path, now: datetime, tags: Collection[str] = ()) -> dict[Path, int]:
    """Bring all PO files in step with the Danish texts; `tags` adds new languages.

    A translation stays with its key. Where the Danish has changed it is marked fuzzy and keeps the text that it was
    made for (Babel's own update drops it when the change is large). A file is written only when it changes.

    Returns:
        The files that were written, with how many of their texts wait for a translator.
    Raises:
        ContentRefused: a source cannot be read; without it the translations of its texts would go.
    """
    sources = read_sources(root, with_prepared=True)
    if sources.problems:
        raise ContentRefused(tuple(map(str, sources.problems)))
    found = {folder.parent.name for folder in (root / "locales").glob("*/LC_MESSAGES")}
    written = {}
    for tag in sorted((found | set(tags)) - {SOURCE_LOCALE}):
        for domain in DOMAINS:
            path = po_path(root, tag, domain)
            texts = [text for text in sources.texts.values() if domain_of(text.key) == domain]
            waiting = _update(path, tag, domain, texts, now)
            if waiting is not None:
                written[path] = waiting
    return written


def extract_interface(root: Path, now: datetime, package: Path = PACKAGE) -> dict[Path, int]:
    """Bring `desk.po` of the pages' languages in step with the Danish in the templates below `package`.

    Returns:
        As `extract_all`.
    """
    options = {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}
    found = extract_from_dir(str(package), [("**.html", "jinja2")], options_map={"**.html": options})
    texts = sorted(((text, name) for name, _, text, _, _ in found), key=str)
    written = {}
    for tag in INTERFACE_LANGUAGES:
        path = po_path(root, tag, "desk")
        old = load_po(path, tag) if path.exists() else None
        new = new_catalog(tag, "desk", old.creation_date if old is not None else now)
        for text, name in texts:
            new.add(text, locations=[(f"bot/{name}", 0)])
        if old is not None:
            old.update(new)
            old.obsolete.clear()
            old.mime_headers = new.mime_headers
            new = _in_order(old, new)
        waiting = sum(not _has_text(message.string) or message.fuzzy for message in messages_of(new))
        if _write(path, new):
            written[path] = waiting
    return written


def _in_order(old: PoCatalog, new: PoCatalog) -> PoCatalog:
    """The translations of the one in the order of the other, so that a second run changes nothing."""
    for message in messages_of(new):
        known = old.get(message.id)
        if known is not None:
            message.string, message.flags, message.previous_id = known.string, known.flags, known.previous_id
    return new


def _update(path: Path, tag: str, domain: str, texts: list[SourceText], now: datetime) -> int | None:
    old = load_po(path, tag) if path.exists() else None
    new = new_catalog(tag, domain, old.creation_date if old is not None else now)
    entries = {message.context: message for message in messages_of(old)} if old is not None else {}
    waiting = 0
    for text in texts:
        before = entries.get(text.key)
        message = add_entry(new, text.key, text.text, text.where, _comments(text))
        if before is not None and _has_text(before.string):
            message.string = before.string
            message.user_comments = [line for line in before.user_comments if not line.startswith("|")]
            if before.id != text.text:
                message.flags.add("fuzzy")
                message.previous_id = _ids(before.id)
            elif before.fuzzy:
                message.flags.add("fuzzy")
                message.previous_id = previous_ids(before)
        waiting += not _has_text(message.string) or message.fuzzy
    return waiting if _write(path, new) else None


def _ids(msgid: str | tuple[str, ...] | list[str]) -> list[str]:
    return [msgid] if isinstance(msgid, str) else list(msgid)


def add_entry(catalog: PoCatalog, key: str, text: SourceValue, where: str, comments: Sequence[str]) -> Message:
    """A text that waits for its translation, as translators' tools expect it; `where` is "flows/complaint.yaml:14"."""
    file, flags = where.rpartition(":")[0], flags_of(key, text)
    return catalog.add(text, context=key, locations=[(file, 0)], flags=flags, auto_comments=comments)


def flags_of(key: str, text: SourceValue) -> list[str]:
    """What translators' tools check by themselves: the length, and that every {value} stands in the translation."""
    forms = text if isinstance(text, tuple) else (text,)
    has_values = any(placeholders(form) for form in forms)
    return ["python-brace-format"] * has_values + [f"max-length:{max_length(key)}"]


def _comments(text: SourceText) -> list[str]:
    return [text.comment] if text.comment else []


def _has_text(string: Any) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def new_catalog(tag: str, domain: str, created_at: datetime | str) -> PoCatalog:
    """An empty catalog with the pinned plural header of its language."""
    catalog = PoCatalog(
        locale=tag,
        domain=domain,
        header_comment=HEADER_COMMENT,
        project="Vejviser",
        version="1",
        creation_date=created_at,
        revision_date=created_at,
        last_translator="draft",
        language_team=tag,
        msgid_bugs_address="",
        fuzzy=False,
    )
    catalog.mime_headers = [("Plural-Forms", header(tag))]
    return catalog


def _write(path: Path, catalog: PoCatalog) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.exists() else None
    written = dump_po(catalog)
    if written == before:
        return False
    fresh = path.with_suffix(".po.new")
    fresh.write_bytes(written)
    fresh.replace(path)
    return True
