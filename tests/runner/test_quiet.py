"""Without sound: a phone that others hear does not tell that the bot or an adviser has written."""

from functools import partial

import pytest

from bot.runner import desk
from bot.runner.ports import Outgoing
from bot.telegram.calls import to_send
from tests.runner.test_waiting import Talk
from tests.support.conversation import CHAT


def silent(rows: list[Outgoing]) -> set[bool]:
    return {bool(row.body.get("silent")) for row in rows if row.kind == "message"}


def sets_reminder(talk: Talk) -> None:
    talk.says("/start complaint-da")
    for press in ("written", "kk"):
        talk.presses(press)
    talk.says("20.11.")
    talk.presses("digital")
    talk.presses("remind")


def reminders(talk: Talk) -> list[Outgoing]:
    return [row.outgoing for row in talk.store.tables.outbox.values() if row.outgoing.kind == "reminder"]


@pytest.mark.parametrize("is_claimed", [False, True])
def test_everything_is_without_sound_until_it_is_said_again(is_claimed: bool) -> None:
    talk = Talk()
    assert silent(talk.asks()) == {False}
    if is_claimed:
        talk.adviser(desk.claim)
    assert talk.says_that(told := talk.says("uden lyd"), "common/quiet_on")
    assert silent(told) == {True}
    assert silent(talk.says("/menu")) == {True}
    if not is_claimed:
        assert silent(talk.adviser(desk.claim)) == {True}
    assert silent(talk.adviser(partial(desk.reply, text="Hej", key="k1"))) == {True}
    talk.says("/hide")
    assert silent(talk.says("/start menu-da")) == {True}, "hiding does not bring the sound back"
    assert silent(talk.says("/quiet")) == {False}
    assert silent(talk.says("/menu")) == {False}


def test_no_reminder_sounds() -> None:
    talk = Talk()
    sets_reminder(talk)
    assert [bool(row.body.get("silent")) for row in reminders(talk)] == [False]
    talk.says("/quiet")
    assert reminders(talk) == [], "that one would have sounded"
    sets_reminder(talk)
    assert [(row.chat_id, row.body.get("silent")) for row in reminders(talk)] == [(CHAT, True)]


def test_telegram_is_told() -> None:
    assert to_send(CHAT, {"text": "x", "silent": True})["disable_notification"] is True
    assert "disable_notification" not in to_send(CHAT, {"text": "x"})
