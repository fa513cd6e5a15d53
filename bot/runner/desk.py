"""What an adviser does with a ticket, each inside one transaction: the ticket, what the person sees, and the record.

Every move takes the person's session first, so that it and the person's own turns come one after the other.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.dates.deadline import copenhagen_day
from bot.engine.advance import enter
from bot.engine.effects import Button, Param, Rows, SendMessage, Text
from bot.engine.press import MAX_BYTES, NEW_MESSAGE, callback_data, way_data
from bot.engine.screen import HOME, ways
from bot.engine.session import Session
from bot.errors import BotError
from bot.handoff.duty import Duty
from bot.handoff.queue import owner_is_silent, who_hears
from bot.handoff.ticket import MoveImpossible, Ticket, TicketAlreadyTaken, TicketChanged, most_urgent
from bot.handoff.transcript import TranscriptLine
from bot.i18n.render import Rendered, join, utf16_length
from bot.runner.handlers.chat import take_off_screen
from bot.runner.message import message_body, plain
from bot.runner.outgoing import MessageBody
from bot.runner.ports import SAID, Note, Outgoing, UnitOfWork
from bot.runner.release import Release
from bot.runner.scene import HANDLERS, Scene
from bot.runner.waiting import shown_name
from bot.understanding.fold import fold

MOST_UNITS = 3500  # of one reply, in UTF-16 units; Telegram takes 4096 with the line that says who writes
SHORTEST_SAFE_WORD = 4  # letters
CLOSED_BECAUSE = ("answered", "referred", "no_answer", "threat", "other")
Safety = Literal["ask", "pause", "resume", "hide"]


class CapacityReached(BotError):
    """This adviser has as many tickets as they can take at a time."""


class ReplyTooLong(BotError):
    """Telegram would cut it."""


class SafeWordTooShort(BotError):
    """A word as short as "ja" would be typed by chance."""


@dataclass(slots=True)
class DeskTurn:
    """One adviser's work on one ticket."""

    scene: Scene
    ticket: Ticket
    account: str
    key: str | None = None  # of the form: joins the first line that is recorded, so that a form sent twice acts once

    def finish(self) -> tuple[Outgoing, ...]:
        """The last step of every move: what leaves after the commit; no message while sending is paused."""
        if not self.scene.session.is_paused:
            return tuple(self.scene.leaves)
        self.scene.uow.outbox.hold(self.ticket.chat_id)
        return tuple(row for row in self.scene.leaves if row.kind not in SAID)

    def expect(self, version: int) -> None:
        """Raises TicketChanged: the form was made for an earlier version."""
        if self.ticket.version != version:
            raise TicketChanged(self.ticket.id)

    def save(self, changed: Ticket) -> None:
        self.scene.uow.announce(who_hears(self.ticket, changed), f"ticket:{changed.id}")
        self.ticket = self.scene.uow.tickets.save(changed)

    def give(self, *, ticket: str | None, is_claimed: bool) -> None:
        """Who answers the person from now on: the adviser, or the bot."""
        session = replace(self.scene.session, ticket=ticket, is_claimed=is_claimed, ticket_told=False, is_asked=False)
        self.keep(session if ticket is not None else replace(session, safe_word=None, is_paused=False))

    def keep(self, session: Session) -> None:
        self.scene.session = session
        self.scene.uow.sessions.put(session)

    def tell(self, *parts: Text, rows: Rows = ()) -> None:
        message = SendMessage(parts, rows)
        self.scene.send("message", message_body(message, self.ticket.locale, self.scene.release))

    def record(
        self,
        kind: str,
        text: str = "",
        *,
        key: str | None = None,
        seq: int | None = None,
        locale: str | None = None,
        danish: str | None = None,
    ) -> None:
        """A line of the transcript."""
        key, self.key = key or self.key, None
        line = TranscriptLine(
            self.scene.at, "adviser", kind, text, author=self.account, key=key, seq=seq, locale=locale, danish=danish
        )
        self.scene.uow.transcripts.add(self.ticket.chat_id, self.ticket.id, line)
        self.scene.uow.announce(f"ticket:{self.ticket.id}")

    def note_in_audit(self, what: str) -> None:
        self.scene.uow.audit.note(self.ticket.chat_id, what, self.scene.at, actor=self.account, about=self.ticket.id)

    def name(self, account: str | None = None) -> Param:
        return shown_name(self.scene.uow.duties.get(account or self.account))


def begin(uow: UnitOfWork, release: Release, ticket_id: str, account: str, at: datetime) -> DeskTurn:
    """Raises TicketUnknown."""
    session = uow.sessions.take(uow.tickets.get(ticket_id).chat_id)
    return DeskTurn(Scene(uow, release, session, at), uow.tickets.get(ticket_id), account)


# --- moves ----------------------------------------------------------------------------------------


def claim(turn: DeskTurn) -> None:
    """One click. Of many at the same moment one wins.

    Raises:
        TicketAlreadyTaken: with the account that was first (also when that is this one: see `owner`).
        CapacityReached: this adviser first closes another one.
    """
    uow = turn.scene.uow
    duty = uow.duties.get(turn.account)
    capacity = duty.capacity if duty is not None else Duty(turn.account, "").capacity
    if turn.ticket.urgency != "danger" and uow.tickets.claimed_by(turn.account) >= capacity:
        raise CapacityReached(turn.account)
    claimed = uow.tickets.claim(turn.ticket.id, turn.account, turn.scene.at)
    if claimed is None:
        raise TicketAlreadyTaken(uow.tickets.get(turn.ticket.id).owner)
    turn.ticket = claimed
    uow.announce("queue", f"ticket:{claimed.id}")
    turn.give(ticket=claimed.id, is_claimed=True)
    joined = [Text("common/adviser_joined", {"name": turn.name()})]
    if duty is not None and not duty.speaks(claimed.locale):
        joined.append(Text("common/adviser_no_language", {"name": turn.name()}))
    turn.tell(*joined)
    turn.record("claimed")
    turn.note_in_audit("ticket_claimed")


def reply(turn: DeskTurn, text: str, key: str) -> None:
    """Send what the adviser wrote. The same key again does nothing.

    Raises:
        TicketNotYours, ReplyTooLong
    """
    if turn.scene.uow.transcripts.has_key(turn.ticket.chat_id, turn.ticket.id, key):
        return
    turn.ticket.owned_by(turn.account)
    if utf16_length(text) > MOST_UNITS:
        raise ReplyTooLong(turn.ticket.id)
    written_in = _locale_of(turn, text)
    says = "common/adviser_says" if written_in == turn.ticket.locale else "desk/says_untranslated"
    said = turn.scene.release.render(Text(says, {"name": turn.name()}), turn.ticket.locale)
    turn.keep(replace(turn.scene.session, is_asked=False))  # the adviser talks again: what is typed is for them
    _send_said(turn, join([said, Rendered(text)], "\n"), key, text, written_in)


def _locale_of(turn: DeskTurn, text: str) -> str:
    """The language that an adviser wrote in; where the text does not tell, the person's if the adviser speaks it and
    the letters are its own."""
    release, theirs = turn.scene.release, turn.ticket.locale
    duty = turn.scene.uow.duties.get(turn.account)
    speaks = (
        duty is not None and duty.speaks(theirs) and _is_latin(text) == _is_latin(release.label("common/no", theirs))
    )
    return release.guess_locale(text) or (theirs if speaks else release.locales[0])


def _is_latin(text: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in text if letter.isalpha())


def send_texts(turn: DeskTurn, texts: Sequence[Text], key: str) -> None:
    """Send texts of the content (a canned reply, a service) in the person's language; the record keeps the Danish, too.

    Raises:
        TicketNotYours
    """
    if turn.scene.uow.transcripts.has_key(turn.ticket.chat_id, turn.ticket.id, key):
        return
    turn.ticket.owned_by(turn.account)
    release, locale = turn.scene.release, turn.ticket.locale
    says = release.render(Text("common/adviser_says", {"name": turn.name()}), locale)
    theirs, danish = (join([release.render(text, tag) for text in texts]) for tag in (locale, release.locales[0]))
    is_danish = theirs.text == danish.text
    spoken = release.locales[0] if is_danish else locale
    _send_said(turn, join([says, theirs], "\n"), key, theirs.text, spoken, None if is_danish else danish.text)


def show_node(turn: DeskTurn, node_id: str, key: str) -> None:
    """Open a place of the flows on the person's screen, in their language. Until the adviser writes again, the bot
    reads what is typed as answers to its questions; the adviser sees it, too.

    Raises:
        TicketNotYours, KeyError: there is no such place.
    """
    scene = turn.scene
    if scene.uow.transcripts.has_key(turn.ticket.chat_id, turn.ticket.id, key):
        return
    turn.ticket.owned_by(turn.account)
    node = scene.release.nodes[node_id]
    opened = enter(replace(scene.session, touched_at=scene.at), node.id, scene.release)
    scene.session = opened.session
    for effect in opened.effects:
        HANDLERS[type(effect)](effect, scene)
    turn.keep(replace(scene.session, is_asked=True))
    sent = scene.leaves[-1].seq if scene.leaves else None
    turn.record("shown", place_title(scene.release, node_id), key=key, seq=sent)
    turn.save(replace(turn.ticket, unanswered_since=None))


def place_title(release: Release, node_id: str) -> str:
    """The first line of a place's Danish text, for advisers; its id where it is gone."""
    node = release.nodes.get(node_id)
    keys = node.texts() if node is not None else ()
    if not keys:
        return node_id
    return release.render(Text(keys[0]), release.locales[0]).text.partition("\n")[0]


def _send_said(turn: DeskTurn, said: Rendered, key: str, recorded: str, locale: str, danish: str | None = None) -> None:
    body: MessageBody = {"text": said.text}
    if said.entities:
        body["entities"] = [{"type": each.type, "offset": each.offset, "length": each.length} for each in said.entities]
    turn.scene.send("message", body)
    turn.record("text", recorded, key=key, seq=turn.scene.leaves[-1].seq, locale=locale, danish=danish)
    turn.save(replace(turn.ticket, unanswered_since=None))


def give_back(turn: DeskTurn) -> None:
    """To the queue; the person is told, and need not tell everything again."""
    turn.ticket.owned_by(turn.account)
    _return(turn, Text("common/adviser_left", {"name": turn.name()}), "returned")


def take_from_silent_owner(turn: DeskTurn) -> bool:
    """Back to the queue where the owner has not answered for too long; whether it was so."""
    if not owner_is_silent(turn.ticket, turn.scene.at):
        return False
    turn.account = turn.ticket.owner or ""
    _return(turn, Text("common/adviser_silent"), "owner_silent")
    return True


def _return(turn: DeskTurn, told: Text, kind: str) -> None:
    turn.save(turn.ticket.returned(turn.scene.at))
    turn.give(ticket=turn.ticket.id, is_claimed=False)
    turn.tell(told)
    turn.record(kind)
    turn.note_in_audit(f"ticket_{kind}")


def transfer(turn: DeskTurn, to: str) -> None:
    """To a colleague at once. Raises TicketNotYours."""
    turn.ticket.owned_by(turn.account)
    turn.save(turn.ticket.transferred(to, turn.scene.at))
    changed = [Text("common/adviser_changed", {"name": turn.name(to)})]
    duty = turn.scene.uow.duties.get(to)
    if duty is not None and not duty.speaks(turn.ticket.locale):
        changed.append(Text("common/adviser_no_language", {"name": turn.name(to)}))
    turn.tell(*changed)
    turn.record("transferred")
    turn.note_in_audit("ticket_transferred")


def close(turn: DeskTurn, because: str) -> None:
    """The bot answers again; the person is asked whether it helped.

    Raises:
        TicketNotYours, ValueError: no such reason.
    """
    if because not in CLOSED_BECAUSE:
        raise ValueError(because)
    turn.ticket.owned_by(turn.account)
    session = turn.scene.session
    path = (*session.trail, session.node) if session.node is not None else turn.ticket.path
    story = replace(turn.ticket, path=path, answers=dict(session.answers), articles=session.articles)
    turn.save(story.closed(because, turn.scene.at))
    was_paused = session.is_paused
    turn.give(ticket=None, is_claimed=False)
    turn.record("closed")
    turn.note_in_audit("ticket_closed")
    if was_paused:
        _forget_held(turn)
        return
    rating = tuple(Button(Text(f"common/rate_{name}"), way_data("rate", name)) for name in ("good", "fair", "bad"))
    transcript = Button(Text("common/send_transcript"), way_data("transcript"))
    talk_on = Button(Text("common/talk_on"), way_data("talk_on"))
    turn.tell(Text("common/ticket_closed"), rows=(rating, (talk_on,), (transcript,), *ways(HOME, keeps=True), _menu()))


def _forget_held(turn: DeskTurn) -> None:
    """It was not safe to write: what a pause has held back is not sent after the end of the talk, either."""
    outbox, chat_id = turn.scene.uow.outbox, turn.ticket.chat_id
    outbox.let_go(chat_id)
    outbox.cancel_reminders(chat_id)
    for row in outbox.waiting_of(chat_id):
        outbox.mark_dead(chat_id, row.seq, "paused")


def _menu() -> tuple[Button, ...]:
    return (Button(Text("common/menu"), way_data("menu", NEW_MESSAGE)),)


def reopen(turn: DeskTurn) -> None:
    """Into the queue again; kept for who had it last.

    Raises:
        MoveImpossible: it is open. TicketAlreadyTaken: the person has opened another one since.
    """
    other = turn.scene.uow.tickets.open_of(turn.ticket.chat_id)
    if other is not None and other.id != turn.ticket.id:
        raise TicketAlreadyTaken(other.owner)
    turn.save(turn.ticket.reopened(turn.scene.at))
    turn.give(ticket=turn.ticket.id, is_claimed=False)
    turn.tell(Text("common/ticket_reopened"))
    turn.record("reopened")
    turn.note_in_audit("ticket_reopened")


def journalise(turn: DeskTurn, sha256: str) -> None:
    """The closed ticket goes to the municipality's own system; the record keeps the hash of what was exported.

    Raises:
        MoveImpossible: it is open.
    """
    _decide_journal(turn, "journalised", sha256)


def keep_as_guidance(turn: DeskTurn) -> None:
    """Only guidance was given: nothing goes on record. Raises MoveImpossible."""
    _decide_journal(turn, "guidance")


def _decide_journal(turn: DeskTurn, journal: Literal["journalised", "guidance"], text: str = "") -> None:
    if turn.ticket.state != "closed":
        raise MoveImpossible("First the conversation ends.")
    turn.save(replace(turn.ticket, journal=journal, journalised_at=turn.scene.at))
    turn.record(journal, text)
    turn.note_in_audit(f"ticket_{journal}")


def write_note(turn: DeskTurn, text: str) -> None:
    """For colleagues; the person never sees it. The same note again, right after itself, is one form sent twice."""
    newest = turn.scene.uow.notes.of(turn.ticket.chat_id, turn.ticket.id)[-1:]
    if any((note.account, note.text) == (turn.account, text) for note in newest):
        return
    turn.scene.uow.notes.add(turn.ticket.chat_id, turn.ticket.id, Note(turn.scene.at, turn.account, text))
    turn.scene.uow.announce(f"ticket:{turn.ticket.id}")
    turn.note_in_audit("note_written")


def mark_threat(turn: DeskTurn, is_threat: bool) -> None:
    """For a lead to see."""
    turn.ticket.owned_by(turn.account)
    turn.save(replace(turn.ticket, is_threat=is_threat))
    turn.note_in_audit("threat_marked" if is_threat else "threat_unmarked")


def end_threat(turn: DeskTurn, lead: str) -> None:
    """End a threatening talk calmly: the person hears that a lead takes it from here, and a lead has it.

    Raises:
        TicketNotYours
    """
    turn.ticket.owned_by(turn.account)
    turn.tell(Text("desk/threat_ended"))
    turn.record("threat_ended")
    turn.save(replace(turn.ticket.transferred(lead, turn.scene.at), is_threat=True, unanswered_since=None))
    turn.note_in_audit("threat_handed_over")


def mark_child(turn: DeskTurn) -> None:
    """Concern about a child: the ticket is as urgent as that, and the record says when it was seen."""
    turn.ticket.owned_by(turn.account)
    turn.save(replace(turn.ticket, urgency=most_urgent(turn.ticket.urgency, "child")))
    turn.record("child_concern")
    turn.note_in_audit("child_concern")


# --- without a common language ----------------------------------------------------------------------

YES_OR_NO = ("common/yes", "common/no", "common/dont_know")


def answers_of(release: Release, question: str) -> tuple[str, ...]:
    """Keys of the answers to a ready question ("question/sender"): its own ("question/sender_…"), or yes and no."""
    return tuple(release.keys(f"{question}_")) or YES_OR_NO


def ask_choice(turn: DeskTurn, question: Text | str, answers: Sequence[str], key: str) -> None:
    """Ask with buttons. The answer joins the transcript in Danish (kind "answered"). The same key again does nothing.

    Args:
        question: A text of the content, or what the adviser typed (then the person reads it as it is).
        answers: Keys of texts, one button each, in the person's language (`answers_of`, `YES_OR_NO`).
        key: Made by the page, at most 20 letters and digits: it travels in the buttons.
    Raises:
        TicketNotYours, ReplyTooLong
        ValueError: no answers, or a key that is too long for a button.
    """
    if turn.scene.uow.transcripts.has_key(turn.ticket.chat_id, turn.ticket.id, key):
        return
    turn.ticket.owned_by(turn.account)
    buttons = [(answer, way_data("said", f"{key}:{answer}")) for answer in answers]
    if not buttons or max(len(data.encode()) for _, data in buttons) > MAX_BYTES:
        raise ValueError(key)
    if isinstance(question, str) and utf16_length(question) > MOST_UNITS:
        raise ReplyTooLong(turn.ticket.id)
    asked = Text("common/value", {"value": question})
    _ask(turn, "asked", asked, [(Text(answer), data) for answer, data in buttons], key)


def propose_callback(turn: DeskTurn, times: Sequence[datetime], key: str) -> None:
    """Offer to call, with an interpreter: one button a time, and one for none of them. What is chosen stands in
    `ticket.callback_at` and in the transcript (kind "callback"). The same key again does nothing.

    Args:
        times: Aware, whole minutes, in the future.
    Raises:
        TicketNotYours
        ValueError: no time, or one that is over.
    """
    if turn.scene.uow.transcripts.has_key(turn.ticket.chat_id, turn.ticket.id, key):
        return
    turn.ticket.owned_by(turn.account)
    if not times or min(times) <= turn.scene.at:
        raise ValueError("times")
    labels = [(_time_words(at), callback_data(at)) for at in sorted(set(times))]
    labels.append((Text("common/callback_none"), callback_data(None)))
    _ask(turn, "callback_asked", Text("common/callback_asked"), labels, key)


def _ask(turn: DeskTurn, kind: str, asked: Text, buttons: Sequence[tuple[Text, str]], key: str) -> None:
    """Send a question with its buttons; the record has it in the person's language and in Danish."""
    rows = tuple((Button(label, data),) for label, data in buttons)
    turn.tell(Text("common/adviser_says", {"name": turn.name()}), asked, rows=rows)
    release, locale = turn.scene.release, turn.ticket.locale
    theirs, danish = (
        "\n▫️ ".join(plain(line, tag, release) for line in (asked, *(label for label, _ in buttons)))
        for tag in (locale, release.locales[0])
    )
    seq = turn.scene.leaves[-1].seq
    turn.record(kind, theirs, key=key, seq=seq, locale=locale, danish=None if theirs == danish else danish)
    turn.save(replace(turn.ticket, unanswered_since=None))


def _time_words(at: datetime) -> Text:
    return Text("common/callback_time", {"day": copenhagen_day(at), "time": at})


# --- safety -----------------------------------------------------------------------------------------


def ask_if_safe(turn: DeskTurn) -> None:
    """A question with two buttons; the answer joins the transcript."""
    turn.ticket.owned_by(turn.account)
    rows = (
        (Button(Text("common/yes"), way_data("safe", "yes")),),
        (Button(Text("common/no"), way_data("safe", "no")),),
    )
    turn.tell(Text("common/is_it_safe"), rows=rows)
    turn.record("safe_asked")


def pause(turn: DeskTurn) -> None:
    """Nothing leaves for this person until `resume`, replies included."""
    turn.ticket.owned_by(turn.account)
    turn.keep(replace(turn.scene.session, is_paused=True))
    turn.record("paused")
    turn.note_in_audit("outgoing_paused")


def resume(turn: DeskTurn) -> None:
    turn.ticket.owned_by(turn.account)
    turn.keep(replace(turn.scene.session, is_paused=False))
    turn.scene.uow.outbox.let_go(turn.ticket.chat_id)
    turn.scene.leaves += turn.scene.uow.outbox.waiting_of(turn.ticket.chat_id)
    turn.record("resumed")
    turn.note_in_audit("outgoing_resumed")


def hide(turn: DeskTurn) -> None:
    """On the person's wish: what both wrote leaves their screen, as far as Telegram lets it."""
    turn.ticket.owned_by(turn.account)
    take_off_screen(turn.scene)
    turn.record("hidden")


def agree_safe_word(turn: DeskTurn, word: str) -> None:
    """From now on this word, typed by the person, hides the chat and stops everything that is sent; "" ends that.

    Raises:
        TicketNotYours, SafeWordTooShort
    """
    turn.ticket.owned_by(turn.account)
    folded = fold(word)
    if folded and len(folded) < SHORTEST_SAFE_WORD:
        raise SafeWordTooShort(turn.ticket.id)
    turn.keep(replace(turn.scene.session, safe_word=folded or None))
    turn.record("safe_word_agreed" if folded else "safe_word_ended")


SAFETY: dict[Safety, Callable[[DeskTurn], None]] = {
    "ask": ask_if_safe,
    "pause": pause,
    "resume": resume,
    "hide": hide,
}
