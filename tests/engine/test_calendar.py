"""The calendar that a date is picked in."""

import pytest

from tests.support.content import our_release
from tests.support.conversation import Conversation


@pytest.mark.parametrize("locale", our_release().locales)
def test_weekdays_stand_over_their_columns_and_lead_nowhere(locale: str) -> None:
    talk = Conversation(our_release())
    talk.says(f"/start complaint-{locale}")
    for choice in ("written", "kk"):
        talk.presses(choice)
    (shown,) = talk.presses("m2026-11")
    assert all(button["text"].strip() for row in shown.body["rows"] for button in row)  # else Telegram refuses it all
    _, weekdays, first_week, *_ = shown.body["rows"]
    assert len({day["text"] for day in weekdays}) >= 4  # one letter may stand for several days
    assert all(len(day["text"]) <= 2 for day in weekdays)  # wider ones break in a seventh of a small phone
    assert first_week[6]["text"] == "1"  # a Sunday
    assert [each.kind for each in talk.presses("-")] == []
    assert [day["text"] for day in shown.body["rows"][6]] == ["23", "24", *["·"] * 5]  # today is the last
    assert "m2026-10" in shown.body["rows"][7][0]["data"]


def test_a_week_begins_on_monday() -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    for choice in ("written", "kk"):
        talk.presses(choice)
    (shown,) = talk.presses("m2026-11")
    assert [day["text"] for day in shown.body["rows"][1]] == ["M", "T", "O", "T", "F", "L", "S"]
