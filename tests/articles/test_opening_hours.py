from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.articles.opening_hours import OpeningHours, Status, read_hours, status

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
OFFICE = read_hours("Mon-Wed 9-15, Thu 13-18, Fri 9-13")


def at(day: str, clock: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=COPENHAGEN)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at("2026-11-24", "8:59".zfill(5)), Status(is_open=False, opens=at("2026-11-24", "09:00"))),
        (at("2026-11-24", "09:00"), Status(is_open=True, until=at("2026-11-24", "15:00"))),
        (at("2026-11-24", "15:00"), Status(is_open=False, opens=at("2026-11-25", "09:00"))),
        (at("2026-11-27", "13:00"), Status(is_open=False, opens=at("2026-11-30", "09:00"))),  # over the weekend
        (at("2026-04-01", "15:00"), Status(is_open=False, opens=at("2026-04-07", "09:00"))),  # over Easter
        (at("2026-12-24"), Status(is_open=None)),  # no public holiday, but usually closed
        (at("2026-12-25"), Status(is_open=False, opens=at("2026-12-28", "09:00"))),
    ],
)
def test_an_office_is_open_closed_or_doubtful(now: datetime, expected: Status) -> None:
    assert status(OFFICE, now) == expected


def test_night_hours_last_until_the_next_morning() -> None:
    line = read_hours("Mon-Sun 11-04")
    assert status(line, at("2026-11-24", "03:59")).is_open
    assert not status(line, at("2026-11-24", "04:00")).is_open
    assert status(line, at("2026-11-24", "23:59")).until == at("2026-11-25", "04:00")


def test_public_holidays_have_hours_of_their_own_where_a_source_says_so() -> None:
    line = read_hours("Mon-Fri 8.30-16, Sat-Sun 9-15, hol 9-15")
    assert status(line, at("2026-12-25")).until == at("2026-12-25", "15:00")
    assert status(line, at("2026-11-24", "08:30")).is_open


def test_summer_time_does_not_move_the_clock_on_the_door() -> None:
    assert status(OFFICE, datetime(2026, 3, 30, 7, 0, tzinfo=UTC)).is_open  # Monday 9:00 summer time
    assert not status(OFFICE, datetime(2026, 10, 26, 7, 0, tzinfo=UTC)).is_open  # Monday 8:00 winter time


def test_always_is_always() -> None:
    assert status(read_hours("24/7"), at("2026-12-24")) == Status(is_open=True)


@pytest.mark.parametrize("written", ["", "weekdays 9-15", "Mon 9-", "Mon-Xyz 9-15", "Mon 9-15; Tue 9-15"])
def test_hours_that_cannot_be_read_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="cannot read the hours"):
        read_hours(written)


spans = st.tuples(st.integers(0, 1438), st.integers(1, 1439)).filter(lambda span: span[0] < span[1])
weeks = st.tuples(*[st.lists(spans, max_size=2).map(tuple)] * 7)


@given(weeks, st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
def test_what_is_said_about_the_next_change_is_true(
    week: tuple[tuple[tuple[int, int], ...], ...], now: datetime
) -> None:
    hours = OpeningHours(week)
    moment = now.replace(tzinfo=UTC, microsecond=0)
    found = status(hours, moment)
    if found.until is not None:
        assert found.until > moment
        assert status(hours, found.until - timedelta(minutes=1)).is_open is not False
    if found.opens is not None:
        assert found.opens > moment
        assert status(hours, found.opens).is_open
