"""*Take the next*: who came back is for a while left to the adviser who knows them."""

import asyncio

from tests.desk.test_case import adviser, form_of
from tests.support.citizen import Citizen
from tests.support.web import Desk


async def test_reopened_case_waits_for_who_knows_it(desk: Desk) -> None:
    _, mine = await adviser(desk, "a", "Adviser A")
    _, others = await adviser(desk, "b", "Adviser B")
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    await mine.post(f"{case}/claim")
    await mine.post(f"{case}/move", {**form_of(await mine.get(case)), "do": "close", "because": "answered"})
    await citizen.presses("!talk_on")
    assert "Ingen venter" in (await others.post("/desk/queue/next")).text
    assert (await mine.post("/desk/queue/next")).headers["location"] == case
    await mine.post(f"{case}/move", {**form_of(await mine.get(case)), "do": "return"})
    assert (await others.post("/desk/queue/next")).headers["location"] == case, "given back: free for everybody at once"


async def test_double_press_takes_one_case(desk: Desk) -> None:
    """The second one would be told that somebody has come, and nobody would be there."""
    _, browser = await adviser(desk, "a", "Adviser A")
    citizens = [Citizen(desk, chat_id=701 + n) for n in range(3)]
    cases = [f"/desk/case/{(await citizen.asks_for_adviser()).id}" for citizen in citizens]
    pressed = [browser.post("/desk/queue/next", {"key": "one"}) for _ in range(3)]
    answers = [*await asyncio.gather(*pressed), await browser.post("/desk/queue/next", {"key": "one"})]
    assert [answer.headers["location"] for answer in answers] == cases[:1] * 4
    assert (await browser.post("/desk/queue/next", {"key": "two"})).headers["location"] == cases[1]
    assert [(await citizen.ticket()).state for citizen in citizens] == ["claimed", "claimed", "waiting"]


async def test_double_press_at_the_end_ends_it_once(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    await browser.post(f"{case}/claim")
    form = {**form_of(await browser.get(case)), "do": "close", "because": "answered"}
    seen = len(citizen.seen)
    assert [(await browser.post(f"{case}/move", form)).status_code for _ in range(2)] == [303, 303]
    assert len(citizen.seen) == seen + 1
