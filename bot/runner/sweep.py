"""Looks now and then at all open tickets: an owner who fell silent, and people whose place in the queue has moved."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from bot.engine.effects import Text
from bot.engine.screen import HUMAN
from bot.errors import StorageUnavailable
from bot.handoff.estimate import is_worth_telling
from bot.handoff.ticket import TicketChanged, TicketUnknown
from bot.runner.desk import DeskTurn, begin, take_from_silent_owner
from bot.runner.ports import Outgoing, Store, UnitOfWork
from bot.runner.release import Release
from bot.runner.waiting import waiting_words

EVERY_S = 20.0
MAY_ADD = timedelta(minutes=2)  # so long a person who was asked for more is left to write it

log = structlog.get_logger()


def sweep_ticket(uow: UnitOfWork, release: Release, ticket_id: str, at: datetime) -> tuple[Outgoing, ...]:
    """One ticket, in a transaction of its own. Another process that does the same at this moment changes nothing."""
    turn = begin(uow, release, ticket_id, "", at)
    if not take_from_silent_owner(turn):
        _tell_again(turn)
    return turn.finish()


def _tell_again(turn: DeskTurn) -> None:
    """Who was told a place is told the new one when it has halved, or when the time has moved by half an hour; who was
    asked for more and says nothing is told after a while."""
    ticket, scene = turn.ticket, turn.scene
    if ticket.state != "waiting" or ticket.is_unreachable:
        return
    words, told = waiting_words(scene.uow, ticket, scene.at)
    is_early = ticket.told is None and scene.at - ticket.queued_at < MAY_ADD
    if told is None or is_early or not is_worth_telling(ticket.told, told):
        return
    turn.save(replace(ticket, told=told))
    turn.tell(Text(f"{HUMAN}/waiting"), *words)


async def keep_sweeping(
    store: Store,
    release: Callable[[], Release],
    send: Callable[[Sequence[Outgoing]], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Until cancelled."""
    while True:
        try:
            for ticket in await store.run(lambda uow: uow.tickets.open()):
                try:
                    send(await store.run(partial(sweep_ticket, release=release(), ticket_id=ticket.id, at=now())))
                except (TicketUnknown, TicketChanged):
                    continue
        except StorageUnavailable:
            log.warning("database away", reason="sweep")
        await asyncio.sleep(EVERY_S)
