from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar, Self

from bot.dates.typed_date import read_date
from bot.engine.effects import Button, Month, Rows, Text, Weekday
from bot.engine.flow import Assets, Choice, NodeSource, Picked, Reply, Turn, node_kind
from bot.engine.nodes.menu import read_choice
from bot.engine.press import choice_data
from bot.engine.screen import choice_rows, screen
from bot.engine.session import Session

GUESS = "date_guess"  # the answer that waits for "yes, that day"
NO_DAY = "·"  # where a month has no day to pick: Telegram trims labels, and refuses a message with an empty one
MONTHS_BACK = 12  # how far the calendar goes; a letter that is older is typed


@node_kind(
    "ask",
    required={"say": "text", "answer": "name", "goto": "goto"},
    optional={"expects": "expects", "choices": "choices"},
)
@dataclass(frozen=True, slots=True)
class Ask:
    """Asks for something that is typed: a text, or a date (typed as people do, or picked in a calendar)."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    answer: str
    goto: str
    expects: str
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        fields = source.fields
        return cls(
            source.id,
            fields["answer"],
            source.goto(fields["goto"]),
            fields.get("expects", "text"),
            source.choices(),
        )

    def enter(self, session: Session, assets: Assets) -> Turn:
        rows = choice_rows(self.id, self.choices)
        if self.expects == "date":
            today = session.today()
            rows = self._days(today) + rows
        return Turn(session, (screen(self.id, session, [f"{self.id}/say"], rows),))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        if self.expects == "date":
            turn = self._receive_date(session, reply, assets)
            if turn is not None:
                return turn
        choice = read_choice(self.choices, reply, session.locale, assets)
        if choice is not None:
            return Turn(session, goto=choice.goto)
        if isinstance(reply, Picked) or self.expects == "date":
            return None
        return Turn(session.answered(self.answer, reply.text), goto=self.goto)

    def _receive_date(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        today = session.today()
        if isinstance(reply, Picked):
            return self._pick(session, reply.choice, today)
        if GUESS in session.answers and assets.intent(reply.text, session.locale) == "yes":
            return self._pick(session, f"d{session.answers[GUESS]}", today)
        guess = read_date(reply.text, session.locale or assets.locales[0], today)
        if guess is None:
            return None
        if guess.day > today:
            return Turn(session, (screen(self.id, session, ["common/date_ahead"], self._days(today)),))
        if guess.sure:
            return self._take(session, guess.day)
        sure = Button(Text("common/yes"), choice_data(self.id, f"d{guess.day.isoformat()}"))
        asked = screen(
            self.id,
            session,
            [Text("common/date_meant", {"day": guess.day})],
            ((sure,), *self._days(today)),
        )
        return Turn(session.answered(GUESS, guess.day.isoformat()), (asked,))

    def _take(self, session: Session, day: date) -> Turn:
        answers = {name: value for name, value in session.answers.items() if name != GUESS}
        return Turn(replace(session, answers={**answers, self.answer: day.isoformat()}), goto=self.goto)

    def _pick(self, session: Session, picked: str, today: date) -> Turn | None:
        """Read a button of the calendar: "d2026-11-12" is that day, "m2026-11" shows that month, "-" is none."""
        if picked == "-":
            return Turn(session)
        try:
            day = date.fromisoformat(picked[1:] if picked[:1] == "d" else f"{picked[1:]}-01")
        except ValueError:
            return None
        if picked[:1] == "m":
            shown = screen(self.id, session, [f"{self.id}/say"], self._month(day, today))
            return Turn(session, (shown,))
        return self._take(session, day) if day <= today else None

    def _days(self, today: date) -> Rows:
        yesterday = today - timedelta(days=1)
        return (
            (
                self._button(Text("common/today"), f"d{today}"),
                self._button(Text("common/yesterday"), f"d{yesterday}"),
            ),
            (self._button(Text("common/calendar"), f"m{today:%Y-%m}"),),
        )

    def _month(self, first: date, today: date) -> Rows:
        """A month's days until today, a week a row from Monday, with the ways to the month before and after."""
        following = (first + timedelta(days=31)).replace(day=1)
        before = (first - timedelta(days=1)).replace(day=1)
        days: list[Button] = [self._button(NO_DAY, "-") for _ in range(first.weekday())]
        day = first
        while day < following and day <= today:
            days.append(self._button(str(day.day), f"d{day}"))
            day += timedelta(days=1)
        days += [self._button(NO_DAY, "-") for _ in range(-len(days) % 7)]
        weeks = tuple(tuple(days[start : start + 7]) for start in range(0, len(days), 7))
        turning = []
        if (today.year - before.year) * 12 + today.month - before.month <= MONTHS_BACK:
            turning.append(self._button(Month(before), f"m{before:%Y-%m}"))
        if following <= today:
            turning.append(self._button(Month(following), f"m{following:%Y-%m}"))
        weekdays = tuple(self._button(Weekday(number), "-") for number in range(7))
        return ((self._button(Month(first), "-"),), weekdays, *weeks, tuple(turning))

    def _button(self, label: Text | Month | Weekday | str, picked: str) -> Button:
        return Button(label, choice_data(self.id, picked))

    def gotos(self) -> tuple[str, ...]:
        return (self.goto, *(choice.goto for choice in self.choices))

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say", *(choice.label for choice in self.choices))
