"""Parts of words, and how often they stand in texts of each language: which language is a text in?"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

SMOOTHING = 0.3
SIZES = (1, 2, 3, 4)  # letters of the parts that are counted


class Parts:
    """Naive Bayes over parts of words.

    Args:
        tags: Languages.
        parts: All that stand in any of their samples.
        counts: How often, parts x languages.
    """

    def __init__(self, tags: Sequence[str], parts: Sequence[str], counts: NDArray[np.uint16]) -> None:
        self._tags, self._counts = tuple(tags), counts
        self._index = {part: index for index, part in enumerate(parts)}

    @classmethod
    def count(cls, samples: Mapping[str, Sequence[str]]) -> Self:
        """Count in the samples of each language."""
        counted = [_count_parts(texts) for texts in samples.values()]
        index = {part: index for index, part in enumerate(dict.fromkeys(part for each in counted for part in each))}
        counts = np.zeros((len(index), len(counted)), dtype=np.uint16)
        most = np.iinfo(counts.dtype).max
        for column, each in enumerate(counted):
            counts[[index[part] for part in each], column] = np.minimum(list(each.values()), most)
        return cls(tuple(samples), tuple(index), counts)

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """What `of_arrays` makes it again of."""
        parts = np.frombuffer("\n".join(self._index).encode(), dtype=np.uint8)
        return np.array(self._tags, dtype=np.str_), parts, self._counts

    @classmethod
    def of_arrays(cls, arrays: Sequence[NDArray[Any]]) -> Self | None:
        """None where they do not fit together."""
        tags, counted, counts = arrays
        parts = counted.tobytes().decode(errors="replace").split("\n") if counted.size else []
        return cls(tags.tolist(), parts, counts) if counts.shape == (len(parts), tags.size) else None

    @cached_property
    def _logarithms(self) -> NDArray[np.float32]:
        seen = self._counts.astype(np.float32) + SMOOTHING
        logarithms: NDArray[np.float32] = np.log(seen / seen.sum(axis=0))
        return logarithms

    def best(self, text: str, lead: float) -> str | None:
        """The likeliest language; None where it leads the next by less, or nothing of the text is known."""
        known = [self._index[part] for part in _parts(text) if part in self._index]
        if not known or not self._tags:
            return None
        # Parts overlap, so each counts for less than a whole.
        likely = self._logarithms[known].sum(axis=0) / len(SIZES)
        first, *others = np.argsort(-likely).tolist()
        if others and likely[first] - likely[others[0]] < lead:
            return None
        tag: str = self._tags[first]
        return tag

    def strangeness(self, text: str) -> float:
        """The share of a text's longest parts that no language has, 0 to 1."""
        longest = [part for part in _parts(text) if len(part) == SIZES[-1]]
        return sum(part not in self._index for part in longest) / len(longest) if longest else 0.0


def _count_parts(texts: Sequence[str]) -> Mapping[str, int]:
    """How often each part stands in the texts; a word that comes again is taken apart once."""
    counts: defaultdict[str, int] = defaultdict(int)
    for word, times in Counter(word for text in texts for word in _words(text)).items():
        for part in _parts_of(word):
            counts[part] += times
    return counts


def _parts(text: str) -> Iterator[str]:
    for word in _words(text):
        yield from _parts_of(word)


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", text).lower()
    return "".join(character if character.isalnum() else " " for character in text).split()


def _parts_of(word: str) -> Iterator[str]:
    edged = f" {word} "
    yield f"={word}"
    for size in SIZES:
        for start in range(len(edged) - size + 1):
            yield edged[start : start + size]
