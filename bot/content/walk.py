"""Every screen that a release can show, with its longest values: for checks, previews and tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.engine.effects import Effect, SendEmergencyCard, SendMessage, Text
from bot.engine.flow import Node, Picked
from bot.engine.nodes.ask import Ask
from bot.engine.nodes.deadline import Deadline
from bot.engine.nodes.remind import Remind
from bot.engine.nodes.services import Services
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


def walk(release: Release, locale: str) -> Iterator[Screen]:
    """All screens of all nodes in one language, each at least once; a service's page once, not under each list."""
    pages: set[str] = set()
    answers = _sample_answers(release)
    for node in release.nodes.values():
        yield from walk_node(node, release, locale, pages, answers)
    yield Screen("emergency", "", locale, emergency_card(locale, release))


def walk_node(
    node: Node, release: Release, locale: str, pages: set[str], answers: Mapping[str, str] | None = None
) -> Iterator[Screen]:
    """All screens of one node; `pages` are the services whose pages were shown, which are not shown again."""
    for session in _sessions(node, _sample_answers(release) if answers is None else answers, locale):
        shown = node.enter(session, release).effects
        yield from _screens(node, "", shown, locale, release)
        for choice in _choices_to_press(node, shown, pages):
            turn = node.receive(session, Picked(choice), release)
            if turn is not None:
                yield from _screens(node, choice, turn.effects, locale, release)


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


def _screens(node: Node, choice: str, effects: tuple[Effect, ...], locale: str, release: Release) -> Iterator[Screen]:
    for effect in effects:
        if isinstance(effect, SendMessage):
            yield Screen(node.id, choice, locale, message_body(effect, locale, release), frozenset(_keys(effect)))
        elif isinstance(effect, SendEmergencyCard):
            yield Screen(node.id, choice, locale, emergency_card(locale, release))


def _keys(message: SendMessage) -> Iterator[str]:
    yield from (part.key for part in message.parts)
    yield from (button.label.key for row in message.rows for button in row if isinstance(button.label, Text))
