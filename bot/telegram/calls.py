"""From what leaves to calls of the Bot API, as plain JSON values."""

from collections.abc import Mapping
from typing import Any

Parameters = dict[str, Any]


def to_send(chat_id: int, body: Mapping[str, Any]) -> Parameters:
    """Parameters of sendMessage. No parse mode: what people and editors wrote is text, markup comes as entities."""
    call = _text(chat_id, body)
    if body.get("silent"):
        call["disable_notification"] = True
    if "rows" in body:
        call["reply_markup"] = {"inline_keyboard": [[_button(button) for button in row] for row in body["rows"]]}
    elif body.get("keyboard") == "remove":
        call["reply_markup"] = {"remove_keyboard": True}
    elif "keyboard" in body:
        keys = [[{"text": label} for label in row] for row in body["keyboard"]]
        call["reply_markup"] = {"keyboard": keys, "resize_keyboard": True, "is_persistent": True}
    return call


def to_edit(chat_id: int, body: Mapping[str, Any]) -> Parameters:
    """Parameters of editMessageText for the message that the body replaces."""
    call = _text(chat_id, body)
    call["message_id"] = body["replaces"]
    call["reply_markup"] = {"inline_keyboard": [[_button(button) for button in row] for row in body.get("rows", ())]}
    return call


def _text(chat_id: int, body: Mapping[str, Any]) -> Parameters:
    call: Parameters = {"chat_id": chat_id, "text": body["text"], "link_preview_options": {"is_disabled": True}}
    if "entities" in body:
        call["entities"] = body["entities"]
    return call


def _button(button: Mapping[str, str]) -> Parameters:
    if "copy" in button:
        return {"text": button["text"], "copy_text": {"text": button["copy"]}}
    if "url" in button:
        return {"text": button["text"], "url": button["url"]}
    return {"text": button["text"], "callback_data": button["data"]}
