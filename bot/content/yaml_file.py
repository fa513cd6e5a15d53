"""YAML as editors write it: the core schema of YAML 1.2 (`no` is a word), every key with its line; nothing clever."""

import re
from collections.abc import Iterator
from typing import Any, NoReturn, cast

import yaml
from yaml.error import Mark, MarkedYAMLError
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

DEEPEST = 30  # nested lists and mappings; an editor's file needs seven
_CLEVER = "anchors, aliases and tags are not allowed"
_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")

YamlError = yaml.YAMLError


class YamlMap(dict[str, Any]):
    """A mapping that knows its own line and those of its keys, from 0."""

    line: int
    lines: dict[str, int]


def read_yaml(text: str) -> YamlMap:
    """Parse a file that must be one mapping.

    Raises:
        YamlError: not YAML, a key twice, an anchor, an alias or a tag, no mapping, nested too deeply; `problem` says
            what and `problem_mark` where, as far as they are known.
    """
    # Events, not nodes: libyaml's composer would expand aliases, and recurse until the process dies.
    events = yaml.parse(text, Loader=yaml.CSafeLoader)
    made: YamlMap | None = None
    for event in events:
        match event:
            case StreamStartEvent() | DocumentEndEvent() | StreamEndEvent():
                pass
            case DocumentStartEvent() if event.version or event.tags:
                _refuse(_CLEVER, event)
            case DocumentStartEvent() if made is not None:
                _refuse("is more than a single document", event)
            case DocumentStartEvent():
                root = next(events)
                if not isinstance(root, MappingStartEvent):
                    _refuse("is not a mapping", root)
                made = _value(root, events, 0)
    if made is None:
        raise MarkedYAMLError(problem="is not a mapping")
    return made


def _value(event: Any, events: Iterator[Event], depth: int) -> Any:
    """The value that begins with this event; what belongs to it is taken from the events."""
    if isinstance(event, AliasEvent) or event.anchor or event.tag:
        _refuse(_CLEVER, event)
    if depth > DEEPEST:
        _refuse("is nested too deeply", event)
    match event:
        case ScalarEvent():
            return _scalar(event)
        case SequenceStartEvent():
            return [_value(each, events, depth + 1) for each in _until_end(events)]
        case MappingStartEvent():
            return _mapping(event, events, depth + 1)


def _mapping(start: MappingStartEvent, events: Iterator[Event], depth: int) -> YamlMap:
    made = YamlMap()
    made.line, made.lines = _mark(start).line, {}
    for key in _until_end(events):
        if not isinstance(key, ScalarEvent):
            _refuse("a key must be a word", key)
        name = _value(key, events, depth)
        if name in made:
            _refuse(f"the key '{name}' stands here twice", key)
        made[name], made.lines[name] = _value(next(events), events, depth), _mark(key).line
    return made


def _until_end(events: Iterator[Event]) -> Iterator[Event]:
    """The event that each member begins with, up to the end of the list or mapping."""
    for event in events:
        if isinstance(event, CollectionEndEvent):
            return
        yield event


def _scalar(event: ScalarEvent) -> Any:
    value: str = event.value
    if event.style:  # in quotation marks, or a block
        return value
    if _NULL.fullmatch(value):
        return None
    if _BOOL.fullmatch(value):
        return value.lower() == "true"
    if _INT.fullmatch(value):
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else value


def _refuse(problem: str, event: Event) -> NoReturn:
    raise MarkedYAMLError(problem=problem, problem_mark=_mark(event))


def _mark(event: Event) -> Mark:
    return cast(Mark, event.start_mark)
