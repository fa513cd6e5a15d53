from dataclasses import replace

from bot.engine.effects import (
    AddToTranscript,
    CancelTicket,
    MarkReachable,
    OpenTicket,
    RateTicket,
    SendMessage,
    SendTranscript,
    Text,
)
from bot.handoff.ticket import Ticket, most_urgent
from bot.handoff.transcript import TranscriptLine
from bot.runner.message import message_body
from bot.runner.outgoing import MessageBody
from bot.runner.scene import Scene, handles

MOST_UNITS = 3500  # of one message with a part of the transcript; Telegram takes 4096


@handles(OpenTicket)
def open_ticket(effect: OpenTicket, scene: Scene) -> None:
    session = scene.session
    ticket = scene.uow.tickets.open_of(session.chat_id)
    if ticket is not None:
        urgency = most_urgent(ticket.urgency, effect.urgency)
        if urgency != ticket.urgency:
            scene.uow.tickets.save(replace(ticket, urgency=urgency))
            scene.uow.announce("queue", f"ticket:{ticket.id}")
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
    scene.uow.audit.note(session.chat_id, "ticket opened", scene.at, about=ticket.id)
    scene.uow.announce("queue")
    scene.session = replace(session, ticket=ticket.id, is_claimed=False, ticket_told=False)


@handles(CancelTicket)
def cancel_ticket(effect: CancelTicket, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is not None:
        scene.uow.tickets.save(ticket.closed("cancelled", scene.at))
        scene.uow.transcripts.add(ticket.chat_id, ticket.id, TranscriptLine(scene.at, "person", "cancelled", ""))
        scene.uow.audit.note(ticket.chat_id, "ticket cancelled", scene.at, about=ticket.id)
        scene.uow.announce("queue", f"ticket:{ticket.id}")
    scene.session = replace(scene.session, ticket=None, is_claimed=False, ticket_told=False)


@handles(AddToTranscript)
def add_to_transcript(effect: AddToTranscript, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is None:
        return
    line = TranscriptLine(
        scene.at,
        "person",
        effect.kind,
        effect.text,
        effect.message_id,
        effect.file_id,
        locale=scene.release.guess_locale(effect.text) or scene.session.locale,
        file_name=effect.file_name,
        mime_type=effect.mime_type,
    )
    scene.uow.transcripts.add(ticket.chat_id, ticket.id, line)
    if effect.kind == "edited":
        scene.uow.transcripts.mark_edited(ticket.chat_id, ticket.id, effect.message_id, scene.at)
    if ticket.state == "claimed":
        # A new version: what the adviser is writing was begun without having read this.
        scene.uow.tickets.save(ticket.heard(scene.at))
        scene.uow.announce("queue")


@handles(MarkReachable)
def mark_reachable(effect: MarkReachable, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is not None and ticket.is_unreachable == effect.is_reachable:
        scene.uow.tickets.save(replace(ticket, is_unreachable=not effect.is_reachable))
        scene.uow.announce("queue", f"ticket:{ticket.id}")


@handles(RateTicket)
def rate_ticket(effect: RateTicket, scene: Scene) -> None:
    ticket = scene.uow.tickets.last_of(scene.session.chat_id)
    if ticket is not None and ticket.state == "closed":
        scene.uow.tickets.save(replace(ticket, rating=effect.rating))


@handles(SendTranscript)
def send_transcript(effect: SendTranscript, scene: Scene) -> None:
    """What both sides wrote, in as many messages as it takes; notes of advisers are not part of it."""
    ticket = scene.uow.tickets.last_of(scene.session.chat_id)
    lines = [] if ticket is None else scene.uow.transcripts.lines(ticket.chat_id, ticket.id)
    written = [
        f"{'▫️' if line.side == 'person' else '▪️'} {line.text[start : start + MOST_UNITS // 2]}"
        for line in lines
        for start in range(0, len(line.text), MOST_UNITS // 2)
    ]
    locale = scene.session.locale
    if not written:
        scene.send("message", message_body(SendMessage((Text("common/transcript_empty"),)), locale, scene.release))
        return
    scene.send("message", message_body(SendMessage((Text("common/transcript"),)), locale, scene.release))
    part = ""
    for line in written:
        if part and len(part) + len(line) > MOST_UNITS:
            _send_raw(part, scene)
            part = ""
        part = f"{part}\n\n{line}" if part else line
    _send_raw(part, scene)


def _send_raw(text: str, scene: Scene) -> None:
    body: MessageBody = {"text": text}
    scene.send("message", body)
