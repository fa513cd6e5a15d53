"""Telegram notices for advisers: "a case waits", without a word of the person, in an adviser's own chat or in a group.

A chat is linked once; from then on what it was told is brought in line with the queue again and again (`refresh`).
So nothing is announced twice, a claim anywhere changes the message everywhere, and a crash in between only delays it.
"""

import asyncio
import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import structlog

from bot.engine.effects import Button, Param, Rows, SendMessage, Text
from bot.engine.incoming import (
    BotBlocked,
    ChoicePressed,
    CommandGiven,
    GroupLeft,
    GroupMet,
    GroupPressed,
    Incoming,
)
from bot.engine.press import read_press, way_data
from bot.errors import StorageUnavailable
from bot.handoff.duty import Duty
from bot.handoff.queue import alert_level, is_kept_for_another
from bot.handoff.ticket import Ticket, TicketAlreadyTaken, TicketUnknown
from bot.i18n.language import language_name
from bot.runner.desk import CapacityReached, begin, claim
from bot.runner.message import message_body
from bot.runner.ports import NoticeLink, Outgoing, Store, ToldNotice, UnitOfWork
from bot.runner.release import Release
from bot.runner.waiting import duties_now, shown_name

OFFERED = timedelta(minutes=15)  # how long a code, or the leave to add the bot to a group, can be used
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without those that look alike
CODE_LENGTH = 8
LOUD = 2  # alert level at which everybody on duty is told, whatever they speak
OWN = 10  # added to the level of a notice to an owner who has not answered
EVERY_S = 20.0
TOGETHER_S = 0.5  # news that come together are dealt with together
URGENT = {"danger": "notice/now", "child": "notice/now", "violence": "notice/now", "deadline": "notice/soon"}

log = structlog.get_logger()


# --- linking ----------------------------------------------------------------------------------------


def new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def hash_code(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()


def offer_code(uow: UnitOfWork, account: str, at: datetime) -> str:
    """A one-time code that links the chat in which it is sent to the bot ("/link CODE")."""
    code = new_code()
    uow.notices.offer(account, hash_code(code), at + OFFERED)
    return code


def offer_group(uow: UnitOfWork, account: str, at: datetime) -> None:
    """For a while the bot stays in a group that this account's linked Telegram adds it to."""
    uow.notices.offer(account, None, at + OFFERED)


def take_notice(incoming: Incoming, uow: UnitOfWork, release: Release) -> tuple[Outgoing, ...] | None:
    """What belongs to advisers and their groups, not to a person's conversation; None for all else."""
    match incoming:
        case CommandGiven(name="link", argument=code):
            return _link(incoming, code, uow, release)
        case BotBlocked():
            uow.notices.unlink(incoming.chat_id)
            return None
        case GroupLeft():
            uow.notices.unlink(incoming.chat_id)
            return ()
        case GroupMet():
            return _meet_group(incoming, uow, release)
        case GroupPressed(data=data) | ChoicePressed(data=data) if read_press(data).way == "claim":
            return _claim(incoming, read_press(data).argument, uow, release)
        case GroupPressed():
            return ()
        case _:
            return None


def _link(incoming: CommandGiven, code: str, uow: UnitOfWork, release: Release) -> tuple[Outgoing, ...]:
    account = uow.notices.use_code(hash_code(code), incoming.at)
    if account is None:
        return (_say(uow, release, incoming.chat_id, "da", Text("notice/bad_code")),)
    uow.notices.link(incoming.chat_id, account, incoming.at)
    uow.audit.note(0, "telegram_linked", incoming.at, actor=account, about=account)
    uow.announce("queue")
    link = uow.notices.link_of(incoming.chat_id)
    return (_say(uow, release, incoming.chat_id, link.language if link else "da", Text("notice/linked")),)


def _meet_group(incoming: GroupMet, uow: UnitOfWork, release: Release) -> tuple[Outgoing, ...] | None:
    """A linked group is left alone. One to which a lead has just added the bot is linked; all others are left."""
    if uow.notices.link_of(incoming.chat_id) is not None:
        return ()
    adder = uow.notices.link_of(incoming.person_id)
    if adder is None or adder.account is None or not uow.notices.use_group_offer(adder.account, incoming.at):
        return None
    uow.notices.link(incoming.chat_id, None, incoming.at)
    uow.audit.note(0, "telegram_group_linked", incoming.at, actor=adder.account)
    uow.announce("queue")
    return (_say(uow, release, incoming.chat_id, adder.language, Text("notice/group_linked")),)


def _claim(
    incoming: ChoicePressed | GroupPressed, ticket_id: str, uow: UnitOfWork, release: Release
) -> tuple[Outgoing, ...]:
    """The same claim as the desk's. A message that changes says who has it; words only where nobody got it now."""
    person = incoming.person_id if isinstance(incoming, GroupPressed) else incoming.chat_id
    link = uow.notices.link_of(person)
    if link is None or link.account is None or not link.may_claim:
        return (_say(uow, release, incoming.chat_id, "da", Text("notice/not_linked")),)
    say = partial(_say, uow, release, incoming.chat_id, link.language)
    try:
        turn = begin(uow, release, ticket_id, link.account, incoming.at)
        claim(turn)
    except TicketUnknown:
        return (say(Text("notice/gone")),)
    except TicketAlreadyTaken as taken:
        if taken.owner == link.account:
            return ()
        who = Text("notice/gone") if taken.owner is None else Text("notice/taken", _who(uow, taken.owner))
        return (say(who),)
    except CapacityReached:
        return (say(Text("notice/full")),)
    return turn.finish()


def _who(uow: UnitOfWork, account: str) -> dict[str, Param]:
    return {"name": shown_name(uow.duties.get(account))}


def _say(
    uow: UnitOfWork,
    release: Release,
    chat_id: int,
    locale: str,
    *parts: Text,
    rows: Rows = (),
    replaces: int | None = None,
) -> Outgoing:
    body = message_body(SendMessage(parts, rows, replaces=replaces), locale, release)
    return uow.outbox.add(chat_id, "message", cast(dict[str, Any], body))


# --- telling ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """The queue at one moment, and who is there."""

    at: datetime
    tickets: Mapping[str, Ticket]  # that are open
    there: Mapping[str, Duty]
    claimed: Mapping[str, int]  # how many an account has

    @classmethod
    def take(cls, uow: UnitOfWork, at: datetime) -> "Look":
        tickets = uow.tickets.open()
        there = {duty.account: duty for duty in duties_now(uow, at)}
        claimed = Counter(ticket.owner for ticket in tickets if ticket.owner is not None)
        return cls(at, {ticket.id: ticket for ticket in tickets}, there, claimed)

    def wanted(self, link: NoticeLink) -> Iterator[tuple[Ticket, int]]:
        """What this chat should have been told, with the level."""
        for ticket in self.tickets.values():
            level = alert_level(ticket, self.at)
            if ticket.state == "claimed":
                if ticket.owner == link.account and level > 0:
                    yield ticket, OWN + level
            elif self._concerns(link, ticket, level):
                yield ticket, level

    def _concerns(self, link: NoticeLink, ticket: Ticket, level: int) -> bool:
        """A group hears of all while somebody is there, of danger always; an adviser of what they can take."""
        if link.account is None:
            return bool(self.there) or ticket.urgency == "danger"
        duty = self.there.get(link.account)
        if duty is None or is_kept_for_another(ticket, duty.account, self.at):
            return False
        is_full = self.claimed.get(duty.account, 0) >= duty.capacity and ticket.urgency != "danger"
        return not is_full and (duty.can_take(ticket) or level >= LOUD)

    def still_stands(self, link: NoticeLink, told: ToldNotice) -> bool:
        ticket = self.tickets.get(told.ticket_id)
        if ticket is None or told.level < OWN:
            return ticket is not None and ticket.state == "waiting"
        return ticket.owner == link.account and alert_level(ticket, self.at) > 0


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to change in one chat."""

    over: Sequence[ToldNotice]
    new: Sequence[tuple[Ticket, int]]

    @classmethod
    def make(cls, look: Look, link: NoticeLink, told: Sequence[ToldNotice]) -> "Plan":
        over = [each for each in told if not look.still_stands(link, each)]
        levels = {each.ticket_id: each.level for each in sorted(told, key=lambda each: each.level)}
        new = [(ticket, level) for ticket, level in look.wanted(link) if level > levels.get(ticket.id, -1)]
        # What is on its way has no message id yet: it is corrected at the next look.
        return cls([each for each in over if not each.is_on_its_way], new)

    def __bool__(self) -> bool:
        return bool(self.over or self.new)


def refresh(uow: UnitOfWork, release: Release, link: NoticeLink, desk_url: str, at: datetime) -> tuple[Outgoing, ...]:
    """Bring what one chat was told in line with the queue."""
    uow.sessions.take(link.chat_id)  # another process that does the same waits, and then finds it done
    look = Look.take(uow, at)
    plan = Plan.make(look, link, uow.notices.told(link.chat_id))
    say = partial(_say, uow, release, link.chat_id, link.language)
    leaves = []
    for told in plan.over:
        uow.notices.remove(link.chat_id, told.seq)
        if told.message_id is not None:
            leaves.append(
                say(*_outcome(uow, look.tickets.get(told.ticket_id), link, desk_url), replaces=told.message_id)
            )
    for ticket, level in plan.new:
        claims = ((Button(Text("notice/claim"), way_data("claim", ticket.id)),),) if level < OWN else ()
        sent = say(_words(ticket, level, link, at), _address(ticket, desk_url), rows=claims)
        uow.notices.add(link.chat_id, ToldNotice(ticket.id, level, sent.seq))
        leaves.append(sent)
    return tuple(leaves)


def _outcome(uow: UnitOfWork, ticket: Ticket | None, link: NoticeLink, desk_url: str) -> tuple[Text, ...]:
    if ticket is None or ticket.owner is None:
        return (Text("notice/gone"),)
    if ticket.owner == link.account:
        return Text("notice/yours", _kind(ticket, link)), _address(ticket, desk_url)
    return (Text("notice/taken", _who(uow, ticket.owner)),)


def _words(ticket: Ticket, level: int, link: NoticeLink, at: datetime) -> Text:
    kind = _kind(ticket, link)
    if level >= OWN:
        return Text("notice/yours_waits", kind)
    if level == 0:
        return Text("notice/waits", kind)
    return Text("notice/late", {**kind, "value": str(int((at - ticket.queued_at) / timedelta(minutes=1)))})


def _kind(ticket: Ticket, link: NoticeLink) -> dict[str, Param]:
    """All that Telegram learns of a case: its language and whether it is urgent."""
    urgency = Text(URGENT.get(ticket.urgency, "notice/normal"))
    return {"language": language_name(ticket.locale, link.language), "urgency": urgency}


def _address(ticket: Ticket, desk_url: str) -> Text:
    return Text("notice/address", {"url": f"{desk_url}/desk/case/{ticket.id}"})


async def keep_noticing(
    store: Store,
    release: Callable[[], Release],
    send: Callable[[Sequence[Outgoing]], None],
    desk_url: str,
    news: asyncio.Event,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Until cancelled. `news` is set when the queue has changed; without news a look now and then is enough."""

    def find(uow: UnitOfWork) -> list[NoticeLink]:
        """Chats in which something has to change; most of the time none, and nothing is locked."""
        links = uow.notices.links()
        look = Look.take(uow, now()) if links else None
        return [link for link in links if look and Plan.make(look, link, uow.notices.told(link.chat_id))]

    while True:
        news.clear()
        try:
            for link in await store.run(find):
                send(await store.run(partial(refresh, release=release(), link=link, desk_url=desk_url, at=now())))
        except StorageUnavailable:
            log.warning("database away", reason="notices")
        except Exception as error:  # one broken row must not end the watch over all others
            log.error("notices failed", error=type(error).__name__)
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await news.wait()
        await asyncio.sleep(TOGETHER_S)
