"""What Telegram keeps of a conversation: chats and their messages."""

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.signal import Signal

Json = dict[str, Any]

TEXT_MAX_UNITS = 4096  # UTF-16 units after entities: core.telegram.org/bots/api#sendmessage
CAPTION_MAX_UNITS = 1024
DELETABLE_FOR_S = 48 * 3600  # core.telegram.org/bots/api#deletemessage


@dataclass(frozen=True, slots=True)
class Button:
    """One key of a keyboard, inline (exactly one of data, url, copy_text) or of a reply keyboard (none)."""

    label: str
    data: str | None = None
    url: str | None = None
    copy_text: str | None = None


Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble. `content` holds the fields of the Bot API's Message that make its kind (text, photo, ...)."""

    message_id: int
    chat_id: int
    from_bot: bool
    sent_at: float
    content: Json
    markup: Json | None = None
    edited_at: float | None = None
    reply_to: int | None = None

    @property
    def text(self) -> str:
        """What can be read in it: its text, or its caption, or nothing."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        return list(self.content.get("entities") or self.content.get("caption_entities") or [])

    @property
    def kind(self) -> str:
        """text, photo, document, sticker, ... as the Bot API names the field."""
        return next(key for key in self.content if key not in {"caption", "caption_entities", "entities"})

    @property
    def buttons(self) -> Rows:
        """The inline keyboard under the bubble; no rows when there is none."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return tuple(tuple(to_button(button) for button in row) for row in rows)


def to_button(button: Json) -> Button:
    copied = button.get("copy_text")
    return Button(
        button["text"],
        button.get("callback_data"),
        button.get("url"),
        copied["text"] if copied is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """A callback answer as the phone shows it: a toast, or an alert that must be closed."""

    at: float
    text: str
    is_alert: bool
    url: str = ""


@dataclass(slots=True)
class Chat:
    """A chat with the bot, seen from both sides. Private chats have the person's own id."""

    id: int
    name: str
    language_code: str = "da"
    kind: str = "private"  # private, group, supergroup, channel
    is_started: bool = True
    is_blocked: bool = False
    has_left: bool = False
    messages: dict[int, Message] = field(default_factory=dict)
    keyboard_message_id: int | None = None
    typing_until: float = 0.0
    notices: list[Notice] = field(default_factory=list)
    revision: int = 0
    changed: Signal = field(default_factory=Signal)

    @property
    def keyboard(self) -> Json | None:
        """The reply keyboard that the phone shows below the chat, as the bot sent it."""
        if self.keyboard_message_id is None:
            return None
        return self.messages[self.keyboard_message_id].markup

    def put(self, message: Message) -> None:
        """Add or replace a message; its markup may bring or take the reply keyboard."""
        self.messages[message.message_id] = message
        markup = message.markup or {}
        if "keyboard" in markup:
            self.keyboard_message_id = message.message_id
        elif markup.get("remove_keyboard"):
            self.keyboard_message_id = None
        self.touch()

    def remove(self, message_id: int) -> None:
        """Delete on both sides. A reply keyboard goes away with the message that brought it."""
        del self.messages[message_id]
        if self.keyboard_message_id == message_id:
            self.keyboard_message_id = None
        self.touch()

    def touch(self) -> None:
        """Whoever looks at this chat shall look again."""
        self.revision += 1
        self.changed.notify()

    def to_json(self) -> Json:
        if self.kind == "private":
            return {"id": self.id, "type": "private", "first_name": self.name}
        return {"id": self.id, "type": self.kind, "title": self.name}

    def person_json(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": self.language_code}
