"""Text as Telegram stores it: parse modes turned into entities, unwanted characters gone, links found.

Entity offsets and lengths count UTF-16 units. Wordings and the list of removed characters: tdlib/td, MessageEntity.cpp.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape

from bot.sandbox.chats import Json
from bot.sandbox.links import checked_url
from bot.sandbox.refusals import bad_request


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text and what is special in it: Bot API entities, ordered by offset, the longer first."""

    text: str
    entities: tuple[Json, ...] = ()


def utf16_length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def format_text(text: str, parse_mode: str = "", entities: object = None) -> Formatted:
    """What Telegram makes of a text that a bot sends.

    Args:
        text: As sent, with the marks of its parse mode.
        parse_mode: "", HTML, MarkdownV2 or Markdown, in any case.
        entities: The call's `entities`, used when there is no parse mode.
    Returns:
        The text without marks, cleaned and trimmed; links and commands in it found as Telegram finds them.
    Raises:
        Refusal: Marks or entities cannot be parsed, or the mode is unknown.
    """
    mode = parse_mode.lower()
    if mode and mode not in PARSERS:
        raise bad_request("unsupported parse_mode")
    marked = PARSERS[mode](text) if mode else Formatted(text, read_entities(entities, text))
    return with_found_entities(trimmed(cleaned(marked)))


@dataclass(slots=True)
class _Builder:
    """The plain text so far, its length in UTF-16 units, and the entities found in it."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    entities: list[Json] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += utf16_length(text)

    def close(self, kind: str, start: int, **more: object) -> None:
        """An entity from `start` to here; empty ones vanish."""
        if self.length > start:
            self.entities.append({"type": kind, "offset": start, "length": self.length - start, **more})

    def close_link(self, url: str, start: int) -> None:
        """A link with a bad address is shown as plain text: Telegram does not complain."""
        person = re.fullmatch(r"tg://user\?id=(\d+)", url)
        if person is not None:
            user = {"id": int(person[1]), "is_bot": False, "first_name": ""}
            self.close("text_mention", start, user=user)
            return
        try:
            self.close("text_link", start, url=checked_url(url))
        except ValueError:
            return

    def text_from(self, part: int) -> str:
        return "".join(self.parts[part:])

    def built(self) -> Formatted:
        return Formatted("".join(self.parts), in_order(self.entities))


def in_order(entities: Iterable[Json]) -> tuple[Json, ...]:
    return tuple(sorted(entities, key=lambda entity: (entity["offset"], -entity["length"])))


def cannot_parse(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def byte_offset(text: str, position: int) -> int:
    return len(text[:position].encode())


# HTML ---------------------------------------------------------------------------------------------------------------

HTML_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "code": "code", "pre": "pre", "a": "text_link", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
_HTML_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#[xX][0-9a-fA-F]+);")
_HTML_PART = re.compile(r"<|&(?:lt|gt|amp|quot|#\d+|#[xX][0-9a-fA-F]+);|[^<&]+|&")
_HTML_TAG = re.compile(r"""<(?P<end>/?)(?P<name>[^\s>]*)(?P<rest>(?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(r"""([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([\w.-]+)))?""")


@dataclass(frozen=True, slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    start: int  # UTF-16 units
    part: int  # index into the builder's parts


def parse_html(text: str) -> Formatted:
    builder = _Builder()
    open_tags: list[_OpenTag] = []
    position = 0
    while position < len(text):
        part = _HTML_PART.match(text, position)
        assert part is not None  # the last two alternatives match any character
        if part[0] != "<":
            builder.add(unescape(part[0]) if _HTML_ENTITY.fullmatch(part[0]) else part[0])
            position = part.end()
            continue
        at = byte_offset(text, position)
        tag = _HTML_TAG.match(text, position)
        if tag is None:
            raise cannot_parse(f"Unclosed start tag at byte offset {at}")
        if tag["end"]:
            _end_html_tag(builder, open_tags, tag["name"].lower(), at)
        else:
            open_tags.append(_start_html_tag(builder, tag, at))
        position = tag.end()
    if open_tags:
        raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1].name}"')
    return builder.built()


def _start_html_tag(builder: _Builder, tag: re.Match[str], at: int) -> _OpenTag:
    name = tag["name"].lower()
    if name not in HTML_KINDS:
        raise cannot_parse(f'Unsupported start tag "{name}" at byte offset {at}')
    attributes = {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(tag["rest"])
    }
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
    return _OpenTag(name, attributes, builder.length, len(builder.parts))


def _end_html_tag(builder: _Builder, open_tags: list[_OpenTag], name: str, at: int) -> None:
    if not open_tags:
        raise cannot_parse(f"Unexpected end tag at byte offset {at}")
    opened = open_tags.pop()
    if name and name != opened.name:
        raise cannot_parse(f'Unmatched end tag at byte offset {at}, expected "</{opened.name}>", found "</{name}>"')
    kind = HTML_KINDS[opened.name]
    if kind == "text_link":
        builder.close_link(opened.attributes.get("href") or builder.text_from(opened.part), opened.start)
    elif kind == "custom_emoji":
        builder.close(kind, opened.start, custom_emoji_id=opened.attributes.get("emoji-id", ""))
    elif kind == "blockquote" and "expandable" in opened.attributes:
        builder.close("expandable_blockquote", opened.start)
    elif kind == "pre":
        _close_pre(builder, opened.start)
    else:
        language = opened.attributes.get("class", "").removeprefix("language-") if kind == "code" else ""
        builder.close(kind, opened.start, **({"language": language} if language else {}))


def _close_pre(builder: _Builder, start: int) -> None:
    """<pre><code class="language-x"> is one entity with a language."""
    inner = builder.entities[-1] if builder.entities else {}
    if inner.get("type") == "code" and (inner["offset"], inner["length"]) == (start, builder.length - start):
        builder.entities.pop()
        builder.close("pre", start, **({"language": inner["language"]} if "language" in inner else {}))
    else:
        builder.close("pre", start)


# MarkdownV2 ---------------------------------------------------------------------------------------------------------

MARKDOWN_KINDS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler", "`": "code"}
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
_ENTITY_NAMES = {
    "*": "Bold", "_": "Italic", "__": "Underline", "~": "Strikethrough", "||": "Spoiler", "`": "Code", "```": "Pre",
    "[": "TextUrl", "![": "CustomEmoji",
}  # fmt: skip
_MARK = re.compile(r"```|\|\||__|!\[|[*_~`\[]")
_LINK = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")
_PRE = re.compile(r"```(?:([^\s`]+)(?=\s))?(?:\r\n|\n)?((?:\\.|(?!```)[^\\])*)```", re.DOTALL)
_CODE = re.compile(r"`((?:\\.|[^`\\])*)`", re.DOTALL)
_ESCAPED = re.compile(r"\\([\x01-\x7e])")


@dataclass(frozen=True, slots=True)
class _OpenMark:
    mark: str
    start: int  # UTF-16 units
    part: int  # index into the builder's parts
    at: int  # byte offset


@dataclass(slots=True)
class _MarkdownParser:
    text: str
    position: int = 0
    builder: _Builder = field(default_factory=_Builder)
    open_marks: list[_OpenMark] = field(default_factory=list)
    quote_start: int | None = None

    def parse(self) -> Formatted:
        while self.position < len(self.text):
            self._step(self.text[self.position])
        if self.quote_start is not None and self._ends_in_empty_spoiler():
            self.open_marks.pop()
            self._close_quote("expandable_blockquote")
        if self.open_marks:
            raise self._unfinished(self.open_marks[-1])
        self._close_quote("blockquote")
        return self.builder.built()

    def _step(self, character: str) -> None:
        if character == "\\" and self.position + 1 < len(self.text) and "\0" < self.text[self.position + 1] < "\x7f":
            self.builder.add(self.text[self.position + 1])
            self.position += 2
        elif character == "\n":
            self._new_line()
        elif character == ">" and self._at_line_start():
            if self.quote_start is None:
                self.quote_start = self.builder.length
            self.position += 1
        elif character == "]" and self.open_marks and self.open_marks[-1].mark in {"[", "!["}:
            self._close_link()
        elif (mark := _MARK.match(self.text, self.position)) is not None:
            self._take_mark(mark[0])
        elif character in _RESERVED:
            raise cannot_parse(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        else:
            self.builder.add(character)
            self.position += 1

    def _ends_in_empty_spoiler(self) -> bool:
        """A quotation that ends in || is an expandable one."""
        last = self.open_marks[-1] if self.open_marks else None
        return last is not None and last.mark == "||" and last.start == self.builder.length

    def _at_line_start(self) -> bool:
        return self.position == 0 or self.text[self.position - 1] == "\n"

    def _new_line(self) -> None:
        continues = self.text.startswith(">", self.position + 1)
        if self.quote_start is not None and not continues:
            self._close_quote("blockquote")
        self.builder.add("\n")
        self.position += 1

    def _close_quote(self, kind: str) -> None:
        if self.quote_start is not None:
            self.builder.close(kind, self.quote_start)
            self.quote_start = None

    def _take_mark(self, mark: str) -> None:
        if mark in {"```", "`"}:
            self._take_code(mark)
        elif self.open_marks and self.open_marks[-1].mark == mark:
            opened = self.open_marks.pop()
            self.builder.close(MARKDOWN_KINDS[mark], opened.start)
            self.position += len(mark)
        else:
            at = byte_offset(self.text, self.position)
            self.open_marks.append(_OpenMark(mark, self.builder.length, len(self.builder.parts), at))
            self.position += len(mark)

    def _take_code(self, mark: str) -> None:
        found = (_PRE if mark == "```" else _CODE).match(self.text, self.position)
        if found is None:
            raise self._unfinished(_OpenMark(mark, 0, 0, byte_offset(self.text, self.position)))
        start = self.builder.length
        self.builder.add(_ESCAPED.sub(r"\1", found[found.re.groups]))
        language = found[1] if mark == "```" else None
        self.builder.close("pre" if mark == "```" else "code", start, **({"language": language} if language else {}))
        self.position = found.end()

    def _close_link(self) -> None:
        opened = self.open_marks.pop()
        link = _LINK.match(self.text, self.position)
        if link is None and self.text.startswith("](", self.position):
            at = byte_offset(self.text, self.position + 2)
            raise cannot_parse(f"Can't find end of a URL at byte offset {at}")
        url = _ESCAPED.sub(r"\1", link[1]) if link is not None else self.builder.text_from(opened.part)
        if opened.mark == "![":
            emoji = re.fullmatch(r"tg://emoji\?id=(\d+)", url)
            if emoji is None:
                raise cannot_parse("Invalid tg://emoji or tg://time URL specified")
            self.builder.close("custom_emoji", opened.start, custom_emoji_id=emoji[1])
        else:
            self.builder.close_link(url, opened.start)
        self.position = link.end() if link is not None else self.position + 1

    def _unfinished(self, opened: _OpenMark) -> Exception:
        return cannot_parse(f"Can't find end of {_ENTITY_NAMES[opened.mark]} entity at byte offset {opened.at}")


def parse_markdown_v2(text: str) -> Formatted:
    return _MarkdownParser(text).parse()


# Markdown, the old mode ---------------------------------------------------------------------------------------------

_OLD_MARKED = re.compile(
    r"```(?:([^\s`]+)\n|\n)?(?P<pre>.*?)```|`(?P<code>[^`]*)`|\*(?P<bold>[^*]*)\*|_(?P<italic>[^_]*)_"
    r"|\[(?P<label>[^\]]*)\]\((?P<url>[^)]*)\)",
    re.DOTALL,
)


def parse_markdown(text: str) -> Formatted:
    builder = _Builder()
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\" and text[position + 1 : position + 2] in {"_", "*", "`", "["}:
            builder.add(text[position + 1])
            position += 2
        elif character in "*_`[":
            position = _take_old_mark(builder, text, position)
        else:
            builder.add(character)
            position += 1
    return builder.built()


def _take_old_mark(builder: _Builder, text: str, position: int) -> int:
    found = _OLD_MARKED.match(text, position)
    if found is None:
        if text[position] == "[":
            builder.add("[")
            return position + 1
        at = byte_offset(text, position)
        raise cannot_parse(f"Can't find end of the entity starting at byte offset {at}")
    start = builder.length
    if found["label"] is not None:
        builder.add(found["label"])
        builder.close_link(found["url"], start)
        return found.end()
    kind = next(name for name in ("pre", "code", "bold", "italic") if found[name] is not None)
    builder.add(found[kind])
    builder.close(kind, start)
    return found.end()


PARSERS: dict[str, Callable[[str], Formatted]] = {
    "html": parse_html,
    "markdownv2": parse_markdown_v2,
    "markdown": parse_markdown,
}


# Entities given by the bot ------------------------------------------------------------------------------------------

# The others (url, mention, bot_command, ...) are found by Telegram itself, whatever the bot says.
GIVEN_KINDS = frozenset(HTML_KINDS.values()) | {"expandable_blockquote", "text_mention"}


def read_entities(given: object, text: str) -> tuple[Json, ...]:
    """Check the `entities` of a call against the text as it was sent, before any character is removed."""
    if given is None:
        return ()
    if not isinstance(given, list):
        raise bad_request("expected an Array of MessageEntity")
    entities = in_order(_read_entity(entity) for entity in given)
    for entity in entities:
        _check_range(entity, text)
    return tuple(entity for entity in entities if entity["type"] in GIVEN_KINDS and entity["length"] > 0)


def _read_entity(entity: object) -> Json:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    for name, kind in (("type", str), ("offset", int), ("length", int)):
        if not isinstance(entity.get(name), kind):
            raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    known = entity["type"] in GIVEN_KINDS
    kept = ("type", "offset", "length", "url", "user", "language", "custom_emoji_id")
    found = {key: entity[key] for key in kept if key in entity} if known else dict(entity)
    if found["type"] == "text_link":
        try:
            found["url"] = checked_url(str(found.get("url", "")))
        except ValueError as error:
            raise bad_request(f"entity URL '{found.get('url', '')}' is invalid: {error}") from error
    return found


def _check_range(entity: Json, text: str) -> None:
    start, length = entity["offset"], entity["length"]
    if start < 0:
        raise bad_request(f"receive an entity with incorrect offset {start}")
    if length < 0:
        raise bad_request(f"receive an entity with incorrect length {length}")
    units = utf16_length(text)
    if start > units:
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {start}")
    if start + length > units:
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends after the end of the text"
            f" at UTF-16 offset {start + length}"
        )
    if units == len(text):
        return
    boundaries = _unit_boundaries(text)
    if start not in boundaries:
        raise bad_request(f"entity begins in a middle of a UTF-16 symbol at byte offset {_bytes_at(text, start)}")
    if start + length not in boundaries:
        at = _bytes_at(text, start + length)
        raise bad_request(
            f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at byte offset {at}"
        )


def _unit_boundaries(text: str) -> set[int]:
    boundaries = {0}
    units = 0
    for character in text:
        units += utf16_length(character)
        boundaries.add(units)
    return boundaries


def _bytes_at(text: str, units: int) -> int:
    """Byte offset of the first whole character at or after a UTF-16 offset."""
    passed = 0
    for position, character in enumerate(text):
        if passed >= units:
            return byte_offset(text, position)
        passed += utf16_length(character)
    return len(text.encode())


# What Telegram does to every text -----------------------------------------------------------------------------------

# U+2028 to U+202E: line and paragraph separators and the old bidi controls (the isolates U+2066 to U+2069 survive).
# U+0333, U+033F, U+030A: combining marks; U+030A takes the ring off an å that was sent in decomposed form.
_REMOVED = frozenset("\r\u0333\u033f\u030a" + "".join(map(chr, range(0x2028, 0x202F))))
_SPACED = frozenset(map(chr, range(32))) - {"\n", "\r"}
_UNCLEAN = re.compile("[" + re.escape("".join(_REMOVED | _SPACED)) + "]")
_TRIMMED = " \n"


def cleaned(formatted: Formatted) -> Formatted:
    """Control characters become spaces; a few others go, and entities move with the text."""
    if _UNCLEAN.search(formatted.text) is None:
        return formatted
    new_offset = [0]  # at each old UTF-16 offset
    kept: list[str] = []
    for character in formatted.text:
        if character in _REMOVED:
            new_offset.append(new_offset[-1])
            continue
        kept.append(" " if character in _SPACED else character)
        new_offset.extend(new_offset[-1] + unit + 1 for unit in range(utf16_length(character)))
    moved = (
        _moved(entity, new_offset[entity["offset"]], new_offset[entity["offset"] + entity["length"]])
        for entity in formatted.entities
    )
    return Formatted("".join(kept), tuple(entity for entity in moved if entity is not None))


def trimmed(formatted: Formatted) -> Formatted:
    """Telegram stores no spaces or empty lines at either end."""
    text = formatted.text.strip(_TRIMMED)
    if text == formatted.text:
        return formatted
    skipped = utf16_length(formatted.text) - utf16_length(formatted.text.lstrip(_TRIMMED))
    end = utf16_length(text)
    moved = (
        _moved(
            entity,
            min(max(entity["offset"] - skipped, 0), end),
            min(max(entity["offset"] + entity["length"] - skipped, 0), end),
        )
        for entity in formatted.entities
    )
    return Formatted(text, tuple(entity for entity in moved if entity is not None))


def _moved(entity: Json, start: int, end: int) -> Json | None:
    return {**entity, "offset": start, "length": end - start} if end > start else None


_FOUND = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<url>https?://[^\s<>\"]+|(?<![\w@.])(?:[\w-]+\.)+(?:dk|gl|com|org|net|eu|info|me|de|se|no|uk|io)\b(?:/[^\s<>\"]*)?)"
    r"|(?<![\w/@])(?P<mention>@[A-Za-z]\w{3,31})\b"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)"
    r"|(?<![\w+])(?P<phone_number>\+\d(?:[ \u00a0-]?\d){7,14})(?!\w)"
)
_OPAQUE = frozenset({"pre", "code", "text_link", "text_mention"})


def with_found_entities(formatted: Formatted) -> Formatted:
    """Add the links, mentions, commands, tags and phone numbers that Telegram finds by itself."""
    found: list[Json] = []
    for match in _FOUND.finditer(formatted.text):
        kind = match.lastgroup
        shown = match[0].rstrip(".,:;!?)'»”") if kind == "url" else match[0]
        start = utf16_length(formatted.text[: match.start()])
        entity = {"type": kind, "offset": start, "length": utf16_length(shown)}
        if not any(given["type"] in _OPAQUE and _overlap(given, entity) for given in formatted.entities):
            found.append(entity)
    return Formatted(formatted.text, in_order([*formatted.entities, *found])) if found else formatted


def _overlap(one: Json, other: Json) -> bool:
    starts_before_end = one["offset"] < other["offset"] + other["length"]
    ends_after_start = other["offset"] < one["offset"] + one["length"]
    return bool(starts_before_end and ends_after_start)
