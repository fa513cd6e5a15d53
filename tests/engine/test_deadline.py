"""A time limit as a person meets it: what is offered below it."""

from datetime import timedelta

import pytest

from tests.support.content import our_release
from tests.support.conversation import Conversation


@pytest.mark.parametrize(
    ("days_ago", "is_offered"),
    [(0, True), (22, True), (25, False), (28, False), (29, False), (60, False)],  # four weeks, reminded 3 days before
)
def test_reminder_is_offered_only_while_it_would_still_come_in_time(days_ago: int, is_offered: bool) -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    for choice in ("written", "kk"):
        talk.presses(choice)
    talk.says(f"{(talk.at - timedelta(days=days_ago)).date():%d.%m.%Y}")
    (shown,) = talk.presses("digital")
    offered = [button["data"] for row in shown.body["rows"] for button in row]
    assert "complaint/deadline>letter" in offered
    assert ("complaint/deadline>remind" in offered) == is_offered
