"""What the runner needs from the content: one immutable release."""

from collections.abc import Mapping
from typing import Protocol

from bot.articles.service import Service
from bot.engine.effects import Text
from bot.engine.flow import Assets
from bot.engine.incoming import Incoming
from bot.i18n.render import Rendered


class Release(Assets, Protocol):
    """The engine's assets, and the texts in every language."""

    @property
    def digest(self) -> str:
        """Hash of all files it was made of."""

    @property
    def services(self) -> Mapping[str, Service]:
        """The directory by id, with what is for employees of the city only."""

    def think_about(self, text: str) -> None:
        """Find out what a typed text means, which may take some ten milliseconds; then it is at hand."""

    def is_at_hand(self, text: str) -> bool:
        """Whether that takes no time."""

    def render(self, text: Text, locale: str) -> Rendered:
        """The text with its values and entities, in the locale or, where it has none, in Danish."""

    def shows_draft_label(self, keys: tuple[str, ...], shown: str, locale: str) -> bool:
        """Whether this screen tells about rights in words that nobody has approved yet."""

    def keys(self, prefix: str) -> list[str]:
        """Keys of the Danish texts that begin so, in the order of the files."""

    def keyboard(self, locale: str) -> list[list[str]]:
        """The labels of the reply keyboard."""


class Preview(Protocol):
    """Chats of editors, which see another release than all others."""

    def concerns(self, incoming: Incoming) -> bool:
        """Whether it is for this chat; also takes note of links that begin and end a preview."""

    async def release(self) -> Release | None:
        """None where there is none to be shown."""
