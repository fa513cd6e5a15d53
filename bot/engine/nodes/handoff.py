from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.engine.effects import Button, CancelTicket, OpenTicket, Rows, Text
from bot.engine.flow import Assets, NodeSource, Picked, Reply, Turn, node_kind
from bot.engine.incoming import MOST_MEGABYTES
from bot.engine.press import NEW_MESSAGE, choice_data, way_data
from bot.engine.screen import screen
from bot.engine.session import Session

TEXTS = ("say", "opened", "add", "waiting", "meanwhile", "cancelled")


@node_kind(
    "handoff",
    required={**dict.fromkeys(TEXTS, "text"), "no": "goto"},
    optional={"now": "goto", "urgent": "urgencies"},
)
@dataclass(frozen=True, slots=True)
class Handoff:
    """Asks for consent, then for an adviser. Only the button consents: typed words can be misread.

    `say` asks; `opened` and `add` tell that there is a ticket and ask once for more: a few words, a photo, a PDF;
    `waiting` is shown while it is open (with a way to cancel it), `meanwhile` stands below. `no` is where a person
    goes who would rather not, `now` shows who answers at this very hour. `urgent` gives the urgency of those who come
    from a flow or a node.
    """

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    no: str
    now: str | None
    urgent: Mapping[str, str]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        now = source.fields.get("now")
        return cls(
            source.id,
            source.goto(source.fields["no"]),
            None if now is None else source.goto(now),
            source.fields.get("urgent", {}),
        )

    def enter(self, session: Session, assets: Assets) -> Turn:
        if session.ticket is not None:
            cancel = Button(Text("common/cancel_ticket"), choice_data(self.id, "cancel"))
            texts = [f"{self.id}/waiting", f"{self.id}/meanwhile"]
            waiting = screen(self.id, session, texts, (*self._at_once(), (cancel,)))
            return Turn(session, (replace(waiting, tells_waiting="again"),))
        yes = Button(Text("common/yes_adviser"), choice_data(self.id, "yes"))
        no = Button(Text("common/no"), choice_data(self.id, "no"))
        return Turn(session, (screen(self.id, session, [f"{self.id}/say"], ((yes,), (no,))),))

    def _at_once(self) -> Rows:
        """Help that does not wait for an adviser."""
        card = (Button(Text("common/emergency"), way_data("emergency", NEW_MESSAGE)),)
        if self.now is None:
            return (card,)
        return card, (Button(Text("common/who_answers_now"), choice_data(self.id, "now")),)

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        match reply:
            case Picked("yes") if session.ticket is None:
                return self._open(session)
            case Picked("yes" | "skip"):
                return self.enter(session, assets)
            case Picked("cancel"):
                return Turn(session, (CancelTicket(), screen(self.id, session, [f"{self.id}/cancelled"])))
            case Picked("no"):
                return Turn(session, goto=self.no)
            case Picked("now"):
                return Turn(session, goto=self.now)
            case _:
                return None

    def _open(self, session: Session) -> Turn:
        place = session.trail[-1] if session.trail else self.id
        opens = OpenTicket(place.partition("/")[0], self._urgency(session, place))
        skip = Button(Text("common/nothing_to_add"), choice_data(self.id, "skip"))
        add = Text(f"{self.id}/add", {"mb": str(MOST_MEGABYTES)})
        asks = screen(self.id, session, [f"{self.id}/opened", add], ((skip,), *self._at_once()))
        return Turn(session, (opens, asks))

    def _urgency(self, session: Session, place: str) -> str:
        """Danger that was told lately; else by where the person comes from; else what a flow has found."""
        if session.is_in_danger():
            return "danger"
        flow = place.partition("/")[0]
        return self.urgent.get(place) or self.urgent.get(flow) or session.answers.get("urgency", "normal")

    def gotos(self) -> tuple[str, ...]:
        return (self.no,) if self.now is None else (self.no, self.now)

    def texts(self) -> tuple[str, ...]:
        return tuple(f"{self.id}/{name}" for name in TEXTS)
