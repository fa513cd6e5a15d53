"""Time limits by the calendar rule of the fact base."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dates.deadline import Period, copenhagen_day, deadline, last_day
from bot.dates.holiday import is_closed

FOUR_WEEKS = Period(4, "weeks")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("start", "last", "safe"),
    [
        pytest.param("2026-11-12", "2026-12-10", "2026-12-10", id="an ordinary Thursday"),
        pytest.param("2026-11-21", "2026-12-19", "2026-12-18", id="ends on a Saturday"),
        pytest.param("2026-11-22", "2026-12-20", "2026-12-18", id="ends on a Sunday"),
        pytest.param("2026-11-26", "2026-12-24", "2026-12-23", id="Christmas Eve: usually closed"),
        pytest.param("2026-11-27", "2026-12-25", "2026-12-23", id="Christmas Day, and the Eve before it"),
        pytest.param("2026-11-28", "2026-12-26", "2026-12-23", id="26 December, a Saturday"),
        pytest.param("2026-12-03", "2026-12-31", "2026-12-30", id="New Year's Eve"),
        pytest.param("2026-12-04", "2027-01-01", "2026-12-30", id="New Year's Day"),
        pytest.param("2026-03-05", "2026-04-02", "2026-04-01", id="Maundy Thursday"),
        pytest.param("2026-03-06", "2026-04-03", "2026-04-01", id="Good Friday"),
        pytest.param("2026-03-09", "2026-04-06", "2026-04-01", id="Easter Monday: back over the whole of Easter"),
        pytest.param("2026-04-16", "2026-05-14", "2026-05-13", id="Ascension Day"),
        pytest.param("2026-04-17", "2026-05-15", "2026-05-13", id="the Friday after Ascension"),
        pytest.param("2026-04-27", "2026-05-25", "2026-05-22", id="Whit Monday"),
        pytest.param("2026-05-08", "2026-06-05", "2026-06-04", id="5 June: usually closed"),
        pytest.param("2027-03-26", "2027-04-23", "2027-04-23", id="Store Bededag is an ordinary day since 2024"),
        pytest.param("2026-10-24", "2026-11-21", "2026-11-20", id="over the end of summer time"),
        pytest.param("2028-02-01", "2028-02-29", "2028-02-29", id="a leap day"),
    ],
)
def test_complaint_over_a_decision(start: str, last: str, safe: str) -> None:
    counted = deadline(date.fromisoformat(start), FOUR_WEEKS, date(2020, 1, 1))
    assert (str(counted.last_day), str(counted.safe_day)) == (last, safe)


@pytest.mark.parametrize(
    ("today", "state", "days_left"),
    [
        ("2026-12-10", "open", 13),
        ("2026-12-16", "open", 7),
        ("2026-12-17", "close", 6),
        ("2026-12-22", "close", 1),
        ("2026-12-23", "today", 0),
        ("2026-12-24", "passed_safe", -1),
        ("2026-12-25", "passed_safe", -2),
        ("2026-12-26", "passed", -3),
    ],
)
def test_state_of_a_limit_that_ends_on_a_closed_day(today: str, state: str, days_left: int) -> None:
    counted = deadline(date(2026, 11, 27), FOUR_WEEKS, date.fromisoformat(today))
    assert (counted.state, counted.days_left) == (state, days_left)


@pytest.mark.parametrize(
    ("start", "period", "last"),
    [
        ("2026-01-31", Period(1, "months"), "2026-02-28"),
        ("2028-01-31", Period(1, "months"), "2028-02-29"),
        ("2026-12-31", Period(2, "months"), "2027-02-28"),
        ("2026-11-30", Period(3, "months"), "2027-02-28"),
        ("2028-02-29", Period(1, "years"), "2029-02-28"),
        ("2026-05-15", Period(12, "months"), "2027-05-15"),
        ("2026-11-12", Period(14, "days"), "2026-11-26"),
        ("2026-12-22", Period(3, "working_days"), "2026-12-29"),
        ("2026-11-13", Period(1, "working_days"), "2026-11-16"),
    ],
)
def test_periods_end_where_the_law_says(start: str, period: Period, last: str) -> None:
    assert last_day(date.fromisoformat(start), period) == date.fromisoformat(last)


@given(DAYS)
def test_safe_day_is_open_and_never_late(start: date) -> None:
    counted = deadline(start, FOUR_WEEKS, start)
    assert not is_closed(counted.safe_day)
    assert counted.safe_day <= counted.last_day == start + timedelta(days=28)
    between = (counted.last_day - counted.safe_day).days
    assert all(is_closed(counted.safe_day + timedelta(days=days)) for days in range(1, between + 1))


@given(DAYS, st.integers(1, 36))
def test_months_end_in_the_month_that_they_should(start: date, months: int) -> None:
    last = last_day(start, Period(months, "months"))
    assert (last.year * 12 + last.month) - (start.year * 12 + start.month) == months
    assert last.day == start.day or (last.day < start.day and (last + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), date(2026, 11, 24)),  # winter: one hour ahead
        (datetime(2026, 6, 23, 22, 30, tzinfo=UTC), date(2026, 6, 24)),  # summer: two
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_day_is_the_day_in_copenhagen(at: datetime, day: date) -> None:
    assert copenhagen_day(at) == day
