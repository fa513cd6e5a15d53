from dataclasses import dataclass
from typing import ClassVar, Self

from bot.engine.effects import Button, Text
from bot.engine.flow import Assets, Choice, NodeSource, Picked, Reply, Turn, node_kind
from bot.engine.nodes.menu import read_choice
from bot.engine.press import choice_data
from bot.engine.screen import choice_rows, screen
from bot.engine.session import Session
from bot.understanding.closest import closest_label

SECTION = "#"  # before a section's id in a button: a choice may have the same id, and leads elsewhere


@node_kind("article", required={"article": "article"}, optional={"choices": "choices"})
@dataclass(frozen=True, slots=True)
class Article:
    """Shows an article: the short answer first, each section behind a button."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str
    article: str
    sections: tuple[str, ...]
    choices: tuple[Choice, ...]

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        article = source.fields["article"]
        return cls(source.id, article, source.knowledge.article_sections(article), source.choices())

    def enter(self, session: Session, assets: Assets) -> Turn:
        texts = [f"article/{self.article}/title", f"article/{self.article}/short"]
        return self._show(session.has_read(self.article), texts)

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        choice = read_choice(self.choices, reply, session.locale, assets)
        if choice is not None:
            return Turn(session, goto=choice.goto)
        section = self._read_section(session, reply, assets)
        if section is None:
            return None
        key = f"article/{self.article}/{section}"
        return self._show(session, [f"{key}/heading", f"{key}/text"], page=section)

    def _read_section(self, session: Session, reply: Reply, assets: Assets) -> str | None:
        if isinstance(reply, Picked):
            section = reply.choice.removeprefix(SECTION)
            return section if section in self.sections else None
        if not self.sections:
            return None
        headings = [
            assets.label(f"article/{self.article}/{section}/heading", session.locale) for section in self.sections
        ]
        found = closest_label(reply.text, headings)
        return None if found is None else self.sections[found]

    def _show(self, session: Session, texts: list[str], page: str = "") -> Turn:
        headings = tuple(
            (Button(Text(f"article/{self.article}/{section}/heading"), choice_data(self.id, SECTION + section)),)
            for section in self.sections
            if section != page
        )
        rows = headings + choice_rows(self.id, self.choices)
        return Turn(session, (screen(self.id, session, texts, rows, page=page),))

    def gotos(self) -> tuple[str, ...]:
        return tuple(choice.goto for choice in self.choices)

    def texts(self) -> tuple[str, ...]:
        key = f"article/{self.article}"
        sections = (f"{key}/{section}/{part}" for section in self.sections for part in ("heading", "text"))
        return (f"{key}/title", f"{key}/short", *sections, *(choice.label for choice in self.choices))
