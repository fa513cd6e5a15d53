"""What a person in a situation needs is at most four presses away, in every language, with the fact base's values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.dates.deadline import Period
from bot.engine.effects import Text
from bot.i18n.day import full_date
from tests.support.content import ROOT, our_release
from tests.support.conversation import CHAT, Conversation

MOST_PRESSES = 4
RELEASE = our_release()
SITUATIONS: list[dict[str, Any]] = YAML(typ="safe").load((Path(__file__).parent / "situations.yaml").read_text("utf-8"))
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


def reached(situation: Mapping[str, Any], locale: str) -> tuple[str, str]:
    """Walk the path: the node that the person is at, and what the last message says there."""
    talk = Conversation(RELEASE)
    talk.says("/start")
    sent = talk.presses(f"!locale:{locale}")
    for step in situation["path"]:
        sent = talk.says(step["says"]) if isinstance(step, dict) else talk.presses(step)
    screen = next(each.body["text"] for each in reversed(sent) if each.kind == "message")
    return str(talk.store.tables.sessions[CHAT]["node"]), screen.translate(ISOLATES)


def spoken(key: str, locale: str) -> set[str]:
    """A fact as that language says it, and as Danish does: a text that is not translated yet is shown in Danish."""
    return {RELEASE.render(Text(key), spoken).text.translate(ISOLATES) for spoken in (locale, RELEASE.locales[0])}


@pytest.mark.parametrize("locale", RELEASE.locales)
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation["id"])
def test_the_answer_is_reached_and_shows_the_facts(situation: Mapping[str, Any], locale: str) -> None:
    node, screen = reached(situation, locale)
    assert node == situation["node"]
    for name in situation["shows"]:
        assert any(value in screen for value in spoken(f"fact/{name}", locale)), (name, screen)
    if "last_day" in situation:
        days = {full_date(situation["last_day"], spoken) for spoken in (locale, RELEASE.locales[0])}
        assert any(day.translate(ISOLATES) in screen for day in days), screen


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation["id"])
def test_few_presses_and_the_values_of_the_fact_base(situation: Mapping[str, Any]) -> None:
    assert sum(isinstance(step, str) for step in situation["path"]) <= MOST_PRESSES
    for name, expected in situation["shows"].items():
        value = Period(**expected) if isinstance(expected, dict) else expected
        assert RELEASE.facts[name].value == value, name


def test_each_entry_has_its_article() -> None:
    entries = {situation["entry"] for situation in SITUATIONS} - {None}
    assert entries <= {path.stem for path in (ROOT / "knowledge/articles").glob("*.md")}


def test_twenty_or_more() -> None:
    assert len({situation["id"] for situation in SITUATIONS}) == len(SITUATIONS) >= 20
