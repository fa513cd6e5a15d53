"""Hiding, deleting and stopping: what leaves the screen and the database, and what Telegram lets go."""

from datetime import timedelta

import pytest

from bot.engine.incoming import BotBlocked
from tests.support.content import our_release
from tests.support.conversation import CHAT, Conversation


def hidden(talk: Conversation) -> list[list[int]]:
    return [list(each.body["message_ids"]) for each in talk.says("/hide") if each.kind == "delete"]


def test_hiding_takes_the_messages_of_both_sides_a_hundred_at_a_time() -> None:
    talk = Conversation(our_release())
    before = talk.message_id
    for _ in range(60):
        talk.says("/help")
    calls = hidden(talk)
    assert [len(ids) for ids in calls] == [100, len(calls[1])]
    everything = sorted(id for ids in calls for id in ids)
    assert everything == list(range(before + 1, talk.message_id))  # without the last word, "hidden"
    assert min(calls[0]) > max(calls[1]), "what was said last is hidden first"


def test_what_is_older_than_two_days_is_left_to_the_person() -> None:
    talk = Conversation(our_release())
    talk.says("/help")
    old = talk.message_id
    talk.at += timedelta(hours=47)
    talk.says("/help")
    young = talk.message_id
    talk.at += timedelta(hours=2)
    (ids,) = hidden(talk)
    assert min(ids) > old
    assert max(ids) >= young


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
