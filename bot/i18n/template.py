"""A text, read once: plain stretches, placeholders, and the two kinds of markup that editors may use."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

RIGHT_TO_LEFT = "\u200f"
_EDGED = re.compile(r"(?<![\w/`}])/[a-z]+\b(?!/)|\b[A-Za-z]+\+")
_NAME = r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*"
PLACEHOLDER = re.compile(r"\{(" + _NAME + r")\}")
_TOKEN = re.compile(r"\{(" + _NAME + r")\}|(\*\*)|(`)")


@dataclass(frozen=True, slots=True)
class Literal:
    text: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value goes here; a name with a dot is a fact."""

    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Where **bold** or `code` begins or ends."""

    kind: str  # "bold" or "code"


Piece = Literal | Placeholder | Mark


@lru_cache(maxsize=65536)
def parse(text: str) -> tuple[Piece, ...]:
    """Take a text apart. Never raises: what is no placeholder or markup is plain text."""
    pieces: list[Piece] = []
    end = 0
    for token in _TOKEN.finditer(text):
        if token.start() > end:
            pieces.append(Literal(text[end : token.start()]))
        pieces.append(Placeholder(token[1]) if token[1] else Mark("bold" if token[2] else "code"))
        end = token.end()
    if end < len(text):
        pieces.append(Literal(text[end:]))
    return tuple(pieces)


@lru_cache(maxsize=65536)
def directed(text: str) -> str:
    """A text of a right-to-left language with the marks that phones need to show it so (UAX 9).

    Values are isolated, so a line of nothing else has no direction and would run from left to right (P2 and P3). A sign
    at the edge of a Latin word, as in /hide, would stand at its other end (N2).
    """
    lines = _EDGED.sub("\u2068\\g<0>\u2069", text).split("\n")
    return "\n".join(
        f"{RIGHT_TO_LEFT}{line}" if PLACEHOLDER.search(line) and not _has_direction(line) else line for line in lines
    )


def _has_direction(line: str) -> bool:
    return any(unicodedata.bidirectional(sign) in ("L", "R", "AL") for sign in PLACEHOLDER.sub("", line))


@lru_cache(maxsize=65536)
def placeholders(text: str) -> tuple[str, ...]:
    """Names of all placeholders, sorted, as often as they stand in the text."""
    return tuple(sorted(PLACEHOLDER.findall(text)))
