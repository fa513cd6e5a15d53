"""One look at all that is open: tickets, who has hours, whether anybody is there."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary

from bot.dates.deadline import copenhagen_day
from bot.handoff.duty import Duty, on_duty
from bot.handoff.ticket import Ticket
from bot.web.hub import Hub
from bot.web.ports import WebUnit
from bot.web.web import WebParts

OLDEST_S = 1.0  # of a look that is shared although nothing was heard since: another process may be late in telling


@dataclass(frozen=True, slots=True)
class OpenDesk:
    tickets: list[Ticket]
    duties: Mapping[str, Duty]
    names: Mapping[str, str]
    is_open: bool


async def look(web: WebParts) -> OpenDesk:
    return await web.store.run(lambda unit: _read(unit, web.now()))


def _read(unit: WebUnit, at: datetime) -> OpenDesk:
    duties = unit.duties.all()
    closures = [closure for _, closure in unit.duties.closures(copenhagen_day(at))]
    return OpenDesk(
        unit.tickets.open(),
        {duty.account: duty for duty in duties},
        {account.id: account.name for account in unit.accounts.all()},
        bool(on_duty(duties, closures, at)),
    )


async def shared_look(web: WebParts) -> OpenDesk:
    """A look that was begun after the newest news: for pages that follow the news, and are many."""
    now, latest = asyncio.get_running_loop().time(), _latest.get(web.hub)
    if latest is None or latest.news != web.hub.last_id or now - latest.begun_at > OLDEST_S:
        latest = _latest[web.hub] = _Shared(web.hub.last_id, now, asyncio.create_task(look(web)))
    # One page that goes away must not take the look from the others.
    return await asyncio.shield(latest.look)


@dataclass(frozen=True, slots=True)
class _Shared:
    news: str
    begun_at: float
    look: asyncio.Task[OpenDesk]


_latest: WeakKeyDictionary[Hub, _Shared] = WeakKeyDictionary()
