from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.effects import SendMessage, Text
from bot.engine.flow import Assets, NodeSource, Reply, Turn, node_kind
from bot.engine.screen import answer_params
from bot.engine.session import Session


@node_kind("say", required={"say": "text", "goto": "goto"})
@dataclass(frozen=True, slots=True)
class Say:
    """Tells something in a message of its own and goes on without waiting."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    goto: str

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.goto(source.fields["goto"]))

    def enter(self, session: Session, assets: Assets) -> Turn:
        said = SendMessage((Text(f"{self.id}/say", answer_params(session)),))
        return Turn(session, (said,), goto=self.goto)

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        return Turn(session, goto=self.goto)

    def gotos(self) -> tuple[str, ...]:
        return (self.goto,)

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say",)
