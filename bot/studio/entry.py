"""One entry of a YAML file is changed, and every other line stays as its author wrote it: comments, order, quotes."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.yaml_file import YamlError, YamlMap, read_yaml
from bot.errors import EditRefused

INDENT = "  "
MOST_INLINE = 90  # characters of a list on one line
_PLAIN = re.compile(r"[a-z][a-z0-9_]*(?:[/.-][a-z0-9_]+)*")
_NOT_PLAIN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


@dataclass(frozen=True, slots=True)
class _Place:
    """The lines of an entry, from 0, the end not included; `indent` is that of its key."""

    start: int
    end: int
    indent: int


def set_entry(text: str, path: Sequence[str], value: Any) -> str:
    """The file with `value` at the path of keys, such as ("nodes", "who"); a new entry goes to the end of its mapping.

    Raises:
        EditRefused: the file cannot be read, or the path leads through something that is no mapping.
    """
    lines = text.splitlines()
    found = _find(lines, read(text), path)
    if found is not None:
        new = list(_dump(path[-1], value, found.indent))
        lines[found.start : found.end] = new
    else:
        _add(lines, read(text), path, value)
    return _proved("\n".join(lines) + "\n", path, value)


def remove_entry(text: str, path: Sequence[str]) -> str:
    """The file without an entry. Raises EditRefused."""
    lines = text.splitlines()
    found = _find(lines, read(text), path)
    if found is None:
        raise EditRefused(f"There is no '{path[-1]}'.")
    del lines[found.start : found.end]
    changed = "\n".join(lines) + "\n"
    read(changed)
    return changed


def block_of(text: str, path: Sequence[str]) -> str:
    """The lines of an entry as they are written; "" where there is none."""
    lines = text.splitlines()
    found = _find(lines, read(text), path)
    return "" if found is None else "\n".join(lines[found.start : found.end])


def read(text: str) -> YamlMap:
    """Raises EditRefused."""
    try:
        return read_yaml(text)
    except YamlError as error:
        raise EditRefused(f"The file cannot be read: {getattr(error, 'problem', error)}.") from None


def _find(lines: Sequence[str], top: YamlMap, path: Sequence[str]) -> _Place | None:
    inside, end = top, len(lines)
    for number, key in enumerate(path):
        if key not in inside:
            return None
        start = inside.lines[key]
        end = min((line for line in inside.lines.values() if line > start), default=end)
        if number == len(path) - 1:
            return _Place(start, _trimmed(lines, start, end), _indent(lines[start]))
        if not isinstance(inside[key], YamlMap):
            raise EditRefused(f"'{key}' holds no entries.")
        inside = inside[key]
        if inside.line == start:  # {length: 4, unit: weeks}: one line holds all of it
            raise EditRefused(f"'{key}' is written on one line: it is changed as a whole.")
    return None


def _trimmed(lines: Sequence[str], start: int, end: int) -> int:
    """Blank lines and comments before the next entry belong to that one."""
    own = _indent(lines[start])
    while end > start + 1:
        last = lines[end - 1]
        is_comment = last.lstrip().startswith("#") and _indent(last) <= own
        if last.strip() and not is_comment:
            break
        end -= 1
    return end


def _add(lines: list[str], top: YamlMap, path: Sequence[str], value: Any) -> None:
    if len(path) == 1:
        lines += _dump(path[0], value, 0)
        return
    parent = _find(lines, top, path[:-1])
    if parent is None:
        _add(lines, top, path[:-1], YamlMap({path[-1]: value}))
    else:
        lines[parent.end : parent.end] = _dump(path[-1], value, parent.indent + len(INDENT))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _proved(text: str, path: Sequence[str], value: Any) -> str:
    """What was written is what is read; anything else would be a fault of ours that must not be saved."""
    found: Any = read(text)
    for key in path:
        found = found[key]
    if _plain(found) != _plain(value):
        raise EditRefused("This cannot be written so that it is read again.")
    return text


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case str():
            return value.strip()
        case _:
            return value


# --- writing ------------------------------------------------------------------------------------


def _dump(key: str, value: Any, indent: int) -> Iterator[str]:
    start = " " * indent + f"{_scalar(key)}:"
    deeper = " " * indent + INDENT
    match value:
        case str() if "\n" in value.strip():
            yield f"{start} |"
            for line in value.strip().splitlines():
                yield f"{deeper}{line}".rstrip()
        case Mapping() if value and not _fits(value):
            yield start
            for name, each in value.items():
                yield from _dump(name, each, indent + len(INDENT))
        case list() | tuple() if value and not _fits(value):
            yield start
            yield from (f"{deeper}- {_inline(each)}" for each in value)
        case _:
            yield f"{start} {_inline(value)}"


def _fits(value: Any) -> bool:
    """Whether it is short and flat enough for one line; what has a kind is a thing of its own."""
    if isinstance(value, Mapping) and "kind" in value:
        return False
    parts = value.values() if isinstance(value, Mapping) else value
    return not any(isinstance(part, (Mapping, list, tuple)) for part in parts) and len(_inline(value)) <= MOST_INLINE


def _inline(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return _scalar(value)
        case Mapping():
            return "{" + ", ".join(f"{_scalar(key)}: {_inline(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case _:
            return str(value)


def _scalar(text: str) -> str:
    """Names as they are, everything else in quotation marks: JSON's are YAML's."""
    if _PLAIN.fullmatch(text) and text not in _NOT_PLAIN:
        return text
    return (
        json.dumps(text, ensure_ascii=False)
        .replace("\x7f", "\\x7f")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
