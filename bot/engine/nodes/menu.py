from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.flow import Assets, Choice, NodeSource, Picked, Reply, Turn, find_choice, node_kind
from bot.engine.screen import choice_rows, screen
from bot.engine.session import Session
from bot.understanding.closest import closest_label


def read_choice(choices: tuple[Choice, ...], reply: Reply, locale: str | None, assets: Assets) -> Choice | None:
    """The choice that was pressed, or that a typed answer (a label, nearly spelt, or its number) means."""
    if isinstance(reply, Picked):
        return find_choice(choices, reply.choice)
    if not choices:
        return None
    found = closest_label(reply.text, [assets.label(choice.label, locale) for choice in choices])
    return None if found is None else choices[found]


@node_kind("menu", required={"say": "text", "choices": "choices"}, optional={"answer": "name"})
@dataclass(frozen=True, slots=True)
class Menu:
    """Shows a text with choices and waits until one of them is picked; `answer` keeps which one."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    choices: tuple[Choice, ...]
    answer: str | None = None

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.choices(), source.fields.get("answer"))

    def enter(self, session: Session, assets: Assets) -> Turn:
        return Turn(session, (screen(self.id, session, [f"{self.id}/say"], choice_rows(self.id, self.choices)),))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        if choice is None:
            return None
        if self.answer is not None:
            session = session.answered(self.answer, choice.id)
        return Turn(session, goto=choice.goto)

    def gotos(self) -> tuple[str, ...]:
        return tuple(choice.goto for choice in self.choices)

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say", *(choice.label for choice in self.choices))
