"""What must hold for a person who is watched, or has nowhere to sleep."""

import re

import pytest

from bot.content.walk import walk_node
from bot.engine.nodes.article import Article
from bot.engine.press import read_press
from bot.engine.screen import HOME
from bot.understanding.fold import fold
from tests.support.content import our_release

HIDE = "hide/ask"
NODES = our_release().nodes
DANGEROUS = (
    "violence-in-close-relations-and-shelters",
    "honour-related-conflicts",
    "residence-permit-and-violence",
)
RELATIVES = re.compile(r"\b(barn|børn|familie|søn|datter|søskende|mand|kone|kæreste|slægtning|ven|nabo)")
WATCHED = [
    *(id for id in NODES if id.startswith("family/")),
    *(node.id for node in NODES.values() if isinstance(node, Article) and node.article in DANGEROUS),
    *(f"find/{name}" for name in ("safe", "home_safe", "shelter", "family_free", "men", "victim", "exploited", "lgbt")),
    *("find/acute", "find/divorce", "life/young_help", "other/victim", "other/victim_letter", "other/victim_help"),
]
WATCHED = list(dict.fromkeys(WATCHED))


def taps_to(node: str) -> int:
    """How many buttons lead from the menu to that node, on the shortest way."""
    taps, reached, last = 0, {HOME}, {HOME}
    while node not in reached:
        last = {goto for id in last for goto in NODES[id].gotos()} - reached
        reached |= last
        taps += 1
    return taps


@pytest.mark.parametrize("node", WATCHED)
def test_every_screen_for_who_may_be_watched_can_hide_the_chat(node: str) -> None:
    """Also the pages of a list, the sections of an article, and the questions of a filter."""
    screens = [screen for screen in walk_node(NODES[node], our_release(), "da") if "rows" in screen.body]
    assert screens
    for screen in screens:
        pressed = [read_press(button["data"]) for row in screen.body["rows"] for button in row if "data" in button]
        assert f"{node}>hide" in [f"{press.node}>{press.choice}" for press in pressed], screen.choice
    assert HIDE in NODES[node].gotos()


@pytest.mark.parametrize("article", DANGEROUS)
def test_nobody_is_told_to_use_relatives_as_interpreters_or_to_write_to_the_family(article: str) -> None:
    messages = our_release().messages["da"]
    texts = [str(text) for key, text in messages.items() if key.startswith((f"article/{article}/", "family/"))]
    sentences = [sentence.lower() for text in texts for sentence in re.split(r"(?<=[.!?:])\s", text)]
    for about in ("tolk", "kontakt", r"\bbrug (?!for\b)"):
        named = [each for each in sentences if re.search(about, each) and RELATIVES.search(each)]
        assert [each for each in named if not re.search(r"\b(ikke|ingen|aldrig)\b", each)] == []


@pytest.mark.parametrize("node", [id for id in NODES if id.startswith("family/")])
def test_no_answer_about_the_family_is_kept(node: str) -> None:
    assert getattr(NODES[node], "answer", None) is None


@pytest.mark.parametrize("locale", our_release().locales)
def test_words_that_hide_are_told_where_hiding_is_explained_and_one_is_neutral(locale: str) -> None:
    release = our_release()
    plain, neutral, silent = re.findall(r"\*\*(.+?)\*\*", str(release.messages[locale][f"{HIDE}/say"]))
    assert [release.intent(word, locale) for word in (plain, neutral, silent)] == ["hide", "hide", "quiet"]
    # Who reads it over the shoulder learns nothing: it shares no word with what the button and the command say.
    told = {
        label
        for key in ("keyboard_hide", "command_hide")
        for label in fold(release.label(f"common/{key}", locale)).split()
    }
    assert not told & set(fold(neutral).split())
    assert fold(neutral) not in [fold(plain), "hide"]


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
