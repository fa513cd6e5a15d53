from dataclasses import replace

from bot.engine.effects import AddToTranscript, CancelTicket, OpenTicket
from bot.handoff.ticket import Ticket, most_urgent
from bot.handoff.transcript import TranscriptLine
from bot.runner.scene import Scene, handles


@handles(OpenTicket)
def open_ticket(effect: OpenTicket, scene: Scene) -> None:
    session = scene.session
    ticket = scene.uow.tickets.open_of(session.chat_id)
    if ticket is not None:
        urgency = most_urgent(ticket.urgency, effect.urgency)
        if urgency != ticket.urgency:
            scene.uow.tickets.save(replace(ticket, urgency=urgency))
        scene.session = replace(session, ticket=ticket.id)
        return
    ticket = Ticket(
        id=scene.uow.new_id(),
        chat_id=session.chat_id,
        state="waiting",
        topic=effect.topic,
        urgency=effect.urgency,
        locale=session.locale or scene.release.locales[0],
        opened_at=scene.at,
        waiting_since=scene.at,
        path=session.trail,
        answers=session.answers,
        articles=session.articles,
    )
    scene.uow.tickets.add(ticket)
    scene.uow.audit.note(session.chat_id, "ticket opened", scene.at)
    scene.session = replace(session, ticket=ticket.id, ticket_told=False)


@handles(CancelTicket)
def cancel_ticket(effect: CancelTicket, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is not None:
        scene.uow.tickets.save(ticket.closed("cancelled", scene.at))
        scene.uow.audit.note(ticket.chat_id, "ticket cancelled", scene.at)
    scene.session = replace(scene.session, ticket=None, ticket_told=False)


@handles(AddToTranscript)
def add_to_transcript(effect: AddToTranscript, scene: Scene) -> None:
    if scene.session.ticket is None:
        return
    line = TranscriptLine(scene.at, "person", effect.kind, effect.text, effect.message_id, effect.file_id)
    scene.uow.transcripts.add(scene.session.chat_id, scene.session.ticket, line)
