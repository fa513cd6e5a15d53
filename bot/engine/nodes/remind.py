from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Self

from bot.dates.deadline import COPENHAGEN
from bot.engine.effects import Remind as RemindEffect
from bot.engine.effects import Text
from bot.engine.flow import Assets, Choice, NodeSource, Reply, Turn, node_kind
from bot.engine.nodes.menu import read_choice
from bot.engine.screen import answer_params, choice_rows, screen
from bot.engine.session import Session

HOUR = time(10)  # of the morning in Copenhagen: early enough to act on the same day


@node_kind(
    "remind",
    required={
        "say": "text",
        "late": "text",
        "reminder": "text",
        "before": "name",
        "days": "days",
        "choices": "choices",
    },
)
@dataclass(frozen=True, slots=True)
class Remind:
    """Promises a message some days before a day that was answered, or says that it is too late for one."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    before: str  # name of the answer that holds the day
    days: int
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.fields["before"], source.fields["days"], source.choices())

    def enter(self, session: Session, assets: Assets) -> Turn:
        rows = choice_rows(self.id, self.choices)
        at = self.due_at(session)
        if at is None:
            return Turn(session, (screen(self.id, session, [f"{self.id}/late"], rows),))
        params = answer_params(session)
        said = Text(f"{self.id}/say", {**params, "remind_day": at.astimezone(COPENHAGEN).date()})
        remind = RemindEffect(self.id, at, (Text(f"{self.id}/reminder", params),))
        return Turn(session, (remind, screen(self.id, session, [said], rows)))

    def due_at(self, session: Session) -> datetime | None:
        """When to remind, aware; None when that is over or there is no day to count from."""
        if self.before not in session.answers or session.touched_at is None:
            return None
        day = date.fromisoformat(session.answers[self.before]) - timedelta(days=self.days)
        at = datetime.combine(day, HOUR, COPENHAGEN)
        return at if at > session.touched_at else None

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        return None if choice is None else Turn(session, goto=choice.goto)

    def gotos(self) -> tuple[str, ...]:
        return tuple(choice.goto for choice in self.choices)

    def texts(self) -> tuple[str, ...]:
        named = ("say", "late", "reminder")
        return (*(f"{self.id}/{name}" for name in named), *(choice.label for choice in self.choices))
