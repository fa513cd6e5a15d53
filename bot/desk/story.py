"""What a case tells before anybody has written a word: the way through the flows, answers, articles, the deadline."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from bot.engine.effects import Text
from bot.engine.flow import Node, find_choice
from bot.engine.session import Session
from bot.handoff.ticket import Ticket
from bot.i18n.day import full_date
from bot.runner.desk import place_title
from bot.runner.release import Release

NOT_ANSWERS = ("deadline", "urgency", "date_guess")  # what nodes keep beside the answers


@dataclass(frozen=True, slots=True)
class Story:
    """In Danish, for advisers.

    Args:
        path: Titles of the places, oldest first.
        answers: Question and answer.
        articles: Titles.
        deadline: The last safe day that the bot has counted.
    """

    path: list[str]
    answers: list[tuple[str, str]]
    articles: list[str]
    deadline: date | None


def tell_story(ticket: Ticket, session: Session, release: Release) -> Story:
    """Of an open ticket as it is now, of a closed one as it was at its end."""
    is_now = ticket.state != "closed" and session.ticket == ticket.id
    path = (*session.trail, session.node) if is_now and session.node is not None else ticket.path
    answers = {**ticket.answers, **session.answers} if is_now else ticket.answers
    read = dict.fromkeys((*ticket.articles, *session.articles) if is_now else ticket.articles)
    asking = {name: node for node in release.nodes.values() if (name := getattr(node, "answer", None)) is not None}
    return Story(
        [place_title(release, node) for node, _ in groupby(path)],  # an answer on the spot is no step
        [
            (_question(name, asking, release), _answer(name, value, asking, release))
            for name, value in answers.items()
            if name not in NOT_ANSWERS
        ],
        [_article_title(article, release) for article in read],
        _as_date(answers.get("deadline", "")),
    )


def _question(name: str, asking: dict[str, Node], release: Release) -> str:
    return place_title(release, asking[name].id) if name in asking else name


def _answer(name: str, value: str, asking: dict[str, Node], release: Release) -> str:
    source = release.locales[0]
    choice = find_choice(getattr(asking.get(name), "choices", ()), value)
    if choice is not None:
        return release.label(choice.label, source)
    day = _as_date(value)
    return value if day is None else full_date(day, source)


def _article_title(article: str, release: Release) -> str:
    key = f"article/{article}/title"
    return release.render(Text(key), release.locales[0]).text if key in release.keys(key) else article


def _as_date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
