"""The calendar that a date is picked in."""

import pytest

from bot.i18n.day import COLUMN_LETTERS
from tests.support.content import our_release
from tests.support.conversation import Conversation


@pytest.mark.parametrize("locale", our_release().locales)
def test_weekdays_stand_over_their_columns_and_lead_nowhere(locale: str) -> None:
    talk = Conversation(our_release())
    talk.says(f"/start complaint-{locale}")
    for choice in ("written", "kk"):
        talk.presses(choice)
    (shown,) = talk.presses("m2026-11")
    _, weekdays, first_week, *_ = shown.body["rows"]
    assert len({day["text"] for day in weekdays}) >= 5  # some languages have one letter for several days
    assert all(1 <= len(day["text"]) <= COLUMN_LETTERS for day in weekdays)
    assert first_week[6]["text"] == "1"  # a Sunday
    assert [each.kind for each in talk.presses("-")] == []


def test_a_week_begins_on_monday() -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    for choice in ("written", "kk"):
        talk.presses(choice)
    (shown,) = talk.presses("m2026-11")
    assert [day["text"] for day in shown.body["rows"][1]] == ["man", "tirs", "ons", "tors", "fre", "lør", "søn"]
