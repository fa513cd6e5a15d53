"""Typed text that is no button, way or answer: topics as buttons, a human, and a question kept or not."""

import pytest

from bot.engine.nodes.article import Article
from bot.engine.press import MAX_BYTES
from bot.engine.session import Session
from bot.runner.ports import Question
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation


def talk(locale: str = "da") -> Conversation:
    person = Conversation(our_release())
    person.says("/start")
    person.presses(f"!locale:{locale}")
    return person


def session_of(person: Conversation) -> Session:
    return person.store.run_now(lambda uow: uow.sessions.take(CHAT))


def kept_of(person: Conversation) -> list[Question]:
    return person.store.run_now(lambda uow: uow.questions.kept())


def buttons(person: Conversation) -> list[str]:
    body = max(person.messages.items())[1]
    return [button.get("data", "") for row in body.get("rows", []) for button in row]


def test_topics_are_offered_and_open_their_article() -> None:
    person = talk()
    person.says("jeg kan ikke betale min husleje, og fogeden kommer")
    opening = [data for data in buttons(person) if data.startswith("!open:")]
    assert 1 <= len(opening) <= 3
    person.presses(opening[0])
    session = session_of(person)
    assert session.articles[-1] == "acute-housing-and-eviction"
    assert session.question == ""


@pytest.mark.parametrize("locale", our_release().locales)
def test_every_title_is_a_button_that_fits(locale: str) -> None:
    release = our_release()
    for node, article in ((node.id, node.article) for node in release.nodes.values() if isinstance(node, Article)):
        assert release.label(f"article/{article}/title", locale)
        assert len(f"!open:{node}".encode()) <= MAX_BYTES


def test_none_of_them_leads_to_a_human_and_the_question_is_kept_with_a_yes_only() -> None:
    person = talk()
    person.says("jeg kan ikke betale min husleje på 4500")
    person.presses("!none")
    assert "!human" in buttons(person)
    assert kept_of(person) == []
    person.presses("!keep:yes")
    (kept,) = kept_of(person)
    assert kept.text == "jeg kan ikke betale min husleje på ●●●●"
    assert kept.locale == "da"


def test_what_nothing_is_like_is_not_kept_without_a_yes() -> None:
    person = talk()
    person.says("hvem vandt fodboldkampen i går aftes")
    assert "!keep:no" in buttons(person)
    person.presses("!keep:no")
    assert kept_of(person) == []
    assert session_of(person).question == ""


def test_a_yes_after_something_else_keeps_nothing() -> None:
    person = talk()
    person.says("hvem vandt fodboldkampen i går aftes")
    person.says("menu")
    person.presses("!keep:yes")
    assert kept_of(person) == []
