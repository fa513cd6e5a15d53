from dataclasses import replace

from bot.dates.deadline import copenhagen_day
from bot.engine.effects import (
    AddToTranscript,
    AnswerAdviser,
    CancelTicket,
    ChangeTicketLanguage,
    ChooseCallback,
    MarkReachable,
    OpenTicket,
    RateTicket,
    ReopenTicket,
    SendMessage,
    SendTranscript,
    Text,
)
from bot.engine.screen import HOME, ways
from bot.handoff.queue import who_hears
from bot.handoff.ticket import Ticket, most_urgent
from bot.handoff.transcript import TranscriptLine
from bot.runner.message import message_body, plain
from bot.runner.outgoing import MessageBody
from bot.runner.scene import Scene, handles
from bot.runner.waiting import waiting_words

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


@handles(ChangeTicketLanguage)
def change_ticket_language(effect: ChangeTicketLanguage, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is not None and ticket.locale != effect.locale:
        scene.uow.tickets.save(replace(ticket, locale=effect.locale))
        scene.uow.announce("queue", f"ticket:{ticket.id}")


@handles(CancelTicket)
def cancel_ticket(effect: CancelTicket, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is not None:
        scene.uow.tickets.save(ticket.closed("cancelled", scene.at))
        scene.uow.transcripts.add(ticket.chat_id, ticket.id, TranscriptLine(scene.at, "person", "cancelled", ""))
        scene.uow.audit.note(ticket.chat_id, "ticket cancelled", scene.at, about=ticket.id)
        scene.uow.announce("queue", f"ticket:{ticket.id}")
    scene.session = replace(
        scene.session,
        ticket=None,
        is_claimed=False,
        ticket_told=False,
        is_asked=False,
        is_paused=False,
        safe_word=None,
    )


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
        deleted_at=scene.at if effect.is_deleted else None,
    )
    if effect.kind == "edited" or effect.is_edit:
        scene.uow.transcripts.mark_edited(ticket.chat_id, ticket.id, effect.message_id, scene.at)
    scene.uow.transcripts.add(ticket.chat_id, ticket.id, line)
    if ticket.state == "claimed":
        # A new version: what the adviser is writing was begun without having read this.
        scene.uow.announce(who_hears(ticket, scene.uow.tickets.save(ticket.heard(scene.at))))


@handles(AnswerAdviser)
def answer_adviser(effect: AnswerAdviser, scene: Scene) -> None:
    """The answer joins the transcript, and the person reads what they have answered: pressing again says
    something new, as writing again would."""
    ticket, is_known = scene.uow.tickets.open_of(scene.session.chat_id), effect.answer in scene.release.keys("")
    if ticket is None or not is_known or not scene.uow.transcripts.has_key(ticket.chat_id, ticket.id, effect.asked):
        _say_too_late(scene)
        return
    _answered(ticket, "answered", Text(effect.answer), scene)
    _say(scene, Text("common/answered", {"value": Text(effect.answer)}))


@handles(ChooseCallback)
def choose_callback(effect: ChooseCallback, scene: Scene) -> None:
    ticket = scene.uow.tickets.open_of(scene.session.chat_id)
    if ticket is None or (effect.at is not None and effect.at <= scene.at):
        _say_too_late(scene)
        return
    if effect.at is None:
        _answered(replace(ticket, callback_at=None), "answered", Text("common/callback_none"), scene)
        _say(scene, Text("common/callback_declined"))
        return
    when = {"day": copenhagen_day(effect.at), "time": effect.at}
    _answered(replace(ticket, callback_at=effect.at), "callback", Text("common/callback_time", when), scene)
    _say(scene, Text("common/callback_chosen", when))


def _answered(ticket: Ticket, kind: str, answer: Text, scene: Scene) -> None:
    """As the person saw it, and in Danish for the adviser."""
    release = scene.release
    theirs, danish = (plain(answer, tag, release) for tag in (ticket.locale, release.locales[0]))
    line = TranscriptLine(
        scene.at, "person", kind, theirs, locale=ticket.locale, danish=None if theirs == danish else danish
    )
    scene.uow.transcripts.add(ticket.chat_id, ticket.id, line)
    scene.uow.announce(who_hears(ticket, scene.uow.tickets.save(ticket.heard(scene.at))))


def _say_too_late(scene: Scene) -> None:
    text, rows = Text("common/too_late_to_answer"), ways(HOME, keeps=True)
    scene.send("message", message_body(SendMessage((text,), rows), scene.session.locale, scene.release))


def _say(scene: Scene, *parts: Text) -> None:
    scene.send("message", message_body(SendMessage(parts), scene.session.locale, scene.release))


@handles(ReopenTicket)
def reopen_ticket(effect: ReopenTicket, scene: Scene) -> None:
    """The last conversation goes on; for a while it is kept for the adviser who knows it."""
    ticket = scene.uow.tickets.last_of(scene.session.chat_id)
    if ticket is None:
        _say_too_late(scene)
        return
    if ticket.state == "closed":
        urgency, locale = most_urgent(ticket.urgency, effect.urgency), scene.session.locale or ticket.locale
        ticket = scene.uow.tickets.save(replace(ticket.reopened(scene.at), urgency=urgency, locale=locale))
        scene.uow.transcripts.add(ticket.chat_id, ticket.id, TranscriptLine(scene.at, "person", "reopened", ""))
        scene.uow.audit.note(ticket.chat_id, "ticket_reopened", scene.at, about=ticket.id)
        scene.uow.announce("queue", f"ticket:{ticket.id}")
        scene.session = replace(scene.session, ticket=ticket.id, is_claimed=False, ticket_told=True)
    words, told = waiting_words(scene.uow, ticket, scene.at)
    if told != ticket.told:
        scene.uow.tickets.save(replace(ticket, told=told))
    _say(scene, *([Text("common/ticket_reopened")] if ticket.state == "waiting" else []), *words)


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
