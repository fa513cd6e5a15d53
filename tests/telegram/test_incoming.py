"""Every kind of update becomes what it means, and no update breaks anything."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.incoming import (
    BotBlocked,
    BotUnblocked,
    ChoicePressed,
    CommandGiven,
    FileSent,
    GroupLeft,
    GroupMet,
    GroupPressed,
    Incoming,
    MessageEdited,
    NothingToDo,
    OtherSent,
    TextTyped,
)
from bot.errors import UpdateMalformed
from bot.telegram.incoming import OTHER_KINDS, SERVICE_KINDS, chat_of, to_incoming

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PERSON = {"id": 5, "is_bot": False, "first_name": "Citizen A", "language_code": "ar"}
CHAT = {"id": 5, "type": "private", "first_name": "Citizen A"}
GROUP = {"id": -7, "type": "supergroup", "title": "Group"}
COMMON: dict[str, Any] = {"update_id": 1, "chat_id": 5, "at": AT, "language_code": "ar"}


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 1, "message": {"message_id": 9, "from": PERSON, "chat": CHAT, "date": 0, **content}}


def member(chat: dict[str, Any], status: str) -> dict[str, Any]:
    return {
        "update_id": 1,
        "my_chat_member": {"chat": chat, "from": PERSON, "date": 0, "new_chat_member": {"status": status}},
    }


def press(**fields: Any) -> dict[str, Any]:
    return {"update_id": 1, "callback_query": {"id": "77", "from": PERSON, "chat_instance": "1", **fields}}


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        pytest.param(message(text="hej"), TextTyped(**COMMON, text="hej", message_id=9), id="text"),
        pytest.param(
            message(text="/Start complaint-ar"),
            CommandGiven(**COMMON, name="start", argument="complaint-ar", message_id=9),
            id="command with argument",
        ),
        pytest.param(
            message(text="/menu@vejviser_bot"),
            CommandGiven(**COMMON, name="menu", argument="", message_id=9),
            id="command with the bot's name",
        ),
        pytest.param(message(text="/ hej"), TextTyped(**COMMON, text="/ hej", message_id=9), id="a slash alone"),
        pytest.param(
            message(photo=[{"file_id": "small"}, {"file_id": "large", "file_size": 10}], caption="brev"),
            FileSent(**COMMON, kind="photo", file_id="large", message_id=9, size_bytes=10, caption="brev"),
            id="photo, its largest size",
        ),
        pytest.param(
            message(
                document={"file_id": "d", "file_name": "a.pdf", "mime_type": "application/pdf"}, media_group_id="3"
            ),
            FileSent(
                **COMMON,
                kind="document",
                file_id="d",
                message_id=9,
                file_name="a.pdf",
                mime_type="application/pdf",
                album_id="3",
            ),
            id="document of an album",
        ),
        pytest.param(
            {"update_id": 1, "edited_message": {"message_id": 9, "from": PERSON, "chat": CHAT, "text": "ny"}},
            MessageEdited(**COMMON, text="ny", message_id=9),
            id="edited text",
        ),
        pytest.param(
            {
                "update_id": 1,
                "edited_message": {
                    "message_id": 9,
                    "from": PERSON,
                    "chat": CHAT,
                    "photo": [{"file_id": "s"}, {"file_id": "l"}],
                    "caption": "ny",
                },
            },
            FileSent(**COMMON, kind="photo", file_id="l", message_id=9, caption="ny", is_edit=True),
            id="another photo in the place of one",
        ),
        pytest.param(
            press(message={"message_id": 4, "chat": CHAT}, data="a/b>c"),
            ChoicePressed(**COMMON, data="a/b>c", message_id=4, query_id="77"),
            id="button",
        ),
        pytest.param(
            press(data="a/b>c"),
            ChoicePressed(**COMMON, data="a/b>c", message_id=0, query_id="77"),
            id="button of a message that Telegram no longer has",
        ),
        pytest.param(
            press(message={"message_id": 4, "chat": CHAT}, game_short_name="x"),
            ChoicePressed(**COMMON, data="", message_id=4, query_id="77"),
            id="button without data",
        ),
        pytest.param(member(CHAT, "kicked"), BotBlocked(**COMMON), id="blocked"),
        pytest.param(member(CHAT, "member"), BotUnblocked(**COMMON), id="unblocked"),
        pytest.param(member(GROUP, "member"), GroupMet(**COMMON | {"chat_id": -7}, person_id=5), id="added to a group"),
        pytest.param(member(GROUP, "left"), GroupLeft(**COMMON | {"chat_id": -7}), id="left a group"),
        pytest.param(
            {"update_id": 1, "message": {"message_id": 9, "from": PERSON, "chat": GROUP, "text": "hej"}},
            GroupMet(**COMMON | {"chat_id": -7}, person_id=5),
            id="text in a group",
        ),
        pytest.param(
            {"update_id": 1, "channel_post": {"message_id": 9, "chat": GROUP}},
            NothingToDo(update_id=1, chat_id=0, at=AT, kind="channel_post"),
            id="post in a channel",
        ),
        pytest.param(
            press(message={"message_id": 4, "chat": GROUP}, data="!claim:t1"),
            GroupPressed(**COMMON | {"chat_id": -7}, person_id=5, data="!claim:t1", query_id="77"),
            id="button in a group",
        ),
        pytest.param(message(brand_new={}), OtherSent(**COMMON, kind="unknown", message_id=9), id="kind of tomorrow"),
        pytest.param(
            {"update_id": 1, "brand_new": {}},
            NothingToDo(update_id=1, chat_id=0, at=AT, kind="brand_new"),
            id="update of tomorrow",
        ),
    ],
)
def test_update_becomes_what_it_means(update: dict[str, Any], expected: Incoming) -> None:
    assert to_incoming(update, AT) == expected


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_what_cannot_be_read_is_named(kind: str) -> None:
    assert to_incoming(message(**{kind: {}}), AT) == OtherSent(**COMMON, kind=kind, message_id=9)


@pytest.mark.parametrize("kind", SERVICE_KINDS)
def test_notes_of_telegram_ask_nothing_of_us(kind: str) -> None:
    assert to_incoming(message(**{kind: {}}), AT) == NothingToDo(**COMMON, kind=kind)


@pytest.mark.parametrize(
    "update",
    [
        [],
        None,
        {},
        {"update_id": "1"},
        {"update_id": True},
        {"update_id": 2**70},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": {"chat": CHAT}},
        {"update_id": 1, "message": {"message_id": 9, "chat": {"id": "5", "type": "private"}, "text": "hej"}},
        message(text=5),
        message(photo=[]),
        message(photo={}),
        message(document={"file_id": 5}),
        press(message={"message_id": 4}),
        {"update_id": 1, "callback_query": {"id": "77"}},
        {"update_id": 1, "my_chat_member": {"chat": CHAT}},
    ],
)
def test_malformed_update_is_named_without_its_content(update: Any) -> None:
    with pytest.raises(UpdateMalformed) as refused:
        to_incoming(update, AT)
    assert "hej" not in str(refused.value)
    assert "Citizen" not in str(refused.value)


def test_chat_of_a_malformed_update_is_found_where_it_can_be() -> None:
    assert chat_of(message(text=5)) == (5, 1)
    assert chat_of({"update_id": 1, "message": 3}) == (0, 1)
    assert chat_of({"message": {"chat": CHAT}}) is None


NAMES = (
    *("update_id", "message", "edited_message", "callback_query", "my_chat_member", "chat", "id", "type", "from"),
    *("text", "photo", "document", "file_id", "message_id", "data", "new_chat_member", "status"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(JSON)
def test_nothing_that_can_come_breaks_the_translation(update: Any) -> None:
    with suppress(UpdateMalformed):
        assert isinstance(to_incoming(update, AT), Incoming)
    chat_of(update)
