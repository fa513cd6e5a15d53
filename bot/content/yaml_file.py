"""YAML as editors write it: the core schema of YAML 1.2 (`no` is a word), every key with its line; nothing clever."""

import re
from typing import Any, NoReturn

import yaml
from yaml.error import MarkedYAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.tokens import (
    AliasToken,
    AnchorToken,
    BlockEndToken,
    BlockMappingStartToken,
    BlockSequenceStartToken,
    DirectiveToken,
    FlowMappingEndToken,
    FlowMappingStartToken,
    FlowSequenceEndToken,
    FlowSequenceStartToken,
    TagToken,
)

DEEPEST = 30  # nested lists and mappings; an editor's file needs seven
_CLEVER = (AliasToken, AnchorToken, DirectiveToken, TagToken)
_STARTS = (BlockMappingStartToken, BlockSequenceStartToken, FlowMappingStartToken, FlowSequenceStartToken)
_ENDS = (BlockEndToken, FlowMappingEndToken, FlowSequenceEndToken)
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
    _look_through(text)
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    if not isinstance(node, MappingNode):
        raise MarkedYAMLError(problem="is not a mapping", problem_mark=None if node is None else node.start_mark)
    return _mapping(node)


def _look_through(text: str) -> None:
    """Refuse what must not be composed: libyaml's composer expands aliases, and recurses until the process dies."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        depth += isinstance(token, _STARTS) - isinstance(token, _ENDS)
        if isinstance(token, _CLEVER):
            raise MarkedYAMLError(problem="anchors, aliases and tags are not allowed", problem_mark=token.start_mark)
        if depth > DEEPEST:
            raise MarkedYAMLError(problem="is nested too deeply", problem_mark=token.start_mark)


def _mapping(node: MappingNode) -> YamlMap:
    made = YamlMap()
    made.line, made.lines = node.start_mark.line, {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            _refuse("a key must be a word", key)
        name = _scalar(key)
        if name in made:
            _refuse(f"the key '{name}' stands here twice", key)
        made[name], made.lines[name] = _value(value), key.start_mark.line
    return made


def _value(node: Node) -> Any:
    match node:
        case MappingNode():
            return _mapping(node)
        case SequenceNode():
            return [_value(each) for each in node.value]
        case ScalarNode():
            return _scalar(node)


def _scalar(node: ScalarNode) -> Any:
    value: str = node.value
    if node.style:  # in quotation marks, or a block
        return value
    if _NULL.fullmatch(value):
        return None
    if _BOOL.fullmatch(value):
        return value.lower() == "true"
    if _INT.fullmatch(value):
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) else value


def _refuse(problem: str, node: Node) -> NoReturn:
    raise MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
