"""Visits are counted where a turn leads from one node to another, and hold nobody."""

from dataclasses import replace
from datetime import UTC, date, datetime

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
        counter.count(before, after)
    taken = counter.take()
    assert taken == {
        Place(DAY, "", "start/language"): Visits(arrivals=1),
        Place(DAY, "tr", "start/language"): Visits(leavings=2),
        Place(DAY, "tr", "start/menu"): Visits(arrivals=2),
    }
    assert counter.take() == {}
    counter.give_back(taken)
    assert counter.take() == taken
