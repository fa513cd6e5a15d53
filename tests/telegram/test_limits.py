"""Pacing, as arithmetic."""

from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.limits import Limits


def test_a_few_messages_leave_a_chat_at_once_then_one_a_second() -> None:
    limits = Limits(1000)
    assert [round(limits.reserve(1, 100.0), 3) for _ in range(7)] == [100, 100, 100, 100, 101, 102, 103]
    assert limits.reserve(2, 100.0) == 100


def test_group_gets_twenty_a_minute() -> None:
    limits = Limits(1000)
    times = [limits.reserve(-1, 100.0) for _ in range(40)]
    assert sum(at < 101 for at in times) == 5
    assert max(sum(start <= at < start + 60 for at in times) for start in times) <= 20


def test_chat_that_was_quiet_has_its_burst_again() -> None:
    limits = Limits(1000)
    for _ in range(6):
        limits.reserve(1, 100.0)
    assert [limits.reserve(1, 200.0) for _ in range(4)] == [200.0] * 4


def test_all_chats_together_keep_the_rate() -> None:
    limits = Limits(30)
    times = [limits.reserve(chat, 0.0) for chat in range(300)]
    for second in range(9):
        assert sum(second <= at < second + 1 for at in times) <= (61 if second == 0 else 31)
    assert 8 < max(times) < 10


def test_zero_means_no_limit() -> None:
    limits = Limits(0)
    assert [limits.reserve(1, 5.0) for _ in range(100)] == [5.0] * 100


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 2)), max_size=60))
def test_never_before_now_and_never_back_in_time_within_a_chat(calls: list[tuple[int, float]]) -> None:
    limits, now, last = Limits(30), 0.0, {1: 0.0, 2: 0.0, 3: 0.0}
    for chat, passed in calls:
        now += passed
        at = limits.reserve(chat, now)
        assert at >= now
        assert at >= last[chat]
        last[chat] = at
