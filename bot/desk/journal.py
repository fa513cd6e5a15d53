"""A case for the municipality's own system: JSON with its SHA-256, and the same as a PDF for people to read."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from bot.content.typeset import typeset
from bot.dates.deadline import COPENHAGEN
from bot.desk.advise import ADVISERS
from bot.desk.story import Story, tell_story
from bot.handoff.ticket import Ticket, TicketUnknown
from bot.handoff.transcript import TranscriptLine
from bot.i18n.day import full_date
from bot.runner.ports import Note
from bot.runner.release import Release
from bot.web.page import Pages, SignedIn
from bot.web.ports import WebUnit
from bot.web.web import Web

PAGE = Path(__file__).with_name("journal.typ")
FORMAT = "vejviser-case-1"
NOT_EXPORTED = ("journalised", "guidance")  # what was done with the case after its end
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Journal:
    """One case as it stands. The same case gives the same bytes.

    Args:
        names: What accounts are called, by id.
        words: Danish for what the record holds as fixed words (see `journal_words`).
    """

    ticket: Ticket
    story: Story
    lines: list[TranscriptLine]
    notes: list[Note]
    names: Mapping[str, str]
    words: Words

    @property
    def json(self) -> bytes:
        return json.dumps(self._values(), ensure_ascii=False, indent=1, sort_keys=True).encode()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.json).hexdigest()

    def pdf(self) -> bytes:
        """PDF/A where our fonts have every sign, which the JSON has anyway. Takes a moment: call it in a thread."""
        return typeset(PAGE, self._page(), int((self.ticket.closed_at or self.ticket.opened_at).timestamp()))

    # --- as values --------------------------------------------------------------------------------

    def _values(self) -> dict[str, Any]:
        ticket, story = self.ticket, self.story
        return {
            "format": FORMAT,
            "case": ticket.id,
            "chat": ticket.chat_id,
            "locale": ticket.locale,
            "topic": ticket.topic,
            "urgency": ticket.urgency,
            "state": ticket.state,
            "opened_at": ticket.opened_at.isoformat(),
            "closed_at": None if ticket.closed_at is None else ticket.closed_at.isoformat(),
            "closed_because": ticket.closed_because,
            "advisers": self._advisers(),
            "path": story.path,
            "answers": [{"question": question, "answer": answer} for question, answer in story.answers],
            "articles": story.articles,
            "deadline": None if story.deadline is None else story.deadline.isoformat(),
            "lines": [self._line(line) for line in self._exported()],
            "notes": [
                {"at": note.at.isoformat(), "who": self._name(note.account), "text": note.text} for note in self.notes
            ],
        }

    def _line(self, line: TranscriptLine) -> dict[str, Any]:
        return {
            "at": line.at.isoformat(),
            "side": line.side,
            "kind": line.kind,
            "who": self._name(line.author) if line.author else None,
            "text": line.text,
            "danish": line.danish,
            "locale": line.locale,
            "file": (line.file_name or line.kind) if line.file_id else None,
            "delivery": line.delivery,
            "edited_at": None if line.edited_at is None else line.edited_at.isoformat(),
            "deleted_at": None if line.deleted_at is None else line.deleted_at.isoformat(),
        }

    def _exported(self) -> list[TranscriptLine]:
        return [line for line in self.lines if line.kind not in NOT_EXPORTED]

    def _advisers(self) -> list[str]:
        return list(dict.fromkeys(self._name(line.author) for line in self._exported() if line.author))

    def _name(self, account: str | None) -> str:
        return self.names.get(account or "", account or "")

    # --- for the page -----------------------------------------------------------------------------

    def _page(self) -> dict[str, Any]:
        ticket, story = self.ticket, self.story
        facts = [
            ("Sag", ticket.id),
            ("Chat", str(ticket.chat_id)),
            ("Borgerens sprog", _language(ticket.locale)),
            ("Hvor vigtigt", self.words["urgency_words"][ticket.urgency]),
            ("Begyndt", _when(ticket.opened_at)),
            ("Slut", "" if ticket.closed_at is None else _when(ticket.closed_at)),
            ("Afsluttet, fordi", self.words["reason_words"].get(ticket.closed_because or "", "")),
            ("Rådgivere", ", ".join(self._advisers())),
            ("Sidste sikre dag", "" if story.deadline is None else full_date(story.deadline, "da")),
        ]
        return {
            "case": ticket.id,
            "sha256": self.sha256,
            "facts": [each for each in facts if each[1]],
            "path": story.path,
            "answers": [{"question": question, "answer": answer} for question, answer in story.answers],
            "articles": story.articles,
            "lines": [self._shown(line) for line in self._exported()],
            "notes": [
                {"at": _when(note.at), "who": self._name(note.account), "text": note.text} for note in self.notes
            ],
        }

    def _shown(self, line: TranscriptLine) -> dict[str, Any]:
        said = [self.words["kind_words"].get(line.kind, "")]
        said += ["rettet senere"] * (line.edited_at is not None)
        said += ["slettet på borgerens skærm"] * (line.deleted_at is not None)
        delivery = self.words["delivery_words"].get(line.delivery or "", "") if line.delivery != "sent" else ""
        return {
            "side": line.side,
            "at": _when(line.at),
            "who": "Borgeren" if line.side == "person" else self._name(line.author),
            "said": ", ".join(each for each in said if each),
            "language": _language(line.locale) if line.text and line.locale else None,
            "lang": line.locale,
            "text": line.text,
            "danish": line.danish,
            "delivery": delivery,
            "file": f"Fil: {line.file_name or 'billede'}" if line.file_id else None,
        }


def journal_words(pages: Pages) -> Words:
    """The desk's own Danish words, as the pages show them."""
    names = ("kind_words", "delivery_words", "reason_words", "urgency_words")
    return {name: pages.words("case_words.html", name) for name in names}


def read_journal(unit: WebUnit, release: Release, words: Words, ticket_id: str) -> Journal:
    """Raises TicketUnknown."""
    ticket = unit.tickets.get(ticket_id)
    return Journal(
        ticket,
        tell_story(ticket, unit.sessions.take(ticket.chat_id), release),
        unit.transcripts.lines(ticket.chat_id, ticket_id),
        unit.notes.of(ticket.chat_id, ticket_id),
        {account.id: account.name for account in unit.accounts.all()},
        words,
    )


def _when(at: datetime) -> str:
    return format_datetime(at.astimezone(COPENHAGEN), "medium", locale="da")


def _language(tag: str) -> str:
    return Locale.parse(tag).get_display_name("da") or tag


@get("/desk/case/{ticket_id:str}/journal/{kind:str}", opt=ADVISERS)
async def journal_file(request: SignedIn, web: Web, ticket_id: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    """The files of a case that was journalised; every download is written down."""
    words, release = journal_words(web.pages), web.release()

    def read(unit: WebUnit) -> Journal:
        journal = read_journal(unit, release, words, ticket_id)
        unit.audit.note(journal.ticket.chat_id, "case_exported", web.now(), actor=request.user.id, about=ticket_id)
        return journal

    try:
        journal = await web.store.run(read)
    except TicketUnknown:
        raise NotFoundException from None
    if journal.ticket.journal != "journalised" or kind not in ("pdf", "json"):
        raise NotFoundException
    content = journal.json if kind == "json" else await asyncio.to_thread(journal.pdf)
    name = f'attachment; filename="{ticket_id}.{kind}"'
    return Response(content, media_type=f"application/{kind}", headers={"content-disposition": name})
