"""What holds in every state and language: the emergency card first, a way out, and a question after a day away."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.engine.advance import IDLE, advance
from bot.engine.effects import AddToTranscript, SendEmergencyCard, SendMessage
from bot.engine.incoming import ChoicePressed, CommandGiven, FileSent, Incoming, MessageEdited, TextTyped
from bot.engine.screen import HOME, HUMAN
from bot.engine.session import Session
from bot.runner.handlers.message import emergency_card
from bot.runner.run import emergency_body
from tests.support.content import ROOT, our_release
from tests.support.conversation import AT, CHAT, Conversation

RELEASE = our_release()
LOCALES = RELEASE.locales
COMMON: dict[str, Any] = {"update_id": 1, "chat_id": CHAT, "at": AT}


@cache
def danger_in(locale: str) -> str:
    """The first whole phrase of danger in that language."""
    phrases = YAML(typ="safe").load((ROOT / f"knowledge/phrases/{locale}.yaml").read_text("utf-8"))["danger"]
    phrase = next(each for each in phrases if not each.endswith("*"))
    return str(phrase.strip("=!"))


def ways_to_tell(locale: str) -> list[Incoming]:
    words = danger_in(locale)
    return [
        TextTyped(**COMMON, text=words, message_id=5),
        TextTyped(**COMMON, text="112", message_id=5),
        MessageEdited(**COMMON, text=words, message_id=5),
        FileSent(**COMMON, kind="photo", file_id="f", message_id=5, caption=words),
        CommandGiven(**COMMON, name="emergency", argument="", message_id=5),
        CommandGiven(**COMMON, name="112", argument="", message_id=5),
        ChoicePressed(**COMMON, data="!emergency", message_id=5, query_id="q"),
    ]


def states(locale: str) -> Iterator[Session]:
    """At every node, and in everything that a person can be in the middle of."""
    plain = Session(CHAT, locale=locale, node=HOME, touched_at=AT - timedelta(minutes=1))
    yield Session(CHAT)
    yield replace(plain, node=None)
    yield replace(plain, node="a/place/that/is/gone")
    yield replace(plain, asks_resume=True)
    yield replace(plain, touched_at=AT - 3 * IDLE)
    yield replace(plain, ticket="t1")
    yield replace(plain, ticket="t1", is_claimed=True)
    yield replace(plain, ticket="t1", is_claimed=True, is_asked=True, node="complaint/date")
    yield replace(plain, ticket="t1", is_claimed=True, is_paused=True, safe_word="blå")
    for node in RELEASE.nodes:
        yield replace(plain, node=node)


@pytest.mark.parametrize("locale", LOCALES)
def test_danger_is_answered_first_in_every_state(locale: str) -> None:
    for session in states(locale):
        for told in ways_to_tell(locale):
            turn = advance(session, told, RELEASE)
            assert isinstance(turn.effects[0], SendEmergencyCard), (session, told)
            assert turn.session.node == session.node


@pytest.mark.parametrize("locale", LOCALES)
def test_card_is_in_the_language_and_in_danish_with_a_way_to_a_human(locale: str) -> None:
    body = emergency_card(locale, RELEASE)
    for shown in (locale, "da"):
        assert RELEASE.label("emergency/card", shown) in body["text"]
    assert [button["data"] for row in body["rows"] for button in row] == ["!human:new", "!menu:new"]


@pytest.mark.parametrize("locale", LOCALES)
def test_card_needs_no_database(locale: str) -> None:
    for told in ways_to_tell(locale):
        body = emergency_body(replace(told, language_code=locale), RELEASE)
        assert body is not None, told
        assert RELEASE.label("emergency/card", "da") in body["text"]
    commanded = emergency_body(replace(ways_to_tell(locale)[-1], language_code=locale), RELEASE)
    assert commanded == emergency_card(locale, RELEASE)
    assert emergency_body(TextTyped(**COMMON, text="zzqx", message_id=5), RELEASE) is None


@pytest.mark.parametrize("locale", LOCALES)
def test_menu_human_and_stop_are_heard_in_every_state(locale: str) -> None:
    for session in states(locale):
        for name, node in (("menu", HOME), ("human", HUMAN), ("stop", None)):
            turn = advance(session, CommandGiven(**COMMON, name=name, argument="", message_id=5), RELEASE)
            assert turn.session.node == node, (session, name)
            assert any(isinstance(effect, SendMessage) for effect in turn.effects), (session, name)


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_that_is_typed_stays_without_an_answer(locale: str) -> None:
    for session in states(locale):
        turn = advance(session, TextTyped(**COMMON, text="zzqx", message_id=5), RELEASE)
        assert any(isinstance(effect, SendMessage | AddToTranscript) for effect in turn.effects), session


@pytest.mark.parametrize(("away", "is_asked"), [(timedelta(hours=23, minutes=59), False), (timedelta(hours=24), True)])
def test_next_message_after_a_day_is_asked_whether_to_go_on(away: timedelta, is_asked: bool) -> None:
    talk = Conversation(RELEASE)
    talk.says("/start complaint-da")
    talk.at += away - timedelta(seconds=10)  # every turn of a conversation takes ten seconds
    leaves = talk.says("1")
    assert (leaves[-1].body["text"] == RELEASE.label("common/welcome_back", "da")) == is_asked
    assert talk.store.tables.sessions[CHAT]["node"] == ("complaint/decision" if is_asked else "complaint/who")


@pytest.mark.parametrize("typed", ["112", "/112"])
def test_card_is_sent_without_a_language(typed: str) -> None:
    [card, *_] = Conversation(RELEASE).says(typed)
    for shown in ("en", "da"):
        assert RELEASE.label("emergency/card", shown) in card.body["text"]
