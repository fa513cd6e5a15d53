"""The methods of the Bot API that the sandbox knows, each in one function: what it checks, does and answers.

A method takes Telegram's state and the call and returns the `result` of the answer; it raises Refusal to say no.
"""

import re
from collections.abc import Awaitable, Callable

from bot.sandbox.calls import Call
from bot.sandbox.chats import CAPTION_MAX_UNITS, DELETABLE_FOR_S, TEXT_MAX_UNITS, Chat, Json, Message, Notice
from bot.sandbox.files import (
    DOWNLOAD_MAX_BYTES,
    PHOTO_MAX_BYTES,
    StoredFile,
    document_content,
    photo_content,
)
from bot.sandbox.formatting import Formatted, format_text, utf16_length
from bot.sandbox.markup import read_markup
from bot.sandbox.refusals import bad_request, not_found, too_large
from bot.sandbox.telegram import Telegram
from bot.sandbox.webhook import WebhookSettings, check_webhook

Method = Callable[[Telegram, Call], Awaitable[object]]

CALLBACK_ANSWER_MAX_UNITS = 200
CALLBACK_LIVES_S = 150.0
POLL_MAX_S = 50
UPLOAD_MAX_BYTES = 50 * 2**20  # core.telegram.org/bots/api#sending-files
CHAT_ACTIONS = frozenset(
    {
        "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
        "choose_sticker", "find_location", "record_video_note", "upload_video_note", "cancel",
    }
)  # fmt: skip
COMMAND_SCOPES = frozenset(
    {"default", "all_private_chats", "all_group_chats", "all_chat_administrators", "chat", "chat_administrators"}
)


async def call_method(telegram: Telegram, call: Call) -> object:
    """Carry out a call. Method names are not case-sensitive.

    Raises:
        Refusal: In Telegram's words; 404 when there is no such method.
    """
    method = METHODS.get(call.method.lower())
    if method is None:
        raise not_found()
    return await method(telegram, call)


# Receiving updates --------------------------------------------------------------------------------------------------


async def get_updates(telegram: Telegram, call: Call) -> list[Json]:
    """Long polling. A second waiting poll throws out the first, as two running copies of a bot do to each other."""
    if telegram.webhook.settings is not None:
        raise await telegram.long_poll.refusal(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        )
    offset = call.integer("offset")
    limit = call.integer("limit", 100, low=1, high=100)
    timeout_s = call.integer("timeout", 0, low=0, high=POLL_MAX_S)
    _allow_updates(telegram, call)
    queue = telegram.updates
    if offset < 0:
        queue.keep_last(-offset, "negative offset")
    else:
        queue.confirm_before(offset)
    # Below 0 and beyond the newest id the server starts from the oldest update that it has.
    start = offset if 0 < offset <= queue.next_id else 0
    found = queue.oldest(start, limit)
    if not found and timeout_s > 0:
        await telegram.long_poll.wait(queue, timeout_s)
        found = queue.oldest(start, limit)
    for update in found:
        queue.delivered(update, "polling")
    return [update.to_json() for update in found]


def _allow_updates(telegram: Telegram, call: Call) -> None:
    kinds = call.value("allowed_updates", "can't parse allowed_updates JSON object")
    if kinds is not None:
        if not isinstance(kinds, list):
            raise bad_request("expected an Array of String as allowed_updates")
        telegram.updates.allow(kind for kind in kinds if isinstance(kind, str))


async def set_webhook(telegram: Telegram, call: Call) -> bool:
    if not call.text("url"):
        return await delete_webhook(telegram, call)
    settings = WebhookSettings(
        call.text("url"), call.text("secret_token"), call.integer("max_connections", 40, low=1, high=100)
    )
    check_webhook(settings)
    _allow_updates(telegram, call)
    if call.flag("drop_pending_updates"):
        telegram.updates.keep_last(0, "drop_pending_updates")
    telegram.long_poll.end("terminated by setWebhook request")
    await telegram.webhook.set(settings)
    return True


async def delete_webhook(telegram: Telegram, call: Call) -> bool:
    if call.flag("drop_pending_updates"):
        telegram.updates.keep_last(0, "drop_pending_updates")
    await telegram.webhook.set(None)
    return True


async def get_webhook_info(telegram: Telegram, call: Call) -> Json:
    webhook = telegram.webhook
    info: Json = {
        "url": webhook.settings.url if webhook.settings is not None else "",
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.updates),
    }
    if webhook.last_error:
        info |= {"last_error_date": int(webhook.last_error_at), "last_error_message": webhook.last_error}
    if webhook.settings is not None:
        info |= {"max_connections": webhook.settings.max_connections, "ip_address": "127.0.0.1"}
    if telegram.updates.allowed:
        info["allowed_updates"] = telegram.updates.allowed
    return info


# Sending ------------------------------------------------------------------------------------------------------------


def _chat_id(telegram: Telegram, call: Call, name: str = "chat_id") -> int:
    given = call.text(name)
    if not given:
        raise bad_request("chat_id is empty" if name == "chat_id" else "chat identifier is not specified")
    try:
        return int(given)
    except ValueError:
        raise bad_request("chat not found") from None


def _count(telegram: Telegram, chat: Chat) -> None:
    if telegram.flood_limits is not None:
        telegram.flood_limits.count(chat.id)


def _markup(call: Call, *, inline_only: bool = False) -> Json | None:
    return read_markup(
        call.value("reply_markup", "can't parse reply keyboard markup JSON object"), inline_only=inline_only
    )


def _formatted(call: Call, name: str, entities: str) -> Formatted:
    parsed = call.value(entities, f"can't parse {entities} JSON object")
    return format_text(call.text(name), call.text("parse_mode"), parsed)


def _text_content(call: Call) -> Json:
    if not call.text("text"):
        raise bad_request("message text is empty")
    formatted = _formatted(call, "text", "entities")
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if utf16_length(formatted.text) > TEXT_MAX_UNITS:
        raise bad_request("message is too long")
    content: Json = {"text": formatted.text}
    return content | ({"entities": list(formatted.entities)} if formatted.entities else {})


def _caption_content(call: Call) -> Json:
    formatted = _formatted(call, "caption", "caption_entities")
    if utf16_length(formatted.text) > CAPTION_MAX_UNITS:
        raise bad_request("message caption is too long")
    content: Json = {"caption": formatted.text} if formatted.text else {}
    return content | ({"caption_entities": list(formatted.entities)} if formatted.entities else {})


def _reply_to(call: Call, chat: Chat) -> int | None:
    given = call.value("reply_parameters", "can't parse reply parameters JSON object")
    if given is not None and not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    parameters = given or {"message_id": call.integer("reply_to_message_id")}
    message_id = int(parameters.get("message_id", 0))
    if message_id in chat.messages:
        return message_id
    may_be_missing = parameters.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply")
    if message_id and not may_be_missing:
        raise bad_request("message to be replied not found")
    return None


def _send(telegram: Telegram, call: Call, content: Json) -> Json:
    chat = telegram.writable_chat(_chat_id(telegram, call))
    markup = _markup(call)
    reply_to = _reply_to(call, chat)
    _count(telegram, chat)
    message = telegram.post(chat, content, from_bot=True, markup=markup, reply_to=reply_to)
    return telegram.message_json(message)


async def send_message(telegram: Telegram, call: Call) -> Json:
    return _send(telegram, call, _text_content(call))


async def send_photo(telegram: Telegram, call: Call) -> Json:
    file = _sent_file(telegram, call, "photo", "photos")
    if len(file.content) > PHOTO_MAX_BYTES:
        raise bad_request("PHOTO_SAVE_FILE_INVALID")
    return _send(telegram, call, photo_content(file) | _caption_content(call))


async def send_document(telegram: Telegram, call: Call) -> Json:
    file = _sent_file(telegram, call, "document", "documents")
    return _send(telegram, call, document_content(file) | _caption_content(call))


def _sent_file(telegram: Telegram, call: Call, name: str, folder: str) -> StoredFile:
    given = call.text(name)
    upload = call.uploads.get(given.removeprefix("attach://") if given.startswith("attach://") else name)
    if upload is not None:
        if len(upload.content) > UPLOAD_MAX_BYTES:
            raise too_large()
        if not upload.content:
            raise bad_request("file must be non-empty")
        return telegram.files.add(folder, upload.name, upload.mime, upload.content)
    if not given:
        raise bad_request(f"there is no {name} in the request")
    if re.match(r"https?://", given):
        # The sandbox fetches nothing from anywhere.
        raise bad_request("failed to get HTTP URL content")
    known = telegram.files.find(given)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


async def copy_message(telegram: Telegram, call: Call) -> Json:
    """Answers with a MessageId, not with the message."""
    source = telegram.readable_chat(_chat_id(telegram, call, "from_chat_id"))
    message = _message(source, call, "message to copy not found")
    content = message.content
    if message.kind == "text":
        copied = content
    elif call.has("caption"):
        copied = {key: content[key] for key in content if not key.startswith("caption")} | _caption_content(call)
    else:
        copied = content
    return {"message_id": _send(telegram, call, copied)["message_id"]}


async def send_chat_action(telegram: Telegram, call: Call) -> bool:
    if call.text("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = telegram.writable_chat(_chat_id(telegram, call))
    # The phone shows it for five seconds: core.telegram.org/bots/api#sendchataction
    chat.typing_until = telegram.clock() + 5.0
    telegram.touch(chat)
    return True


# Changing and deleting ----------------------------------------------------------------------------------------------


def _message(chat: Chat, call: Call, complaint: str) -> Message:
    message = chat.messages.get(call.integer("message_id"))
    if message is None:
        raise bad_request(complaint)
    return message


def _editable(telegram: Telegram, call: Call) -> tuple[Chat, Message]:
    if not call.text("chat_id") and not call.text("message_id"):
        raise bad_request("message identifier is not specified")
    chat = telegram.writable_chat(_chat_id(telegram, call))
    message = _message(chat, call, "message to edit not found")
    # A message that carries a reply keyboard can never be edited, not even its text.
    if not message.from_bot or (message.markup is not None and "inline_keyboard" not in message.markup):
        raise bad_request("message can't be edited")
    return chat, message


def _edit(telegram: Telegram, chat: Chat, message: Message, content: Json, markup: Json | None) -> Json:
    if (content, markup) == (message.content, message.markup):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same"
            " as a current content and reply markup of the message"
        )
    _count(telegram, chat)
    return telegram.message_json(telegram.edit(chat, message, content, markup))


async def edit_message_text(telegram: Telegram, call: Call) -> Json:
    """Without a reply_markup the inline keyboard goes away."""
    content = _text_content(call)
    markup = _markup(call, inline_only=True)
    chat, message = _editable(telegram, call)
    if message.kind != "text":
        raise bad_request("there is no text in the message to edit")
    return _edit(telegram, chat, message, content, markup)


async def edit_message_caption(telegram: Telegram, call: Call) -> Json:
    caption = _caption_content(call)
    markup = _markup(call, inline_only=True)
    chat, message = _editable(telegram, call)
    if message.kind not in {"photo", "document"}:
        raise bad_request("there is no caption in the message to edit")
    content = {key: value for key, value in message.content.items() if not key.startswith("caption")}
    return _edit(telegram, chat, message, content | caption, markup)


async def edit_message_reply_markup(telegram: Telegram, call: Call) -> Json:
    markup = _markup(call, inline_only=True)
    chat, message = _editable(telegram, call)
    return _edit(telegram, chat, message, message.content, markup)


async def delete_message(telegram: Telegram, call: Call) -> bool:
    chat = telegram.readable_chat(_chat_id(telegram, call))
    message = _message(chat, call, "message to delete not found")
    _check_deletable(telegram, message)
    telegram.delete(chat, [message.message_id])
    return True


async def delete_messages(telegram: Telegram, call: Call) -> bool:
    """Unknown ids are skipped; one that is too old and none is deleted."""
    message_ids = _message_ids(call)
    chat = telegram.readable_chat(_chat_id(telegram, call))
    found = [chat.messages[known] for known in dict.fromkeys(message_ids) if known in chat.messages]
    for message in found:
        _check_deletable(telegram, message)
    telegram.delete(chat, [message.message_id for message in found])
    return True


def _message_ids(call: Call) -> list[int]:
    given = call.value("message_ids", "can't parse message_ids JSON object")
    if not given:
        raise bad_request("message identifiers are not specified")
    if not isinstance(given, list):
        raise bad_request("expected an Array of message identifiers")
    if len(given) > 100:
        raise bad_request("too many message identifiers specified")
    try:
        message_ids = [int(message_id) for message_id in given]
    except (TypeError, ValueError):
        raise bad_request("can't parse message identifier as a Number") from None
    if min(message_ids) <= 0:
        raise bad_request("invalid message identifier specified")
    return message_ids


def _check_deletable(telegram: Telegram, message: Message) -> None:
    if telegram.clock() - message.sent_at > DELETABLE_FOR_S:
        raise bad_request("message can't be deleted for everyone")
    if not message.from_bot and message.chat_id < 0:
        raise bad_request("message can't be deleted")


async def answer_callback_query(telegram: Telegram, call: Call) -> bool:
    press = telegram.presses.get(call.text("callback_query_id"))
    if press is None or telegram.clock() - press.pressed_at > CALLBACK_LIVES_S:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if utf16_length(call.text("text")) > CALLBACK_ANSWER_MAX_UNITS:
        raise bad_request("MESSAGE_TOO_LONG")
    chat = telegram.chats[press.chat_id]
    press.is_answered = True
    if call.text("text") or call.text("url"):
        chat.notices.append(Notice(telegram.clock(), call.text("text"), call.flag("show_alert"), call.text("url")))
    telegram.touch(chat)
    return True


# Files, chats, the bot itself ---------------------------------------------------------------------------------------


async def get_file(telegram: Telegram, call: Call) -> Json:
    if not call.text("file_id"):
        raise bad_request("file_id not specified")
    file = telegram.files.find(call.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > DOWNLOAD_MAX_BYTES:
        raise bad_request("file is too big")
    return {**file.to_json(), "file_path": file.path}


async def get_chat(telegram: Telegram, call: Call) -> Json:
    chat = telegram.readable_chat(_chat_id(telegram, call))
    return {
        **chat.to_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }


async def leave_chat(telegram: Telegram, call: Call) -> bool:
    chat = telegram.readable_chat(_chat_id(telegram, call))
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.has_left = True
    telegram.touch(chat)
    return True


async def get_me(telegram: Telegram, call: Call) -> Json:
    return telegram.bot_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def log_out(telegram: Telegram, call: Call) -> bool:
    return True


async def close(telegram: Telegram, call: Call) -> bool:
    return True


def _command_key(call: Call) -> tuple[str, int, str]:
    scope = call.value("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope: BotCommandScope must be an Object")
    if scope.get("type") not in COMMAND_SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    return scope["type"], int(scope.get("chat_id", 0)), _language(call)


def _language(call: Call) -> str:
    language = call.text("language_code")
    if language and re.fullmatch(r"[a-z]{2}", language) is None:
        # Two letters of ISO 639-1 only: what Telegram says to "kl-GL" or "ckb".
        raise bad_request("invalid language code specified")
    return language


async def set_my_commands(telegram: Telegram, call: Call) -> bool:
    given = call.value("commands", "can't parse commands JSON object")
    if given is None:
        given = []
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    commands = [_checked_command(command) for command in given]
    if len(commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    telegram.profile.commands[_command_key(call)] = commands
    telegram.touch_all()
    return True


def _checked_command(command: object) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    name, description = command["command"].removeprefix("/"), command["description"].strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > 32:
        raise bad_request("command length must not exceed 32")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > 256:
        raise bad_request("command description length must not exceed 256")
    if re.fullmatch(r"[a-z0-9_]+", name) is None:
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": description}


async def get_my_commands(telegram: Telegram, call: Call) -> list[Json]:
    return telegram.profile.commands.get(_command_key(call), [])


async def delete_my_commands(telegram: Telegram, call: Call) -> bool:
    telegram.profile.commands.pop(_command_key(call), None)
    telegram.touch_all()
    return True


def _set_text(texts: dict[str, str], call: Call, name: str, max_length: int, complaint: str) -> bool:
    text = call.text(name).strip()
    if len(text) > max_length:
        raise bad_request(complaint)
    language = _language(call)
    if text:
        texts[language] = text
    else:
        texts.pop(language, None)
    return True


def _text_for(texts: dict[str, str], call: Call) -> str:
    return texts.get(_language(call)) or texts.get("", "")


async def set_my_name(telegram: Telegram, call: Call) -> bool:
    done = _set_text(telegram.profile.names, call, "name", 64, "BOT_TITLE_INVALID")
    telegram.touch_all()
    return done


async def get_my_name(telegram: Telegram, call: Call) -> Json:
    return {"name": _text_for(telegram.profile.names, call) or telegram.bot_json()["first_name"]}


async def set_my_description(telegram: Telegram, call: Call) -> bool:
    done = _set_text(telegram.profile.descriptions, call, "description", 512, "BOT_DESCRIPTION_TOO_LONG")
    telegram.touch_all()
    return done


async def get_my_description(telegram: Telegram, call: Call) -> Json:
    return {"description": _text_for(telegram.profile.descriptions, call)}


async def set_my_short_description(telegram: Telegram, call: Call) -> bool:
    return _set_text(telegram.profile.short_descriptions, call, "short_description", 120, "BOT_ABOUT_TOO_LONG")


async def get_my_short_description(telegram: Telegram, call: Call) -> Json:
    return {"short_description": _text_for(telegram.profile.short_descriptions, call)}


NAMES: dict[str, Method] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": send_document,
    "copyMessage": copy_message,
    "sendChatAction": send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "getFile": get_file,
    "getChat": get_chat,
    "leaveChat": leave_chat,
    "getMe": get_me,
    "logOut": log_out,
    "close": close,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": set_my_name,
    "getMyName": get_my_name,
    "setMyDescription": set_my_description,
    "getMyDescription": get_my_description,
    "setMyShortDescription": set_my_short_description,
    "getMyShortDescription": get_my_short_description,
}
METHODS = {name.lower(): method for name, method in NAMES.items()}
CANONICAL = {name.lower(): name for name in NAMES}
