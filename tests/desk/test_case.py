"""The queue and a case: claim, talk, hand on, close; and everything that must not happen."""

import asyncio
import re
from datetime import time

import httpx
import pytest

from bot.desk.sendable import find_sendable
from bot.handoff.duty import Duty, Hours
from bot.runner.sweep import sweep_ticket
from bot.web.account import Account
from tests.support.citizen import Citizen
from tests.support.content import our_release
from tests.support.web import Browser, Desk

WEEK = tuple(Hours(day, time(8), time(20)) for day in range(7))


async def adviser(desk: Desk, login: str, name: str, **duty: object) -> tuple[Account, Browser]:
    account = await desk.add(login, name=name)
    given = Duty(account.id, name, {"da": 3, "ar": 3, "en": 2}, hours=WEEK, **duty)  # type: ignore[arg-type]
    await desk.store.run(lambda unit: unit.duties.put(given))
    return account, await desk.signed_in(account)


def form_of(page: httpx.Response) -> dict[str, str]:
    """Version and key, as the page holds them."""
    version = re.search(r'class="version" value="(\d+)"', page.text)
    key = re.search(r'name="key" value="(\w+)"', page.text)
    assert version is not None
    assert key is not None
    return {"version": version[1], "key": key[1]}


async def test_from_the_queue_to_the_rating(desk: Desk) -> None:
    account, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    ticket = await citizen.asks_for_adviser()
    case = f"/desk/case/{ticket.id}"
    assert "ترتيبك في قائمة الانتظار: \u20681\u2069" in citizen.seen[-1]
    await citizen.says("عندي رسالة من البلدية")
    listed = await browser.get("/desk/queue")
    assert f"{case}/claim" in listed.text
    assert "arabisk" in listed.text
    assert (await browser.post(f"{case}/claim")).headers["location"] == case
    assert "\u2068Adviser A\u2069" in citizen.seen[-1]
    page = await browser.get(case)
    assert "عندي رسالة من البلدية" in page.text
    assert 'dir="auto"' in page.text

    # The bot is silent, the adviser hears.
    before = list(citizen.seen)
    await citizen.says("menu")
    await citizen.sends_photo()
    assert citizen.seen == before
    page = await browser.get(case)
    assert f"{case}/file/" in page.text
    assert (await browser.post(f"{case}/reply", {**form_of(page), "text": "Hej, hvad står der?"})).status_code == 303
    assert citizen.seen[-1].endswith("Hej, hvad står der?")
    assert citizen.seen[-1].startswith("💬 \u2068Adviser A\u2069")

    # A ready reply leaves in the person's language, and a place of the flows with its buttons.
    page = await browser.get(case)
    form = form_of(page)
    assert (await browser.post(f"{case}/send", {**form, "what": "reply:reply/photo"})).status_code == 303
    assert "CPR" in citizen.seen[-1]
    assert "صورة" in citizen.seen[-1]
    form = form_of(await browser.get(case))
    assert (await browser.post(f"{case}/send", {**form, "what": "place:complaint/decision"})).status_code == 303
    assert our_release().label("complaint/decision/say", "ar") in citizen.seen[-1]

    form = form_of(await browser.get(case))
    assert (await browser.post(f"{case}/move", {**form, "do": "close", "because": "answered"})).status_code == 303
    assert "انتهت المحادثة" in citizen.seen[-1]
    await citizen.presses("!rate:good")
    closed = await citizen.ticket()
    assert (closed.state, closed.rating, closed.closed_because) == ("closed", "good", "answered")
    await citizen.presses("!transcript")
    assert "▪️ Hej, hvad står der?" in citizen.seen[-1]
    await citizen.says("menu")  # the bot answers again
    assert our_release().label("start/menu/say", "ar") in citizen.seen[-1]
    lines = await desk.store.run(lambda unit: unit.audit.lines(limit=50, about=ticket.id))
    assert {"case_read", "ticket_claimed", "ticket_closed"} <= {line.what for line in lines if line.actor == account.id}


async def test_of_many_who_claim_one_wins_and_others_hear_who(desk: Desk) -> None:
    ticket = await Citizen(desk).asks_for_adviser()
    browsers = [(await adviser(desk, f"a{n}", f"Adviser {n}"))[1] for n in range(5)]
    answers = await asyncio.gather(*(each.post(f"/desk/case/{ticket.id}/claim") for each in browsers))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409, 409]
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
    assert all(f"Adviser {winner}" in answer.text for answer in answers if answer.status_code == 409)
    assert (await browsers[winner].post(f"/desk/case/{ticket.id}/claim")).status_code == 303  # a double press


async def test_stale_form_is_refused_with_the_text_kept(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    await browser.post(f"{case}/claim")
    form = form_of(await browser.get(case))
    await browser.post(f"{case}/reply", {**form, "text": "Første"})
    await citizen.says("لحظة")
    answer = await browser.post(f"{case}/reply", {**form, "key": "another", "text": "Anden"})
    assert answer.status_code == 409
    assert "Anden</textarea>" in answer.text
    assert "لحظة" in answer.text
    assert not any(text.endswith("Anden") for text in citizen.seen)
    # The same form again says it once, and nobody is told that it was not sent.
    form = form_of(answer)
    for _ in range(2):
        assert (await browser.post(f"{case}/reply", {**form, "text": "Tredje"})).status_code == 303
    assert sum(text.endswith("Tredje") for text in citizen.seen) == 1
    # Other words in an old form are other words.
    answer = await browser.post(f"{case}/reply", {**form, "text": "Fjerde"})
    assert (answer.status_code, "Fjerde</textarea>" in answer.text) == (409, True)


async def test_what_was_refused_is_deleted_with_the_person(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    version = str((await citizen.ticket()).version)
    answer = await browser.post(f"{case}/reply", {"version": version, "key": "k", "text": "Ikke min sag"})
    assert "Ikke min sag</textarea>" in answer.text  # to be copied: there is no field for it any more
    assert "Det kan kun den, der har sagen" in answer.text
    form_id = answer.request.url.params["refused"]
    assert await desk.store.run(lambda unit: unit.refused_forms.by_id(form_id)) is not None
    await desk.store.run(lambda unit: unit.people.forget(citizen.chat_id, desk.at))
    assert await desk.store.run(lambda unit: unit.refused_forms.by_id(form_id)) is None


async def test_only_the_owner_may_write_or_hand_on(desk: Desk) -> None:
    _, mine = await adviser(desk, "a", "Adviser A")
    other, others = await adviser(desk, "b", "Adviser B")
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    await mine.post(f"{case}/claim")
    form = form_of(await mine.get(case))
    seen = list(citizen.seen)
    for path, values in [
        ("reply", {"text": "Hej"}),
        ("send", {"what": "reply:reply/hello"}),
        ("move", {"do": "return"}),
        ("move", {"do": "close", "because": "other"}),
        ("move", {"do": "transfer", "to": other.id}),
        ("safety", {"do": "hide"}),
        ("safety", {"do": "ask"}),
    ]:
        answer = await others.post(f"{case}/{path}", {**form, **values})
        assert (answer.status_code, "Det kan kun den, der har sagen" in answer.text) == (409, True), path
    assert citizen.seen == seen
    assert (await mine.post(f"{case}/move", {**form, "do": "transfer", "to": other.id})).status_code == 303
    assert "Adviser B" in citizen.seen[-1]
    assert (await citizen.ticket()).owner == other.id
    form = form_of(await others.get(case))
    assert (await others.post(f"{case}/move", {**form, "do": "return"})).status_code == 303
    back = await citizen.ticket()
    assert (back.state, back.owner) == ("waiting", None)
    await citizen.says("هل أنت هنا؟")  # the bot answers again: a receipt
    assert our_release().label("common/joined_ticket", "ar") in citizen.seen[-1]


async def test_full_hands_take_no_more_but_danger(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A", capacity=1)
    first, second, third = (Citizen(desk, chat_id=701 + n) for n in range(3))
    for citizen in (first, second, third):
        await citizen.asks_for_adviser()
    assert (await browser.post("/desk/queue/next")).status_code == 303
    assert "så mange sager" in (await browser.post("/desk/queue/next")).text
    await third.says("أريد أن أموت")
    assert (await third.ticket()).urgency == "danger"
    assert (await browser.post("/desk/queue/next")).headers["location"] == f"/desk/case/{(await third.ticket()).id}"


async def test_silent_owner_loses_the_case_and_both_are_told(desk: Desk) -> None:
    account, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    ticket = await citizen.asks_for_adviser()
    case = f"/desk/case/{ticket.id}"
    await browser.post(f"{case}/claim")
    desk.later(minutes=9)
    assert await _sweep(desk, ticket.id) == []
    desk.later(minutes=2)
    assert await _sweep(desk, ticket.id) == [our_release().label("common/adviser_silent", "ar")]
    assert (await citizen.ticket()).state == "waiting"
    open_page = await browser.get(f"{case}?part=transcript&was=claimed:{account.id}", **{"hx-request": "true"})
    assert "Sagen er ændret, mens siden var åben." in open_page.text
    assert "svarede ikke; sagen er i køen igen" in open_page.text
    assert await _sweep(desk, ticket.id) == []


async def _sweep(desk: Desk, ticket_id: str) -> list[str]:
    """What the person is told."""
    rows = await desk.store.run(lambda unit: sweep_ticket(unit, our_release(), ticket_id, desk.at))
    return [row.body["text"] for row in rows]


async def test_paused_case_sends_nothing_until_resumed(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    await browser.post(f"{case}/claim")
    await browser.post(f"{case}/safety", {"do": "ask"})
    await citizen.presses("!safe:no")
    page = await browser.get(case)
    assert "NEJ, det er ikke godt at skrive nu" in page.text
    await browser.post(f"{case}/safety", {"do": "pause"})
    page = await browser.get(case)
    await browser.post(f"{case}/reply", {**form_of(page), "text": "Vent"})
    assert not any(text.endswith("Vent") for text in citizen.seen)
    assert "Holdt tilbage, til du siger til" in (await browser.get(case)).text
    await browser.post(f"{case}/safety", {"do": "resume"})
    assert any(text.endswith("Vent") for text in citizen.seen)


async def test_citizen_cancels_blocks_and_hides(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    ticket = await citizen.asks_for_adviser()
    case = f"/desk/case/{ticket.id}"
    await browser.post(f"{case}/claim")
    await citizen.blocks()
    assert "har blokeret botten" in (await browser.get(case)).text
    form = form_of(await browser.get(case))
    await citizen.presses("!human")
    await citizen.presses("human/consent>cancel")
    assert (await citizen.ticket()).closed_because == "cancelled"
    answer = await browser.post(f"{case}/reply", {**form, "text": "Er du der?"})
    assert answer.status_code == 409
    assert "Afsluttet af borgeren" in answer.text
    answer = await browser.post(
        f"{case}/move", {**form, "version": str((await citizen.ticket()).version), "do": "reopen"}
    )
    assert answer.status_code == 303
    assert (await citizen.ticket()).state == "waiting"


@pytest.mark.parametrize("find", ["frist", "billede brevet", "e"])
async def test_search_finds_what_can_be_sent(desk: Desk, find: str) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    await browser.post(f"{case}/claim")
    part = await browser.get(f"{case}?part=find&find={find}", **{"hx-request": "true"})
    assert "<html" not in part.text
    found = find_sendable(our_release(), find, "ar")
    assert re.findall(r'name="what" value="([^"]+)"', part.text) == [
        each.what for each in found if not each.is_for_staff
    ]
    assert len(found) > 1
    for word in find.split():
        assert all(word in f"{each.danish}\n{each.more}".casefold() for each in found)
    assert 'dir="rtl"' in part.text
    assert "Intet fundet" in (await browser.get(f"{case}?find=xyzzy")).text


async def test_outside_hours_the_citizen_hears_when(desk: Desk) -> None:
    await adviser(desk, "a", "Adviser A")
    desk.later(hours=13)  # 23:00 in Copenhagen on a Tuesday
    citizen = Citizen(desk, locale="en")
    await citizen.asks_for_adviser()
    assert "The advisers are here again \u2068Wednesday 25 November 2026\u2069 at \u20688:00\u2069" in citizen.seen[-1]


async def test_place_is_told_again_when_it_has_halved(desk: Desk) -> None:
    await adviser(desk, "a", "Adviser A", capacity=9)
    citizens = [Citizen(desk, chat_id=710 + n, locale="en") for n in range(4)]
    for citizen in citizens:
        await citizen.asks_for_adviser()
    last = citizens[-1]
    assert "number \u20684\u2069" in last.seen[-1]
    _, browser = await adviser(desk, "b", "Adviser B")
    ticket = await last.ticket()
    await browser.post("/desk/queue/next")
    assert await _sweep(desk, ticket.id) == [], "from 4 to 3"
    await browser.post("/desk/queue/next")
    [told] = await _sweep(desk, ticket.id)
    assert "number \u20682\u2069" in told
    assert await _sweep(desk, ticket.id) == []
