"""The fields of a node as a form, and back: which fields a kind has is told by the kind itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.engine.flow import NODE_KINDS

SPARE_CHOICES = 2  # empty rows below the buttons
LONGEST = 20_000  # characters of one field


@dataclass(frozen=True, slots=True)
class Row:
    """A button of a node."""

    id: str
    label: str
    goto: str


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Args:
        shape: "text", "plural", "choices", "cases", "words", "bool", "number" or "line".
    """

    name: str
    shape: str
    value: Any
    is_required: bool = False


_SHAPES = {
    "text": "text", "choices": "choices", "cases": "cases", "services": "words", "topics": "words", "bool": "bool",
    "days": "number",
}  # fmt: skip


def node_fields(node: Mapping[str, Any]) -> list[Field]:
    """The fields of a node, those of its kind first, in the order of the kind."""
    kind = NODE_KINDS[node["kind"]]
    shapes = {**kind.required, **kind.optional, "rights": "bool"}
    return [
        Field(
            name,
            _shape(_SHAPES.get(shape, "line"), node.get(name)),
            _shown(node.get(name), shape),
            name in kind.required,
        )
        for name, shape in shapes.items()
    ]


def _shape(shape: str, value: Any) -> str:
    return "plural" if shape == "text" and isinstance(value, Mapping) else shape


def _shown(value: Any, shape: str) -> Any:
    match shape:
        case "choices":
            rows = [Row(*(str(each.get(part, "")) for part in ("id", "label", "goto"))) for each in value or ()]
            return rows + [Row("", "", "")] * SPARE_CHOICES
        case "cases":
            return "\n".join(f"{case}: {goto}" for case, goto in (value or {}).items())
        case "services" | "topics":
            return ", ".join(value if isinstance(value, list) else [value] if value else [])
        case "bool":
            return bool(value)
        case _:
            return value if isinstance(value, Mapping) else "" if value is None else str(value).strip()


def read_node(form: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The node that a form describes; empty fields are left out, and the checks tell what is missing."""
    known = NODE_KINDS[kind]
    node: dict[str, Any] = {"kind": kind}
    if form.get("f-rights"):
        node["rights"] = True
    for name, shape in {**known.required, **known.optional}.items():
        value = _read(form, name, _SHAPES.get(shape, "line"))
        if value not in ("", None, [], {}):
            node[name] = value
    return node


def _read(form: Mapping[str, Any], name: str, shape: str) -> Any:
    typed = text_of(form, f"f-{name}")
    match shape:
        case "text" if f"f-{name}-one" in form:
            return {part: text_of(form, f"f-{name}-{part}") for part in ("one", "other")}
        case "choices":
            return list(_choices(form))
        case "cases":
            pairs = (line.partition(":") for line in typed.splitlines() if line.strip())
            return {case.strip(): goto.strip() for case, _, goto in pairs}
        case "words":
            return words_of(typed)
        case "bool":
            return bool(typed)
        case "number":
            return int(typed) if typed.isdecimal() and len(typed) < 6 else typed
        case _:
            return typed


def _choices(form: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """The rows in the order that their numbers give; a row without an id, or one to be removed, is none."""
    rows = []
    for number in range(100):
        id = text_of(form, f"c-{number}-id")
        if id and not form.get(f"c-{number}-remove"):
            place = text_of(form, f"c-{number}-place")
            rows.append((int(place) if place.isdecimal() and len(place) < 6 else number, number, id))
    for _, number, id in sorted(rows):
        yield {"id": id, "label": text_of(form, f"c-{number}-label"), "goto": text_of(form, f"c-{number}-goto")}


def text_of(form: Mapping[str, Any], name: str) -> str:
    """What was typed, with line ends of one sign."""
    return str(form.get(name, ""))[:LONGEST].replace("\r\n", "\n").strip()


def words_of(typed: str) -> list[str]:
    """Words with commas or line ends between them."""
    return [word.strip() for word in typed.replace("\n", ",").split(",") if word.strip()]
