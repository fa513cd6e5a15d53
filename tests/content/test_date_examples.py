"""What the bot offers as a way to write a date, it understands, in every language."""

import re
from datetime import date

import pytest

from bot.dates.typed_date import read_date
from tests.support.content import TODAY, our_release

RELEASE = our_release()


@pytest.mark.parametrize("locale", RELEASE.locales)
def test_every_example_of_a_date_is_read(locale: str) -> None:
    text = RELEASE.messages[locale]["complaint/date/say"]
    assert isinstance(text, str)
    examples = re.findall(r"\*\*(.+?)\*\*", text)
    assert len(examples) == 3
    days = [guess.day if guess is not None else None for guess in (read_date(e, locale, TODAY) for e in examples)]
    assert days == [date(2026, 11, 12), date(2026, 11, 23), date(2026, 11, 12)]
