from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.effects import Button, Text
from bot.engine.flow import Assets, Choice, NodeSource, Picked, Reply, Turn, node_kind
from bot.engine.nodes.menu import read_choice
from bot.engine.press import choice_data
from bot.engine.screen import choice_rows, screen
from bot.engine.session import Session
from bot.understanding.closest import closest_label


@node_kind("services", required={"say": "text", "services": "services"}, optional={"choices": "choices"})
@dataclass(frozen=True, slots=True)
class Services:
    """A list of services, one page each behind its button. Names of services stay Danish."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    services: tuple[str, ...]
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, tuple(source.fields["services"]), source.choices())

    def enter(self, session: Session, assets: Assets) -> Turn:
        return self._show(session, [f"{self.id}/say"])

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        if choice is not None:
            return Turn(session, goto=choice.goto)
        service = self._read_service(session, reply, assets)
        return None if service is None else self._show(session, [f"service/{service}/page"], page=service)

    def _read_service(self, session: Session, reply: Reply, assets: Assets) -> str | None:
        if isinstance(reply, Picked):
            return reply.choice if reply.choice in self.services else None
        names = [assets.label(f"service/{service}/name", session.locale) for service in self.services]
        found = closest_label(reply.text, names)
        return None if found is None else self.services[found]

    def _show(self, session: Session, texts: list[str], page: str = "") -> Turn:
        names = tuple(
            (Button(Text(f"service/{service}/name"), choice_data(self.id, service)),)
            for service in self.services
            if service != page
        )
        rows = names + choice_rows(self.id, self.choices)
        return Turn(session, (screen(self.id, session, texts, rows, page=page),))

    def gotos(self) -> tuple[str, ...]:
        return tuple(choice.goto for choice in self.choices)

    def texts(self) -> tuple[str, ...]:
        pages = (f"service/{service}/page" for service in self.services)
        return (f"{self.id}/say", *pages, *(choice.label for choice in self.choices))
