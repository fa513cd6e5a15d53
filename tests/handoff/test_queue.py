"""Order, alarms, duty and ranges, each at its edges."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.handoff.duty import Closure, Duty, Hours, next_opening, on_duty
from bot.handoff.estimate import estimate, is_worth_telling
from bot.handoff.queue import LIMITS, OWNER_SILENT, alert_level, order, owner_is_silent, who_hears
from bot.handoff.ticket import Ticket, Told

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10 o'clock in Copenhagen
MINUTE = timedelta(minutes=1)
WEEK = tuple(Hours(day, time(10), time(15)) for day in range(5))


def waiting(id: str, urgency: str = "normal", minutes: int = 0, locale: str = "ar") -> Ticket:
    at = TUESDAY - minutes * MINUTE
    return Ticket(id=id, chat_id=1, state="waiting", topic="complaint", urgency=urgency, locale=locale, opened_at=at)


def test_the_most_urgent_go_first_then_who_waited_longest() -> None:
    queue = [
        waiting("new"),
        waiting("old", minutes=90),
        waiting("deadline", "deadline"),
        waiting("violence", "violence"),
        waiting("child", "child"),
        waiting("danger", "danger"),
    ]
    assert [each.id for each in sorted(queue, key=order)] == ["danger", "child", "violence", "deadline", "old", "new"]


@pytest.mark.parametrize("urgency", LIMITS)
def test_alarm_grows_at_one_two_and_four_times_the_limit(urgency: str) -> None:
    ticket = waiting("t", urgency)
    at = [TUESDAY + LIMITS[urgency] * factor for factor in (0.9, 1, 2, 4)]
    assert [alert_level(ticket, each) for each in at] == [0, 1, 2, 3]


def test_owner_who_has_answered_is_never_silent() -> None:
    claimed = waiting("t").claimed("a", TUESDAY)
    assert not owner_is_silent(claimed, TUESDAY + OWNER_SILENT - MINUTE)
    assert owner_is_silent(claimed, TUESDAY + OWNER_SILENT)
    answered = replace(claimed, unanswered_since=None)
    assert not owner_is_silent(answered, TUESDAY + 9 * OWNER_SILENT)
    asked_again = answered.heard(TUESDAY + OWNER_SILENT)
    assert not owner_is_silent(asked_again, TUESDAY + 2 * OWNER_SILENT - MINUTE)
    assert owner_is_silent(asked_again, TUESDAY + 2 * OWNER_SILENT)
    assert not owner_is_silent(claimed.returned(TUESDAY), TUESDAY + OWNER_SILENT)


@pytest.mark.parametrize(
    ("duty", "takes"),
    [
        pytest.param(Duty("a", "Adviser A", {"ar": 2}), True, id="fluent"),
        pytest.param(Duty("a", "Adviser A", {"ar": 1}), False, id="some words are not enough"),
        pytest.param(Duty("a", "Adviser A", {"ar": 3}, frozenset({"housing"})), False, id="another topic"),
    ],
)
def test_routing_by_language_and_topic_and_danger_for_everybody(duty: Duty, takes: bool) -> None:
    assert duty.can_take(waiting("t")) is takes
    assert duty.can_take(waiting("t", "danger"))


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        pytest.param("2026-11-24T07:00+00:00", "2026-11-24T10:00+01:00", id="later today"),
        pytest.param("2026-11-24T14:00+00:00", "2026-11-25T10:00+01:00", id="15 o'clock is too late"),
        pytest.param("2026-11-27T15:00+00:00", "2026-11-30T10:00+01:00", id="over the weekend"),
        pytest.param("2026-12-23T15:00+00:00", "2026-12-28T10:00+01:00", id="over Christmas"),
        pytest.param("2026-03-27T15:00+00:00", "2026-03-30T10:00+02:00", id="over the change of the clock"),
        pytest.param("2027-03-24T15:00+00:00", "2027-03-30T10:00+02:00", id="over Easter"),
    ],
)
def test_next_opening(at: str, opens: str) -> None:
    found = next_opening([Duty("a", "Adviser A", hours=WEEK)], [], datetime.fromisoformat(at))
    assert found == datetime.fromisoformat(opens)


def test_closures_of_one_and_of_all() -> None:
    one, other = Duty("a", "Adviser A", hours=WEEK), Duty("b", "Adviser B", hours=WEEK)
    today = date(2026, 11, 24)
    assert on_duty([one, other], [Closure(today, today, "a")], TUESDAY) == [other]
    assert on_duty([one, other], [Closure(today, today)], TUESDAY) == []
    assert next_opening([one, other], [Closure(today, date(2026, 11, 26))], TUESDAY) == datetime.fromisoformat(
        "2026-11-27T10:00+01:00"
    )
    assert next_opening([Duty("c", "Adviser C")], [], TUESDAY) is None


def test_talk_is_news_for_the_owner_and_everything_else_for_all() -> None:
    """Ten messages a second must not draw every queue anew."""
    claimed = waiting("t").claimed("a", TUESDAY)
    answered = replace(claimed, unanswered_since=None, version=2)
    assert who_hears(claimed, answered) == who_hears(answered, answered.heard(TUESDAY)) == "mine:a"
    for changed in (
        replace(claimed, is_threat=True),
        claimed.transferred("b", TUESDAY),
        claimed.returned(TUESDAY),
        claimed.closed("answered", TUESDAY),
        replace(claimed, urgency="danger"),
    ):
        assert who_hears(claimed, changed) == "queue"
    assert who_hears(waiting("t"), claimed) == "queue"


def test_range_comes_from_recent_waits_or_is_unknown() -> None:
    assert estimate([MINUTE] * 4) is None
    assert estimate([minutes * MINUTE for minutes in range(10, 60)]) == (20, 50)
    assert estimate([timedelta(seconds=20)] * 9) == (0, 5)


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        pytest.param(None, Told(1), True, id="nothing was told yet"),
        pytest.param(Told(8), Told(5), False, id="not half yet"),
        pytest.param(Told(8), Told(4), True, id="half"),
        pytest.param(Told(1), Told(1), False, id="first all the time"),
        pytest.param(Told(5, 10, 30), Told(5, 35, 59), False, id="29 minutes"),
        pytest.param(Told(5, 10, 30), Told(5, 10, 60), True, id="30 minutes"),
        pytest.param(Told(5), Told(5, 10, 60), True, id="known at last"),
        pytest.param(Told(5, 10, 60), Told(5), False, id="not known any more"),
    ],
)
def test_told_again_only_when_it_matters(before: Told | None, now: Told, told: bool) -> None:
    assert is_worth_telling(before, now) is told
