"""A whole conversation without a wire: what a person does goes through the real runner, and comes out as shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.content.release import Release
from bot.engine.incoming import ChoicePressed, CommandGiven, FileSent, Incoming, MessageEdited, OtherSent, TextTyped
from bot.runner.ports import Outgoing, Sent
from bot.runner.run import run_turn
from tests.support.memory_store import MemoryStore

AT = datetime.fromisoformat("2026-11-24T09:00:00+00:00")  # a Tuesday morning in Copenhagen
CHAT = 7001


@dataclass
class Conversation:
    """One person and the bot. Every turn is ten seconds after the one before.

    `run_turn` reads the session from JSON and writes it back at each turn, so persistence is tested on the way.
    """

    release: Release
    language_code: str | None = None
    at: datetime = AT
    store: MemoryStore = field(default_factory=MemoryStore)
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)  # the bot's, as they stand on the screen
    message_id: int = 100
    update_id: int = 0
    last: Incoming | None = None  # what was done last

    def says(self, text: str) -> list[Outgoing]:
        if text.startswith("/"):
            name, _, argument = text[1:].partition(" ")
            return self._take(CommandGiven(**self._next(), name=name, argument=argument, message_id=self._new_id()))
        return self._take(TextTyped(**self._next(), text=text, message_id=self._new_id()))

    def edits(self, text: str) -> list[Outgoing]:
        return self._take(MessageEdited(**self._next(), text=text, message_id=self.message_id))

    def sends(self, kind: str, caption: str = "") -> list[Outgoing]:
        if kind in ("photo", "document"):
            file = FileSent(**self._next(), kind=kind, file_id="F", message_id=self._new_id(), caption=caption)  # type: ignore[arg-type]
            return self._take(file)
        return self._take(OtherSent(**self._next(), kind=kind, message_id=self._new_id()))

    def presses(self, data: str) -> list[Outgoing]:
        """Press the newest button with this data; its last part, the id of a choice or a section, is enough."""
        message_id, button = self.button(data)
        return self._take(ChoicePressed(**self._next(), data=button["data"], message_id=message_id, query_id="q"))

    def button(self, data: str) -> tuple[int, Mapping[str, str]]:
        """The id of the message and the button itself that `presses` would press."""
        for message_id, body in sorted(self.messages.items(), reverse=True):
            for button in (button for row in body.get("rows", []) for button in row):
                known = button.get("data", "")
                last = known.rpartition(">")[2]
                if known and data in (known, known.removesuffix(":new"), last, last.removeprefix("#")):
                    return message_id, button
        raise AssertionError(f"no button {data!r} on the screen")

    def take(self, incoming: Incoming) -> list[Outgoing]:
        return self._take(incoming)

    def _next(self) -> dict[str, Any]:
        self.update_id += 1
        self.at += timedelta(seconds=10)
        return {
            "update_id": self.update_id,
            "chat_id": CHAT,
            "at": self.at,
            "language_code": self.language_code,
        }

    def _new_id(self) -> int:
        self.message_id += 1
        return self.message_id

    def _take(self, incoming: Incoming) -> list[Outgoing]:
        self.last = incoming
        leaves = self.store.run_now(lambda uow: run_turn(incoming, uow, self.release))
        for outgoing in leaves:
            self._show(outgoing)
        return list(leaves)

    def _show(self, outgoing: Outgoing) -> None:
        """What Telegram would do with it."""
        body = dict(outgoing.body)
        message_id: int | None = None
        if outgoing.kind == "message":
            message_id = body["replaces"] if body.get("replaces") in self.messages else self._new_id()
            self.messages[message_id] = body
        for gone in [*self.messages] if outgoing.kind == "hide" else body.get("message_ids", ()):
            self.messages.pop(gone, None)
        sent = Sent(outgoing.chat_id, outgoing.seq, self.at, message_id, outgoing.forgets)
        self.store.run_now(lambda uow: uow.outbox.mark_sent([sent]))
