"""`t.me/<bot>?start=<topic>[-<locale>]`: a poster or a web page opens a topic in a language."""

import pytest

from bot.engine.deep_link import LinkRefused, find_topic, write_link
from bot.engine.nodes.article import Article
from bot.engine.screen import HOME, LANGUAGE
from bot.engine.session import Session
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation

RELEASE = our_release()
HOUSING = "acute-housing-and-eviction"


def session_of(talk: Conversation) -> Session:
    return talk.store.run_now(lambda uow: uow.sessions.take(CHAT))


def texts(talk: Conversation, said: str) -> list[str]:
    return [each.body["text"] for each in talk.says(said) if each.kind == "message"]


def known(locale: str = "da") -> Conversation:
    talk = Conversation(RELEASE)
    talk.says("/start")
    talk.presses(f"!locale:{locale}")
    return talk


def welcome(locale: str) -> str:
    return RELEASE.label("start/welcome", locale)


def title(locale: str) -> str:
    return RELEASE.label(f"article/{HOUSING}/title", locale)


def test_new_person_gets_the_welcome_and_the_topic_in_the_language_of_the_link() -> None:
    talk = Conversation(RELEASE)
    first, second = texts(talk, f"/start {HOUSING}-ar")
    assert first == welcome("ar")
    assert second.startswith(title("ar"))
    assert session_of(talk).trail == ()


def test_new_person_chooses_a_language_and_is_taken_on_to_the_topic() -> None:
    talk = Conversation(RELEASE)
    talk.says(f"/start {HOUSING}")
    assert session_of(talk).node == LANGUAGE
    first, second = (each.body["text"] for each in talk.presses("!locale:tr"))
    assert first == welcome("tr")
    assert second.startswith(title("tr"))
    assert session_of(talk).trail == ()


@pytest.mark.parametrize(
    ("tag", "says", "locale"),
    [
        pytest.param("", [], "da", id="no language: the person's own"),
        pytest.param("-da", [], "da", id="the same language"),
        pytest.param("-kl", [RELEASE.label("common/language_changed", "kl")], "kl", id="another language"),
    ],
)
def test_known_person_gets_the_topic_without_a_welcome(tag: str, says: list[str], locale: str) -> None:
    talk = known()
    *before, shown = texts(talk, f"/start {HOUSING}{tag}")
    assert before == says
    assert shown.startswith(title(locale))


def test_who_had_left_is_welcomed_with_the_keyboard() -> None:
    talk = known()
    talk.says("/stop")
    welcomed, shown = talk.says(f"/start {HOUSING}")
    assert welcomed.body["keyboard"]
    assert shown.body["text"].startswith(title("da"))


@pytest.mark.parametrize(
    ("argument", "locale"),
    [
        pytest.param("no-such-topic", "da", id="unknown topic"),
        pytest.param("no-such-topic-ar", "ar", id="unknown topic, in a language"),
        pytest.param(f"{HOUSING}-xx", "da", id="unknown language"),
        pytest.param("x" * 500, "da", id="too long"),
        pytest.param("start", "da", id="the flow of the picker"),
        pytest.param("preview-6749_AbC-d", "da", id="an editor's link that is no longer good"),
        pytest.param("tr", "tr", id="a language alone"),
    ],
)
def test_what_names_no_topic_opens_the_menu(argument: str, locale: str) -> None:
    talk = known()
    assert texts(talk, f"/start {argument}")[-1].startswith(RELEASE.label("start/menu/say", locale).splitlines()[0])
    assert session_of(talk).node == HOME


def test_open_case_follows_the_language_of_the_link() -> None:
    talk = known()
    talk.says("/human")
    talk.presses("yes")
    assert session_of(talk).ticket is not None
    talk.says(f"/start {HOUSING}-ar")
    (ticket,) = talk.store.tables.tickets.values()
    assert ticket.locale == "ar"


def test_every_article_and_flow_has_a_link_that_opens_it() -> None:
    articles = {node.article for node in RELEASE.nodes.values() if isinstance(node, Article)}
    flows = {id.partition("/")[0] for id in RELEASE.nodes} - {"start"}
    for topic in articles | flows:
        assert find_topic(topic, RELEASE)
        for locale in (None, *RELEASE.locales):
            link = write_link("@VejviserTestBot", topic, locale, RELEASE)
            assert link.startswith(f"https://t.me/VejviserTestBot?start={topic}")


@pytest.mark.parametrize(
    ("bot", "topic"), [("a b", HOUSING), ("bot", HOUSING), ("SomeTestBot", "none"), ("SomeTestBot", "")]
)
def test_link_that_would_open_nothing_is_refused(bot: str, topic: str) -> None:
    with pytest.raises(LinkRefused):
        write_link(bot, topic, "da", RELEASE)
