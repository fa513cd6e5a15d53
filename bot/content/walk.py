"""Every screen that a release can show, with its longest values: for checks, previews and tests."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from bot.engine.effects import Effect, SendEmergencyCard, SendMessage, Text
from bot.engine.flow import Node, Picked, ServiceFilter
from bot.engine.nodes.article import Article
from bot.engine.nodes.ask import Ask
from bot.engine.nodes.deadline import Deadline
from bot.engine.nodes.letter import Letter
from bot.engine.nodes.menu import Menu
from bot.engine.nodes.remind import Remind
from bot.engine.nodes.services import EVERYONE, Services
from bot.engine.press import read_press
from bot.engine.session import Session
from bot.runner.handlers.message import emergency_card
from bot.runner.message import message_body
from bot.runner.outgoing import MessageBody
from bot.runner.release import Release

LONGEST_DAY = date(2026, 9, 23)  # "onsdag den 23. september 2026"
DAYS_AGO = (0, 5, 22, 27, 28, 29, 30, 40)  # letters so old show every state of a time limit
SAMPLE = "W" * 60  # as long as a typed answer that a text repeats may be


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: the node that shows it, the choice that led to a page of it ("" for the first), the locale.

    `keys` are those of its texts and buttons.
    """

    node: str
    choice: str
    locale: str
    body: MessageBody
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shown:
    """What becomes a screen when it is put into the words of a language."""

    node: str
    choice: str
    effect: SendMessage | SendEmergencyCard

    def screen(self, locale: str, release: Release) -> Screen:
        match self.effect:
            case SendMessage() as message:
                body = message_body(message, locale, release)
                return Screen(self.node, self.choice, locale, body, frozenset(_keys(message)))
            case SendEmergencyCard():
                return Screen(self.node, self.choice, locale, emergency_card(locale, release))


class Walk:
    """Walks over one release, language by language; what is the same in all of them is found out once."""

    def __init__(self, release: Release) -> None:
        self._release, self._answers = release, _sample_answers(release)

    @cached_property
    def groups(self) -> tuple[tuple[tuple[str, ...], tuple[Shown, ...]], ...]:
        """Languages, and what is shown in all of these, each screen at least once.

        A service's page is shown once, not under each list.
        """
        found: list[tuple[tuple[str, ...], tuple[Shown, ...]]] = []
        pages: set[str] = set()
        for node in self._release.nodes.values():
            seen = frozenset(pages)
            for locales in self.alike(node):
                pages = set(seen)
                found.append((locales, tuple(self.shown_by(node, locales[0], pages))))
        return (*found, (tuple(self._release.locales), (Shown("emergency", "", SendEmergencyCard()),)))

    def alike(self, node: Node) -> Iterable[tuple[str, ...]]:
        """Languages in which a node shows the same."""
        locales = tuple(self._release.locales)
        match node:
            case Article() | Ask() | Deadline() | Menu() | Remind():
                return [locales]
            case Letter():  # the Danish needs no translation
                return [locales[:1], locales[1:]] if len(locales) > 1 else [locales]
            case Services():  # can be narrowed to those that speak the language
                spoken: dict[tuple[str, ...], tuple[str, ...]] = {}
                for locale in locales:
                    wanted = ServiceFilter(open_at=None, locale=locale, audience=EVERYONE)
                    found = self._release.filter_services(node.services, wanted)
                    spoken[found] = (*spoken.get(found, ()), locale)
                return spoken.values()
            case _:
                return [(locale,) for locale in locales]

    def all_shown(self, locale: str) -> Iterator[Shown]:
        return (shown for locales, alike in self.groups if locale in locales for shown in alike)

    def shown_by(self, node: Node, locale: str, pages: set[str]) -> Iterator[Shown]:
        """Of one node; `pages` are the services whose pages were shown, which are not shown again."""
        for session in _sessions(node, self._answers, locale):
            effects = node.enter(session, self._release).effects
            yield from _shown(node, "", effects)
            for choice in _choices_to_press(node, effects, pages):
                turn = node.receive(session, Picked(choice), self._release)
                if turn is not None:
                    yield from _shown(node, choice, turn.effects)


def walk(release: Release, locale: str) -> Iterator[Screen]:
    """All screens of all nodes in one language."""
    return (shown.screen(locale, release) for shown in Walk(release).all_shown(locale))


def walk_node(node: Node, release: Release, locale: str) -> Iterator[Screen]:
    """All screens of one node in one language."""
    return (shown.screen(locale, release) for shown in Walk(release).shown_by(node, locale, set()))


def _sample_answers(release: Release) -> dict[str, str]:
    """An answer to every question of the flows, as long as answers get."""
    return {
        asking.answer: LONGEST_DAY.isoformat() if asking.expects == "date" else SAMPLE
        for asking in release.nodes.values()
        if isinstance(asking, Ask)
    }


def _sessions(node: Node, answers: Mapping[str, str], locale: str) -> Iterator[Session]:
    """The states of a person in which the node shows something else."""
    at = datetime.combine(LONGEST_DAY, datetime.min.time(), UTC) + timedelta(hours=9)
    plain = Session(0, locale=locale, node=node.id, answers=answers, touched_at=at)
    yield plain
    counted_from = node.start if isinstance(node, Deadline) else node.before if isinstance(node, Remind) else None
    if counted_from is not None:
        for days in DAYS_AGO:
            day = LONGEST_DAY + timedelta(days=days if isinstance(node, Remind) else -days)
            yield plain.answered(counted_from, day.isoformat())


def _choices_to_press(node: Node, shown: tuple[Effect, ...], pages: set[str]) -> list[str]:
    """What can be pressed in the node, also on the later pages of a list; `pages` are the services seen so far."""
    choices = _own_choices(node, shown)
    if isinstance(node, Services):
        fresh = [service for service in node.services if service not in pages]
        pages.update(fresh)
        choices = [choice for choice in choices if choice not in node.services] + fresh
    return choices


def _own_choices(node: Node, shown: tuple[Effect, ...]) -> list[str]:
    """Choices under these messages that the node itself answers."""
    presses = (
        read_press(button.data)
        for effect in shown
        if isinstance(effect, SendMessage)
        for row in effect.rows
        for button in row
    )
    return [press.choice for press in presses if press.node == node.id and press.choice]


def _shown(node: Node, choice: str, effects: tuple[Effect, ...]) -> Iterator[Shown]:
    for effect in effects:
        if isinstance(effect, (SendMessage, SendEmergencyCard)):
            yield Shown(node.id, choice, effect)


def _keys(message: SendMessage) -> Iterator[str]:
    yield from (part.key for part in message.parts)
    yield from (button.label.key for row in message.rows for button in row if isinstance(button.label, Text))
