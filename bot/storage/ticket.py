"""Tickets in the database: the queue, and claims that no two advisers can share."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy import update as sql_update

from bot.handoff.duty import FLUENT, Duty
from bot.handoff.queue import KEPT_FOR_LAST, rank
from bot.handoff.ticket import Ticket, TicketChanged, TicketUnknown, Told
from bot.storage.keyring import Keyring
from bot.storage.tables import CLAIMED, MICROSECOND, OPEN, WAITING, Moment, ticket, to_microseconds

_order = (ticket.c.rank, ticket.c.waiting_since, ticket.c.id)
_BY_ID = select(ticket).where(ticket.c.id == bindparam("wanted"))
_OPEN = select(ticket).where(OPEN).order_by(*_order)
_OPEN_OF = select(ticket).where(OPEN, ticket.c.chat_id == bindparam("chat"))
_LAST_OF = select(ticket).where(ticket.c.chat_id == bindparam("chat")).order_by(ticket.c.opened_at.desc()).limit(1)
_CLOSED_OF = (
    select(ticket)
    .where(ticket.c.closed_at.is_not(None), ticket.c.last_owner == bindparam("account"))
    .order_by(ticket.c.closed_at.desc())
    .limit(bindparam("most"))
)
_CLAIMED_BY = select(func.count()).select_from(ticket).where(CLAIMED, ticket.c.owner == bindparam("account"))
_WAITS = (
    select(ticket.c.waited)
    .where(ticket.c.waited.is_not(None), ticket.c.claimed_at >= bindparam("since"))
    .order_by(ticket.c.claimed_at.desc())
    .limit(bindparam("most"))
)
_AHEAD = (
    select(func.count())
    .select_from(ticket)
    .where(WAITING, tuple_(*_order) < tuple_(bindparam("rank"), bindparam("since", type_=Moment), bindparam("id")))
)
_OWNED = {
    "state": literal_column("'claimed'"),
    "owner": bindparam("account"),
    "last_owner": bindparam("account"),
    "claimed_at": bindparam("now"),
    "unanswered_since": bindparam("now"),
    "waited": bindparam("now_us") - ticket.c.waiting_since,
    "version": ticket.c.version + 1,
}
# The condition is looked at again under the row's lock: of many who press at once one finds it true.
_CLAIM = sql_update(ticket).where(ticket.c.id == bindparam("wanted"), WAITING).values(_OWNED).returning(ticket)


def _next_for(duty: Duty, at: datetime) -> Select[Any]:
    """The id of the ticket that this adviser should take. Who came back is kept for the adviser who knows them."""
    spoken = [locale for locale, level in duty.skills.items() if level >= FLUENT]
    fits: ColumnElement[bool] = ticket.c.locale.in_(spoken)
    if duty.topics:
        fits = and_(fits, ticket.c.topic.in_(sorted(duty.topics)))
    is_mine = ticket.c.last_owner == duty.account
    is_free = or_(ticket.c.last_owner.is_(None), is_mine, ticket.c.waiting_since <= at - KEPT_FOR_LAST)
    return (
        select(ticket.c.id)
        .where(WAITING, or_(ticket.c.rank == rank("danger"), and_(fits, is_free)))
        .order_by(*_order)
        .limit(1)
        # PostgreSQL: who presses at the same moment gets the next one. SQLite has one writer at a time.
        .with_for_update(skip_locked=True)
    )


def _story_place(chat_id: int, ticket_id: str) -> str:
    return f"ticket.story:{chat_id}:{ticket_id}"


class Tickets:
    """At most one ticket of a chat is open: a unique index sees to it."""

    def __init__(self, db: Connection, keyring: Keyring) -> None:
        self._db, self._keyring = db, keyring

    def open_of(self, chat_id: int) -> Ticket | None:
        return self._one_or_none(_OPEN_OF, {"chat": chat_id})

    def last_of(self, chat_id: int) -> Ticket | None:
        return self._one_or_none(_LAST_OF, {"chat": chat_id})

    def get(self, ticket_id: str) -> Ticket:
        found = self._one_or_none(_BY_ID, {"wanted": ticket_id})
        if found is None:
            raise TicketUnknown(ticket_id)
        return found

    def add(self, opened: Ticket) -> None:
        self._db.execute(insert(ticket), self._to_row(opened))

    def save(self, changed: Ticket) -> Ticket:
        row = self._to_row(replace(changed, version=changed.version + 1))
        this = (ticket.c.chat_id == changed.chat_id, ticket.c.id == changed.id, ticket.c.version == changed.version)
        if self._db.execute(sql_update(ticket).where(*this).values(row)).rowcount != 1:
            raise TicketChanged(changed.id)
        return replace(changed, version=changed.version + 1)

    def claim(self, ticket_id: str, account: str, at: datetime) -> Ticket | None:
        asked = {"wanted": ticket_id, "account": account, "now": at, "now_us": to_microseconds(at)}
        return self._one_or_none(_CLAIM, asked)

    def claim_next(self, duty: Duty, at: datetime) -> Ticket | None:
        # As one value: with IN, PostgreSQL runs the inner query again for each row, and each time it skips to another.
        chosen = ticket.c.id == _next_for(duty, at).scalar_subquery()
        claim = sql_update(ticket).where(chosen, WAITING).values(_OWNED).returning(ticket)
        return self._one_or_none(claim, {"account": duty.account, "now": at, "now_us": to_microseconds(at)})

    def claimed_by(self, account: str) -> int:
        return self._db.scalar(_CLAIMED_BY, {"account": account}) or 0

    def open(self) -> list[Ticket]:
        return [self._to_ticket(row) for row in self._db.execute(_OPEN)]

    def closed_of(self, account: str, limit: int) -> list[Ticket]:
        asked = {"account": account, "most": limit}
        return [self._to_ticket(row) for row in self._db.execute(_CLOSED_OF, asked)]

    def position(self, waiting: Ticket) -> int:
        asked = {"rank": rank(waiting.urgency), "since": waiting.queued_at, "id": waiting.id}
        return 1 + (self._db.scalar(_AHEAD, asked) or 0)

    def recent_waits(self, since: datetime, limit: int) -> list[timedelta]:
        return [waited * MICROSECOND for waited in self._db.scalars(_WAITS, {"since": since, "most": limit}) if waited]

    # --- rows ---------------------------------------------------------------------------------------

    def _one_or_none(self, statement: Any, asked: dict[str, Any]) -> Ticket | None:
        row = self._db.execute(statement, asked).one_or_none()
        return None if row is None else self._to_ticket(row)

    def _to_row(self, kept: Ticket) -> dict[str, Any]:
        story = {"path": kept.path, "answers": dict(kept.answers), "articles": kept.articles, "journal": kept.journal}
        told = kept.told
        return {
            "chat_id": kept.chat_id,
            "id": kept.id,
            "state": kept.state,
            "topic": kept.topic,
            "urgency": kept.urgency,
            "rank": rank(kept.urgency),
            "locale": kept.locale,
            "story": self._keyring.encrypt(story, _story_place(kept.chat_id, kept.id)),
            "opened_at": kept.opened_at,
            "waiting_since": kept.queued_at,
            "owner": kept.owner,
            "last_owner": kept.last_owner,
            "claimed_at": kept.claimed_at,
            "unanswered_since": kept.unanswered_since,
            "version": kept.version,
            "told": None if told is None else json.dumps([told.position, told.low, told.high]),
            "callback_at": kept.callback_at,
            "is_unreachable": kept.is_unreachable,
            "is_threat": kept.is_threat,
            "closed_at": kept.closed_at,
            "closed_because": kept.closed_because,
            "rating": kept.rating,
            "journalised_at": kept.journalised_at,
        }

    def _to_ticket(self, row: Row[Any]) -> Ticket:
        story = self._keyring.decrypt(row.story, _story_place(row.chat_id, row.id))
        return Ticket(
            id=row.id,
            chat_id=row.chat_id,
            state=row.state,
            topic=row.topic,
            urgency=row.urgency,
            locale=row.locale,
            opened_at=row.opened_at,
            path=tuple(story["path"]),
            answers=story["answers"],
            articles=tuple(story["articles"]),
            waiting_since=row.waiting_since,
            owner=row.owner,
            last_owner=row.last_owner,
            claimed_at=row.claimed_at,
            unanswered_since=row.unanswered_since,
            version=row.version,
            told=None if row.told is None else Told(*json.loads(row.told)),
            callback_at=row.callback_at,
            is_unreachable=row.is_unreachable,
            is_threat=row.is_threat,
            closed_at=row.closed_at,
            closed_because=row.closed_because,
            rating=row.rating,
            journal=story.get("journal"),
            journalised_at=row.journalised_at,
        )
