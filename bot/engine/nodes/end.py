from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.engine.flow import Assets, NodeSource, Reply, Turn, node_kind
from bot.engine.screen import screen
from bot.engine.session import Session


@node_kind("end", required={"say": "text"})
@dataclass(frozen=True, slots=True)
class End:
    """The last word of a flow. A called flow goes back to where it was called from."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id)

    def enter(self, session: Session, assets: Assets) -> Turn:
        if session.returns:
            *rest, back = session.returns
            return Turn(replace(session, returns=tuple(rest)), goto=back)
        return Turn(session, (screen(self.id, session, [f"{self.id}/say"]),))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        return None

    def gotos(self) -> tuple[str, ...]:
        return ()

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say",)
