"""Visits are counted where a turn leads from one node to another, and hold nobody."""

from dataclasses import replace
from datetime import UTC, date, datetime

from bot.engine.effects import CountQuestion, OpenTicket
from bot.engine.flow import Turn
from bot.engine.session import Session
from bot.runner.visits import Place, VisitCounter, Visits

AT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the next day in Copenhagen
DAY = date(2026, 11, 25)


def test_turns_are_counted_where_they_lead() -> None:
    counter = VisitCounter()
    start = Session(7, touched_at=AT)
    picker = replace(start, node="start/language")
    menu = replace(picker, node="start/menu", locale="tr")
    for before, after in ((start, picker), (picker, picker), (picker, menu), (picker, menu)):
        counter.count(before, Turn(after))
    taken = counter.take()
    assert taken == {
        Place(DAY, "", "start/language"): Visits(arrivals=1),
        Place(DAY, "tr", "start/language"): Visits(leavings=2),
        Place(DAY, "tr", "start/menu"): Visits(arrivals=2),
    }
    assert counter.take() == {}
    counter.give_back(taken)
    assert counter.take() == taken


def test_who_asks_for_a_human_and_what_is_not_understood_count_where_they_came_from() -> None:
    counter = VisitCounter()
    asking = Session(7, locale="ar", node="human/note", trail=("complaint/who", "human/consent"), touched_at=AT)
    counter.count(asking, Turn(asking, (OpenTicket("complaint"),)))
    waiting = replace(asking, ticket="one")
    counter.count(waiting, Turn(waiting, (OpenTicket("complaint"),)))  # opens no second one
    menu = replace(asking, node="start/menu")
    counter.count(menu, Turn(menu, (CountQuestion("ar"),)))
    assert counter.take() == {
        Place(DAY, "ar", "complaint/who"): Visits(handoffs=1),
        Place(DAY, "ar", "start/menu"): Visits(unanswered=1),
    }
