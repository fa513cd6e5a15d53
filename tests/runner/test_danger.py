"""Danger is answered at once, whatever the person was doing, and however they said it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.engine.effects import Text
from bot.runner import desk
from bot.runner.ports import Outgoing
from tests.runner.test_waiting import Talk
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation

DANGER = "han slår mig"
CARD = our_release().render(Text("emergency/card"), "da").text


def says(*steps: str) -> Callable[[Talk], None]:
    """Things typed, and buttons pressed where they begin with ">"."""

    def go(talk: Talk) -> None:
        for step in steps:
            talk.presses(step[1:]) if step.startswith(">") else talk.says(step)

    return go


def claimed(talk: Talk) -> None:
    talk.asks()
    talk.adviser(desk.claim)


def in_a_flow_of_the_adviser(talk: Talk) -> None:
    claimed(talk)
    talk.adviser(partial(desk.show_node, node_id="complaint/date", key="k"))


def paused(talk: Talk) -> None:
    claimed(talk)
    talk.adviser(desk.pause)


def asked_to_go_on(talk: Talk) -> None:
    talk.says("/start complaint-da")
    talk.at += timedelta(days=2)
    talk.says("Zzqx")


STATES = {
    "in the menu": says(),
    "asked for a date": says("/start complaint-da", ">written", ">kk"),
    "choosing a language": says("/language"),
    "in a list of places": says(">find", ">home", ">sleep"),
    "deleting their data": says("/delete"),
    "asked whether a question may be kept": says("Zzqx vvkw bbnm qqrt"),
    "asked to go on or start over": asked_to_go_on,
    "after hiding": says("/hide"),
    "after stopping": says("/stop"),
    "without sound": says("/quiet"),
    "adding words to a case": Talk.asks,
    "waiting": says("/human", ">yes", ">skip"),
    "with an adviser": claimed,
    "in a flow of the adviser": in_a_flow_of_the_adviser,
    "while all is held back": paused,
}
WAYS_TO_SAY = {
    "typed": lambda talk: talk.says(DANGER),
    "typed with a CPR number": lambda talk: talk.says(f"{DANGER} 311299-0000"),
    "edited": lambda talk: talk.edits(DANGER),
    "under a photo": lambda talk: talk.sends("photo", DANGER),
}


@pytest.mark.parametrize("say", WAYS_TO_SAY.values(), ids=WAYS_TO_SAY)
@pytest.mark.parametrize("before", STATES.values(), ids=STATES)
def test_card_comes_first_in_any_state(before: Callable[[Talk], None], say: Callable[[Talk], list[Outgoing]]) -> None:
    talk = Talk()
    before(talk)
    talk.store.run_now(lambda uow: uow.outbox.add(CHAT, "reminder", {"text": "x"}, due_at=talk.at, name="n"))
    first, *others = say(talk)
    assert first.body["text"] == CARD
    assert "!human" in str(first.body["rows"])
    assert not [row for row in others if row.kind == "message" and "CPR" not in row.body["text"]]
    assert not [row for row in talk.store.tables.outbox.values() if row.outgoing.kind == "reminder"]
    assert "311299" not in repr(talk.store.tables)
    if talk.session.ticket is not None:
        assert talk.ticket.urgency == "danger"
        assert talk.lines(), "the adviser reads it"


@pytest.mark.parametrize("locale", our_release().locales)
def test_card_comes_before_a_language_was_chosen(locale: str) -> None:
    talk = Conversation(our_release(), language_code=locale)
    [card] = talk.says("112")
    assert our_release().render(Text("emergency/card"), locale).text in card.body["text"]
    assert CARD in card.body["text"], "always with the Danish beside it"
