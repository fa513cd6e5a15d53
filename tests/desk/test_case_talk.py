"""What an adviser sends and asks in the person's language, what is shown of it, and who else has the case open."""

import html
import re
from dataclasses import replace

import pytest

from bot.desk.child import ARTICLE as CHILD_ARTICLE
from bot.desk.child import child_help
from bot.desk.sendable import find_sendable, sending
from bot.engine.effects import Text
from bot.handoff.duty import Duty
from bot.handoff.transcript import TranscriptLine
from bot.runner.desk import YES_OR_NO, place_title
from bot.runner.outgoing import DELETABLE
from bot.runner.ports import Sent, UnitOfWork
from bot.runner.release import Release
from bot.web.account import Role
from tests.desk.test_case import WEEK, adviser, form_of
from tests.support.citizen import Citizen
from tests.support.content import our_release
from tests.support.web import START, Browser, Desk


async def claimed(desk: Desk, locale: str = "ar") -> tuple[Citizen, Browser, str]:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk, locale=locale)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    await browser.post(f"{case}/claim")
    return citizen, browser, case


async def test_each_message_says_its_language_and_the_adviser_reads_both(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    await browser.post(f"{case}/reply", {**form_of(await browser.get(case)), "text": "Hej, hvad er der sket med dig?"})
    assert "💬 \u2068Adviser A\u2069 (" in citizen.seen[-1]  # the person reads that it is not translated
    await browser.post(f"{case}/reply", {**form_of(await browser.get(case)), "text": "أهلا، ماذا حدث لك؟"})
    assert citizen.seen[-1].startswith("\u200f💬 \u2068Adviser A\u2069:")
    page = await browser.get(case)
    assert "dansk, ikke oversat for borgeren" in page.text
    assert page.text.count("ikke oversat for borgeren") == 1
    assert '<p class="said" dir="auto" lang="ar">أهلا، ماذا حدث لك؟</p>' in page.text
    await browser.post(f"{case}/send", {**form_of(page), "what": "reply:reply/photo"})
    page = await browser.get(case)
    assert '<p class="said" lang="da">Send gerne et billede' in page.text
    assert '<p class="said help" dir="auto" lang="ar">' in page.text


async def test_without_a_common_language_both_sides_know_it(desk: Desk) -> None:
    account, browser = await adviser(desk, "a", "Adviser A")
    await desk.store.run(lambda unit: unit.duties.put(Duty(account.id, "Adviser A", {"da": 3, "en": 2}, hours=WEEK)))
    citizen = Citizen(desk)
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    assert our_release().label("common/ticket_no_language", "ar") in citizen.seen[-1]
    await browser.post(f"{case}/claim")
    no_language = Text("common/adviser_no_language", {"name": "Adviser A"})
    assert our_release().render(no_language, "ar").text in citizen.seen[-1]
    await citizen.says("عندي رسالة من البلدية")
    page = await browser.get(case)
    assert "Borgerens sprog er arabisk. Det står ikke på din liste." in page.text
    assert "arabisk, ikke oversat" in page.text
    # A colleague who speaks it sees neither.
    _, other = await adviser(desk, "b", "Adviser B")
    assert "ikke oversat" not in (await other.get(case)).text


async def test_story_in_words(desk: Desk) -> None:
    _, browser = await adviser(desk, "a", "Adviser A")
    citizen = Citizen(desk, locale="da")
    await citizen.presses("!locale:da")
    for press in ("start/menu>emergency", "!menu", "start/menu>no", "complaint/decision>written", "complaint/who>kk"):
        await citizen.presses(press)
    await citizen.says("12.11.2026")
    await citizen.presses("complaint/how>digital")
    case = f"/desk/case/{(await citizen.asks_for_adviser()).id}"
    page = await browser.get(case)
    assert "Sidste sikre dag: torsdag den 10. december 2026" in page.text
    path = [html.unescape(title) for title in re.findall(r'<li lang="da">([^<]+)</li>', page.text)]
    places = (
        "start/menu",
        "complaint/decision",
        "complaint/who",
        "complaint/date",
        "complaint/how",
        "complaint/deadline",
        "human/consent",
    )
    assert path[-len(places) :] == [place_title(our_release(), place) for place in places]
    article = our_release().label("article/emergency-numbers/title", "da")
    assert f"<li>{article}</li>" in page.text
    assert '<dt lang="da">Hvem har sendt svaret?</dt><dd><bdi>Københavns Kommune</bdi></dd>' in page.text
    assert "<bdi>torsdag den 12. november 2026</bdi>" in page.text
    assert "letter_date" not in page.text
    # A closed case tells the same, also when the person has moved on.
    await browser.post(f"{case}/claim")
    form = form_of(await browser.get(case))
    await browser.post(f"{case}/move", {**form, "do": "close", "because": "answered"})
    await citizen.says("menu")
    assert "Sidste sikre dag: torsdag den 10. december 2026" in (await browser.get(case)).text


async def test_a_flow_is_started_for_the_person_and_the_answers_arrive(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    form = form_of(await browser.get(case))
    assert (await browser.post(f"{case}/send", {**form, "what": "place:complaint/who"})).status_code == 303
    page = await browser.get(case)
    assert "Borgeren svarer på spørgsmål fra botten" in page.text
    await citizen.presses("complaint/who>kk")
    await citizen.says("12.11.2026")  # typed: goes to the bot's question and to the adviser
    await citizen.presses("complaint/how>digital")
    assert "10 ديسمبر 2026" in citizen.seen[-1]
    page = await browser.get(case)
    assert "Sidste sikre dag: torsdag den 10. december 2026" in page.text
    for arrived in ("valgte:", "Københavns Kommune", "12.11.2026", "Digital Post"):
        assert arrived in page.text
    # Words that are no answer are the adviser's alone, and once they write, everything is.
    seen = len(citizen.seen)
    await citizen.says("لا أفهم هذا السؤال أبدا")
    assert len(citizen.seen) == seen
    await browser.post(f"{case}/reply", {**form_of(await browser.get(case)), "text": "Jeg læser det nu."})
    await citizen.says("13.11.2026")
    assert len(citizen.seen) == seen + 1
    assert "Borgeren svarer på spørgsmål fra botten" not in (await browser.get(case)).text


async def test_questions_with_buttons_and_a_call_with_an_interpreter(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    form = form_of(await browser.get(case))
    await browser.post(f"{case}/send", {**form, "what": "question:question/interpreter"})
    await citizen.presses(f"!said:{form['key']}:common/yes")
    page = await browser.get(case)
    assert "Vil du have en tolk?" in page.text
    assert "svarede med en knap:" in page.text
    form = form_of(page)
    await browser.post(f"{case}/reply", {**form, "text": "Bor du alene?", "as": "question"})
    assert "Bor du alene?" in citizen.seen[-1]
    buttons = [button["text"] for row in desk.sent[-1].body["rows"] for button in row]
    assert buttons == [our_release().label(answer, "ar") for answer in YES_OR_NO]
    page = await browser.get(case)
    form = form_of(page)
    for typed in ("2020-01-01T10:00", "soon", ""):
        answer = await browser.post(f"{case}/callback", {**form, "when": typed})
        assert (answer.status_code, "Vælg mindst én tid" in answer.text) == (409, True)
    answer = await browser.post(f"{case}/callback", {**form, "when": ["2026-11-26T10:30", "2026-11-27T13:00", ""]})
    assert answer.status_code == 303
    at = desk.at.replace(day=26, hour=9, minute=30, second=0)
    await citizen.presses(f"!callback:{int(at.timestamp()) // 60}")
    page = await browser.get(case)
    assert "Aftalt opringning: 26. nov. 2026 10.30" in page.text


async def test_articles_services_and_places_are_found_and_sent(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    assert "place:complaint/decision" in (await browser.get(case)).text  # without a search: where flows begin
    page = await browser.get(f"{case}?find=Borgerrådgiveren")
    assert "service:kk-borgerraadgiveren" in page.text
    await browser.post(f"{case}/send", {**form_of(page), "what": "service:kk-borgerraadgiveren"})
    assert "Borgerrådgiveren" in citizen.seen[-1]
    title = our_release().label("article/emergency-numbers/title", "da")
    page = await browser.get(f"{case}?find={title}")
    assert "article:emergency-numbers" in page.text
    await browser.post(f"{case}/send", {**form_of(page), "what": "article:emergency-numbers"})
    assert our_release().label("article/emergency-numbers/title", "ar") in citizen.seen[-1]
    for what in ("reply:common/stopped", "place:privacy/delete", "service:nowhere", "", "article:x"):
        answer = await browser.post(f"{case}/send", {**form_of(page), "what": what})
        assert (answer.status_code, "Vælg fra listen" in answer.text) == (409, True)


def test_what_is_for_staff_only_is_shown_and_never_sent() -> None:
    release = our_release()
    service = next(iter(release.services.values()))
    staff = replace(
        release, digest="staff", services={**release.services, service.id: replace(service, is_for_staff=True)}
    )
    checked: Release = staff
    found = [each for each in find_sendable(checked, service.name, "ar") if each.name == service.id]
    assert [each.is_for_staff for each in found] == [True]
    assert sending(checked, f"service:{service.id}", START) is None
    assert sending(release, f"service:{service.id}", START) is not None


async def test_safe_word_hides_and_stops_everything(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    answer = await browser.post(f"{case}/safety", {"do": "word", "word": "ok", "key": "k0"})
    assert "Vælg et længere ord" in answer.text
    await browser.post(f"{case}/safety", {"do": "word", "word": "Kalender", "key": "k1"})
    await citizen.says("KALENDER")
    assert citizen.seen[-1] == "👍"
    page = await browser.get(case)
    assert "SIKKERT ORD" in page.text
    assert "KALENDER" not in page.text
    await browser.post(f"{case}/reply", {**form_of(page), "text": "Er du der?"})
    assert citizen.seen[-1] == "👍"
    # Ended while it was not safe to write: what was held back is never sent.
    form = form_of(await browser.get(case))
    await browser.post(f"{case}/move", {**form, "do": "close", "because": "no_answer"})
    assert citizen.seen[-1] == "👍"
    assert "samtalen sluttede, mens alt var stoppet" in (await browser.get(case)).text
    await citizen.says("menu")
    assert our_release().label("start/menu/say", "ar") in citizen.seen[-1]


async def test_threatening_talk_ends_calmly_with_a_lead(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    lead = await desk.add("lead", [Role.LEAD], name="Lead A")
    form = form_of(await browser.get(case))
    answer = await browser.post(f"{case}/move", {**form, "do": "end_threat", "lead": "id-a"})
    assert "Vælg fra listen" in answer.text
    assert (await browser.post(f"{case}/move", {**form, "do": "end_threat", "lead": lead.id})).status_code == 303
    ticket = await citizen.ticket()
    assert (ticket.owner, ticket.is_threat, ticket.state) == (lead.id, True, "claimed")
    assert "112" in citizen.seen[-1]
    assert "Mærket som truende" in (await browser.get("/desk/queue")).text


async def test_mark_for_a_lead_is_put_and_taken_off_in_silence(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    seen = list(citizen.seen)
    for move, is_marked in (("threat", True), ("calm", False)):
        await browser.post(f"{case}/move", {**form_of(await browser.get(case)), "do": move})
        assert (await citizen.ticket()).is_threat is is_marked
        assert ("Mærket som truende" in (await browser.get("/desk/queue")).text) is is_marked
    assert citizen.seen == seen


async def test_concern_about_a_child(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    page = await browser.get(case)
    assert "Hvor du henvender dig" in page.text
    form = form_of(page)
    assert (await browser.post(f"{case}/move", {**form, "do": "child"})).status_code == 303
    assert (await citizen.ticket()).urgency == "child"
    page = await browser.get(case)
    assert "mærkede sagen: bekymret for et barn" in page.text
    # What the fact base says goes to the person, in their language.
    help_ = child_help(our_release(), desk.at)
    assert help_ is not None
    assert all(text.partition("\n")[0] in html.unescape(page.text) for text in help_.texts)
    await browser.post(f"{case}/send", {**form_of(page), "what": help_.what})
    assert our_release().label(f"article/{CHILD_ARTICLE}/title", "ar") in citizen.seen[-1]


async def test_a_form_sent_twice_acts_once(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    seen = len(citizen.seen)
    for _ in range(2):
        await browser.post(f"{case}/safety", {"do": "ask", "key": "one"})
        await browser.post(f"{case}/note", {"text": "Ringer i morgen"})
    assert len(citizen.seen) == seen + 1
    assert (await browser.get(case)).text.count("Ringer i morgen") == 1


async def test_colleagues_see_who_has_the_case_open_and_who_writes(desk: Desk) -> None:
    desk.store.listen(desk.web.hub.hear)
    _, browser, case = await claimed(desk)
    _, other = await adviser(desk, "b", "Adviser B")
    assert "har også sagen åben" not in (await browser.post(f"{case}/here")).text
    part = await other.post(f"{case}/here")
    assert "Adviser A" in part.text
    assert "har også sagen åben" in part.text
    await browser.post(f"{case}/here", {"typing": "yes"})
    assert "skriver i sagen" in (await other.post(f"{case}/here")).text
    assert (await browser.post("/desk/case/none/here")).status_code == 404


@pytest.mark.parametrize("part", ["transcript", "find"])
async def test_parts_of_the_page(desk: Desk, part: str) -> None:
    citizen, browser, case = await claimed(desk)
    await citizen.says("عندي سؤال")
    answer = await browser.get(f"{case}?part={part}&find=&was=waiting:", **{"hx-request": "true"})
    assert "<html" not in answer.text
    if part == "transcript":
        for swapped in ('id="state" hx-swap-oob="true"', 'id="story-now" hx-swap-oob', 'id="notes-now" hx-swap-oob'):
            assert swapped in answer.text
        assert "Sagen er din nu." in answer.text


async def test_page_that_is_only_open_keeps_nobody_logged_in(desk: Desk) -> None:
    _, browser, case = await claimed(desk)
    answers = []
    for _ in range(7):
        desk.later(minutes=10)
        answers.append(await browser.get(f"{case}?part=transcript", **{"hx-request": "true", "x-by-itself": "yes"}))
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert answers[6].status_code == 401


async def test_edits_and_deletions_are_shown_as_such(desk: Desk) -> None:
    citizen, browser, case = await claimed(desk)
    await citizen.says("عندي رسالة من البلدية")
    await citizen.edits_last("عندي رسالة من المحكمة")
    page = await browser.get(case)
    assert "borgeren har rettet den, se nedenfor" in page.text
    assert "rettet af borgeren" in page.text
    assert page.text.index("من البلدية") < page.text.index("من المحكمة")
    await browser.post(f"{case}/safety", {"do": "hide", "key": "h"})
    assert "slettet på borgerens skærm" in (await browser.get(case)).text
    assert "hide" in [row.kind for row in desk.sent]  # what it deletes: tests/telegram/test_courier.py
    line = next(line for line in await _lines(citizen) if line.kind == "text")
    assert line.deleted_at is not None
    ids = await desk.store.run(lambda unit: unit.outbox.message_ids(citizen.chat_id, desk.at - DELETABLE))
    assert line.message_id in ids


async def _lines(citizen: Citizen) -> list[TranscriptLine]:
    ticket = await citizen.ticket()
    return await citizen.desk.store.run(lambda unit: unit.transcripts.lines(ticket.chat_id, ticket.id))


async def test_photo_put_in_the_place_of_another_reaches_the_case(desk: Desk) -> None:
    citizen, _, _ = await claimed(desk)
    await citizen.sends_photo()
    await citizen.exchanges_photo("file-2")
    ticket = await citizen.ticket()
    lines = await desk.store.run(lambda unit: unit.transcripts.lines(ticket.chat_id, ticket.id))
    photos = [(line.file_id, line.edited_at is not None) for line in lines if line.kind == "photo"]
    assert photos == [("file-1", True), ("file-2", False)]


async def test_photo_exchanged_while_nobody_was_asked_for_says_nothing_twice(desk: Desk) -> None:
    citizen = Citizen(desk)
    await citizen.sends_photo()
    said = citizen.seen
    assert said
    await citizen.exchanges_photo("file-2")
    assert citizen.seen == said


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("dead", "unreachable", "Kom ikke frem: borgeren har blokeret botten"),
        ("dead", "refused", "Kom ikke frem: Telegram tog ikke imod den"),
        ("doubtful", "no answer", "Måske sendt to gange eller slet ikke: Telegram svarede ikke"),
        ("doubtful", "stopped while sending", "Måske sendt to gange eller slet ikke: botten stoppede, mens den sendte"),
        ("sent", "", "Sendt</p>"),
    ],
)
async def test_what_became_of_a_message_is_said_in_words(desk: Desk, state: str, reason: str, words: str) -> None:
    _, browser, case = await claimed(desk)
    await browser.post(f"{case}/reply", {**form_of(await browser.get(case)), "text": "Hej"})
    assert "Venter på at blive sendt" in (await browser.get(case)).text
    row = desk.sent[-1]

    def end(unit: UnitOfWork) -> None:
        match state:
            case "dead":
                unit.outbox.mark_dead(row.chat_id, row.seq, reason)
            case "doubtful":
                unit.outbox.mark_doubtful(row.chat_id, row.seq, reason)
            case _:
                unit.outbox.mark_sent([Sent(row.chat_id, row.seq, desk.at, 77)])

    await desk.store.run(end)
    page = await browser.get(case)
    assert words in page.text
    assert "Venter på at blive sendt" not in page.text
