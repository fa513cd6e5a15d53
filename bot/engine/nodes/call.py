from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.engine.flow import Assets, NodeSource, Reply, Turn, node_kind
from bot.engine.session import Session


@node_kind("call", required={"flow": "goto", "goto": "goto"})
@dataclass(frozen=True, slots=True)
class Call:
    """Walks through another flow and comes back to `goto` when that flow ends."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    flow: str  # the first node of the called flow
    goto: str

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.goto(source.fields["flow"]), source.goto(source.fields["goto"]))

    def enter(self, session: Session, assets: Assets) -> Turn:
        if session.returns[-1:] == (self.goto,):  # came back by the back button: do not return twice
            return Turn(session, goto=self.flow)
        return Turn(replace(session, returns=(*session.returns, self.goto)), goto=self.flow)

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        return self.enter(session, assets)

    def gotos(self) -> tuple[str, ...]:
        return (self.flow, self.goto)

    def texts(self) -> tuple[str, ...]:
        return ()
