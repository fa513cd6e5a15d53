"""Looks now and then at all open tickets: an owner who fell silent, and people whose place in the queue has moved."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from bot.engine.effects import Text
from bot.engine.screen import HUMAN
from bot.errors import StorageUnavailable
from bot.handoff.estimate import is_worth_telling
from bot.handoff.queue import QueueState, alert_level
from bot.handoff.ticket import Ticket, TicketChanged, TicketUnknown
from bot.runner.desk import DeskTurn, begin, take_from_silent_owner
from bot.runner.ports import Outgoing, Store, UnitOfWork
from bot.runner.release import Release
from bot.runner.waiting import duties_now, waiting_words

EVERY_S = 20.0
MAY_ADD = timedelta(minutes=2)  # so long a person who was asked for more is left to write it

log = structlog.get_logger()


def sweep_ticket(uow: UnitOfWork, release: Release, ticket_id: str, at: datetime) -> tuple[Outgoing, ...]:
    """One ticket, in a transaction of its own. Another process that does the same at this moment changes nothing."""
    turn = begin(uow, release, ticket_id, "", at)
    if not take_from_silent_owner(turn):
        _tell_again(turn)
        _look_for_speaker(turn)
    return turn.finish()


def _tell_again(turn: DeskTurn) -> None:
    """Who was told a place is told the new one when it has halved, or when the time has moved by half an hour; who was
    asked for more and says nothing is told after a while."""
    ticket, scene = turn.ticket, turn.scene
    if ticket.state != "waiting" or ticket.is_unreachable or scene.session.is_paused:
        return
    words, told = waiting_words(scene.uow, ticket, scene.at)
    is_early = ticket.told is None and scene.at - ticket.queued_at < MAY_ADD
    if told is None or is_early or not is_worth_telling(ticket.told, told):
        return
    turn.save(replace(ticket, told=told))
    turn.tell(Text(f"{HUMAN}/waiting"), *words)


def _look_for_speaker(turn: DeskTurn) -> None:
    """An adviser without the person's language, and a colleague who has it and is there: the case says so, once."""
    ticket, uow, at = turn.ticket, turn.scene.uow, turn.scene.at
    owner = uow.duties.get(ticket.owner) if ticket.state == "claimed" and ticket.owner is not None else None
    if owner is None or owner.speaks(ticket.locale):
        return
    known = {line.author for line in uow.transcripts.lines(ticket.chat_id, ticket.id) if line.kind == "speaker_here"}
    for duty in duties_now(uow, at):
        if duty.can_take(ticket) and duty.speaks(ticket.locale) and duty.account not in known:
            turn.account = duty.account
            turn.record("speaker_here")


@dataclass(slots=True)
class Watch:
    """What was alarming at the last look: the desk and the notices hear of a rise at once."""

    levels: Mapping[str, int] = field(default_factory=dict)

    def has_risen(self, tickets: Iterable[Ticket], at: datetime) -> bool:
        before, self.levels = self.levels, {ticket.id: alert_level(ticket, at) for ticket in tickets}
        return any(level > before.get(id, 0) for id, level in self.levels.items())


async def keep_sweeping(
    store: Store,
    release: Callable[[], Release],
    send: Callable[[Sequence[Outgoing]], None],
    measured: Callable[[QueueState], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Until cancelled."""
    watch = Watch()
    while True:
        try:
            tickets = await store.run(lambda uow: uow.tickets.open())
            measured(QueueState.of(tickets, now()))
            if watch.has_risen(tickets, now()):
                await store.run(lambda uow: uow.announce("queue"))
            for ticket in tickets:
                try:
                    send(await store.run(partial(sweep_ticket, release=release(), ticket_id=ticket.id, at=now())))
                except (TicketUnknown, TicketChanged):
                    continue
        except StorageUnavailable:
            log.warning("database away", reason="sweep")
        except Exception as error:  # one broken row must not end the watch over all others
            log.error("sweep failed", error=type(error).__name__)
        await asyncio.sleep(EVERY_S)
