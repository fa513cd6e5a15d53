"""What can happen to the bot: frozen values, free of any Telegram type."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MOST_MEGABYTES = 20  # Telegram lets bots fetch files up to this size (core.telegram.org/bots/api#getfile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One update of one chat, translated.

    Args:
        update_id: Telegram's id of the update; the same id again is the same event.
        chat_id: Private chats only, so it is also the person's id. 0 where an update has no chat.
        at: When it was received, aware UTC.
        language_code: What the person's app is set to ("da", "ar", "pt-br"), a hint and no more.
    """

    update_id: int
    chat_id: int
    at: datetime
    language_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTyped(Incoming):
    """A text message, 1 to 4096 UTF-16 units."""

    text: str
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGiven(Incoming):
    """A message that starts with a slash: `/start complaint-ar` has name "start", argument "complaint-ar"."""

    name: str
    argument: str
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicePressed(Incoming):
    """A button under a message. `data` is what we put there (see `press.py`); `message_id` is our message."""

    data: str
    message_id: int
    query_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSent(Incoming):
    """A photo or document. Size in bytes; Telegram lets bots fetch at most 20 MB.

    Args:
        is_edit: Of an earlier message: another picture, other words below it, or both.
    """

    kind: Literal["photo", "document"]
    file_id: str
    message_id: int
    file_name: str | None = None
    mime_type: str | None = None
    size_bytes: int | None = None
    caption: str = ""
    album_id: str | None = None
    is_edit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Incoming):
    """The person changed an earlier message; `text` is what it says now."""

    text: str
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherSent(Incoming):
    """A message of a kind that the bot cannot read: sticker, voice, video, poll, contact, location, …"""

    kind: str
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BotBlocked(Incoming):
    """The person blocked the bot (or deleted the account): nothing can be sent any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotUnblocked(Incoming):
    """The person let the bot write again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMet(Incoming):
    """The bot was added to, or heard something in, a group or channel, where being seen would out people.

    Args:
        person_id: Who added it or wrote; 0 where nobody is named.
    """

    person_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLeft(Incoming):
    """The bot is not in the group any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPressed(Incoming):
    """A button under a message in a group."""

    person_id: int
    data: str
    query_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingToDo(Incoming):
    """An update that asks nothing of us: a kind we did not ask for, or one that Telegram adds tomorrow."""

    kind: str
