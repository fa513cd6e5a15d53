"""Node kinds that the first flow does not use, in a flow of their own; and releases that change under a session."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.content.load import load_release
from bot.content.release import Release
from bot.engine.effects import Effect
from bot.engine.flow import NODE_KINDS
from bot.runner.ports import Outgoing
from bot.runner.scene import HANDLERS
from tests.support.content import TODAY, copy_content, edit, our_release
from tests.support.conversation import CHAT, Conversation

TRIAL = """
flow: trial
moved: {gone: asks}
nodes:
  asks:
    kind: ask
    say: "Hvad hedder din hund?"
    answer: dog
    goto: tells
  tells:
    kind: say
    say: "Din hund hedder {dog}."
    goto: goes
  goes:
    kind: branch
    "on": dog
    cases: {Fido: calls}
    else: asks
  calls:
    kind: call
    flow: side/first
    goto: last
  last:
    kind: end
    say: "Slut."
"""
SIDE = """
flow: side
nodes:
  first:
    kind: menu
    say: "Et sidespring."
    choices: [{id: on, label: "Videre", goto: over}]
  over: {kind: end, say: "Færdig."}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_content(tmp_path_factory.mktemp("content"))
    (root / "flows/trial.yaml").write_text(TRIAL, "utf-8")
    (root / "flows/side.yaml").write_text(SIDE.replace("id: on", 'id: "on"'), "utf-8")
    edit(
        root / "flows/start.yaml",
        "    choices:\n",
        '    choices:\n      - {id: trial, label: "Prøve", goto: trial/asks}\n',
    )
    return root


@pytest.fixture(scope="module")
def release(root: Path) -> Release:
    return load_release(root, TODAY)


def texts(leaves: list[Outgoing]) -> list[str]:
    return [each.body["text"].replace("\u2068", "").replace("\u2069", "") for each in leaves]


def test_answers_flow_through_say_branch_call_and_end(release: Release) -> None:
    talk = Conversation(release)
    assert texts(talk.says("/start trial-da"))[-1] == "Hvad hedder din hund?"
    assert texts(talk.says("Rex")) == ["Din hund hedder Rex.", "Hvad hedder din hund?"]
    assert texts(talk.says("Fido")) == ["Din hund hedder Fido.", "Et sidespring."]
    assert texts(talk.presses("on")) == ["Slut."]  # the called flow came back to where it was called from


def test_called_flow_on_its_own_ends_where_it_is(release: Release) -> None:
    talk = Conversation(release)
    talk.says("/start side-da")
    assert texts(talk.presses("on")) == ["Færdig."]


def test_session_goes_on_in_a_release_without_its_node(release: Release) -> None:
    talk = Conversation(release)
    talk.says("/start trial-da")
    talk.says("Fido")
    talk.release = our_release()  # the trial flow is gone
    assert texts(talk.says("hej"))[0] == our_release().label("common/place_gone", "da")
    assert talk.store.tables.sessions[CHAT]["node"] == "start/menu"


def test_moved_node_is_followed_for_sessions_and_buttons(release: Release) -> None:
    talk = Conversation(release)
    talk.says("/start trial-da")
    talk.store.tables.sessions[CHAT]["node"] = "trial/gone"
    assert texts(talk.says("Fido"))[-1] == "Et sidespring."
    talk.messages[900] = {"text": "old", "rows": [[{"text": "x", "data": "trial/gone>x"}]]}
    assert texts(talk.presses("trial/gone>x")) == ["Hvad hedder din hund?"]


def test_button_of_a_node_that_nobody_knows_says_why_and_shows_the_menu(release: Release) -> None:
    talk = Conversation(release)
    talk.says("/start trial-da")
    talk.messages[900] = {"text": "old", "rows": [[{"text": "x", "data": "lost/node>x"}]]}
    shown = texts(talk.presses("lost/node>x"))
    assert shown[0] == release.label("common/button_gone", "da")
    assert shown[1].startswith("Hvad vil du have hjælp til?")


def test_button_of_an_older_message_opens_what_it_meant() -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    talk.presses("written")
    old = dict(talk.messages)
    talk.says("menu")
    talk.messages = old
    leaves = talk.presses("complaint/who>kk")
    assert "replaces" not in leaves[0].body  # what stands in the chat is left as it is
    assert texts(leaves)[0].startswith("Hvilken dato")


def test_second_tap_within_two_seconds_does_nothing() -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    leaves = talk.presses("written")
    assert leaves
    assert talk.last is not None
    again = replace(talk.last, update_id=talk.update_id + 1, at=talk.at + timedelta(seconds=1))
    assert talk.take(again) == []
    later = replace(again, update_id=talk.update_id + 2, at=again.at + timedelta(seconds=2))
    assert talk.take(later) != []  # whoever presses again later wants to see it again


def test_every_kind_of_node_and_effect_is_dealt_with() -> None:
    used = {node.kind for node in our_release().nodes.values()} | {"say", "branch", "call", "end"}
    assert used == NODE_KINDS.keys()
    assert {effect.__name__ for effect in HANDLERS} == {effect.__name__ for effect in Effect.__subclasses__()}


def test_section_and_choice_may_have_the_same_id() -> None:
    for pressed, shown in (("#help", "Du kan få hjælp"), ("help", "De her kan hjælpe dig.")):
        talk = Conversation(our_release())
        talk.says("/start")
        talk.presses("!locale:da")
        for way in ("no", "written", "kk", "unknown", "letter", "how"):
            talk.presses(way)
        assert texts(talk.presses(f"complaint/send>{pressed}"))[0].startswith(shown)


def test_button_of_a_section_from_before_the_mark_still_opens_it() -> None:
    talk = Conversation(our_release())
    talk.says("/start")
    talk.presses("!locale:da")
    talk.messages[900] = {"text": "old", "rows": [[{"text": "x", "data": "start/emergency_numbers>violence"}]]}
    assert texts(talk.presses("start/emergency_numbers>violence"))[0].startswith("Vold og trusler")
