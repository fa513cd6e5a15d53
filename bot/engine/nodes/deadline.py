from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Self

from bot.dates.deadline import Deadline as Counted
from bot.dates.deadline import Period, deadline
from bot.engine.effects import Param, Text
from bot.engine.flow import Assets, Choice, Node, NodeSource, Reply, Turn, node_kind
from bot.engine.nodes.menu import read_choice
from bot.engine.nodes.remind import Remind
from bot.engine.screen import answer_params, choice_rows, screen
from bot.engine.session import Session

COUNTED = "deadline"  # the answer that holds the last safe day
STATES = ("open", "close", "today", "passed_safe", "passed")
URGENT = ("close", "today", "passed_safe", "passed")


@node_kind(
    "deadline",
    required={
        "period": "fact",
        "from": "name",
        "asks": "goto",
        **dict.fromkeys(STATES, "text"),
        "earlier": "text",
        "note": "text",
        "choices": "choices",
    },
)
@dataclass(frozen=True, slots=True)
class Deadline:
    """Counts a time limit from a date that was answered, and says the last safe day in words.

    One text for each state of the limit (`dates.deadline`), `earlier` where the last day is a closed day so that
    the safe day lies before it, and `note` always. Placeholders: start, last_day, safe_day (dates) and days_left
    (a number of days). A reminder is offered only while it would still come in time.
    Goes to `asks` while the date is missing. Stays in the chat when its buttons are pressed.
    """

    kind: ClassVar[str]
    keeps: ClassVar[bool] = True
    id: str
    period: Period
    start: str  # name of the answer that holds the date
    asks: str
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        fields = source.fields
        return cls(
            source.id,
            source.knowledge.period(fields["period"]),
            fields["from"],
            source.goto(fields["asks"]),
            source.choices(),
        )

    def enter(self, session: Session, assets: Assets) -> Turn:
        if self.start not in session.answers:
            return Turn(session, goto=self.asks)
        counted = deadline(date.fromisoformat(session.answers[self.start]), self.period, session.today())
        params: dict[str, Param] = {
            **answer_params(session),
            "start": counted.start,
            "last_day": counted.last_day,
            "safe_day": counted.safe_day,
            "days_left": Text("common/days", {"n": max(counted.days_left, 0)}),
        }
        texts = [Text(f"{self.id}/{name}", params) for name in self._said(counted)]
        session = session.answered(COUNTED, counted.safe_day.isoformat())
        session = session.answered("urgency", "deadline" if counted.state in URGENT else "normal")
        offered = [choice for choice in self.choices if not _is_late(assets.nodes.get(choice.goto), session)]
        return Turn(session, (screen(self.id, session, texts, choice_rows(self.id, offered), keeps=True),))

    @staticmethod
    def _said(counted: Counted) -> list[str]:
        earlier = counted.safe_day != counted.last_day and counted.state in ("open", "close", "today")
        return [counted.state, "earlier", "note"] if earlier else [counted.state, "note"]

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        return None if choice is None else Turn(session, goto=choice.goto)

    def gotos(self) -> tuple[str, ...]:
        return (self.asks, *(choice.goto for choice in self.choices))

    def texts(self) -> tuple[str, ...]:
        named = (*STATES, "earlier", "note")
        return (*(f"{self.id}/{name}" for name in named), *(choice.label for choice in self.choices))


def _is_late(node: Node | None, session: Session) -> bool:
    return isinstance(node, Remind) and node.due_at(session) is None
