"""The queue's filters and what a row tells; the audit's words; a session that ends while somebody writes."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

import bot.runner.desk
from bot.errors import StorageUnavailable
from bot.handoff.duty import Duty
from bot.web.account import Role
from tests.desk.test_case import WEEK, adviser, form_of
from tests.desk.test_case_talk import claimed
from tests.support.citizen import Citizen
from tests.support.content import ROOT
from tests.support.web import Desk


async def test_filters_and_what_a_row_tells(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    arab, dane = Citizen(desk), Citizen(desk, chat_id=701, locale="da")
    first = await arab.asks_for_adviser()
    await dane.presses("!locale:da")
    for press in ("start/menu>complaint", "complaint/decision>written", "complaint/who>kk"):
        await dane.presses(press)
    await dane.says("1.11.2026")
    await dane.presses("complaint/how>digital")
    second = await dane.asks_for_adviser()
    listed = await browser.get("/desk/queue")
    assert listed.text.index(second.id) < listed.text.index(first.id)  # a deadline goes first
    assert "Sidste sikre dag: fredag den 27. november 2026" in listed.text
    for query, shown, hidden in (
        ("locale=ar", first, second),
        ("urgency=deadline", second, first),
        (f"topic={second.topic}", second, first),
        (f"topic={first.topic}", first, second),
    ):
        part = await browser.get(f"/desk/queue?{query}", **{"hx-request": "true"})
        assert "<html" not in part.text
        assert (shown.id in part.text, hidden.id in part.text) == (True, False), query
        assert (await browser.get(f"/desk/queue?{query}")).status_code == 200
    assert "Ingen venter." in (await browser.get("/desk/queue?locale=tr")).text
    # Of those who wait, those that this adviser can take.
    await desk.store.run(lambda unit: unit.duties.put(Duty("id-a", "Adviser A", {"da": 3}, hours=WEEK)))
    for query, hides in (("", False), ("fits=yes", True)):
        assert (first.id not in (await browser.get(f"/desk/queue?{query}")).text) is hides


@pytest.mark.parametrize(
    ("minutes", "waited", "alarm"),
    [
        (59, "59 minutter", ""),
        (60, "1 time", "Har ventet for længe"),
        (120, "2 timer", "Har ventet alt for længe"),
        (240, "4 timer", "Alarm: skal tages nu"),
    ],
)
async def test_row_tells_how_long_and_is_louder_the_later_it_is(
    desk: Desk, minutes: int, waited: str, alarm: str
) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    ticket = await Citizen(desk).asks_for_adviser()
    desk.at = ticket.opened_at + timedelta(minutes=minutes)
    browser = await desk.signed_in(await desk.account("a"))
    listed = await browser.get("/desk/queue")
    assert f"har ventet {waited}" in " ".join(re.sub(r"<[^>]+>", " ", listed.text).split())
    said = [words for words in ("Har ventet for længe", "Har ventet alt for længe", "Alarm: ") if words in listed.text]
    assert said == ([alarm.partition("skal")[0]] if alarm else [])


async def test_what_others_have_is_seen_and_can_be_read_but_not_taken(desk: Desk) -> None:
    _, _, case = await claimed(desk)
    _, other = await adviser(desk, "b", "Adviser B")
    listed = await other.get("/desk/queue")
    assert "Hos kolleger" in listed.text
    assert "Adviser A" in listed.text
    assert f"{case}/claim" not in listed.text
    page = await other.get(case)
    assert "Skriv til borgeren" not in page.text
    # Each of their looks is written down, also those that the page makes by itself.
    await other.get(f"{case}?part=transcript", **{"hx-request": "true"})
    lines = await desk.store.run(lambda unit: unit.audit.lines(limit=50, actor="id-b"))
    assert [line.what for line in lines].count("case_read") == 2


async def test_text_outlives_a_session_that_ended(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    form = form_of(await browser.get(case))
    desk.later(hours=2)
    seen = list(citizen.seen)
    answer = await browser.post(f"{case}/reply", {**form, "text": "En lang besked"})
    assert answer.status_code == 401
    assert "En lang besked</textarea>" in answer.text
    assert f'href="/desk/login?next={case}"' in answer.text
    assert citizen.seen == seen
    login = await browser.get(f"/desk/login?next={case}")
    assert case in login.text
    back = await browser.post("/desk/login", {"login": "a", "password": "four words of a test", "next": case})
    assert back.headers["location"] == case
    assert (await browser.post(f"{case}/reply", {**form, "text": "En lang besked"})).status_code == 303
    assert citizen.seen[-1].endswith("En lang besked")


async def test_text_outlives_a_database_that_is_away_and_a_form_that_is_too_old(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    form = form_of(await browser.get(case))
    working = desk.web.store

    class Away:
        async def run(self, work: object) -> None:
            raise StorageUnavailable("gone")

    object.__setattr__(desk.web, "store", Away())
    answer = await browser.post(f"{case}/reply", {**form, "text": "En lang besked"})
    assert answer.status_code == 503
    assert "En lang besked</textarea>" in answer.text
    assert f'href="{case}"' in answer.text
    object.__setattr__(desk.web, "store", working)
    answer = await browser.client.post(f"{case}/reply", data={**form, "text": "En lang besked", "_csrf_token": "old"})
    assert answer.status_code == 403
    assert "En lang besked</textarea>" in answer.text
    assert not any(text.endswith("En lang besked") for text in citizen.seen)
    await browser.get(case)
    assert (await browser.post(f"{case}/reply", {**form, "text": "En lang besked"})).status_code == 303


def test_audit_says_in_words_what_the_desk_notes(desk: Desk) -> None:
    words = desk.web.pages.words("audit_words.html", "audit_words")
    files = [Path(bot.runner.desk.__file__), *(ROOT / "bot/desk").glob("*.py"), *(ROOT / "bot/web").glob("*.py")]
    source = "\n".join(file.read_text("utf-8") for file in files)
    noted = re.findall(r'note_in_audit\("(\w+)"', source) + re.findall(r'audit\.note\([^"\n]*"(\w+)"', source)
    noted += ["ticket_returned", "ticket_owner_silent", "ticket_journalised", "ticket_guidance"]
    assert len(noted) > 20
    assert set(noted) <= set(words)


async def test_auditor_follows_a_case_and_a_citizen(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    await browser.get(case)
    ticket = await citizen.ticket()
    auditor = await desk.signed_in(await desk.add("auditor", [Role.AUDITOR], name="Auditor A"))
    for query in (f"about={ticket.id}", f"chat={ticket.chat_id}", "actor=id-a"):
        page = await auditor.get(f"/desk/audit?{query}")
        assert "Sag læst" in page.text
        assert "Adviser A" in page.text
    assert "Sag læst" not in (await auditor.get("/desk/audit?about=another")).text
    assert "Logbogen læst" in (await auditor.get("/desk/audit")).text
    assert (await auditor.get(case)).status_code == 403


def test_every_event_of_a_transcript_has_words(desk: Desk) -> None:
    words = desk.web.pages.words("case_words.html", "kind_words")
    source = "\n".join(file.read_text("utf-8") for file in (ROOT / "bot/runner").rglob("*.py"))
    kinds = re.findall(r'turn\.record\("(\w+)"', source)
    kinds += re.findall(r'TranscriptLine\([^)]*"person", "(\w+)"', source)
    kinds += ["returned", "owner_silent", "journalised", "guidance", "picked", "answered", "callback", "safe", "unsafe"]
    assert len(kinds) > 20
    assert set(kinds) - {"text"} <= set(words)
