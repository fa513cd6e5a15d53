"""What stands on a button."""

import pytest

from bot.engine.effects import Button, SendMessage, Text
from bot.runner.message import message_body
from tests.support.content import our_release


@pytest.mark.parametrize(
    ("key", "locale", "label"),
    [
        pytest.param("find/safe/choices/lgbt", "fa", "افراد \u2068LGBT+\u2069", id="the sign stays at the word's end"),
        pytest.param("service/sind/name", "ar", "SIND", id="nothing beside it, no mark"),
        pytest.param("common/audience_lgbt", "da", "For LGBT+", id="from left to right, no mark"),
    ],
)
def test_label_runs_as_its_language_does(key: str, locale: str, label: str) -> None:
    message = SendMessage((Text("common/back"),), rows=((Button(Text(key), "!menu"),),))
    assert message_body(message, locale, our_release())["rows"] == [[{"text": label, "data": "!menu"}]]
