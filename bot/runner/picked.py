"""What a person answers with buttons in a flow that an adviser has opened for them joins the transcript."""

from bot.engine.flow import find_choice
from bot.engine.incoming import ChoicePressed, Incoming
from bot.engine.press import read_press
from bot.engine.session import Session
from bot.handoff.queue import who_hears
from bot.handoff.transcript import TranscriptLine
from bot.runner.release import Release
from bot.runner.scene import Scene


def note_picked(before: Session, incoming: Incoming, scene: Scene) -> None:
    """After a turn: a choice with its label in both languages, a day of the calendar as it is."""
    if not (before.is_asked and isinstance(incoming, ChoicePressed)):
        return
    ticket = scene.uow.tickets.open_of(before.chat_id)
    locale, source = before.locale or scene.release.locales[0], scene.release.locales[0]
    label = _label(incoming.data, scene.release)
    answers = [value for name, value in scene.session.answers.items() if before.answers.get(name) != value]
    if ticket is None or (label is None and not answers):
        return
    text, danish = (
        (answers[0], None)
        if label is None
        else (scene.release.label(label, locale), scene.release.label(label, source))
    )
    line = TranscriptLine(
        scene.at, "person", "picked", text, locale=locale, danish=danish if locale != source else None
    )
    scene.uow.transcripts.add(ticket.chat_id, ticket.id, line)
    scene.uow.announce(who_hears(ticket, scene.uow.tickets.save(ticket.heard(scene.at))))


def _label(data: str, release: Release) -> str | None:
    press = read_press(data)
    choice = find_choice(getattr(release.nodes.get(press.node), "choices", ()), press.choice)
    return choice.label if choice is not None else None
