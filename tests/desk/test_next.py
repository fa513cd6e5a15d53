"""*Take the next*: who came back is for a while left to the adviser who knows them."""

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
