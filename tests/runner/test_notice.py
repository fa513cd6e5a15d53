"""Advisers' Telegram: linked by a code, told of a waiting case without a word of it; the same claim as at the desk."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from bot.engine.incoming import BotBlocked, ChoicePressed, CommandGiven, GroupLeft, GroupMet, GroupPressed, Incoming
from bot.handoff.duty import Duty, Hours
from bot.handoff.ticket import Ticket
from bot.runner import desk
from bot.runner.notice import OFFERED, keep_noticing, offer_code, offer_group, refresh
from bot.runner.ports import Outgoing, Sent
from bot.runner.run import run_turn
from bot.storage.store import Store
from bot.storage.unit_of_work import UnitOfWork
from bot.web.account import Account, Role
from tests.storage.conftest import store, url
from tests.support.content import our_release
from tests.support.waiting import eventually

__all__ = ["store", "url"]

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # a Tuesday, 10 o'clock in Copenhagen
WEEK = tuple(Hours(day, time(8), time(20)) for day in range(7))
ARABIC, TURKISH, LEAD, GROUP, CITIZEN = 11, 12, 13, -99, 700
URL = "https://desk.example"


@dataclass
class Team:
    """Adviser A speaks Arabic, Adviser B Turkish; both and a lead have linked their Telegram."""

    store: Store
    at: datetime = AT
    screens: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)  # messages by chat, as they read now
    number: int = 0

    async def prepare(self) -> None:
        for login, role, skills in (
            ("a", Role.ADVISER, {"ar": 3}),
            ("b", Role.ADVISER, {"tr": 3}),
            ("l", Role.LEAD, {}),
        ):
            account = Account(login, login, f"Adviser {login.upper()}", frozenset({role}), "da", AT)
            await self.store.run(lambda unit, account=account: unit.accounts.add(account))  # type: ignore[misc]
            duty = Duty(login, account.name, skills, hours=WEEK)
            await self.store.run(lambda unit, duty=duty: unit.duties.put(duty))  # type: ignore[misc]
        for account_id, chat in (("a", ARABIC), ("b", TURKISH), ("l", LEAD)):
            await self.links(account_id, chat)

    async def links(self, account: str, chat: int) -> None:
        code = await self.store.run(lambda unit: offer_code(unit, account, self.at))
        await self.sends(partial(CommandGiven, name="link", argument=code.lower(), message_id=1), chat)

    async def links_group(self) -> None:
        await self.store.run(lambda unit: offer_group(unit, "l", self.at))
        await self.sends(partial(GroupMet, person_id=LEAD), GROUP)

    async def sends(self, make: Callable[..., Incoming], chat: int) -> list[Outgoing]:
        self.number += 1
        incoming = make(update_id=self.number, chat_id=chat, at=self.at)
        return await self.shows(await self.store.run(partial(run_turn, incoming, release=our_release())))

    async def shows(self, rows: tuple[Outgoing, ...]) -> list[Outgoing]:
        """What Telegram would do with them."""
        for row in rows:
            self.number += 1
            message_id = row.body.get("replaces", self.number)
            self.screens.setdefault(row.chat_id, {})[message_id] = dict(row.body)
            sent = Sent(row.chat_id, row.seq, self.at, message_id)
            await self.store.run(lambda unit, sent=sent: unit.outbox.mark_sent([sent]))  # type: ignore[misc]
        return list(rows)

    async def asks(self, locale: str = "ar", urgency: str = "normal", chat: int = CITIZEN) -> Ticket:
        ticket = Ticket(
            id=f"{chat:032x}", chat_id=chat, state="waiting", topic="complaint", urgency=urgency, locale=locale,
            opened_at=self.at, waiting_since=self.at,
        )  # fmt: skip
        await self.store.run(lambda unit: unit.tickets.add(ticket))
        return ticket

    async def look(self) -> int:
        """How many messages leave."""
        count = 0
        for link in await self.store.run(lambda unit: unit.notices.links()):
            work = partial(refresh, release=our_release(), link=link, desk_url=URL, at=self.at)
            count += len(await self.shows(await self.store.run(work)))
        return count

    def texts(self, chat: int) -> list[str]:
        shown = [body["text"] for body in self.screens.get(chat, {}).values() if "text" in body]
        return [text.replace("\u2068", "").replace("\u2069", "") for text in shown]

    def notices(self, chat: int) -> list[str]:
        return [text for text in self.texts(chat) if "sag" in text.lower() and "besked" not in text]

    async def ticket(self) -> Ticket:
        found = await self.store.run(lambda unit: unit.tickets.last_of(CITIZEN))
        assert found is not None
        return found

    async def desk(self, change: Callable[[desk.DeskTurn], None], account: str) -> None:
        ticket = await self.ticket()

        def work(unit: UnitOfWork) -> None:
            turn = desk.begin(unit, our_release(), ticket.id, account, self.at)
            change(turn)
            turn.finish()

        await self.store.run(work)

    def claims(self, ticket: Ticket) -> partial[ChoicePressed]:
        return partial(ChoicePressed, data=f"!claim:{ticket.id}", message_id=1, query_id="q")


@pytest.fixture
async def team(store: Store) -> Team:
    made = Team(store)
    await made.prepare()
    return made


async def test_code_is_used_once_and_soon_and_tells_so(team: Team) -> None:
    assert team.texts(ARABIC) == ["Du får nu besked her, når en sag venter. Slå det fra på din profil, hvis du vil."]
    assert await team.store.run(lambda unit: unit.notices.is_linked("a"))
    code = await team.store.run(lambda unit: offer_code(unit, "a", team.at))
    link = partial(CommandGiven, name="link", argument=code, message_id=1)
    team.at += OFFERED
    await team.sends(link, 14)
    assert team.texts(14) == ["Den kode gælder ikke. Lav en ny på din profil."]
    await team.links("a", 14)  # another phone: the earlier chat hears no more
    assert [each.chat_id for each in await team.store.run(lambda unit: unit.notices.links())] == [TURKISH, LEAD, 14]
    await team.sends(link, 15)
    assert await team.store.run(lambda unit: unit.notices.link_of(15)) is None


async def test_who_can_take_it_is_told_once_without_a_word_of_the_case(team: Team) -> None:
    ticket = await team.asks(urgency="child")
    assert await team.look() == 1
    [text] = team.notices(ARABIC)
    assert text == f"🔔 En sag venter (arabisk, haster meget).\n\nSagen på desken: {URL}/desk/case/{ticket.id}"
    assert team.notices(TURKISH) == []
    assert await team.look() == 0


async def test_alarm_is_a_new_message_and_in_the_end_everybody_hears(team: Team) -> None:
    await team.asks()
    await team.look()
    team.at += timedelta(minutes=61)
    assert await team.look() == 1
    assert "⏰ En sag har ventet for længe: 61 min. (arabisk, haster ikke)." in team.notices(ARABIC)[-1]
    assert team.notices(TURKISH) == []
    team.at += timedelta(minutes=60)
    assert await team.look() == 3
    assert "121 min." in team.notices(TURKISH)[0]


async def test_claim_by_button_is_the_same_claim_and_every_message_follows(team: Team) -> None:
    await team.links_group()
    ticket = await team.asks()
    assert await team.look() == 2
    told = await team.sends(team.claims(ticket), ARABIC)
    assert [row.chat_id for row in told] == [CITIZEN]
    assert "Adviser A" in told[0].body["text"]
    claimed = await team.ticket()
    assert (claimed.state, claimed.owner) == ("claimed", "a")
    session = await team.store.run(lambda unit: unit.sessions.take(CITIZEN))
    assert session.is_claimed
    assert await team.look() == 2
    assert team.notices(ARABIC) == [
        f"✅ Du har sagen (arabisk, haster ikke).\n\nSagen på desken: {URL}/desk/case/{ticket.id}"
    ]
    assert team.notices(GROUP) == ["✅ Adviser A har sagen."]
    assert [body.get("rows") for body in team.screens[GROUP].values()] == [None, None]
    # Too late: who has it is said, and nothing changes; a double press says nothing.
    [late] = await team.sends(team.claims(ticket), TURKISH)
    assert "Adviser A" in late.body["text"]
    assert await team.sends(team.claims(ticket), ARABIC) == []
    assert (await team.ticket()).version == claimed.version


async def test_of_many_who_press_one_wins(team: Team) -> None:
    ticket = await team.asks()
    await asyncio.gather(*(team.sends(team.claims(ticket), chat) for chat in (ARABIC, TURKISH, LEAD)))
    owner = (await team.ticket()).owner
    assert owner in ("a", "b", "l")
    name = f"Adviser {str(owner).upper()}"
    assert sum(f"{name} har sagen" in text for chat in (ARABIC, TURKISH, LEAD) for text in team.texts(chat)) == 2


async def test_group_is_linked_by_a_lead_who_adds_the_bot_and_by_nobody_else(team: Team) -> None:
    [leaves] = await team.sends(partial(GroupMet, person_id=LEAD), GROUP)
    assert leaves.kind == "leave", "no leave to add it was asked for at the desk"
    await team.store.run(lambda unit: offer_group(unit, "l", team.at))
    [leaves] = await team.sends(partial(GroupMet, person_id=555), GROUP)
    assert leaves.kind == "leave", "a stranger added it"
    await team.links_group()
    assert team.texts(GROUP)[-1].startswith("Denne gruppe får nu besked")
    assert await team.sends(partial(GroupMet, person_id=555), GROUP) == []
    ticket = await team.asks()
    await team.look()
    press = partial(GroupPressed, data=f"!claim:{ticket.id}", query_id="q")
    [refused] = await team.sends(partial(press, person_id=555), GROUP)
    assert "kun en rådgiver" in refused.body["text"]
    assert await team.sends(partial(press, person_id=TURKISH, data="!menu"), GROUP) == []
    await team.sends(partial(press, person_id=TURKISH), GROUP)
    assert (await team.ticket()).owner == "b"
    await team.sends(GroupLeft, GROUP)
    assert await team.store.run(lambda unit: unit.notices.link_of(GROUP)) is None


async def test_nobody_is_disturbed_at_night_but_the_group_in_danger(team: Team) -> None:
    await team.links_group()
    team.at = AT.replace(hour=22)
    await team.asks()
    assert await team.look() == 0
    await team.asks(urgency="danger", chat=CITIZEN + 1)
    assert await team.look() == 1
    assert len(team.notices(GROUP)) == 1
    team.at = AT.replace(day=25)
    await team.look()
    assert len(team.notices(ARABIC)) == 2


async def test_full_hands_hear_of_danger_only(team: Team) -> None:
    full = Duty("a", "Adviser A", {"ar": 3}, hours=WEEK, capacity=1)
    await team.store.run(lambda unit: unit.duties.put(full))
    first = await team.asks()
    await team.sends(team.claims(first), ARABIC)
    second = await team.asks(chat=CITIZEN + 1)
    assert await team.look() == 0
    [refused] = await team.sends(team.claims(second), ARABIC)
    assert "så mange sager" in refused.body["text"]
    await team.asks(urgency="danger", chat=CITIZEN + 2)
    await team.look()
    assert len(team.notices(ARABIC)) == 2  # with the refusal


async def test_owner_is_told_that_the_person_waits_for_the_answer(team: Team) -> None:
    ticket = await team.asks(urgency="violence")
    await team.sends(team.claims(ticket), ARABIC)
    team.at += timedelta(minutes=5)
    assert await team.look() == 1
    assert "⏰ Borgeren venter på dit svar (arabisk, haster meget)." in team.notices(ARABIC)[-1]
    await team.desk(lambda turn: desk.reply(turn, "Hej", "k1"), "a")
    assert await team.look() == 1
    assert "✅ Du har sagen" in team.notices(ARABIC)[-1]


async def test_reopened_case_is_kept_for_who_knows_it_and_a_returned_one_is_not(team: Team) -> None:
    await team.store.run(lambda unit: unit.duties.put(Duty("b", "Adviser B", {"ar": 3}, hours=WEEK)))
    ticket = await team.asks()
    await team.sends(team.claims(ticket), ARABIC)
    await team.desk(lambda turn: desk.close(turn, "answered"), "a")
    await team.desk(desk.reopen, "a")
    await team.look()
    assert (len(team.notices(ARABIC)), len(team.notices(TURKISH))) == (1, 0)
    team.at += timedelta(minutes=15)
    await team.look()
    assert len(team.notices(TURKISH)) == 1
    await team.sends(team.claims(ticket), ARABIC)
    await team.look()
    await team.desk(desk.give_back, "a")
    assert await team.look() == 2


async def test_gone_case_and_blocked_or_disabled_adviser(team: Team) -> None:
    ticket = await team.asks()
    await team.look()
    await team.store.run(lambda unit: unit.people.forget(CITIZEN, team.at))
    assert await team.look() == 1
    assert team.notices(ARABIC) == ["Sagen venter ikke længere."]
    [gone] = await team.sends(team.claims(ticket), ARABIC)
    assert "venter ikke længere" in gone.body["text"]
    await team.sends(BotBlocked, ARABIC)
    assert not await team.store.run(lambda unit: unit.notices.is_linked("a"))
    account = await team.store.run(lambda unit: unit.accounts.by_id("b"))
    assert account is not None
    await team.store.run(lambda unit: unit.accounts.put(replace(account, is_disabled=True)))
    other = await team.asks(locale="tr")
    assert await team.look() == 0
    [refused] = await team.sends(team.claims(other), TURKISH)
    assert "kun en rådgiver" in refused.body["text"]


async def test_message_that_is_on_its_way_is_corrected_later(team: Team) -> None:
    ticket = await team.asks()
    link = await team.store.run(lambda unit: unit.notices.link_of(ARABIC))
    assert link is not None
    work = partial(refresh, release=our_release(), link=link, desk_url=URL, at=team.at)
    pending = await team.store.run(work)
    await team.sends(team.claims(ticket), TURKISH)
    assert await team.store.run(work) == ()
    await team.shows(pending)
    [edit] = await team.shows(await team.store.run(work))
    assert "Adviser B" in edit.body["text"]


@asynccontextmanager
async def noticing(team: Team, news: asyncio.Event, sent: list[Outgoing]) -> AsyncIterator[None]:
    work = keep_noticing(team.store, our_release, sent.extend, URL, news, lambda: team.at)
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_news_of_the_queue_reach_telegram_at_once_and_two_processes_tell_it_once(team: Team) -> None:
    news, sent = asyncio.Event(), list[Outgoing]()
    team.store.listen(lambda subjects: news.set() if "queue" in subjects else None)
    async with noticing(team, news, sent), noticing(team, asyncio.Event(), sent):
        await asyncio.sleep(0.1)
        await team.asks()
        await team.store.run(lambda unit: unit.announce("queue"))
        await eventually(lambda: sent)
        news.set()
        await asyncio.sleep(1.2)
    assert [row.chat_id for row in sent] == [ARABIC]
