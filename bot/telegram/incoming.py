"""From an update as Telegram sends it to a frozen value of ours. Telegram's types stop here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

Json = Mapping[str, Any]

# What a message can hold besides text and files; all else in a message is a note of Telegram's own.
OTHER_KINDS = (
    "sticker", "voice", "video", "video_note", "audio", "animation", "contact", "location", "venue", "poll", "dice",
    "story", "game", "paid_media", "checklist", "invoice",
)  # fmt: skip
SERVICE_KINDS = (
    "pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set",
    "forum_topic_created", "users_shared", "chat_shared", "successful_payment", "refunded_payment", "connected_website",
    "boost_added", "web_app_data", "gift", "unique_gift", "proximity_alert_triggered",
)  # fmt: skip


def to_incoming(update: Any, at: datetime) -> Incoming:
    """Translate one update.

    Args:
        update: Parsed JSON, as it came; nothing about its shape is taken for granted.
        at: When it was received, aware UTC.
    Raises:
        UpdateMalformed: names the field that is missing or wrong, never what it held.
    """
    body = _object(update, "update")
    update_id = _integer(body, "update_id")
    for kind, read in (
        ("message", _message),
        ("edited_message", _edited),
        ("callback_query", _press),
        ("my_chat_member", _membership),
    ):
        if kind in body:
            return read(_object(body[kind], kind), update_id, at)
    kind = next((name for name in body if name != "update_id"), "empty")
    return NothingToDo(update_id=update_id, chat_id=0, at=at, kind=str(kind)[:64])


def _message(message: Json, update_id: int, at: datetime) -> Incoming:
    common, is_private = _common(message, update_id, at)
    if not is_private:
        return GroupMet(**common, person_id=_person_of(message))
    message_id = _integer(message, "message_id")
    if "text" in message:
        return _text(_string(message, "text"), message_id, common)
    if "photo" in message or "document" in message:
        return _file(message, message_id, common)
    for kind in OTHER_KINDS:
        if kind in message:
            return OtherSent(**common, kind=kind, message_id=message_id)
    for kind in SERVICE_KINDS:
        if kind in message:
            return NothingToDo(**common, kind=kind)
    # A kind that Telegram adds tomorrow: the person sent something and gets an answer.
    return OtherSent(**common, kind="unknown", message_id=message_id)


def _text(text: str, message_id: int, common: dict[str, Any]) -> Incoming:
    if text.startswith("/") and len(text) > 1 and not text[1].isspace():
        word, _, argument = text[1:].partition(" ")
        name = word.partition("@")[0].lower()
        return CommandGiven(**common, name=name, argument=argument.strip(), message_id=message_id)
    return TextTyped(**common, text=text, message_id=message_id)


def _file(message: Json, message_id: int, common: dict[str, Any], *, is_edit: bool = False) -> Incoming:
    caption = message.get("caption") or ""
    album_id = message.get("media_group_id")
    extra: dict[str, Any] = {
        "caption": str(caption),
        "album_id": None if album_id is None else str(album_id),
        "is_edit": is_edit,
    }
    if "photo" in message:
        sizes = message["photo"]
        if not isinstance(sizes, list) or not sizes:
            raise UpdateMalformed("photo is no list of sizes")
        largest = _object(sizes[-1], "photo")
        return FileSent(
            **common,
            **extra,
            kind="photo",
            file_id=_string(largest, "file_id"),
            message_id=message_id,
            size_bytes=_optional_integer(largest, "file_size"),
        )
    document = _object(message["document"], "document")
    return FileSent(
        **common,
        **extra,
        kind="document",
        file_id=_string(document, "file_id"),
        message_id=message_id,
        file_name=_optional_string(document, "file_name"),
        mime_type=_optional_string(document, "mime_type"),
        size_bytes=_optional_integer(document, "file_size"),
    )


def _edited(message: Json, update_id: int, at: datetime) -> Incoming:
    common, is_private = _common(message, update_id, at)
    if is_private and ("photo" in message or "document" in message):
        return _file(message, _integer(message, "message_id"), common, is_edit=True)
    text = message.get("text") or message.get("caption")
    if not is_private or not isinstance(text, str):
        return NothingToDo(**common, kind="edited_message")
    return MessageEdited(**common, text=text, message_id=_integer(message, "message_id"))


def _press(query: Json, update_id: int, at: datetime) -> Incoming:
    person = _object(query.get("from"), "from")
    common: dict[str, Any] = {
        "update_id": update_id,
        "chat_id": _integer(person, "id"),
        "at": at,
        "language_code": _optional_string(person, "language_code"),
    }
    message, person_id = query.get("message"), common["chat_id"]
    typed, query_id = query.get("data"), _string(query, "id")
    data = typed if isinstance(typed, str) else ""  # an unknown button, which the engine answers
    if isinstance(message, Mapping):
        common["chat_id"], is_private = _chat(message)
        if not is_private:
            return GroupPressed(**common, person_id=person_id, data=data, query_id=query_id)
    message_id = _integer(message, "message_id") if isinstance(message, Mapping) else 0
    return ChoicePressed(**common, data=data, message_id=message_id, query_id=query_id)


def _membership(member: Json, update_id: int, at: datetime) -> Incoming:
    common, is_private = _common(member, update_id, at)
    status = _object(member.get("new_chat_member"), "new_chat_member").get("status")
    if is_private:
        return (BotBlocked if status in ("kicked", "left") else BotUnblocked)(**common)
    if status in ("kicked", "left"):
        return GroupLeft(**common)
    return GroupMet(**common, person_id=_person_of(member))


def _common(holder: Json, update_id: int, at: datetime) -> tuple[dict[str, Any], bool]:
    """What every incoming has, and whether the chat is a private one."""
    chat_id, is_private = _chat(holder)
    person = holder.get("from")
    code = _optional_string(person, "language_code") if isinstance(person, Mapping) else None
    return {"update_id": update_id, "chat_id": chat_id, "at": at, "language_code": code}, is_private


def _person_of(holder: Json) -> int:
    """Who did it; 0 where nobody is named (a channel's post)."""
    person = holder.get("from")
    return (_optional_integer(person, "id") or 0) if isinstance(person, Mapping) else 0


def _chat(holder: Json) -> tuple[int, bool]:
    chat = _object(holder.get("chat"), "chat")
    return _integer(chat, "id"), chat.get("type") == "private"


def chat_of(update: Any) -> tuple[int, int] | None:
    """(chat id, update id) of a malformed update as far as they can be read; None where it has no id."""
    if not isinstance(update, Mapping) or not _is_integer(update.get("update_id")):
        return None
    for kind in ALLOWED_UPDATES:
        holder = update.get(kind)
        chat = holder.get("chat") if isinstance(holder, Mapping) else None
        if isinstance(chat, Mapping) and chat.get("type") == "private" and _is_integer(chat.get("id")):
            return chat["id"], update["update_id"]
    return 0, update["update_id"]


# --- fields -------------------------------------------------------------------------------------

LARGEST = 2**62  # chat ids have at most 52 bits; anything beyond does not fit into the database


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -LARGEST < value < LARGEST


def _object(value: Any, name: str) -> Json:
    if not isinstance(value, Mapping):
        raise UpdateMalformed(f"{name} is no object")
    return value


def _integer(holder: Json, name: str) -> int:
    value = holder.get(name)
    if not _is_integer(value):
        raise UpdateMalformed(f"{name} is no number")
    assert isinstance(value, int)
    return value


def _string(holder: Json, name: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str):
        raise UpdateMalformed(f"{name} is no text")
    return value


def _optional_integer(holder: Json, name: str) -> int | None:
    value = holder.get(name)
    return value if _is_integer(value) else None


def _optional_string(holder: Json, name: str) -> str | None:
    value = holder.get(name)
    return value if isinstance(value, str) else None
