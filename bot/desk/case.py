"""`/desk/case/…`: one ticket. The person's story, what both sides wrote, and everything an adviser can do with it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from litestar import Controller, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from bot.desk.advise import ADVISERS, Refused, case_path, move
from bot.desk.queue import PATH as QUEUE
from bot.desk.queue import show_queue
from bot.engine.effects import Text
from bot.engine.session import Session
from bot.handoff.ticket import Ticket, TicketUnknown
from bot.handoff.transcript import TranscriptLine
from bot.runner import desk
from bot.runner.desk import CLOSED_BECAUSE, SAFETY, DeskTurn, place_title
from bot.runner.ports import Note
from bot.runner.release import Release
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.web import Web

MOST_FOUND = 12  # things to send that a search shows
RIGHT_TO_LEFT = ("ar", "fa", "ur", "he")


@dataclass(frozen=True, slots=True)
class Case:
    ticket: Ticket
    session: Session
    lines: list[TranscriptLine]
    notes: list[Note]
    names: Mapping[str, str]
    colleagues: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Sendable:
    """Something ready to send in the person's language.

    Args:
        what: "reply:KEY" or "place:NODE".
        danish: How it begins, for the adviser.
        theirs: The same in the person's language.
        searched: All of its Danish, for the search.
    """

    what: str
    danish: str
    theirs: str
    searched: str


class CasePages(Controller):
    path = "/desk/case/{ticket_id:str}"
    opt = ADVISERS

    @get()
    async def show(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str]:
        return await _show(request, web, ticket_id)

    @post("/claim")
    async def claim(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str] | Redirect:
        try:
            await move(request, web, ticket_id, desk.claim)
        except Refused as refused:
            if refused.owner != request.user.id:
                return await show_queue(request, web, refused)
        return Redirect(case_path(ticket_id), status_code=303)

    @post("/reply")
    async def reply(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str] | Redirect:
        form = await request.form()
        text, key = str(form.get("text", "")).strip(), str(form.get("key", ""))
        if not text or not key:
            return await _show(request, web, ticket_id, Refused("empty"))
        change = partial(desk.reply, text=text, key=key)
        return await _do(request, web, ticket_id, change, version=_version(form.get("version")), typed=text)

    @post("/send")
    async def send(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str] | Redirect:
        """A canned reply, or a place of the flows with its buttons."""
        form = await request.form()
        kind, _, name = str(form.get("what", "")).partition(":")
        if name not in (web.release().keys("reply/") if kind == "reply" else web.release().nodes):
            return await _show(request, web, ticket_id, Refused("changed"))
        sends: Callable[..., None] = desk.send_text if kind == "reply" else desk.show_node
        key = str(form.get("key", "")) or secrets.token_hex(8)
        return await _do(
            request, web, ticket_id, lambda turn: sends(turn, name, key), version=_version(form.get("version"))
        )

    @post("/note")
    async def note(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str] | Redirect:
        text = str((await request.form()).get("text", "")).strip()
        if not text:
            return await _show(request, web, ticket_id, Refused("empty"))
        return await _do(request, web, ticket_id, partial(desk.write_note, text=text))

    @post("/move")
    async def move(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str] | Redirect:
        """`do`: return, transfer (with `to`), close (with `because`), reopen, threat, calm."""
        form = await request.form()
        asked, to, because = (str(form.get(name, "")) for name in ("do", "to", "because"))
        moves: dict[str, Callable[[DeskTurn], None]] = {
            "return": desk.give_back,
            "reopen": desk.reopen,
            "threat": partial(desk.mark_threat, is_threat=True),
            "calm": partial(desk.mark_threat, is_threat=False),
        }
        if because in CLOSED_BECAUSE:
            moves["close"] = partial(desk.close, because=because)
        if to:
            moves["transfer"] = partial(_transfer, to=to)
        if asked not in moves:
            return await _show(request, web, ticket_id, Refused("choose"))
        return await _do(request, web, ticket_id, moves[asked], version=_version(form.get("version")))

    @post("/safety")
    async def safety(self, request: SignedIn, web: Web, ticket_id: FromPath[str]) -> Response[str] | Redirect:
        asked = str((await request.form()).get("do", ""))
        change = next((change for name, change in SAFETY.items() if name == asked), None)
        if change is None:
            return await _show(request, web, ticket_id, Refused("choose"))
        return await _do(request, web, ticket_id, change)


def _version(typed: object) -> int:
    return int(str(typed)) if str(typed).isdecimal() else -1  # -1 is no version: refused as changed


def _transfer(turn: DeskTurn, to: str) -> None:
    if turn.scene.uow.duties.get(to) is None:
        raise Refused("choose")
    desk.transfer(turn, to)


async def _do(
    request: SignedIn,
    web: Web,
    ticket_id: str,
    change: Callable[[DeskTurn], None],
    *,
    version: int | None = None,
    typed: str = "",
) -> Response[str] | Redirect:
    """A move and back to the page; where it was refused, why, with what was typed."""
    try:
        await move(request, web, ticket_id, change, version)
    except Refused as refused:
        return await _show(request, web, ticket_id, refused, typed)
    return Redirect(case_path(ticket_id), status_code=303)


async def _show(
    request: SignedIn, web: Web, ticket_id: str, problem: Refused | None = None, typed: str = ""
) -> Response[str]:
    at, release = web.now(), web.release()
    is_part = request.headers.get("hx-request") is not None

    def read(unit: WebUnit) -> Case:
        ticket = unit.tickets.get(ticket_id)
        if not is_part:
            unit.audit.note(ticket.chat_id, "case_read", at, actor=request.user.id, about=ticket_id)
        names = {account.id: account.name for account in unit.accounts.all()}
        colleagues = [
            (duty.account, names[duty.account], duty.speaks(ticket.locale))
            for duty in unit.duties.all()
            if duty.account in names and duty.account != ticket.owner
        ]
        return Case(
            ticket,
            unit.sessions.take(ticket.chat_id),
            unit.transcripts.lines(ticket.chat_id, ticket_id),
            unit.notes.of(ticket.chat_id, ticket_id),
            names,
            colleagues,
        )

    try:
        case = await web.store.run(read)
    except TicketUnknown:
        raise NotFoundException from None
    asked = request.query_params.get("find", "").strip()
    values: dict[str, Any] = {
        "case": case,
        "ticket": case.ticket,
        "is_mine": case.ticket.owner == request.user.id,
        "path_titles": [place_title(release, node) for node in (*case.session.trail, case.session.node or "") if node],
        "is_first": not is_part,
        "waits": any(line.delivery == "waiting" for line in case.lines),
        "find": asked,
        "found": find_sendable(release, asked, case.ticket.locale),
        "key": secrets.token_hex(8),
        "typed": typed,
        "problem": problem,
        "problem_name": case.names.get(problem.owner, "") if problem is not None else "",
        "reasons": CLOSED_BECAUSE,
        "rtl": RIGHT_TO_LEFT,
        "queue": QUEUE,
    }
    part = {"transcript": "case_transcript.html", "find": "case_find.html"}.get(request.query_params.get("part", ""))
    name = part if is_part and part is not None else "case.html"
    return web.pages.render(request, name, 409 if problem is not None else 200, **values)


def find_sendable(release: Release, asked: str, locale: str) -> list[Sendable]:
    """Ready replies and places of the flows whose Danish text holds all the words; without words the replies."""
    words = asked.casefold().split()
    found = [_reply(release, key, locale) for key in release.keys("reply/")]
    if words:
        found += [_place(release, node, locale) for node in release.nodes if node.partition("/")[0] not in PRIVATE]
    fits = (each for each in found if all(word in each.searched for word in words))
    return list(fits)[: MOST_FOUND if words else len(found)]


PRIVATE = ("human", "privacy", "hide")  # flows that only the person opens


def _reply(release: Release, key: str, locale: str) -> Sendable:
    danish, theirs = (release.render(Text(key), tag).text for tag in (release.locales[0], locale))
    return Sendable(f"reply:{key}", danish, theirs, danish.casefold())


def _place(release: Release, node_id: str, locale: str) -> Sendable:
    # A service's own page tells whether it is open now: it is rendered when it is opened.
    keys = [key for key in release.nodes[node_id].texts() if not key.startswith("service/")]
    danish = [release.render(Text(key), release.locales[0]).text for key in keys] or [node_id]
    theirs = release.render(Text(keys[0]), locale).text if keys else ""
    return Sendable(f"place:{node_id}", danish[0], theirs, " ".join(danish).casefold())
