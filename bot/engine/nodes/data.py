from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.effects import Param, Text
from bot.engine.flow import Assets, Choice, NodeSource, Reply, Turn, find_choice, node_kind
from bot.engine.nodes.deadline import COUNTED
from bot.engine.nodes.menu import read_choice
from bot.engine.screen import LANGUAGE, answer_params, choice_rows, screen
from bot.engine.session import Session

OWN_NAMES = ("urgency",)  # kept for the queue, said by the ticket's line


@node_kind("data", required={"say": "text", "choices": "choices"})
@dataclass(frozen=True, slots=True)
class Data:
    """Shows what is kept about this very person: language, questions and answers, what was read, an open ticket."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.choices())

    def enter(self, session: Session, assets: Assets) -> Turn:
        texts = [Text(f"{self.id}/say"), *_kept(session, assets)]
        return Turn(session, (screen(self.id, session, texts, choice_rows(self.id, self.choices)),))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        return None if choice is None else Turn(session, goto=choice.goto)

    def gotos(self) -> tuple[str, ...]:
        return tuple(choice.goto for choice in self.choices)

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say", *(choice.label for choice in self.choices))


def _kept(session: Session, assets: Assets) -> Iterator[Text]:
    if session.locale is not None:
        yield Text("common/data_language", {"value": Text(f"{LANGUAGE}/name", locale=session.locale)})
    for name, value in answer_params(session).items():
        if name not in OWN_NAMES:
            yield _answer(name, value, session, assets)
    for article in session.articles:
        yield Text("common/data_read", {"value": Text(f"article/{article}/title")})
    yield Text("common/data_ticket" if session.ticket is not None else "common/data_no_ticket")


def _answer(name: str, value: Param, session: Session, assets: Assets) -> Text:
    """An answer below its question, as the person gave it: a picked choice by its label."""
    if name == COUNTED:
        return Text("common/data_deadline", {"value": value})
    asks = next((node for node in assets.nodes.values() if getattr(node, "answer", None) == name), None)
    if asks is None:  # its question is gone from the flows
        return Text("common/answered", {"value": value})
    question = assets.label(f"{asks.id}/say", session.locale).partition("\n")[0]
    choice = find_choice(getattr(asks, "choices", ()), str(value))
    return Text("common/data_answer", {"question": question, "value": value if choice is None else Text(choice.label)})
