"""An adviser and a person without a common language: questions with buttons, and a call-back with an interpreter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.dates.deadline import copenhagen_day
from bot.engine.effects import Text
from bot.handoff.duty import Duty
from bot.handoff.ticket import Ticket, TicketNotYours
from bot.runner.desk import (
    YES_OR_NO,
    DeskTurn,
    answers_of,
    ask_choice,
    begin,
    claim,
    propose_callback,
)
from bot.runner.ports import Outgoing
from tests.support.content import our_release
from tests.support.conversation import Conversation

DANISH_ONLY = Duty("a", "Adviser A", {"da": 3})


class Case:
    """A conversation in Arabic that an adviser without Arabic has claimed."""

    def __init__(self) -> None:
        self.talk = Conversation(our_release())
        self.talk.store.run_now(lambda uow: uow.duties.put(DANISH_ONLY))
        for said in ("/start complaint-ar", "/human"):
            self.talk.says(said)
        self.talk.presses("yes")
        self.seen: list[Outgoing] = []
        self.does(claim)

    @property
    def ticket(self) -> Ticket:
        [ticket] = self.talk.store.tables.tickets.values()
        return ticket

    def does(self, change: Callable[[DeskTurn], None], account: str = "a") -> None:
        def work(uow: object) -> tuple[Outgoing, ...]:
            turn = begin(uow, our_release(), self.ticket.id, account, self.talk.at)  # type: ignore[arg-type]
            change(turn)
            return turn.finish()

        for row in self.talk.store.run_now(work):
            self.talk._show(row)
            self.seen.append(row)

    def transcript(self) -> list[Outgoing]:
        """What the person gets who asks for the conversation."""
        self.talk.messages[max(self.talk.messages)]["rows"] = [[{"text": "x", "data": "!transcript"}]]
        return self.talk.presses("!transcript")

    def chosen(self) -> datetime | None:
        return self.ticket.callback_at

    def recorded(self) -> list[tuple[str, str, str]]:
        """As an adviser reads it."""
        lines = self.talk.store.tables.transcripts[self.ticket.id]
        return [(line.side, line.kind, line.danish or line.text) for line in lines]


def test_person_is_told_that_the_adviser_lacks_the_language() -> None:
    release = our_release()
    expected = release.render(Text("common/adviser_no_language", {"name": "Adviser A"}), "ar").text
    assert Case().seen[-1].body["text"].endswith(expected)


def test_question_leaves_in_the_persons_language_and_the_answer_is_read_in_danish() -> None:
    case, release = Case(), our_release()
    answers = answers_of(release, "question/interpreter")
    assert answers == YES_OR_NO
    for _ in range(2):  # a double submit
        case.does(lambda turn: ask_choice(turn, Text("question/interpreter"), answers, "k1"))
    assert len(case.seen) == 2
    labels = [row[0]["text"] for row in case.seen[-1].body["rows"]]
    assert labels == [release.label(answer, "ar") for answer in answers]
    assert case.ticket.unanswered_since is None
    [told] = case.talk.presses("!said:k1:common/no")
    assert told.body["text"] == release.render(Text("common/answered", {"value": Text("common/no")}), "ar").text
    assert case.recorded()[-2:] == [
        ("adviser", "asked", "Vil du have en tolk?\n▫️ Ja\n▫️ Nej\n▫️ Det ved jeg ikke"),
        ("person", "answered", "Nej"),
    ]
    assert case.ticket.unanswered_since == case.talk.at
    shown = "\n".join(row.body["text"] for row in case.transcript())
    assert f"▫️ {release.label('common/no', 'ar')}" in shown, "the person gets it in the own language"
    assert "Nej" not in shown


def test_typed_question_and_a_choice_of_its_own() -> None:
    case, release = Case(), our_release()
    answers = answers_of(release, "question/sender")
    assert answers == ("question/sender_kommune", "question/sender_udk", "question/sender_other")
    case.does(lambda turn: ask_choice(turn, "Hvem er brevet fra?", answers, "k" * 20))
    assert "Hvem er brevet fra?" in case.seen[-1].body["text"]
    case.talk.presses(f"!said:{'k' * 20}:question/sender_udk")
    assert case.recorded()[-1] == ("person", "answered", "Udbetaling Danmark")


def test_answers_that_come_too_late_or_from_nowhere_change_nothing() -> None:
    case = Case()
    case.does(lambda turn: ask_choice(turn, Text("question/call"), YES_OR_NO, "k1"))
    before = case.recorded()
    for pressed in ("!said:other:common/yes", "!said:k1:no/such", "!said", "!callback:12", "!callback:soon"):
        # Whatever a changed app could send: the newest button is given that data.
        case.talk.messages[max(case.talk.messages)]["rows"] = [[{"text": "x", "data": pressed}]]
        assert case.talk.presses(pressed)
        assert case.recorded() == before


def test_call_back_is_chosen_declined_and_chosen_again() -> None:
    case = Case()
    times = [case.talk.at.replace(second=0) + timedelta(days=1, hours=n) for n in (2, 1)]
    case.does(lambda turn: propose_callback(turn, times, "k1"))
    rows = case.seen[-1].body["rows"]
    assert len(rows) == 3
    when = {"day": copenhagen_day(min(times)), "time": min(times)}
    assert rows[0][0]["text"] == our_release().render(Text("common/callback_time", when), "ar").text
    first, _, none = (row[0]["data"] for row in rows)
    assert case.talk.presses(first)
    assert case.chosen() == min(times)
    assert case.recorded()[-1][1:] == ("callback", "onsdag den 25. november 2026 klokken 11:00")
    case.talk.presses(none)
    assert case.chosen() is None
    case.talk.at += timedelta(days=2)
    case.talk.presses(first)
    assert case.chosen() is None, "that time is over"


@pytest.mark.parametrize("times", [[], [datetime.fromisoformat("2026-11-23T10:00+00:00")]])
def test_times_that_nobody_can_choose_are_refused(times: list[datetime]) -> None:
    with pytest.raises(ValueError, match="times"):
        Case().does(lambda turn: propose_callback(turn, times, "k1"))


def test_only_the_owner_asks_and_the_key_fits_into_a_button() -> None:
    case = Case()
    case.talk.store.run_now(lambda uow: uow.duties.put(replace(DANISH_ONLY, account="b")))
    with pytest.raises(TicketNotYours):
        case.does(lambda turn: ask_choice(turn, Text("question/call"), YES_OR_NO, "k1"), "b")
    with pytest.raises(TicketNotYours):
        case.does(lambda turn: propose_callback(turn, [case.talk.at + timedelta(days=1)], "k1"), "b")
    with pytest.raises(ValueError, match="k"):
        case.does(lambda turn: ask_choice(turn, Text("question/call"), YES_OR_NO, "k" * 60))
    with pytest.raises(ValueError, match="k1"):
        case.does(lambda turn: ask_choice(turn, Text("question/call"), (), "k1"))
