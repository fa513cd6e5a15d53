"""A refused form leads to its page, which shows it to its sender alone, until it is sent again, and not for long."""

import re
from datetime import timedelta

from sqlalchemy import text

from bot.runner.kept import Kept
from bot.runner.ports import UnitOfWork
from bot.storage.purge import purge
from bot.storage.unit_of_work import UnitOfWork as StorageUnitOfWork
from bot.web.account import Role
from bot.web.ports import REFUSED_KEPT
from tests.support.web import Browser, Desk

NEW = {"login": "x", "name": "Adviser N", "language": "en"}  # the login is too short


async def refused(desk: Desk, login: str = "lead-a") -> tuple[Browser, str]:
    """A lead whose new account was refused, and where the browser was led."""
    browser = await desk.signed_in(await desk.add(login, [Role.LEAD]))
    await browser.get("/desk/people")
    form = {**NEW, "_csrf_token": browser.client.cookies.get(desk.web.cookie_name("csrf"))}
    answer = await browser.client.post("/desk/people", data=form)
    assert answer.status_code == 303
    page = answer.headers["location"]
    assert re.fullmatch(r"/desk/people\?refused=[\w-]{22}", page)
    return browser, page


def rows(unit: UnitOfWork) -> list[bytes]:
    assert isinstance(unit, StorageUnitOfWork)
    return [bytes(content) for content in unit.db.scalars(text("SELECT content FROM refused_form"))]


async def test_page_shows_it_again_and_again_and_only_to_its_sender(desk: Desk) -> None:
    browser, page = await refused(desk)
    for _ in range(2):
        shown = await browser.get(page)
        assert "2 til 64 tegn" in shown.text
        assert 'value="Adviser N"' in shown.text
    other, _ = await refused(desk, "lead-b")
    assert "Adviser N" not in (await other.get(page)).text
    assert "2 til 64 tegn" not in (await browser.get(page.replace("/desk/people?", "/desk/profile?"))).text
    [content, _] = await desk.store.run(rows)
    assert b"Adviser N" not in content


async def test_sent_again_it_is_gone(desk: Desk) -> None:
    browser, page = await refused(desk)
    form_id = re.search(r'name="refused" value="([^"]+)"', (await browser.get(page)).text)
    assert form_id is not None
    right = {**NEW, "login": "adviser-n", "roles": "adviser", "refused": form_id[1]}
    other, _ = await refused(desk, "lead-b")
    await other.post("/desk/profile", {"name": "Lead B", "refused": form_id[1]})
    assert "2 til 64 tegn" in (await browser.get(page)).text, "nobody else sends it away"
    assert (await browser.post("/desk/people", right)).status_code == 200
    shown = await browser.get(page)
    assert "2 til 64 tegn" not in shown.text
    assert 'value="Adviser N"' not in shown.text


async def test_an_hour_later_it_is_gone(desk: Desk) -> None:
    browser, page = await refused(desk)
    for _ in range(2):
        desk.later(minutes=30)
        await browser.get("/desk/people")  # stays logged in
    assert "2 til 64 tegn" not in (await browser.get(page)).text
    await desk.store.run(lambda unit: purge(unit, desk.at - timedelta(minutes=1), Kept()))
    assert len(await desk.store.run(rows)) == 1
    await desk.store.run(lambda unit: purge(unit, desk.at + REFUSED_KEPT, Kept()))
    assert await desk.store.run(rows) == []


async def test_it_goes_with_the_session(desk: Desk) -> None:
    browser, _ = await refused(desk)
    await refused(desk, "lead-b")
    await browser.post("/desk/logout")
    assert len(await desk.store.run(rows)) == 1
    await desk.store.run(lambda unit: unit.web_sessions.remove_all_of("id-lead-b"))
    assert await desk.store.run(rows) == []


async def test_wrong_login_keeps_the_name_and_never_the_password(desk: Desk) -> None:
    browser = desk.browser()
    answer = await browser.log_in("nobody", "four secret words here")
    assert answer.request.method == "GET"
    assert 'value="nobody"' in answer.text
    assert "four secret words here" not in answer.text
