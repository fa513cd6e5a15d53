"""Whole conversations in every language, as the person reads them.

A journey (`<name>.yaml`) says what a person does; `shown/<locale>/<name>.yaml` is what the bot answers, word for word.
`make journeys` rewrites what is shown: read the diff. Values that are inserted stand between ⟦ and ⟧.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from bot.runner.ports import Outgoing
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation

FOLDER = Path(__file__).parent
SITUATIONS = "situations"  # has a form of its own, see test_situations.py
JOURNEYS = sorted(path.stem for path in FOLDER.glob("*.yaml") if path.stem != SITUATIONS)
LOCALES = our_release().locales

Turn = dict[str, Any]


def load(path: Path) -> list[Turn]:
    turns: list[Turn] = YAML(typ="safe").load(path.read_text("utf-8"))
    return turns


def play(name: str, locale: str) -> tuple[list[Turn], set[str]]:
    """Go through a journey.

    Returns:
        What happened at each turn, and the nodes that the person was at.
    """
    talk = Conversation(our_release())
    happened, visited = [], set()
    for step in load(FOLDER / f"{name}.yaml"):
        happened.append(_turn(talk, step, locale))
        visited.add(talk.store.tables.sessions.get(CHAT, {}).get("node", ""))
    return happened, visited


def done_in(step: Mapping[str, Any], locale: str) -> tuple[str, str]:
    """What the person does in a step ("says", "presses"), and the words or the button in that language."""
    (act, said), *_ = ((key, value) for key, value in step.items() if key != "hours_later")
    said = said[locale if locale in said else "all"] if isinstance(said, dict) else said
    return act, str(said).replace("{locale}", locale)


def _turn(talk: Conversation, step: Mapping[str, Any], locale: str) -> Turn:
    kept = {key: repr(row) for key, row in talk.store.tables.outbox.items()}
    tickets = dict(talk.store.tables.tickets)
    talk.at += timedelta(hours=step.get("hours_later", 0))
    act, said = done_in(step, locale)
    if act == "taps_keyboard":
        act, said = "says", talk.release.label(f"common/keyboard_{said}", locale)
    acts = {"says": talk.says, "presses": talk.presses, "edits": talk.edits, "sends": talk.sends}
    turn: Turn = {"person": f"{act} {said}", "bot": [_shown(each) for each in acts[act](said)]}
    reminders = [
        row.outgoing for key, row in talk.store.tables.outbox.items() if key not in kept and row.outgoing.due_at
    ]
    if reminders:
        turn["reminders"] = [{"due": str(each.due_at), **_shown(each)} for each in reminders]
    changed = [each for each in talk.store.tables.tickets.values() if tickets.get(each.id) != each]
    if changed:
        turn["tickets"] = [
            {"state": each.state, "topic": each.topic, "urgency": each.urgency, "answers": dict(each.answers)}
            for each in changed
        ]
    return turn


def _shown(outgoing: Outgoing) -> Turn:
    body = outgoing.body
    if outgoing.kind not in ("message", "reminder"):
        return {outgoing.kind: dict(body)}
    shown: Turn = {"text": LiteralScalarString(_visible(body["text"]))}
    if "rows" in body:
        shown["buttons"] = [" | ".join(button["text"] for button in row) for row in body["rows"]]
    if "keyboard" in body:
        shown["keyboard"] = body["keyboard"]
    if "replaces" in body:
        shown["in place of"] = body["replaces"]
    return shown


def _visible(text: str) -> str:
    return text.replace("\u2068", "⟦").replace("\u2069", "⟧")


def to_yaml(turns: list[Turn]) -> str:
    yaml = YAML()
    yaml.width = 100_000
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(turns, out)
    return out.getvalue()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", JOURNEYS)
def test_journey(name: str, locale: str, request: pytest.FixtureRequest) -> None:
    shown = to_yaml(play(name, locale)[0])
    path = FOLDER / "shown" / locale / f"{name}.yaml"
    if request.config.getoption("--update-journeys"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, "utf-8")
    assert shown == path.read_text("utf-8"), "what is shown has changed; if it should have: make journeys"


def test_every_node_is_on_a_journey() -> None:
    visited = set[str]().union(*(play(name, "da")[1] for name in JOURNEYS))
    waiting = {id for id, node in our_release().nodes.items() if node.kind not in ("say", "branch", "call")}
    assert waiting <= visited


def test_every_language_has_every_journey_and_no_other() -> None:
    assert {str(path.relative_to(FOLDER / "shown")) for path in (FOLDER / "shown").rglob("*.yaml")} == set(_expected())


def _expected() -> Iterator[str]:
    return (f"{locale}/{name}.yaml" for locale in LOCALES for name in JOURNEYS)
