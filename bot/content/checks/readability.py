"""How heavy the Danish reads. LIX = words a sentence + percent of words with more than six letters (Björnsson 1968)."""

import re
from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.checks.text import forms_of
from bot.content.problem import Problem
from bot.i18n.template import PLACEHOLDER

HARD, REFUSED = 35.0, 45.0
MIN_WORDS = 20  # of fewer words the number says nothing
LONG = 6  # letters
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[.!?:]+\s|\n+")


def lix(text: str) -> float | None:
    """The reading index of a text, about 20 (easy) to 60 (hard); None where it is too short to tell."""
    plain = PLACEHOLDER.sub(" 1 ", text).strip()
    words = _WORD.findall(plain)
    if len(words) < MIN_WORDS:
        return None
    sentences = [part for part in _SENTENCE_END.split(plain) if _WORD.search(part)]
    return len(words) / len(sentences) + 100 * sum(len(word) > LONG for word in words) / len(words)


def check(content: Content) -> Iterator[Problem]:
    for text in content.sources.texts.values():
        value = lix(forms_of(text)[-1])
        if value is not None and value > HARD:
            what = f"'{text.key}' has LIX {value:.0f}."
            hint = "Shorter sentences, shorter words."
            yield Problem(text.where, "lix", what, hint, is_warning=value <= REFUSED)
