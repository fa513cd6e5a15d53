"""What the advisers' pages share: who may, one move on a ticket, and why a move was refused."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from litestar.datastructures import FormMultiDict
from litestar.exceptions import NotFoundException

from bot.errors import BotError
from bot.handoff.duty import Duty
from bot.handoff.ticket import (
    MoveImpossible,
    Ticket,
    TicketAlreadyTaken,
    TicketChanged,
    TicketNotYours,
    TicketUnknown,
)
from bot.runner.desk import CapacityReached, DeskTurn, ReplyTooLong, SafeWordTooShort, begin
from bot.runner.ports import Outgoing
from bot.web.access import only
from bot.web.account import Role
from bot.web.page import SignedIn
from bot.web.ports import WebUnit
from bot.web.web import Web

ADVISERS = only(Role.ADVISER, Role.LEAD)


class Refused(BotError):
    """A move that was not made.

    Args:
        code: Names the words for it in `case_words.html`.
        owner: Account that has the ticket, where that is why.
    """

    def __init__(self, code: str, owner: str = "") -> None:
        super().__init__(code)
        self.code, self.owner = code, owner

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Refused | None":
        """What a page was told of a form (see `refused.told_at`)."""
        return cls(told["code"], told["owner"]) if told else None

    def told(self) -> dict[str, Any]:
        return {"code": self.code, "owner": self.owner}


LONGEST_KEY = 20  # of a form: it travels in buttons


def case_path(ticket_id: str) -> str:
    return f"/desk/case/{ticket_id}"


def may_take(duty: Duty | None, ticket: Ticket) -> bool:
    """Without a duty of their own somebody may take everything: nobody has said what they can."""
    return duty is None or duty.can_take(ticket)


def key_of(form: FormMultiDict, *typed: str) -> str:
    """The same for a form that is sent twice; another one where something else was typed in it."""
    key = str(form.get("key", ""))
    if key and typed:
        key = hashlib.sha256("\n".join((key, *typed)).encode()).hexdigest()
    return key[:LONGEST_KEY]


async def move(
    request: SignedIn,
    web: Web,
    ticket_id: str,
    change: Callable[[DeskTurn], None],
    version: int | None = None,
    key: str = "",
) -> None:
    """Make one move in one transaction, and send what it says.

    Args:
        version: Of the ticket, when the form was made; None where it does not matter.
        key: Of the form: a second move with the same key does nothing.
    Raises:
        Refused, NotFoundException
    """
    try:
        web.send(
            await web.store.run(
                partial(_move, request=request, web=web, ticket_id=ticket_id, change=change, version=version, key=key)
            )
        )
    except TicketUnknown:
        raise NotFoundException from None
    except TicketAlreadyTaken as taken:
        raise Refused("taken", taken.owner or "") from None
    except (TicketChanged, TicketNotYours, CapacityReached, ReplyTooLong, SafeWordTooShort, MoveImpossible) as error:
        raise Refused(_CODES[type(error)]) from None


_CODES: dict[type[Exception], str] = {
    TicketChanged: "changed",
    TicketNotYours: "not_yours",
    CapacityReached: "capacity",
    ReplyTooLong: "too_long",
    SafeWordTooShort: "short_word",
    MoveImpossible: "impossible",
}


def _move(
    unit: WebUnit,
    request: SignedIn,
    web: Web,
    ticket_id: str,
    change: Callable[[DeskTurn], None],
    version: int | None,
    key: str,
) -> tuple[Outgoing, ...]:
    turn = begin(unit, web.release(), ticket_id, request.user.id, web.now())
    if key and unit.transcripts.has_key(turn.ticket.chat_id, ticket_id, key):
        return ()
    turn.key = key or None
    if version is not None:
        turn.expect(version)
    change(turn)
    return turn.finish()
