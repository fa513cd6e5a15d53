"""The checks beside the work: who looks never waits, who publishes always does."""

from collections.abc import Iterator
from datetime import date
from threading import Event, current_thread, main_thread

import pytest

from bot.content.checking import Checking
from bot.content.problem import Problem
from bot.errors import ContentUnusable
from tests.support.content import TODAY
from tests.support.waiting import eventually


class Check:
    """Stands still until it is let go; finds one problem, which names the revision."""

    def __init__(self) -> None:
        self.go, self.asked = Event(), list[str]()
        self.fails = False

    def __call__(self, revision: str, day: date) -> tuple[Problem, ...]:
        self.asked.append(revision)
        assert current_thread() is not main_thread() or self.go.is_set(), "whoever looked has to wait"
        assert self.go.wait(10)
        if self.fails:
            raise ContentUnusable("The disk is full.")
        return (Problem("flows/a.yaml:1", "code", revision),)


@pytest.fixture
def check() -> Iterator[Check]:
    made = Check()
    yield made
    made.go.set()


async def test_look_never_waits_and_the_newest_comes_first(check: Check) -> None:
    checking = Checking(check)
    assert checking.look("one", TODAY) is None
    await eventually(lambda: check.asked == ["one"])
    for revision in ("two", "three", "four"):  # while it is at work
        assert checking.look(revision, TODAY) is None
    check.go.set()
    await eventually(lambda: checking.look("four", TODAY) is not None)
    assert check.asked == ["one", "four"]
    assert [each.what for each in checking.look("one", TODAY) or ()] == ["one"]
    assert [each.what for each in checking.look("four", TODAY) or ()] == ["four"]
    assert checking.look("four", date(2036, 1, 1)) is None  # another day may say otherwise


def test_who_must_know_waits_and_nothing_is_checked_twice(check: Check) -> None:
    checking = Checking(check)
    check.go.set()
    assert [each.what for each in checking.find("one", TODAY)] == ["one"]
    assert checking.find("one", TODAY) == checking.look("one", TODAY)
    assert check.asked == ["one"]


async def test_check_that_failed_is_made_again_at_the_next_look(check: Check) -> None:
    checking = Checking(check)
    check.fails = True
    check.go.set()
    assert checking.look("one", TODAY) is None
    await eventually(lambda: check.asked == ["one"])
    check.fails = False
    await eventually(lambda: checking.look("one", TODAY) is not None)
