from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.flow import Assets, NodeSource, Reply, Turn, node_kind
from bot.engine.session import Session


@node_kind("branch", required={"on": "name", "cases": "cases", "else": "goto"})
@dataclass(frozen=True, slots=True)
class Branch:
    """Goes on by an earlier answer and shows nothing. `else` also serves whoever has not answered yet."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    on: str
    cases: Mapping[str, str]
    otherwise: str

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        cases = {str(value): source.goto(goto) for value, goto in source.fields["cases"].items()}
        return cls(source.id, source.fields["on"], cases, source.goto(source.fields["else"]))

    def enter(self, session: Session, assets: Assets) -> Turn:
        return Turn(session, goto=self.cases.get(session.answers.get(self.on, ""), self.otherwise))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        return self.enter(session, assets)

    def gotos(self) -> tuple[str, ...]:
        return (*self.cases.values(), self.otherwise)

    def texts(self) -> tuple[str, ...]:
        return ()
