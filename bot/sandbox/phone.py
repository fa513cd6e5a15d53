"""A person's phone: what they can do in the chat with the bot, and what they see there.

Every act changes Telegram's state at once and queues the update that the bot will get.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from bot.sandbox.chats import TEXT_MAX_UNITS, Button, Chat, Json, Message, Notice, Rows, to_button
from bot.sandbox.files import document_content, photo_content
from bot.sandbox.formatting import format_text, utf16_length
from bot.sandbox.telegram import Press, Telegram
from bot.sandbox.truth import PersonActed


class PhoneCannot(ValueError):
    """A person could not do this on a phone: no such button, the bot is blocked, not their message."""


class Phone:
    """One person's private chat with the bot."""

    def __init__(self, telegram: Telegram, chat: Chat) -> None:
        self._telegram = telegram
        self.chat = chat

    # What the phone shows

    @property
    def chat_id(self) -> int:
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """The bubbles as they are now, oldest first; deleted ones are gone."""
        return list(self.chat.messages.values())

    @property
    def bot_messages(self) -> list[Message]:
        return [message for message in self.messages if message.from_bot]

    @property
    def last(self) -> Message | None:
        """The bot's newest bubble."""
        return self.bot_messages[-1] if self.bot_messages else None

    @property
    def reply_keyboard(self) -> Rows:
        """The keys below the chat; no rows when there is no reply keyboard."""
        rows = (self.chat.keyboard or {}).get("keyboard", [])
        return tuple(tuple(to_button(button) for button in row) for row in rows)

    @property
    def notices(self) -> list[Notice]:
        """Answers to presses: toasts and alerts, oldest first."""
        return list(self.chat.notices)

    @property
    def is_typing(self) -> bool:
        return self._telegram.clock() < self.chat.typing_until

    async def wait_for(self, seen: Callable[["Phone"], object], timeout_s: float = 5.0) -> None:
        """Wait until the phone shows what `seen` looks for.

        Raises:
            TimeoutError: With all that the phone shows instead.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not seen(self):
                    await self.chat.changed.wait(timeout_s)
        except TimeoutError:
            shown = "\n".join(f"{'bot' if m.from_bot else 'person'}: {m.text or m.kind}" for m in self.messages)
            raise TimeoutError(f"after {timeout_s} s the phone of chat {self.chat_id} shows:\n{shown}") from None

    async def wait_for_text(self, part: str, timeout_s: float = 5.0) -> Message:
        """Wait for a bubble of the bot that contains `part`, and return the newest such."""
        await self.wait_for(lambda phone: any(part in m.text for m in phone.bot_messages), timeout_s)
        return next(message for message in reversed(self.bot_messages) if part in message.text)

    # What the person does

    def start(self) -> Message:
        """Press Start, as one must before a bot may write."""
        self.chat.is_started = True
        return self.send_text("/start")

    def send_text(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Type and send; like a phone, more than 4096 units in several messages. Returns the last of them."""
        if not text.strip():
            raise PhoneCannot("a phone sends no empty text")
        pieces = _pieces(text)
        sent = [self._send("text", _text_content(piece), piece, reply_to) for piece in pieces]
        return sent[-1]

    def press(self, button: str, message: Message | None = None) -> Press | Message:
        """Press a key, named by its callback data or its label.

        Args:
            button: Looked for in `message`, or when None in the reply keyboard and then in all bubbles, newest first.
        Returns:
            The Press, which knows when it was answered; for a key of the reply keyboard the message it sent.
        Raises:
            PhoneCannot: There is no such key, or it is one that opens or copies something.
        """
        if message is None and any(key.label == button for row in self.reply_keyboard for key in row):
            return self.send_text(button)
        holders = [self._as_now(message)] if message is not None else list(reversed(self.bot_messages))
        for holder in holders:
            for key in (key for row in holder.buttons for key in row):
                if button in (key.data, key.label):
                    return self._press(holder, key)
        raise PhoneCannot(f"no key '{button}' to press on the phone of chat {self.chat_id}")

    def _press(self, message: Message, key: Button) -> Press:
        if key.data is None:
            raise PhoneCannot(f"key '{key.label}' does not call the bot")
        self._check_not_blocked()
        press_id = self._telegram.new_press(self.chat)
        query = {
            "id": press_id,
            "from": self.chat.person_json(),
            "message": self._telegram.message_json(message),
            "chat_instance": str(self.chat_id * 7919),
            "data": key.data,
        }
        self._tell("callback_query", query, "press", key.label, message.message_id)
        return self._telegram.presses[press_id]

    def edit_text(self, message: Message, text: str) -> Message:
        """Change a message of the person's own."""
        self._check_not_blocked()
        before = self._as_now(message)
        if before.from_bot or before.kind != "text":
            raise PhoneCannot("only the person's own text can be edited on the phone")
        edited = self._telegram.edit(self.chat, before, _text_content(text), None)
        self._tell("edited_message", self._telegram.message_json(edited), "edit", text, edited.message_id)
        return edited

    def delete(self, message: Message) -> None:
        """Delete for both sides. Telegram tells a bot nothing about it."""
        self._telegram.delete(self.chat, [self._as_now(message).message_id])
        self._record("delete", "", None, message.message_id)

    def send_photo(self, content: bytes, *, caption: str = "", name: str = "photo.jpg") -> Message:
        """Raises Refusal when `content` is no image."""
        file = self._telegram.files.add("photos", name, "image/jpeg", content)
        return self._send("photo", photo_content(file) | _caption(caption), caption or name)

    def send_document(
        self, content: bytes, *, name: str, mime: str = "application/octet-stream", caption: str = ""
    ) -> Message:
        file = self._telegram.files.add("documents", name, mime, content)
        return self._send("document", document_content(file) | _caption(caption), name)

    def send_voice(self, content: bytes = b"OggS", *, duration_s: int = 3) -> Message:
        file = self._telegram.files.add("voice", "voice.ogg", "audio/ogg", content)
        return self._send("voice", {"voice": {**file.to_json(), "duration": duration_s, "mime_type": "audio/ogg"}})

    def send_sticker(self, emoji: str = "👋") -> Message:
        file = self._telegram.files.add("stickers", "sticker.webp", "image/webp", emoji.encode())
        shape = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._send("sticker", {"sticker": {**file.to_json(), **shape, "emoji": emoji}}, emoji)

    def send_poll(self, question: str = "?", options: tuple[str, ...] = ("1", "2")) -> Message:
        poll = {
            "id": str(5_000_000_000 + self._telegram.updates.next_id),
            "question": question,
            "options": [
                {"persistent_id": str(index), "text": option, "voter_count": 0} for index, option in enumerate(options)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
        }
        return self._send("poll", {"poll": poll}, question)

    def send_contact(self, phone_number: str = "+4500000000", first_name: str | None = None) -> Message:
        contact = {
            "phone_number": phone_number,
            "first_name": first_name or self.chat.name,
            "user_id": self.chat_id,
        }
        return self._send("contact", {"contact": contact}, phone_number)

    def send_location(self, latitude: float = 55.6761, longitude: float = 12.5683) -> Message:
        place = {"latitude": latitude, "longitude": longitude}
        return self._send("location", {"location": place}, f"{latitude}, {longitude}")

    def send_content(self, content: Json) -> Message:
        """Any other kind of message: the fields of a Bot API Message that make it ({"dice": {...}})."""
        return self._send(next(iter(content)), content)

    def send_update(self, kind: str, body: Json) -> int | None:
        """Any update at all, also of a kind that does not exist yet or is malformed. Returns its update_id."""
        return self._tell(kind, body, kind, "", None)

    def block(self) -> None:
        """Stop the bot: it can no longer write, and is told so once."""
        if not self.chat.is_blocked:
            self._change_membership("member", "kicked", is_blocked=True)

    def unblock(self) -> None:
        if self.chat.is_blocked:
            self._change_membership("kicked", "member", is_blocked=False)

    # How it gets to the bot

    def _change_membership(self, before: str, after: str, *, is_blocked: bool) -> None:
        self.chat.is_blocked = is_blocked
        self._telegram.touch(self.chat)
        bot = self._telegram.bot_json()
        body = {
            "chat": self.chat.to_json(),
            "from": self.chat.person_json(),
            "date": int(self._telegram.clock()),
            "old_chat_member": _member(bot, before),
            "new_chat_member": _member(bot, after),
        }
        self._tell("my_chat_member", body, "block" if is_blocked else "unblock", "", None)

    def _send(self, act: str, content: Json, text: str = "", reply_to: Message | None = None) -> Message:
        self._check_not_blocked()
        self.chat.is_started = True
        replied = reply_to.message_id if reply_to is not None else None
        message = self._telegram.post(self.chat, content, from_bot=False, reply_to=replied)
        self._tell("message", self._telegram.message_json(message), act, text, message.message_id)
        return message

    def _tell(self, kind: str, body: Json, act: str, text: str, message_id: int | None) -> int | None:
        update_id = self._telegram.updates.add(kind, body, self.chat_id)
        self._record(act, text, update_id, message_id)
        return update_id

    def _record(self, act: str, text: str, update_id: int | None, message_id: int | None) -> None:
        now = self._telegram.clock()
        self._telegram.truth.add(PersonActed(now, self.chat_id, act, text, update_id, message_id))

    def _as_now(self, message: Message) -> Message:
        """The message as the phone shows it now; the caller may hold an older state of it."""
        current = self.chat.messages.get(message.message_id)
        if current is None:
            raise PhoneCannot(f"message {message.message_id} is no longer on the phone of chat {self.chat_id}")
        return current

    def _check_not_blocked(self) -> None:
        if self.chat.is_blocked:
            raise PhoneCannot(f"the phone of chat {self.chat_id} has blocked the bot")


def _member(bot: Json, status: str) -> Json:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _text_content(text: str) -> Json:
    formatted = format_text(text)
    content: dict[str, Any] = {"text": formatted.text}
    return content | ({"entities": list(formatted.entities)} if formatted.entities else {})


def _caption(caption: str) -> Json:
    return {"caption": caption} if caption else {}


def _pieces(text: str) -> list[str]:
    """Cut where the limit of UTF-16 units is reached."""
    pieces: list[str] = []
    piece, units = "", 0
    if utf16_length(text) <= TEXT_MAX_UNITS:
        return [text]
    for character in text:
        width = utf16_length(character)
        if units + width > TEXT_MAX_UNITS:
            pieces.append(piece)
            piece, units = "", 0
        piece += character
        units += width
    return [*pieces, piece]
