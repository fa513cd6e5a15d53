"""PO files as bytes: read strictly, written as translators' tools expect, merged text by text."""

import re
from collections.abc import Iterator
from io import BytesIO

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.catalog import Message
from babel.messages.pofile import denormalize, normalize, read_po, write_po

MAX_PO_BYTES = 8_000_000
MAX_LINE = 100_000  # no text of a screen is longer; a file with longer lines is not a translator's
WIDTH = 120
_PREVIOUS = re.compile(r'^(#\| msgid(?:_plural)? )"previous (\d+)"$', re.MULTILINE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')

State = tuple[object, ...]


def parse_po(raw: bytes, tag: str) -> PoCatalog:
    """The catalog in a file, with the previous texts of fuzzy entries.

    Raises:
        PoFileError, ValueError: it is no PO file in UTF-8, or far too large for one.
    """
    if len(raw) > MAX_PO_BYTES:
        raise ValueError(f"the file has more than {MAX_PO_BYTES} bytes")
    # Decoded here: the charset that a file claims to have might be any codec of Python's.
    try:
        lines = raw.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        raise ValueError(f"the file is not UTF-8 (byte {error.start})") from None
    for number, line in enumerate(lines, start=1):
        if line.endswith('"\n') and len(line) <= MAX_LINE:
            continue
        if len(line) > MAX_LINE:
            raise ValueError(f"line {number} has more than {MAX_LINE} characters")
        # Babel takes a text that is cut off in the middle for a whole one.
        if line.startswith(('"', "msgid", "msgstr", "msgctxt")) and not line.rstrip().endswith('"'):
            raise ValueError(f"line {number} does not end with a quotation mark")
    try:
        catalog = read_po(lines, locale=tag, abort_invalid=True)
    except (AttributeError, IndexError, KeyError, LookupError, TypeError) as error:
        # Babel's parser meets these on headers and entries that are cut in two.
        raise ValueError(f"the file cannot be read as PO ({type(error).__name__})") from None
    catalog.charset = "utf-8"
    for message in messages_of(catalog):
        previous = previous_ids(message)
        if previous:
            message.previous_id = previous
            message.user_comments = [line for line in message.user_comments if not line.startswith("|")]
    return catalog


def dump_po(catalog: PoCatalog) -> bytes:
    """The file's bytes.

    Babel folds previous texts in the middle of their quotation marks, which GNU gettext, Weblate and Poedit refuse: a
    short mark is written in their place and exchanged for them.
    """
    for message in messages_of(catalog):
        if message.context is not None:  # a text of ours, whose values stand in {braces}
            message.flags.discard("python-format")  # which Babel sees in "50 % af"
    previous = [(message, message.previous_id) for message in messages_of(catalog) if message.previous_id]
    texts: list[str] = []
    for message, ids in previous:
        message.previous_id = [f"previous {len(texts) + number}" for number, _ in enumerate(ids)]
        texts += ids
    written = BytesIO()
    try:
        write_po(written, catalog, width=WIDTH, include_lineno=False, include_previous=True)
    finally:
        for message, ids in previous:
            message.previous_id = ids

    def exchange(found: re.Match[str]) -> str:
        return found[1] + normalize(texts[int(found[2])], prefix="#| ", width=WIDTH)

    return _PREVIOUS.sub(exchange, written.getvalue().decode()).encode()


def messages_of(po: PoCatalog) -> Iterator[Message]:
    """All entries but the header."""
    return (message for message in po if message.id)


def previous_ids(message: Message) -> list[str]:
    """The Danish that a fuzzy translation was made for.

    Babel writes it as comments ("#| msgid"), folded without regard to quotation marks, and does not read it.
    """
    if message.previous_id:
        return list(message.previous_id)
    if not message.user_comments:
        return []
    said = " ".join(line[1:].strip() for line in message.user_comments if line.startswith("|"))
    ids = re.split(r"msgid(?:_plural)? (?=\")", said)[1:]
    return ["".join(denormalize(quoted) for quoted in _QUOTED.findall(id)) for id in ids]


def merge_po(base: bytes | None, ours: bytes, theirs: bytes, tag: str) -> tuple[bytes, list[str]]:
    """Both sides' changes since the base, text by text.

    A new translation and a new Danish text of one entry go together: the entry is then fuzzy.

    Returns:
        The merged file, and the keys whose translation both sides changed differently: these are as in `ours`.
    Raises:
        PoFileError, ValueError: see `parse_po`.
    """
    was = _by_key(parse_po(base, tag)) if base is not None else {}
    catalog = parse_po(ours, tag)
    mine, yours = _by_key(catalog), _by_key(parse_po(theirs, tag))
    clashes = []
    for key, other in yours.items():
        own, old = mine.get(key), was.get(key)
        if own is None:
            if old is None or _state(old) != _state(other):
                catalog[other.id] = other
        elif _merge_entry(old, own, other):
            clashes.append(key)
    for key, own in mine.items():
        if key in was and key not in yours and _state(was[key]) == _state(own):
            catalog.delete(own.id, own.context)
    return dump_po(catalog), clashes


def _by_key(catalog: PoCatalog) -> dict[str, Message]:
    return {message.context: message for message in messages_of(catalog) if message.context is not None}


def _said(message: Message) -> State:
    """The translation's forms; nothing where there is none."""
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return forms if any(forms) else ()


def _meant(message: Message) -> State:
    """The Danish side of an entry: what it translates, and whether it still does."""
    return message.id, message.fuzzy, tuple(message.previous_id), tuple(message.user_comments)


def _state(message: Message) -> State:
    return _said(message), _meant(message)


def _merge_entry(old: Message | None, own: Message, other: Message) -> bool:
    """Take into `own` what only the other side changed; True when both changed the translation."""
    before = None if old is None else _said(old)
    takes_words = _said(own) in (before, ()) and _said(other) != _said(own)
    clash = not takes_words and _said(other) not in (_said(own), before, ())
    translated = other.id if takes_words else own.id
    if takes_words:
        own.string = other.string
    if old is None or _meant(own) == _meant(old):
        own.id, own.flags = other.id, set(other.flags)
        own.previous_id, own.user_comments = other.previous_id, other.user_comments
    if own.id != translated and _said(own):
        own.flags.add("fuzzy")  # the words were made for another Danish text than the one that stands there now
        own.previous_id = own.previous_id or ([translated] if isinstance(translated, str) else list(translated))
    return clash
