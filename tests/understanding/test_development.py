"""The development set holds what was reached: shares of what is right, over all languages, and not far below in each.

Words alone are measured here, so that the floors hold wherever the language model's package is missing.
"""

from functools import cache

import pytest

from bot.understanding.meaning import Understanding
from tests.support.content import ROOT, our_release
from tests.understanding.report import SETS, measure
from tests.understanding.test_phrases import FILES

TAGS = sorted(path.stem for path in SETS.glob("*.jsonl"))
FLOORS = {
    "CPR": 0.99,
    "among three": 0.95,
    "danger": 0.97,
    "first": 0.90,
    "human": 0.95,
    "language": 0.98,
    "near miss": 0.93,
    "no alarm": 0.96,
    "no false CPR": 0.99,
    "no false wish": 0.98,
    "not refused": 0.97,
    "out of scope": 0.90,
}
UNSEEN_FLOORS = {"among three": 0.74, "danger": 0.93, "first": 0.60, "language": 0.98, "no alarm": 0.94, "human": 0.90}
BELOW = 0.12  # how far one language may be below the floor of all: a set is small

pytestmark = pytest.mark.slow


@cache
def words_alone() -> Understanding:
    return Understanding(FILES)


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_holds_the_floors(tag: str) -> None:
    shares = measure(words_alone(), tag, unseen=False)
    assert {name: shares[name] for name, floor in FLOORS.items() if shares[name] < floor - BELOW} == {}


@pytest.mark.parametrize(("unseen", "floors"), [(False, FLOORS), (True, UNSEEN_FLOORS)])
def test_all_languages_together_hold_the_floors(unseen: bool, floors: dict[str, float]) -> None:
    rows = [measure(words_alone(), tag, unseen=unseen) for tag in TAGS]
    shares = {name: sum(row[name] for row in rows) / len(rows) for name in floors}
    assert {name: shares[name] for name, floor in floors.items() if shares[name] < floor} == {}


def test_no_sentence_of_the_set_is_a_phrase() -> None:
    from tests.understanding.report import read

    phrases = {
        phrase for file in FILES.values() for lists in file.values() for phrase in _flat(lists) if " " in str(phrase)
    }
    copied = [line["text"] for tag in TAGS for line in read(tag) if line["text"] in phrases]
    assert len(copied) <= len(TAGS) * 3, copied  # some short sentences are written in one way only


def _flat(lists: object) -> list[str]:
    if isinstance(lists, dict):
        return [phrase for phrases in lists.values() for phrase in phrases]
    return list(lists) if isinstance(lists, list) else []


def test_what_was_learned_fits_the_phrases() -> None:
    """`vejviser content learn` was run since a topic came or went."""
    from bot.content.load import SENSE
    from bot.understanding.sense import Sense

    sense = Sense.read(ROOT / SENSE)
    assert sense is not None
    known = {name for file in FILES.values() for section in ("topics", "examples") for name in file.get(section, {})}
    assert set(sense.names) == known
    assert our_release().understanding is not None
