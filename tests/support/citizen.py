"""A citizen on a real store: turns of the bot without a wire, next to the desk's pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.engine.incoming import BotBlocked, ChoicePressed, FileSent, Incoming, MessageEdited, TextTyped
from bot.handoff.ticket import Ticket
from bot.runner.ports import Outgoing
from bot.runner.run import run_turn
from tests.support.content import our_release
from tests.support.web import Desk


@dataclass
class Citizen:
    """`seen` are the texts on the screen, from the bot and the desk, in order of the outbox."""

    desk: Desk
    chat_id: int = 700
    locale: str = "ar"
    _rows: list[Outgoing] = field(default_factory=list)
    _number: int = 0
    _last_id: int = 0

    async def asks_for_adviser(self) -> Ticket:
        await self.presses(f"!locale:{self.locale}")
        await self.presses("!human")
        await self.presses("human/consent>yes")
        await self.presses("human/consent>skip")
        return await self.ticket()

    async def ticket(self) -> Ticket:
        found = await self.desk.store.run(lambda unit: unit.tickets.last_of(self.chat_id))
        assert found is not None
        return found

    async def says(self, text: str) -> None:
        self._last_id = self._next()
        await self._turn(partial(TextTyped, text=text, message_id=self._last_id))

    async def edits_last(self, text: str) -> None:
        """Change what was typed last."""
        await self._turn(partial(MessageEdited, text=text, message_id=self._last_id))

    async def presses(self, data: str) -> None:
        self.desk.later(seconds=3)
        await self._turn(partial(ChoicePressed, data=data, message_id=1, query_id=str(self._next())))

    async def sends_photo(self, **values: Any) -> None:
        self._last_id = self._next()
        await self._turn(partial(FileSent, kind="photo", file_id="file-1", message_id=self._last_id, **values))

    async def exchanges_photo(self, file_id: str) -> None:
        """Put another photo in the place of the last one."""
        again = partial(FileSent, kind="photo", file_id=file_id, message_id=self._last_id, is_edit=True)
        await self._turn(again)

    async def blocks(self) -> None:
        await self._turn(BotBlocked)

    def _next(self) -> int:
        self._number += 1
        return self._number

    async def _turn(self, make: Callable[..., Incoming]) -> None:
        incoming = make(update_id=self._next(), chat_id=self.chat_id, at=self.desk.at)
        self._rows += await self.desk.store.run(partial(run_turn, incoming, release=our_release()))

    @property
    def seen(self) -> list[str]:
        rows = [*self._rows, *(row for row in self.desk.sent if row.chat_id == self.chat_id)]
        return [row.body["text"] for row in sorted(rows, key=lambda row: row.seq) if "text" in row.body]
