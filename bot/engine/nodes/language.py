from dataclasses import dataclass, replace
from typing import ClassVar, Self

from bot.engine.effects import Button, Text
from bot.engine.flow import Assets, NodeSource, Reply, Turn, Typed, node_kind
from bot.engine.press import way_data
from bot.engine.screen import screen
from bot.engine.session import Session
from bot.understanding.closest import closest_label


@node_kind("language", required={"say": "text", "name": "text"})
@dataclass(frozen=True, slots=True)
class Language:
    """The picker: every language by its own name, asked for in every language at once."""

    kind: ClassVar[str]
    keeps: ClassVar[bool] = False
    id: str

    @classmethod
    def build(cls, source: NodeSource) -> Self:
        return cls(source.id)

    def enter(self, session: Session, assets: Assets) -> Turn:
        # The likely language first; the order of the others never changes.
        tags = sorted(assets.locales, key=lambda tag: tag != (session.locale or session.hint))
        asked = [Text(f"{self.id}/say", locale=tag) for tag in tags]
        names = tuple((Button(Text(f"{self.id}/name", locale=tag), way_data("locale", tag)),) for tag in tags)
        shown = screen(self.id, session, asked, names)
        if session.locale is None:  # nothing to go back to yet
            return Turn(session, (replace(shown, rows=names),))
        return Turn(session, (shown,))

    def receive(self, session: Session, reply: Reply, assets: Assets) -> Turn | None:
        return None

    def read_locale(self, reply: Typed, assets: Assets) -> str | None:
        """The language that was typed: its own name, or its name in any language's spelling of it."""
        names = [assets.label(f"{self.id}/name", tag) for tag in assets.locales]
        found = closest_label(reply.text, names)
        return None if found is None else assets.locales[found]

    def gotos(self) -> tuple[str, ...]:
        return ()

    def texts(self) -> tuple[str, ...]:
        return (f"{self.id}/say", f"{self.id}/name")
