"""Words of a few sentences reach typing errors and endings; what was learned is kept as a small file."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from bot.understanding.arrays import MOST_BYTES, pack_arrays, unpack_arrays
from bot.understanding.language import STORED, Languages
from bot.understanding.learned import Learned, sentences_digest
from bot.understanding.meaning import Understanding, learn, stale
from bot.understanding.parts import Parts

EXAMPLES = {
    "debt": ["I owe money", "too many loans", "they collect my debts", "I cannot pay the loan"],
    "lonely": ["I have no friends", "always alone", "nobody visits me", "no friend comes"],
}
FILES = {"en": {"topics": EXAMPLES, "examples": {}}, "fa": {"topics": EXAMPLES}}


def words(text: str) -> list[str]:
    return text.lower().split()


def best(scores: Mapping[str, float]) -> str:
    return max(scores, key=lambda name: scores[name])


@pytest.mark.parametrize(("text", "meant"), [("my lones", "debt"), ("friendless and alone", "lonely")])
def test_reaches_errors_and_endings(text: str, meant: str) -> None:
    assert best(Learned.learn(EXAMPLES, words).scores(text)) == meant


def test_is_unpacked_as_it_was_packed() -> None:
    learned = Learned.learn(EXAMPLES, words)
    read = Learned.unpack(learned.pack(), words)
    assert read is not None
    assert (read.digest, read.meanings) == (sentences_digest(EXAMPLES), ("debt", "lonely"))
    assert read.scores("my loans") == pytest.approx(learned.scores("my loans"), abs=0.01)
    assert learned.pack() == learned.pack()


def test_full_and_row_by_row_products_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    learned = Learned.learn(EXAMPLES, words).scores("pay friends")
    monkeypatch.setattr("bot.understanding.learned.COMMON", 1)
    assert Learned.learn(EXAMPLES, words).scores("pay friends") == pytest.approx(learned, abs=1e-5)


def test_what_unfolds_to_too_much_is_not_read() -> None:
    bomb = pack_arrays(("digest",), (np.zeros(MOST_BYTES + 1, dtype=np.uint8),))
    assert len(bomb) < 1_000_000
    assert unpack_arrays(bomb, ("digest",)) is None


def test_changed_sentences_are_learned_anew_and_known_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Sequence[str]] = []
    counted: list[object] = []
    really = Learned.learn.__func__  # type: ignore[attr-defined]

    def counting(examples: Mapping[str, Sequence[str]], words: object) -> Learned:
        asked.append(tuple(examples))
        return really(Learned, examples, words)  # type: ignore[no-any-return]

    names = ("en", "fa", "fa-romanised", "languages")
    known = {name: file for name in names if (file := learn(name, FILES)) is not None}
    assert list(stale(FILES, known)) == ["sense"]
    monkeypatch.setattr(Learned, "learn", counting)
    monkeypatch.setattr(Parts, "count", counted.append)
    Understanding(FILES, known).warm()
    assert (asked, counted) == ([], [])
    changed = {**FILES, "en": {"topics": {**EXAMPLES, "debt": ["a new sentence about money"]}}}
    assert list(stale(changed, known)) == ["en", "languages", "sense"]
    Understanding(changed, known).warm()
    assert len(asked) == 1
    assert len(counted) == 2  # one for each script


def test_languages_are_told_apart_alike_by_what_was_packed_and_by_a_file_that_does_not_fit() -> None:
    samples = {
        "en": ["where can I complain about the letter"],
        "da": ["hvor kan jeg klage over brevet"],
        "ar": ["أين يمكنني أن أشتكي من الرسالة"],
        "fa": ["کجا می‌توانم از نامه شکایت کنم"],
    }
    texts = ["I complain", "jeg klager", "أشتكي من", "شکایت کنم", "brev", "xqzv wkrtz"]
    counted = Languages(samples)
    packed = counted.pack()
    assert packed == Languages(samples).pack()
    digest, *arrays = unpack_arrays(packed, STORED) or ()
    too_short = pack_arrays(STORED, (digest, arrays[0], arrays[1], arrays[2][:-1], *arrays[3:]))
    for learned in (packed, packed[:-9], b"", too_short):
        read = Languages(samples, learned)
        assert [read.guess(text) for text in texts] == [counted.guess(text) for text in texts]
        assert [read.is_nonsense(text) for text in texts] == [counted.is_nonsense(text) for text in texts]
    assert {counted.guess(text) for text in texts[:4]} == {"en", "da", "ar", "fa"}
