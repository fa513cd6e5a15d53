"""What has changed in a text, word by word."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

from bot.content.catalog import Translated

Kind = Literal["same", "gone", "new"]
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def plain(text: Translated | None) -> str:
    """A text or its plural forms, one a line."""
    if text is None:
        return ""
    return "\n".join(text) if isinstance(text, tuple) else text


def differing_words(before: Translated | None, after: Translated | None) -> Iterator[tuple[Kind, str]]:
    """Both texts as one: what stayed, what went, what came."""
    old, new = _WORD.findall(plain(before)), _WORD.findall(plain(after))
    for what, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            yield "same", "".join(old[i1:i2])
            continue
        if i1 < i2:
            yield "gone", "".join(old[i1:i2])
        if j1 < j2:
            yield "new", "".join(new[j1:j2])
