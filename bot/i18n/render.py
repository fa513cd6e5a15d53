"""A text with its values, made into what a person reads: plain text, and entities in UTF-16 units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal as OneOf

from bot.i18n.template import Literal, Mark, Placeholder, parse

# Every inserted value is isolated (Unicode UAX 9), so that a number or a Danish name cannot turn the sentence round.
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_BIDI_CONTROLS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of a text with markup; offset and length in UTF-16 units, as Telegram counts."""

    type: OneOf["bold", "code"]
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Rendered:
    text: str
    entities: tuple[Entity, ...] = ()


def utf16_length(text: str) -> int:
    """Length in UTF-16 units: letters beyond the basic plane (emoji) count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def fill(text: str, values: Mapping[str, str | Rendered]) -> Rendered:
    """Put values into a text and turn its markup into entities.

    A str is taken literally, without bidi controls of its own; a Rendered keeps its entities. A placeholder without a
    value stays as it is written: the checks find it before a person does. Inside `code`, which is there to be copied,
    values are not isolated.
    """
    out: list[str] = []
    entities: list[Entity] = []
    open_marks: dict[str, int] = {}
    ends = ""  # how the value before ended
    for piece in parse(text):
        match piece:
            case Literal(text=literal):
                # A sentence that ends with "500 kr." has one full stop, not two.
                out.append(literal[1:] if ends == "." and literal.startswith(".") else literal)
                ends = ""
            case Mark(kind=kind):
                here = utf16_length("".join(out))
                start = open_marks.pop(kind, None)
                if start is None:
                    open_marks[kind] = here
                elif here > start:
                    entities.append(Entity("code" if kind == "code" else "bold", start, here - start))
            case Placeholder(name=name):
                value = values.get(name)
                if value is None:
                    out.append("{" + name + "}")
                    continue
                ends = (value.text if isinstance(value, Rendered) else value)[-1:]
                isolates = "code" not in open_marks
                out.append(FIRST_STRONG_ISOLATE if isolates else "")
                if isinstance(value, Rendered):
                    entities += _moved(value.entities, "".join(out)) if value.entities else ()
                    out.append(value.text)
                else:
                    out.append(value.translate(_BIDI_CONTROLS))
                out.append(POP_ISOLATE if isolates else "")
    return Rendered("".join(out), tuple(sorted(entities, key=lambda entity: entity.offset)))


def join(parts: Sequence[Rendered], between: str = "\n\n") -> Rendered:
    """Parts one below the other."""
    if len(parts) == 1:
        return parts[0]
    entities: list[Entity] = []
    text = ""
    for number, part in enumerate(parts):
        text += between if number else ""
        entities += _moved(part.entities, text) if part.entities else ()
        text += part.text
    return Rendered(text, tuple(entities))


def _moved(entities: Sequence[Entity], before: str) -> list[Entity]:
    """Entities of a text that is put behind another."""
    offset = utf16_length(before)
    return [replace(entity, offset=entity.offset + offset) for entity in entities]
