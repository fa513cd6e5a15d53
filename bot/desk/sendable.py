"""What an adviser finds in Danish and sends in the person's language: ready replies, articles, services, places, …"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from bot.engine.effects import Text
from bot.runner import desk
from bot.runner.desk import DeskTurn
from bot.runner.release import Release

MOST_FOUND = 12  # things to send that a search shows
PRIVATE = ("human", "privacy", "hide")  # flows that only the person opens
ASKING = ("ask", "menu", "deadline", "branch")  # kinds of places where the person answers something
Kind = Literal["reply", "question", "article", "service", "place"]


@dataclass(frozen=True, slots=True)
class Sendable:
    """Something ready to send.

    Args:
        name: A reply's key, or the id of an article, a service or a node.
        danish, theirs: The text in Danish and in the person's language; the adviser sees both.
        more: What the search reads besides: Danish that comes behind the buttons.
        asks: The person answers with buttons or words, and the answers arrive in the case.
        is_for_staff: Advisers may read it, but it is never sent.
    """

    kind: Kind
    name: str
    danish: str
    theirs: str
    more: str = ""
    asks: bool = False
    is_for_staff: bool = False

    @property
    def what(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def title(self) -> str:
        return self.danish.partition("\n")[0]


def find_sendable(release: Release, asked: str, locale: str) -> list[Sendable]:
    """What holds all the words, those first whose title does; without words replies, questions, where flows begin."""
    words = asked.casefold().split()
    if not words:
        return [*_replies(release, locale), *_questions(release, locale), *_flows(release, locale)]
    found = [each for each in _prepared(release, locale) if _holds(f"{each.danish}\n{each.more}", words)]
    return sorted(found, key=lambda each: not _holds(each.title, words))[:MOST_FOUND]


def _prepared(release: Release, locale: str) -> list[Sendable]:
    """All texts of a release in a language, rendered once: each letter that is typed searches anew."""
    key = (release.digest, locale)
    if key not in _ready:
        for old in [each for each in _ready if each[0] != release.digest]:
            del _ready[old]
        _ready[key] = list(_all(release, locale))
    return _ready[key]


_ready: dict[tuple[str, str], list[Sendable]] = {}


def _holds(text: str, words: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in words)


def sending(release: Release, what: str, at: datetime) -> Callable[[DeskTurn, str], None] | None:
    """How to send what a form names, or None where nobody may: `sends(turn, key)`."""
    kind, _, name = what.partition(":")
    if kind == "reply" and name in release.keys("reply/"):
        return partial(_send, texts=(Text(name),))
    if kind == "question" and name in questions(release):
        answers = desk.answers_of(release, name)
        return lambda turn, key: desk.ask_choice(turn, Text(name), answers, key)
    if kind == "service" and name in release.services and not release.services[name].is_for_staff:
        return partial(_send, texts=(Text(f"service/{name}/page", {"at": at}),))
    if kind == "place" and name in release.nodes and _is_open(name):
        return lambda turn, key: desk.show_node(turn, name, key)
    if kind == "article" and f"article/{name}/title" in release.keys(f"article/{name}/"):
        node_id = _places_of_articles(release).get(name)
        if node_id is not None:
            return lambda turn, key: desk.show_node(turn, node_id, key)
        return partial(_send, texts=_article(name))
    return None


def _send(turn: DeskTurn, key: str, texts: tuple[Text, ...]) -> None:
    desk.send_texts(turn, texts, key)


def _all(release: Release, locale: str) -> Iterator[Sendable]:
    yield from _replies(release, locale)
    yield from _questions(release, locale)
    shown = _places_of_articles(release)
    for article in articles(release):
        more = _danish(release, release.keys(f"article/{article}/"))
        yield Sendable("article", article, *_both(release, _article(article), locale), more)
    for id, service in release.services.items():
        both = _both(release, (Text(f"service/{id}/name"), Text(f"service/{id}/what")), locale)
        yield Sendable("service", id, *both, is_for_staff=service.is_for_staff)
    for id, node in release.nodes.items():
        if _is_open(id) and id not in shown.values() and node.texts():
            both = _both(release, (Text(node.texts()[0]),), locale)
            more = _danish(release, node.texts()[1:])
            yield Sendable("place", id, *both, more, asks=getattr(node, "kind", "") in ASKING)


def _replies(release: Release, locale: str) -> Iterator[Sendable]:
    for key in release.keys("reply/"):
        yield Sendable("reply", key, *_both(release, (Text(key),), locale))


def _questions(release: Release, locale: str) -> Iterator[Sendable]:
    for key in questions(release):
        yield Sendable("question", key, *_both(release, (Text(key),), locale), asks=True)


def _flows(release: Release, locale: str) -> Iterator[Sendable]:
    first: dict[str, Sendable] = {}
    for each in _prepared(release, locale):
        if each.kind == "place":
            first.setdefault(each.name.partition("/")[0], each)
    yield from first.values()


def questions(release: Release) -> list[str]:
    """Keys of ready questions; their answers ("question/sender_kommune") are no questions."""
    keys = release.keys("question/")
    return [key for key in keys if not any(key.startswith(f"{other}_") for other in keys)]


def articles(release: Release) -> list[str]:
    """Ids of all articles."""
    keys = (key.split("/") for key in release.keys("article/"))
    return [id for _, id, *part in keys if part == ["title"]]


def _article(article: str) -> tuple[Text, ...]:
    return Text(f"article/{article}/title"), Text(f"article/{article}/short")


def _places_of_articles(release: Release) -> dict[str, str]:
    """The place that shows an article, sections behind buttons and all, by the article's id."""
    nodes = release.nodes.items()
    return {node.article: id for id, node in nodes if hasattr(node, "article") and _is_open(id)}


def _is_open(node_id: str) -> bool:
    return node_id.partition("/")[0] not in PRIVATE


def _both(release: Release, texts: tuple[Text, ...], locale: str) -> tuple[str, str]:
    danish, theirs = (
        "\n\n".join(release.render(text, tag).text for text in texts) for tag in (release.locales[0], locale)
    )
    return danish, theirs


def _danish(release: Release, keys: Sequence[str]) -> str:
    # A service's own page tells whether it is open now: it is found by itself.
    texts = (Text(key) for key in keys if not key.startswith("service/"))
    return "\n".join(release.render(text, release.locales[0]).text for text in texts)
