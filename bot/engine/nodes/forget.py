from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.effects import Button, ForgetPerson, SendMessage, Text
from bot.engine.flow import Assets, NodeSource, Picked, Reply, Turn, node_kind
from bot.engine.press import choice_data
from bot.engine.screen import screen
from bot.engine.session import Session


@node_kind("forget", required={"say": "text", "forgotten": "text", "no": "goto"})
@dataclass(frozen=True, slots=True)
class Forget:
    """Deletes what we know about the person, after a button said so: it cannot be undone."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    no: str

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.goto(source.fields["no"]))

    def enter(self, session: Session, assets: Assets) -> Turn:
        yes = Button(Text("common/yes_delete"), choice_data(self.id, "yes"))
        no = Button(Text("common/no"), choice_data(self.id, "no"))
        return Turn(session, (screen(self.id, session, [f"{self.id}/say"], ((yes,), (no,))),))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        if not isinstance(reply, Picked):
            return None
        if reply.choice == "yes":
            told = SendMessage((Text(f"{self.id}/forgotten"),), locale=session.locale, keyboard="remove")
            return Turn(Session(session.chat_id), (ForgetPerson(), told))
        return Turn(session, goto=self.no) if reply.choice == "no" else None

    def gotos(self) -> tuple[str, ...]:
        return (self.no,)

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say", f"{self.id}/forgotten")
