"""What must hold for a person who is watched, or has nowhere to sleep."""

import pytest

from bot.engine.screen import HOME
from tests.support.content import our_release

HIDE = "hide/ask"
NODES = our_release().nodes


def taps_to(node: str) -> int:
    """How many buttons lead from the menu to that node, on the shortest way."""
    taps, reached, last = 0, {HOME}, {HOME}
    while node not in reached:
        last = {goto for id in last for goto in NODES[id].gotos()} - reached
        reached |= last
        taps += 1
    return taps


@pytest.mark.parametrize("node", [id for id in NODES if id.startswith("family/")])
def test_every_screen_about_the_family_can_hide_the_chat(node: str) -> None:
    assert HIDE in NODES[node].gotos()


@pytest.mark.parametrize("node", [id for id in NODES if id.startswith("family/")])
def test_no_answer_about_the_family_is_kept(node: str) -> None:
    assert getattr(NODES[node], "answer", None) is None


@pytest.mark.parametrize(
    ("node", "most"),
    [
        pytest.param("life/sleep", 2, id="a roof for tonight"),
        pytest.param("life/none", 3, id="no money today"),
        pytest.param("family/unsafe", 3, id="not safe at home"),
        pytest.param("family/control", 2, id="controlled by the family"),
        pytest.param("family/child", 2, id="worried for a child"),
    ],
)
def test_what_is_urgent_is_a_few_taps_away(node: str, most: int) -> None:
    assert taps_to(node) <= most


@pytest.mark.parametrize("node", [id for id in NODES if id.startswith(("family/", "life/"))])
def test_four_taps_reach_every_answer(node: str) -> None:
    # A letter may be one more: it follows an answer.
    assert taps_to(node) <= 4 + (NODES[node].kind == "letter")
