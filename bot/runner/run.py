"""One turn: dedupe, session, engine, effects, all inside the transaction of one unit of work."""

import bot.runner.handlers  # noqa: F401  (registers the handlers)
from bot.engine.advance import advance
from bot.engine.effects import SendEmergencyCard, SendMessage, Text
from bot.engine.incoming import GroupMet, Incoming, NothingToDo
from bot.engine.screen import HUMAN, ways
from bot.engine.session import Session
from bot.runner.failpoint import failpoint
from bot.runner.handlers.message import emergency_card
from bot.runner.message import message_body
from bot.runner.notice import take_notice
from bot.runner.outgoing import MessageBody
from bot.runner.picked import note_picked
from bot.runner.ports import Outgoing, UnitOfWork
from bot.runner.release import Release
from bot.runner.scene import HANDLERS, Scene
from bot.runner.visits import VisitCounter


def run_turn(
    incoming: Incoming, uow: UnitOfWork, release: Release, visits: VisitCounter | None = None
) -> tuple[Outgoing, ...]:
    """Answer one incoming event inside a transaction.

    Args:
        visits: Counts where the turn led; None where that shall not be counted.
    Returns:
        What leaves at once, already written to the outbox; empty for an update that was answered before.
    """
    message_id = getattr(incoming, "message_id", None) if _is_from_person(incoming) else None
    if not uow.updates.is_new(incoming.chat_id, incoming.update_id, message_id, incoming.at):
        return ()
    if isinstance(incoming, NothingToDo):
        return ()
    noticed = take_notice(incoming, uow, release)
    if noticed is not None:
        failpoint("before_commit")
        return noticed
    session = uow.sessions.take(incoming.chat_id)
    turn = advance(session, incoming, release)
    if visits is not None:
        visits.count(session, turn)
    scene = Scene(uow, release, turn.session, incoming.at)
    for effect in turn.effects:
        HANDLERS[type(effect)](effect, scene)
    note_picked(session, incoming, scene)
    if scene.session.ticket is not None:
        uow.announce(f"ticket:{scene.session.ticket}")
    if scene.keeps_session and not isinstance(incoming, GroupMet):
        uow.sessions.put(scene.session)
    failpoint("before_commit")
    return tuple(scene.leaves)


def _is_from_person(incoming: Incoming) -> bool:
    """A pressed button's message is ours; all other messages are the person's."""
    return not hasattr(incoming, "query_id")


def run_dead(incoming: Incoming, reason: str, uow: UnitOfWork, release: Release) -> tuple[Outgoing, ...]:
    """Remember an update whose turn failed, and tell the person in a sentence, with a way to a human.

    Args:
        reason: What failed and where; never a text of the person.
    """
    uow.updates.is_new(incoming.chat_id, incoming.update_id, None, incoming.at)
    uow.updates.add_dead(incoming.chat_id, incoming.update_id, reason, incoming.at)
    if incoming.chat_id <= 0:
        return ()
    session = uow.sessions.take(incoming.chat_id)
    scene = Scene(uow, release, session, incoming.at)
    told = SendMessage((Text("common/failed"),), ways(HUMAN, keeps=True))
    scene.send("message", message_body(told, session.locale or session.hint, release))
    return tuple(scene.leaves)


def emergency_body(incoming: Incoming, release: Release) -> MessageBody | None:
    """The emergency card, made without the database, where somebody new would get it; None for all else."""
    turn = advance(Session(incoming.chat_id), incoming, release)
    if not any(isinstance(effect, SendEmergencyCard) for effect in turn.effects):
        return None
    return emergency_card(turn.session.hint, release)
