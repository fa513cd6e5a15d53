"""`/desk/case/…`: one ticket. The person's story, what both sides wrote, and everything an adviser can do with it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from litestar import Controller, Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.dates.deadline import COPENHAGEN, copenhagen_day
from bot.desk.advise import ADVISERS, Refused, case_path, key_of, move
from bot.desk.child import child_help
from bot.desk.journal import journal_words, read_journal
from bot.desk.queue import PATH as QUEUE
from bot.desk.sendable import find_sendable, sending
from bot.desk.story import tell_story
from bot.engine.session import Session
from bot.handoff.duty import Duty, on_duty
from bot.handoff.ticket import Ticket, TicketUnknown
from bot.handoff.transcript import TranscriptLine
from bot.runner import desk
from bot.runner.desk import CLOSED_BECAUSE, SAFETY, YES_OR_NO, DeskTurn
from bot.runner.ports import Note
from bot.web.account import Account, Role
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.refused import refuse, told_at
from bot.web.web import Web, WebParts

RIGHT_TO_LEFT = ("ar", "fa", "prs", "ps", "ur", "ckb", "he")
READ_BY_ALL = ("da", "en")  # every adviser reads these
PARTS = {"transcript": "case_transcript.html", "find": "case_find.html"}


@dataclass(frozen=True, slots=True)
class Colleague:
    account: str
    name: str
    speaks: bool
    is_there: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What one page shows of a ticket, read at one moment."""

    ticket: Ticket
    session: Session
    lines: list[TranscriptLine]
    notes: list[Note]
    accounts: Mapping[str, Account]
    duties: Mapping[str, Duty]
    there: frozenset[str]

    def name(self, account: str | None) -> str:
        found = self.accounts.get(account or "")
        return found.name if found is not None else account or ""

    def colleagues(self) -> list[Colleague]:
        """Whom the ticket can be given to: first who is there and speaks the language."""
        found = [
            Colleague(account, self.name(account), duty.speaks(self.ticket.locale), account in self.there)
            for account, duty in self.duties.items()
            if account in self.accounts and account != self.ticket.owner
        ]
        return sorted(found, key=lambda each: (not (each.speaks and each.is_there), not each.is_there, each.name))

    def leads(self) -> list[Account]:
        return [
            each
            for each in self.accounts.values()
            if Role.LEAD in each.roles and not each.is_disabled and each.id != self.ticket.owner
        ]

    def speaks(self, account: str) -> bool:
        duty = self.duties.get(account)
        return self.ticket.locale in READ_BY_ALL or (duty is not None and duty.speaks(self.ticket.locale))


class CasePages(Controller):
    path = "/desk/case/{ticket_id:str}"
    opt = ADVISERS

    @get()
    async def show(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str]:
        told = await told_at(request, web)
        return await show_case(request, web, ticket_id, Refused.of(told), told.get("typed", ""))

    @post("/claim")
    async def claim(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Redirect:
        try:
            await move(request, web, ticket_id, desk.claim)
        except Refused as refused:
            if refused.owner != request.user.id:
                return await refuse(request, web, QUEUE, **refused.told())
        return Redirect(case_path(ticket_id), status_code=303)

    @post("/reply")
    async def reply(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Redirect:
        """What was typed, as it is; with `as` "question" answered by yes, no or "I do not know"."""
        form = await request.form()
        text = str(form.get("text", "")).strip()
        key = key_of(form, text)
        if not text or not key:
            return await _refuse(request, web, ticket_id, Refused("empty"))
        change: Callable[[DeskTurn], None] = partial(desk.reply, text=text, key=key)
        if form.get("as") == "question":
            change = partial(desk.ask_choice, question=text, answers=YES_OR_NO, key=key)
        return await _do(request, web, ticket_id, change, form, typed=text, key=key)

    @post("/send")
    async def send(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Redirect:
        """A ready reply or question, an article, a service, or a place of the flows with its buttons."""
        form = await request.form()
        sends = sending(web.release(), str(form.get("what", "")), web.now())
        if sends is None:
            return await _refuse(request, web, ticket_id, Refused("choose"))
        key = key_of(form) or secrets.token_hex(8)
        return await _do(request, web, ticket_id, lambda turn: sends(turn, key), form, key=key)

    @post("/callback")
    async def callback(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Redirect:
        """`when`: up to three times, Copenhagen's, of which the person chooses one."""
        form = await request.form()
        try:
            times = [_moment(str(typed)) for typed in form.getall("when", []) if typed]
        except ValueError:
            times = []
        if not times or min(times) <= web.now():
            return await _refuse(request, web, ticket_id, Refused("times"))
        key = key_of(form, *map(str, form.getall("when", []))) or secrets.token_hex(8)
        return await _do(request, web, ticket_id, partial(desk.propose_callback, times=times, key=key), form, key=key)

    @post("/note")
    async def note(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Redirect:
        text = str((await request.form()).get("text", "")).strip()
        if not text:
            return await _refuse(request, web, ticket_id, Refused("empty"))
        return await _do(request, web, ticket_id, partial(desk.write_note, text=text))

    @post("/move")
    async def move(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Redirect:
        """`do`: return, transfer (`to`), close (`because`), reopen, threat, calm, child, end_threat (`lead`),
        journalise, guidance."""
        form = await request.form()
        asked, because, to = (str(form.get(name, "")) for name in ("do", "because", "to"))
        moves: dict[str, Callable[[DeskTurn], None]] = {
            "return": desk.give_back,
            "reopen": desk.reopen,
            "threat": partial(desk.mark_threat, is_threat=True),
            "calm": partial(desk.mark_threat, is_threat=False),
            "child": desk.mark_child,
            "journalise": partial(_journalise, web=web),
            "guidance": desk.keep_as_guidance,
            "transfer": partial(_transfer, to=to),
            "end_threat": partial(_end_threat, lead=str(form.get("lead", ""))),
        }
        if because in CLOSED_BECAUSE:
            moves["close"] = partial(desk.close, because=because)
        if asked not in moves:
            return await _refuse(request, web, ticket_id, Refused("choose"))
        return await _do(request, web, ticket_id, moves[asked], form, key=key_of(form, asked, because, to))

    @post("/safety")
    async def safety(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Redirect:
        """`do`: ask, pause, resume, hide, or word (with `word`, agreed with the person; empty ends it). Works whatever
        the person has written meanwhile: it must not wait for reading."""
        form = await request.form()
        asked = str(form.get("do", ""))
        change = next((change for name, change in SAFETY.items() if name == asked), None)
        if asked == "word":
            change = partial(desk.agree_safe_word, word=str(form.get("word", "")))
        if change is None:
            return await _refuse(request, web, ticket_id, Refused("choose"))
        return await _do(request, web, ticket_id, change, key=key_of(form))

    @post("/here")
    async def here(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str]:
        """This page is open, and perhaps being written in (`typing`); the answer says who else has it open."""
        is_typing = (await request.form()).get("typing") == "yes"
        subject = web.hub.presence.subject(ticket_id, request.user.id, is_typing)

        def tell(unit: WebUnit) -> Mapping[str, str]:
            unit.tickets.get(ticket_id)
            unit.announce(subject)
            return {account.id: account.name for account in unit.accounts.all()}

        try:
            names = await web.store.run(tell)
        except TicketUnknown:
            raise NotFoundException from None
        others = [each for each in web.hub.presence.at(ticket_id) if each.account != request.user.id]
        return web.pages.render(request, "case_here.html", others=others, names=names)


def _moment(typed: str) -> datetime:
    """A time as browsers send it ("2026-11-30T13:00"). Raises ValueError."""
    return datetime.fromisoformat(typed).replace(tzinfo=COPENHAGEN, second=0, microsecond=0)


def _transfer(turn: DeskTurn, to: str) -> None:
    if turn.scene.uow.duties.get(to) is None:
        raise Refused("choose")
    desk.transfer(turn, to)


def _end_threat(turn: DeskTurn, lead: str) -> None:
    account = cast(WebUnit, turn.scene.uow).accounts.by_id(lead)
    if account is None or Role.LEAD not in account.roles or account.is_disabled:
        raise Refused("choose")
    desk.end_threat(turn, lead)


def _journalise(turn: DeskTurn, web: WebParts) -> None:
    unit = cast(WebUnit, turn.scene.uow)
    journal = read_journal(unit, web.release(), journal_words(web.pages), turn.ticket.id)
    desk.journalise(turn, journal.sha256)


async def _do(
    request: SignedIn,
    web: Web,
    ticket_id: str,
    change: Callable[[DeskTurn], None],
    form: FormMultiDict | None = None,
    *,
    typed: str = "",
    key: str = "",
) -> Redirect:
    """A move and back to the page; where it was refused, why, with what was typed.

    Args:
        form: Holds the version of the case that the page showed, where that matters.
    """
    version = None if form is None else _version(form.get("version"))
    try:
        await move(request, web, ticket_id, change, version, key)
    except Refused as refused:
        return await _refuse(request, web, ticket_id, refused, typed)
    return Redirect(case_path(ticket_id), status_code=303)


async def _refuse(request: SignedIn, web: Web, ticket_id: str, refused: Refused, typed: str = "") -> Redirect:
    try:
        ticket = await web.store.run(lambda unit: unit.tickets.get(ticket_id))
    except TicketUnknown:
        raise NotFoundException from None
    return await refuse(request, web, case_path(ticket_id), chat_id=ticket.chat_id, typed=typed, **refused.told())


def _version(typed: object) -> int:
    return int(str(typed)) if str(typed).isdecimal() else -1  # -1 is no version: refused as changed


async def show_case(
    request: SignedIn, web: Web, ticket_id: str, problem: Refused | None = None, typed: str = ""
) -> Response[str]:
    at, release, asked = web.now(), web.release(), request.query_params
    part = PARTS.get(asked.get("part", "")) if request.headers.get("hx-request") is not None else None

    def read(unit: WebUnit) -> Case:
        ticket = unit.tickets.get(ticket_id)
        # Who has the case follows it live; everybody else's looks are written down one by one.
        if part is None or (asked.get("part") == "transcript" and ticket.owner != request.user.id):
            unit.audit.note(ticket.chat_id, "case_read", at, actor=request.user.id, about=ticket_id)
        duties = unit.duties.all()
        closures = [closure for _, closure in unit.duties.closures(copenhagen_day(at))]
        return Case(
            ticket,
            unit.sessions.take(ticket.chat_id),
            unit.transcripts.lines(ticket.chat_id, ticket_id),
            unit.notes.of(ticket.chat_id, ticket_id),
            {account.id: account for account in unit.accounts.all()},
            {duty.account: duty for duty in duties},
            frozenset(duty.account for duty in on_duty(duties, closures, at)),
        )

    try:
        case = await web.store.run(read)
    except TicketUnknown:
        raise NotFoundException from None
    ticket, is_mine = case.ticket, case.ticket.owner == request.user.id
    find = asked.get("find", "").strip()
    values: dict[str, Any] = {
        "case": case,
        "ticket": ticket,
        "story": tell_story(ticket, case.session, release),
        "is_mine": is_mine,
        "speaks": case.speaks(request.user.id),
        "is_first": part is None,
        "was": asked.get("was", ""),
        "now": f"{ticket.state}:{ticket.owner or ''}",
        "waits": any(line.delivery == "waiting" for line in case.lines),
        "find": find,
        "found": find_sendable(release, find, ticket.locale) if is_mine else [],
        "child": child_help(release, at),
        "key": secrets.token_hex(8),
        "typed": typed,
        "problem": problem,
        "problem_name": case.name(problem.owner) if problem is not None and problem.owner else "",
        "deleted_on": copenhagen_day((ticket.closed_at or at) + timedelta(days=web.kept.tickets)),
        "reasons": CLOSED_BECAUSE,
        "rtl": RIGHT_TO_LEFT,
        "queue": QUEUE,
        "here": case_path(ticket_id),
        "soon": at.astimezone(COPENHAGEN).strftime("%Y-%m-%dT%H:%M"),
    }
    return web.pages.render(request, part or "case.html", 409 if problem is not None else 200, **values)
