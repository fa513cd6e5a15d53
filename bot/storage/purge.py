"""Forgets what is no longer needed."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, delete, select, tuple_, update

from bot.runner.kept import SENT_KEPT, Kept
from bot.runner.ports import UnitOfWork as UnitOfWorkPort
from bot.storage.tables import (
    audit,
    closure,
    dead_update,
    login_attempt,
    note,
    notice_code,
    outbox,
    question,
    received,
    refused_form,
    session,
    ticket,
    transcript,
    web_session,
)
from bot.storage.unit_of_work import UnitOfWork
from bot.web.ports import REFUSED_KEPT

UPDATES_KEPT = timedelta(days=3)  # Telegram repeats an unconfirmed update for 24 hours
DEAD_KEPT = timedelta(days=30)
CLOSURES_KEPT = timedelta(days=30)
AUDIT_KEPT = timedelta(days=365)
ATTEMPTS_KEPT = timedelta(days=1)
WEB_SESSIONS_KEPT = timedelta(days=1)  # the absolute limit is shorter


def purge(unit: UnitOfWorkPort, now: datetime, kept: Kept) -> int:
    """Delete what is older than its time; returns how many rows."""
    assert isinstance(unit, UnitOfWork)
    _keep_deliveries(unit, now)
    tickets_before = now - timedelta(days=kept.tickets)
    closed = select(ticket.c.chat_id, ticket.c.id).where(ticket.c.closed_at < tickets_before)
    old: list[tuple[Table, ColumnElement[bool]]] = [
        (received, received.c.at < now - UPDATES_KEPT),
        (outbox, outbox.c.ended_at < now - SENT_KEPT),
        (dead_update, dead_update.c.at < now - DEAD_KEPT),
        (transcript, tuple_(transcript.c.chat_id, transcript.c.ticket_id).in_(closed)),
        (note, tuple_(note.c.chat_id, note.c.ticket_id).in_(closed)),
        (ticket, ticket.c.closed_at < tickets_before),
        (session, session.c.touched_at < now - timedelta(days=kept.sessions)),
        (question, question.c.at < now - timedelta(days=kept.questions)),
        (closure, closure.c.last < (now - CLOSURES_KEPT).date().isoformat()),
        (audit, audit.c.at < now - AUDIT_KEPT),
        (login_attempt, login_attempt.c.at < now - ATTEMPTS_KEPT),
        (notice_code, notice_code.c.until < now),
        (refused_form, refused_form.c.at < now - REFUSED_KEPT),
        (web_session, web_session.c.created_at < now - WEB_SESSIONS_KEPT),
    ]
    count = sum(unit.db.execute(delete(table).where(condition)).rowcount for table, condition in old)
    unit.has_purged = count > 0
    return count


def _keep_deliveries(unit: UnitOfWork, now: datetime) -> None:
    """What became of a reply outlives the outbox's row."""
    row = and_(outbox.c.chat_id == transcript.c.chat_id, outbox.c.seq == transcript.c.seq)
    going = select(outbox.c.chat_id, outbox.c.seq).where(outbox.c.ended_at < now - SENT_KEPT)
    state = select(outbox.c.state).where(row).scalar_subquery()
    reason = select(outbox.c.reason).where(row).scalar_subquery()
    these = tuple_(transcript.c.chat_id, transcript.c.seq).in_(going)
    unit.db.execute(update(transcript).where(these).values(delivery=state, reason=reason))
