"""Learns from example sentences what a text means: topics, danger, a wish for a human, nothing we can help with."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bot.understanding.arrays import FINENESS, digest_of, pack_arrays, unit, unpack_arrays

Vector = NDArray[np.float32]
Rows = NDArray[np.intp]
Words = Callable[[str], list[str]]
RIDGE = 0.3  # how much the weights are held back; measured on the development set
SHORTEST, LONGEST = 3, 4  # letters of a part of a word
COMMON = 80  # rows from which on a part is multiplied with all rows at once
STEP = 6  # a long story is looked at in windows of two steps: two themes must not hide each other
MOST_WINDOWS = 30  # of the longest text; its windows are wider
_STORED = ("digest", "meanings", "parts", "rarity", "unknown", "weights", "greatest")


class Learned:
    """Weights of words and parts of words, one column a meaning.

    Args:
        digest: Of the sentences that it was learned from.
        parts: Those that several sentences have; all others tell nothing.
        rarity: How much each part counts in a text.
        unknown: The same of all other parts.
        words: Cuts a text into its folded words.
    """

    def __init__(
        self,
        digest: str,
        meanings: Sequence[str],
        parts: Sequence[str],
        rarity: Vector,
        unknown: float,
        weights: Vector,
        words: Words,
    ) -> None:
        self.digest, self.meanings, self._words = digest, tuple(meanings), words
        self._index = {part: index for index, part in enumerate(parts)}
        self._rarity, self._unknown, self._weights = rarity, unknown, weights

    @classmethod
    def learn(cls, examples: Mapping[str, Sequence[str]], words: Words) -> Self:
        """Learn from sentences, per meaning, by ridge regression: about a second for 3,000 of them.

        Parts of words carry over typing errors and endings; the ridge keeps a rare part from deciding alone.
        """
        rows = [
            (column, Counter(_parts(words(text)))) for column, name in enumerate(examples) for text in examples[name]
        ]
        holding = Counter(part for _, parts in rows for part in parts)
        numbers = {part: number for number, part in enumerate(holding)}
        counts = np.array(list(holding.values()))
        rarity = (np.log((1 + len(rows)) / (1 + counts)) + 1).astype(np.float32)
        indices = [np.array([numbers[part] for part in parts], dtype=np.intp) for _, parts in rows]
        seen = [unit(rarity[row]) for row in indices]
        wanted = np.zeros((len(rows), len(examples)), dtype=np.float32)
        wanted[range(len(rows)), [column for column, _ in rows]] = 1
        solved = np.linalg.solve(_likeness(indices, seen, len(holding)), wanted)
        weights: Vector = np.zeros((len(holding), len(examples)), dtype=np.float32)
        for row, values, each in zip(indices, seen, solved, strict=True):
            weights[row] += np.outer(values, each)
        kept = counts > 1
        parts = [part for part, count in holding.items() if count > 1]
        return cls(
            sentences_digest(examples),
            tuple(examples),
            parts,
            rarity[kept],
            float(rarity.max(initial=1.0)),
            weights[kept],
            words,
        )

    @classmethod
    def unpack(cls, raw: bytes, words: Words) -> Self | None:
        """What was packed; None where the file is not such."""
        arrays = unpack_arrays(raw, _STORED)
        if arrays is None:
            return None
        digest, meanings, parts, rarity, unknown, weights, greatest = arrays
        return cls(
            str(digest),
            meanings.tolist(),
            parts.tobytes().decode().split("\n"),
            rarity.astype(np.float32),
            float(unknown),
            weights.astype(np.float32) * (float(greatest) / FINENESS),
            words,
        )

    def pack(self) -> bytes:
        """As a file: weights in steps that are finer than what was learned."""
        greatest = float(np.abs(self._weights).max(initial=1e-6))
        values = (
            np.array(self.digest),
            np.array(self.meanings),
            np.frombuffer("\n".join(self._index).encode(), dtype=np.uint8),
            self._rarity.astype(np.float16),
            np.array(self._unknown),
            np.round(self._weights / greatest * FINENESS).astype(np.int8),
            np.array(greatest),
        )
        return pack_arrays(_STORED, values)

    def scores(self, text: str) -> dict[str, float]:
        """How sure each meaning is, about 0 to 1: the surest part of a long text counts."""
        best = np.max([self._score(window) for window in _windows(self._words(text))], axis=0)
        return dict(zip(self.meanings, best.tolist(), strict=True))

    def _score(self, words: Sequence[str]) -> Vector:
        indices, unknown = [], 0
        for part in set(_parts(words)):
            index = self._index.get(part)
            if index is None:
                unknown += 1
            else:
                indices.append(index)
        rarity = self._rarity[indices]
        length = math.sqrt(float(rarity @ rarity) + unknown * self._unknown**2)
        scores: Vector = rarity @ self._weights[indices] / max(length, 1e-6)
        return scores


def sentences_digest(examples: Mapping[str, Sequence[str]]) -> str:
    """Changes with every sentence, its meaning, and the way of learning."""
    return digest_of([RIDGE, SHORTEST, LONGEST, *([name, *examples[name]] for name in examples)])


def _likeness(indices: Sequence[Rows], seen: Sequence[Vector], size: int) -> Vector:
    """The product of all rows with each other, and the ridge.

    Rows hold few of all parts. Parts of many rows are multiplied as a full matrix, those of few row by row; parts of
    one row only make no two rows alike.
    """
    holders: list[list[int]] = [[] for _ in range(size)]
    values: list[list[float]] = [[] for _ in range(size)]
    for number, (row, each) in enumerate(zip(indices, seen, strict=True)):
        for index, value in zip(row.tolist(), each.tolist(), strict=True):
            holders[index].append(number)
            values[index].append(value)
    common = [index for index in range(size) if len(holders[index]) > COMMON]
    full = np.zeros((len(indices), len(common)), dtype=np.float32)
    for column, index in enumerate(common):
        full[holders[index], column] = values[index]
    likeness: Vector = full @ full.T
    for index, rows in enumerate(holders):
        if 1 < len(rows) <= COMMON:
            value = np.array(values[index], dtype=np.float32)
            likeness[np.ix_(rows, rows)] += np.outer(value, value)
    np.fill_diagonal(likeness, 1 + RIDGE)
    return likeness


def _windows(words: Sequence[str]) -> Iterator[Sequence[str]]:
    yield words
    if len(words) > 2 * STEP:
        step = max(STEP, len(words) // MOST_WINDOWS)
        for start in range(0, len(words) - STEP, step):
            yield words[start : start + 2 * step]


def _parts(words: Sequence[str]) -> Iterable[str]:
    for word in words:
        edged = f"<{word}>"
        yield edged
        for size in range(SHORTEST, min(LONGEST, len(edged) - 1) + 1):
            for start in range(len(edged) - size + 1):
                yield edged[start : start + size]
    for first, second in pairwise(words):
        yield f"{first} {second}"
