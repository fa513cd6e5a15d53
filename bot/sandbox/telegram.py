"""Telegram's side of one bot: its chats, its queue of updates, its files, its texts. No HTTP in here."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.sandbox.chats import Chat, Json, Message
from bot.sandbox.faults import FaultPlan, FaultRule, Faults
from bot.sandbox.files import Files
from bot.sandbox.limits import FloodLimits
from bot.sandbox.polling import LongPoll
from bot.sandbox.refusals import bad_request, forbidden
from bot.sandbox.signal import Signal
from bot.sandbox.truth import Truth
from bot.sandbox.updates import UpdateQueue
from bot.sandbox.webhook import Webhook

USERNAME = "vejviser_sandbox_bot"


@dataclass(slots=True)
class Profile:
    """What setMyCommands, setMyName, ... have set. Keys are language codes, "" the default."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    # (scope type, chat id or 0, language code)
    commands: dict[tuple[str, int, str], list[Json]] = field(default_factory=dict)

    def commands_for(self, chat: Chat) -> list[Json]:
        """The menu a phone shows: core.telegram.org/bots/api#determining-list-of-commands."""
        scopes = [("chat", chat.id), ("all_private_chats", 0), ("default", 0)]
        if chat.kind != "private":
            scopes = [("chat", chat.id), ("all_group_chats", 0), ("default", 0)]
        for kind, chat_id in scopes:
            for language in (chat.language_code.split("-")[0], ""):
                if found := self.commands.get((kind, chat_id, language)):
                    return found
        return []


@dataclass(slots=True)
class Press:
    """A pressed button that waits for answerCallbackQuery."""

    chat_id: int
    pressed_at: float
    is_answered: bool = False


class Telegram:
    """All state of a sandbox. One event loop; nothing here is thread-safe."""

    def __init__(
        self,
        token: str,
        clock: Callable[[], float] = time.time,
        *,
        faults: FaultPlan | None = None,
        truth: Path | None = None,
    ) -> None:
        self.token = token
        self.clock = clock
        self.bot_id = int(token.split(":")[0])
        self.profile = Profile()
        self.truth = Truth(truth)
        self.updates = UpdateQueue(clock, self.truth)
        self.long_poll = LongPoll()
        self.webhook = Webhook(self.updates, clock)
        self.files = Files()
        self.flood_limits: FloodLimits | None = None
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.changed = Signal()
        self.is_closed = False
        self.calls_received = 0
        self._next_message_id = 1
        self._next_press_id = 4_000_000_000_000_000_001
        self._faults = Faults(faults or FaultPlan(), clock())

    @property
    def faults(self) -> FaultPlan:
        return self._faults.plan

    @faults.setter
    def faults(self, plan: FaultPlan) -> None:
        """A new plan starts counting calls and seconds from here."""
        self._faults = Faults(plan, self.clock())

    def next_fault(self, method: str) -> FaultRule | None:
        """Count a call; what shall go wrong with it, if anything."""
        return self._faults.next(method, self.clock())

    # Chats

    def open_chat(
        self, chat_id: int, name: str, language_code: str = "da", kind: str = "private", *, is_started: bool = True
    ) -> Chat:
        """A chat that the bot can know of. A private one that is not started cannot be written to by the bot."""
        chat = self.chats[chat_id] = Chat(chat_id, name, language_code, kind, is_started)
        self.changed.notify()
        return chat

    def readable_chat(self, chat_id: int) -> Chat:
        """The chat a bot's call is about.

        Raises:
            Refusal: There is none, or the bot is no longer in it.
        """
        chat = self.chats.get(chat_id)
        if chat is None or not chat.is_started:
            raise bad_request("chat not found")
        if chat.has_left:
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        return chat

    def writable_chat(self, chat_id: int) -> Chat:
        """The same, where the bot may write. Raises Refusal also when the person has blocked the bot."""
        chat = self.readable_chat(chat_id)
        if chat.is_blocked:
            raise forbidden("bot was blocked by the user")
        return chat

    def touch(self, chat: Chat) -> None:
        chat.touch()
        self.changed.notify()

    def touch_all(self) -> None:
        """Something changed that every phone shows: the bot's name, its commands."""
        for chat in self.chats.values():
            chat.touch()
        self.changed.notify()

    # Messages

    def post(
        self, chat: Chat, content: Json, *, from_bot: bool, markup: Json | None = None, reply_to: int | None = None
    ) -> Message:
        """Put a new message at the end of a chat. Ids grow over all chats, as they do for a bot's private chats."""
        message = Message(self._next_message_id, chat.id, from_bot, self.clock(), content, markup, reply_to=reply_to)
        self._next_message_id += 1
        if from_bot:
            chat.typing_until = 0.0
        chat.put(message)
        self.changed.notify()
        return message

    def edit(self, chat: Chat, message: Message, content: Json, markup: Json | None) -> Message:
        """Replace what a message shows."""
        edited = replace(message, content=content, markup=markup, edited_at=self.clock())
        chat.put(edited)
        self.changed.notify()
        return edited

    def delete(self, chat: Chat, message_ids: Iterable[int]) -> None:
        for message_id in message_ids:
            chat.remove(message_id)
        self.changed.notify()

    def new_press(self, chat: Chat) -> str:
        """The id of a callback query."""
        press_id = str(self._next_press_id)
        self._next_press_id += 1
        self.presses[press_id] = Press(chat.id, self.clock())
        return press_id

    # As the Bot API writes it

    def bot_json(self) -> Json:
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.profile.names.get("", "Sandbox"),
            "username": USERNAME,
        }

    def message_json(self, message: Message) -> Json:
        """A Bot API Message. Only inline keyboards come back with it."""
        chat = self.chats[message.chat_id]
        written: Json = {
            "message_id": message.message_id,
            "from": self.bot_json() if message.from_bot else chat.person_json(),
            "chat": chat.to_json(),
            "date": int(message.sent_at),
        }
        if message.edited_at is not None:
            written["edit_date"] = int(message.edited_at)
        replied = chat.messages.get(message.reply_to) if message.reply_to is not None else None
        if replied is not None:
            written["reply_to_message"] = self.message_json(replace(replied, reply_to=None))
        written |= message.content
        if message.markup is not None and "inline_keyboard" in message.markup:
            written["reply_markup"] = message.markup
        return written

    async def close(self) -> None:
        """End all waiting: long polls answer, live pages end, the webhook rests, the log file is closed."""
        self.is_closed = True
        await self.webhook.set(None)
        self.updates.arrived.notify()
        self.changed.notify()
        self.truth.close()
