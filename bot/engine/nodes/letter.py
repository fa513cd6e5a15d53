from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.effects import Button, Text
from bot.engine.flow import Assets, Choice, NodeSource, Reply, Turn, node_kind
from bot.engine.nodes.menu import read_choice
from bot.engine.screen import answer_params, choice_rows, screen
from bot.engine.session import Session


@node_kind("letter", required={"say": "text", "letter": "text", "choices": "choices"})
@dataclass(frozen=True, slots=True)
class Letter:
    """Words to send: in Danish, because an authority reads them, to copy in one tap, with what they mean below."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = True
    id: str
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id, source.choices())

    def enter(self, session: Session, assets: Assets) -> Turn:
        source = assets.locales[0]
        danish = Text(f"{self.id}/letter", answer_params(session), locale=source)
        texts: list[str | Text] = [f"{self.id}/say", danish]
        if session.locale != source:
            meaning = Text(f"{self.id}/letter", answer_params(session))
            texts.append(Text("common/letter_means", {"letter": meaning}))
        rows = ((Button(Text("common/copy"), copy=danish),), *choice_rows(self.id, self.choices))
        return Turn(session, (screen(self.id, session, texts, rows, keeps=True),))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        return None if choice is None else Turn(session, goto=choice.goto)

    def gotos(self) -> tuple[str, ...]:
        return tuple(choice.goto for choice in self.choices)

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say", f"{self.id}/letter", *(choice.label for choice in self.choices))
