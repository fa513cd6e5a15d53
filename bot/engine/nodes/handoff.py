from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.engine.effects import Button, CancelTicket, OpenTicket, Text
from bot.engine.flow import Assets, NodeSource, Picked, Reply, Turn, node_kind
from bot.engine.press import choice_data
from bot.engine.screen import screen
from bot.engine.session import Session


@node_kind(
    "handoff",
    required={
        "say": "text",
        "opened": "text",
        "waiting": "text",
        "meanwhile": "text",
        "cancelled": "text",
        "no": "goto",
    },
)
@dataclass(frozen=True, slots=True)
class Handoff:
    """Asks for consent, then for an adviser. Only the button consents: typed words can be misread.

    `say` asks, `opened` tells what happens now, `waiting` is shown while a ticket is open (with a way to cancel
    it), `meanwhile` stands below both, `no` is where a person goes who would rather not.
    """

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    no: str

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.goto(source.fields["no"]))

    def enter(self, session: Session, assets: Assets) -> Turn:
        if session.ticket is not None:
            cancel = Button(Text("common/cancel_ticket"), choice_data(self.id, "cancel"))
            waiting = screen(self.id, session, [f"{self.id}/waiting", f"{self.id}/meanwhile"], ((cancel,),))
            return Turn(session, (replace(waiting, tells_waiting=True),))
        yes = Button(Text("common/yes_adviser"), choice_data(self.id, "yes"))
        no = Button(Text("common/no"), choice_data(self.id, "no"))
        return Turn(session, (screen(self.id, session, [f"{self.id}/say"], ((yes,), (no,))),))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        if not isinstance(reply, Picked):
            return None
        if reply.choice == "yes":
            texts = [f"{self.id}/opened", f"{self.id}/meanwhile"]
            opened = replace(screen(self.id, session, texts, keeps=True), tells_waiting=True)
            came_from = session.trail[-1] if session.trail else self.id
            urgency = session.answers.get("urgency", "normal")
            return Turn(session, (OpenTicket(came_from.partition("/")[0], urgency), opened))
        if reply.choice == "cancel":
            return Turn(session, (CancelTicket(), screen(self.id, session, [f"{self.id}/cancelled"])))
        return Turn(session, goto=self.no) if reply.choice == "no" else None

    def gotos(self) -> tuple[str, ...]:
        return (self.no,)

    def texts(self) -> tuple[str, ...]:
        return tuple(f"{self.id}/{name}" for name in ("say", "opened", "waiting", "meanwhile", "cancelled"))
