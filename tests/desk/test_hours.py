"""Hours, languages and closed days: what a lead types decides what citizens hear."""

import pytest

from bot.engine.effects import Text
from bot.web.account import Role
from tests.support.citizen import Citizen
from tests.support.content import our_release
from tests.support.web import Desk

MONDAY_TO_SUNDAY = {f"{side}-{day}": clock for day in range(7) for side, clock in (("from", "09:00"), ("to", "17:00"))}
TYPED = {**MONDAY_TO_SUNDAY, "speaks-ar": "3", "speaks-da": "2", "capacity": "4"}


async def test_hours_are_heard_by_citizens(desk: Desk) -> None:
    person = await desk.add("adviser-a", name="Adviser A")
    lead = await desk.signed_in(await desk.add("lead", [Role.LEAD], name="Lead A"))
    first, second, third = (Citizen(desk, chat_id=700 + n, locale="en") for n in range(3))
    await first.asks_for_adviser()
    assert "no advisers at the screen" in first.seen[-1]
    assert (await lead.post(f"/desk/hours/{person.id}", TYPED)).status_code == 303
    page = await lead.get("/desk/hours")
    assert "09:00–17:00" in page.text
    await second.asks_for_adviser()
    assert "number \u20682\u2069 in the queue" in second.seen[-1]
    assert "speaks your language" in second.seen[-1]
    assert (
        await lead.post("/desk/hours", {"first": "2026-11-24", "last": "2026-11-25", "account": ""})
    ).status_code == 303
    await third.asks_for_adviser()
    assert "here again \u2068Thursday 26 November 2026\u2069 at \u20689:00\u2069" in third.seen[-1]
    [(closure_id, _)] = await desk.store.run(lambda unit: unit.duties.closures(desk.at.date()))
    assert (await lead.post(f"/desk/hours/closure/{closure_id}/remove")).status_code == 303
    assert await desk.store.run(lambda unit: unit.duties.closures(desk.at.date())) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"to-0": "08:00"}, "slut efter start"),
        ({"to-0": ""}, "både start og slut"),
        ({"from-3": "nine"}, "både start og slut"),
        ({"capacity": "0"}, "1 til 30"),
        ({"capacity": "many"}, "1 til 30"),
    ],
)
async def test_wrong_hours_are_refused(desk: Desk, changed: dict[str, str], said: str) -> None:
    person = await desk.add("adviser-a", name="Adviser A")
    lead = await desk.signed_in(await desk.add("lead", [Role.LEAD], name="Lead A"))
    answer = await lead.post(f"/desk/hours/{person.id}", {**TYPED, **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert await desk.store.run(lambda unit: unit.duties.all()) == []
    assert (await lead.post("/desk/hours", {"first": "2026-12-02", "last": "2026-12-01"})).status_code == 422


async def test_name_that_citizens_see_follows_the_account(desk: Desk) -> None:
    person = await desk.add("adviser-a", name="Adviser A")
    lead = await desk.signed_in(await desk.add("lead", [Role.LEAD], name="Lead A"))
    await lead.post(f"/desk/hours/{person.id}", TYPED)
    answer = await (await desk.signed_in(person)).post("/desk/profile", {"name": "Adviser Z", "language": "da"})
    assert answer.status_code == 303, answer.text
    duty = await desk.store.run(lambda unit: unit.duties.get(person.id))
    assert duty is not None
    assert duty.shown_as == "Adviser Z"
    await lead.post(f"/desk/people/{person.id}", {"name": "Adviser Y", "roles": ["adviser"]})
    duty = await desk.store.run(lambda unit: unit.duties.get(person.id))
    assert duty is not None
    assert duty.shown_as == "Adviser Y"


@pytest.mark.parametrize(
    ("content", "media_type", "way"),
    [
        (b"\xff\xd8\xff\xe0 picture", "image/jpeg", "inline"),
        (b"%PDF-1.7 letter", "application/pdf", "attachment"),
        (b"<html><script>alert(1)</script>", "application/octet-stream", "attachment"),
    ],
)
async def test_attachment_is_shown_or_saved_never_run(desk: Desk, content: bytes, media_type: str, way: str) -> None:
    browser = await desk.signed_in(await desk.add("adviser-a", name="Adviser A"))
    citizen = Citizen(desk)
    ticket = await citizen.asks_for_adviser()
    await citizen.sends_photo(file_name='x".html\r\n', mime_type="application/pdf")
    lines = await desk.store.run(lambda unit: unit.transcripts.lines(citizen.chat_id, ticket.id))
    path = f"/desk/case/{ticket.id}/file/{lines[-1].message_id}"
    assert (await browser.get(path)).status_code == 502
    desk.files["file-1"] = content
    answer = await browser.get(path)
    assert answer.content == content
    assert answer.headers["content-type"].startswith(media_type)
    assert answer.headers["content-disposition"].startswith(f"{way}; filename=")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await browser.get(f"/desk/case/{ticket.id}/file/99999")).status_code == 404


async def test_file_that_telegram_would_not_give_is_refused_in_words(desk: Desk) -> None:
    citizen = Citizen(desk, locale="en")
    await citizen.asks_for_adviser()
    await citizen.sends_photo(size_bytes=30_000_000)
    assert citizen.seen[-1] == our_release().render(Text("common/file_too_large", {"mb": "20"}), "en").text
