"""Hiding, deleting and stopping: what leaves the database, and what no longer comes."""

import pytest

from bot.engine.incoming import BotBlocked
from bot.runner.outgoing import newest_first
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation


def test_what_was_said_last_is_hidden_first_a_hundred_at_a_time() -> None:
    first, second = newest_first(range(1, 151))
    assert len(first) == 100
    assert min(first) > max(second)
    assert sorted(first + second) == list(range(1, 151))


@pytest.mark.parametrize("leaves", ["/stop", "/hide", "blocks"])
def test_no_reminder_comes_to_who_has_left(leaves: str) -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    for choice in ("written", "kk"):
        talk.presses(choice)
    talk.says("12.11.")
    for choice in ("digital", "remind"):
        talk.presses(choice)
    assert [row.outgoing.kind for row in talk.store.tables.outbox.values() if row.state == "pending"] == ["reminder"]
    if leaves == "blocks":
        talk.take(BotBlocked(update_id=talk.update_id + 1, chat_id=CHAT, at=talk.at))
    else:
        talk.says(leaves)
    assert [row.outgoing.kind for row in talk.store.tables.outbox.values() if row.state == "pending"] == []


def test_deleted_person_leaves_nothing_and_is_told_so() -> None:
    talk = Conversation(our_release())
    talk.says("/start complaint-da")
    talk.presses("written")
    talk.says("/delete")
    said = talk.presses("yes")
    tables = talk.store.tables
    assert said[-1].kind == "message"
    assert (tables.sessions, tables.outbox, tables.forgotten) == ({}, {}, [CHAT])
    talk.says("/start")
    assert tables.sessions[CHAT].get("locale") is None, "asked for a language as at the first time"
