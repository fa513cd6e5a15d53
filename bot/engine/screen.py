"""How a node shows itself: its texts, its choices one a row, and below them the ways that every screen has."""

from collections.abc import Iterable
from datetime import date

from bot.engine.effects import Button, Param, Rows, SendMessage, Text
from bot.engine.flow import Choice
from bot.engine.press import NEW_MESSAGE, choice_data, way_data
from bot.engine.session import Session

HOME = "start/menu"
LANGUAGE = "start/language"
HELP = "start/help"
HUMAN = "human/consent"
DELETE = "privacy/delete"
PRIVACY = "privacy/about"


def answer_params(session: Session) -> dict[str, Param]:
    """The answers as values for placeholders: dates as dates, the rest as it was typed."""
    return {name: _as_date(value) or value for name, value in session.answers.items()}


def _as_date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def choice_rows(node: str, choices: Iterable[Choice]) -> Rows:
    """One choice a row: labels are long in some languages and must not be cut."""
    return tuple((Button(Text(choice.label), choice_data(node, choice.id)),) for choice in choices)


def ways(node: str, *, keeps: bool = False) -> Rows:
    """Back, menu, a human and the language: on every screen, but no way to where one is."""
    argument = NEW_MESSAGE if keeps else ""
    human = Button(Text("common/human"), way_data("human", argument))
    language = Button(Text("common/language"), way_data("language", argument))
    if node == HOME:
        return ((human, language),)
    back = Button(Text("common/back"), way_data("back", argument))
    menu = Button(Text("common/menu"), way_data("menu", argument))
    return ((back, menu), (language,) if node == HUMAN else (human, language))


def screen(
    node: str,
    session: Session,
    texts: Iterable[str | Text],
    rows: Rows = (),
    *,
    keeps: bool = False,
    page: str = "",
) -> SendMessage:
    """A node's message.

    Args:
        texts: Its parts; a mere key gets the answers as values for its placeholders.
        keeps: The message stays in the chat when its buttons are pressed.
        page: The choice that leads to this page of the node, where it has several.
    """
    params = answer_params(session)
    parts = tuple(text if isinstance(text, Text) else Text(text, params) for text in texts)
    return SendMessage(parts, rows + ways(node, keeps=keeps), shows=choice_data(node, page) if page else node)
