"""What a handler of an effect works with: one turn's unit of work, release, session and what leaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.engine.effects import Effect
from bot.engine.session import Session
from bot.runner.ports import SAID, Outgoing, OutgoingKind, UnitOfWork
from bot.runner.release import Release


@dataclass(slots=True)
class Scene:
    """One turn while its effects are carried out. `session` is the new one; handlers may change it further."""

    uow: UnitOfWork
    release: Release
    session: Session
    at: datetime
    keeps_session: bool = True
    leaves: list[Outgoing] = field(default_factory=list)

    def send(
        self,
        kind: OutgoingKind,
        body: Mapping[str, Any],
        *,
        due_at: datetime | None = None,
        name: str = "",
        forgets: bool = False,
    ) -> None:
        """Put something into the outbox, to leave at once or when it is due."""
        if self.session.is_quiet and kind in SAID:
            body = {**body, "silent": True}
        row = self.uow.outbox.add(self.session.chat_id, kind, body, due_at=due_at, name=name, forgets=forgets)
        if due_at is None:
            self.leaves.append(row)


Handler = Callable[[Any, Scene], None]
HANDLERS: dict[type[Effect], Handler] = {}


def handles(effect: type[Effect]) -> Callable[[Handler], Handler]:
    """Register the one handler of an effect; a second one is a bug."""

    def register(handler: Handler) -> Handler:
        if effect in HANDLERS:
            raise ValueError(f"{effect.__name__} has a handler already")
        HANDLERS[effect] = handler
        return handler

    return register
