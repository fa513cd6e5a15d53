"""The draft, walked through on its page and on an editor's own Telegram, and seen by nobody else."""

import html
import re
from datetime import timedelta

from bot.content.editorial import Editorial
from bot.content.repository import Author
from bot.engine.incoming import CommandGiven, TextTyped
from bot.sandbox import Sandbox
from bot.studio.draft import Drafts
from bot.studio.previews import Previews
from bot.web.account import Role
from tests.support.content import our_release
from tests.support.running_bot import TOKEN, running_bot
from tests.support.web import START, Browser, Desk

EDITOR = Author("Editor A", "editor-a@vejviser.invalid")
PATIENCE_S = 60.0  # a busy machine
START_MENU = our_release().label("start/menu/say", "da")[:20]
OLD, NEW = "Hvem har sendt svaret?", "Hvem har skrevet svaret?"


def edit(editorial: Editorial) -> None:
    base = editorial.draft()
    raw = (editorial.repository.read("flows/complaint.yaml", base) or b"").decode()
    editorial.save({"flows/complaint.yaml": raw.replace(OLD, NEW).encode()}, EDITOR, "", base)


async def editor(desk: Desk) -> Browser:
    return await desk.signed_in(await desk.add("editor-a", [Role.EDITOR], name="Editor A", language="en"))


def session_of(page: str) -> str:
    found = re.search(r'name="session" value="([^"]*)"', page)
    assert found is not None
    return html.unescape(found[1])


async def test_draft_is_walked_through_by_its_own_buttons(desk: Desk, editorial: Editorial) -> None:
    edit(editorial)
    browser = await editor(desk)
    page = (await browser.get("/studio/preview?node=complaint/decision&tag=da")).text
    assert 'value="complaint/decision&gt;written"' in page
    form = {"session": session_of(page), "day": "2026-11-24", "press": "complaint/decision>written"}
    page = (await browser.post("/studio/preview", form)).text
    assert NEW in page
    form = {"session": session_of(page), "day": "2026-11-24", "press": "complaint/who>kk"}
    page = (await browser.post("/studio/preview", form)).text
    typed = {"session": session_of(page), "day": "2026-11-24", "typed": "12.11."}
    page = (await browser.post("/studio/preview", typed)).text
    form = {"session": session_of(page), "day": "2026-11-24", "press": "complaint/how>digital"}
    assert "10. december 2026" in (await browser.post("/studio/preview", form)).text


async def test_day_language_and_answers_are_chosen(desk: Desk) -> None:
    browser = await editor(desk)
    asked = "node=complaint/deadline&tag=tr&day=2026-12-24&answers=letter_date:%202026-11-12"
    page = (await browser.get(f"/studio/preview?{asked}")).text
    assert 'lang="tr"' in page
    assert "2026-12-24" in page
    assert "10 Aralık 2026" in page  # the last day, which has passed
    arabic = (await browser.get("/studio/preview?tag=ar&node=complaint/who")).text
    assert 'lang="ar" dir="rtl"' in arabic


async def test_what_no_page_of_ours_sent_is_refused(desk: Desk) -> None:
    browser = await editor(desk)
    for session in ("", "nonsense", "[]", '{"trail": 1}', '{"answers": 3, "node": 4}', "1" * 30_000):
        answer = await browser.post("/studio/preview", {"session": session, "typed": "hej"})
        assert answer.status_code == 422, session
    odd = await browser.get("/studio/preview?node=no/where&tag=xx&day=someday&answers=x")
    assert odd.status_code == 200


async def test_contact_sheet_of_the_draft(desk: Desk, editorial: Editorial) -> None:
    edit(editorial)
    answer = await (await editor(desk)).get("/studio/preview/sheet?tag=tr")
    assert NEW in answer.text
    assert "vejviser-tr.html" in answer.headers["content-disposition"]


async def test_link_is_for_one_chat_and_a_short_while(editorial: Editorial) -> None:
    now = START
    previews = Previews(Drafts(editorial), "secret", lambda: now)
    token = previews.new_token()
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", token)

    def start(chat: int, argument: str) -> bool:
        given = CommandGiven(update_id=1, chat_id=chat, at=now, name="start", argument=argument, message_id=1)
        return previews.concerns(given)

    def says(chat: int) -> bool:
        return previews.concerns(TextTyped(update_id=1, chat_id=chat, at=now, text="hej", message_id=1))

    for wrong in ("", "preview-", "preview-zz_x", f"{token}x", token[:-1], token.replace("preview-", "preview-1")):
        assert not start(7, wrong)
    assert start(7, token)
    assert says(7)
    elsewhere = Previews(Drafts(editorial), "secret", lambda: now)  # in another process
    said = TextTyped(update_id=1, chat_id=7, at=now, text="hej", message_id=1)
    assert elsewhere.concerns(said)
    assert not start(8, token)
    assert not says(8)
    assert not start(7, "")  # any other /start leads back to what is live
    assert not says(7)
    assert start(7, token)
    now += timedelta(minutes=61)
    assert not says(7)
    assert not elsewhere.concerns(said)
    assert not start(7, token)


async def test_only_the_chat_of_the_link_sees_the_draft(desk: Desk, editorial: Editorial) -> None:
    edit(editorial)
    previews = Previews(Drafts(editorial), "secret")
    await previews.release()  # made ready before the phones wait for it
    sandbox = Sandbox(TOKEN)
    mine, other = sandbox.phone(7), sandbox.phone(8)
    async with running_bot(desk.store, sandbox, preview=previews) as running:
        mine.send_text(f"/start {previews.new_token()}")
        await mine.wait_for_text("Vælg sprog", PATIENCE_S)
        mine.press(our_release().label("start/language/name", "da"))
        await mine.wait_for_text(START_MENU, PATIENCE_S)
        mine.press(our_release().label("start/menu/choices/no", "da"))
        other.send_text("/start complaint-da")
        for phone, shown in ((mine, NEW), (other, OLD)):
            await phone.wait_for_text("Har du fået et svar", PATIENCE_S)
            phone.press("Ja, jeg har det på skrift")
            await phone.wait_for_text(shown, PATIENCE_S)
        counted = running.bot.visits.take()
    assert {place.node for place in counted} >= {"complaint/who"}
    assert sum(visits.arrivals for place, visits in counted.items() if place.node == "complaint/who") == 1
