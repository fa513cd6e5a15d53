"""Everybody's own page."""

import re
from datetime import timedelta

import pyotp
import pytest

from bot.engine.incoming import CommandGiven
from bot.runner.run import run_turn
from bot.web.account import Role
from tests.support.content import our_release
from tests.support.web import PASSWORD, Desk

NEW = "another four words here"


async def test_two_step_login_is_switched_on_and_off(desk: Desk) -> None:
    await desk.add("adviser-a")
    browser = desk.browser()
    await browser.log_in("adviser-a")
    page = (await browser.get("/desk/profile")).text
    assert "data:image/svg+xml" in page
    found = re.search(r'class="key" dir="ltr">(\w+)<', page)
    assert found is not None
    assert (await browser.post("/desk/profile/totp", {"code": "000000"})).status_code == 422
    assert (await desk.account("adviser-a")).totp_secret is None
    code = pyotp.TOTP(found[1]).at(desk.at)
    shown = await browser.post("/desk/profile/totp", {"code": code})
    codes = re.findall(r"<li><code>([^<]+)", shown.text)
    assert len(set(codes)) == 10
    assert found[1] not in (await browser.get("/desk/profile")).text
    assert (await desk.browser().log_in("adviser-a", code=code)).status_code == 401, "used to switch it on"
    assert (await desk.browser().log_in("adviser-a", code=codes[0])).status_code == 303
    assert "9 gendannelseskoder" in (await browser.get("/desk/profile")).text
    assert (await browser.post("/desk/profile/recovery", {"password": "wrong"})).status_code == 422
    again = re.findall(
        r"<li><code>([^<]+)", (await browser.post("/desk/profile/recovery", {"password": PASSWORD})).text
    )
    assert set(again).isdisjoint(codes)
    assert (await desk.browser().log_in("adviser-a", code=codes[1])).status_code == 401
    assert (await browser.post("/desk/profile/totp/off", {"password": "wrong"})).status_code == 422
    assert (await browser.post("/desk/profile/totp/off", {"password": PASSWORD})).status_code == 303
    assert (await desk.browser().log_in("adviser-a")).status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"password": "wrong"}, "nuværende adgangskode er ikke rigtig"),
        ({"new_password": "short", "new_password_again": "short"}, "mindst 12 tegn"),
        ({"new_password": "x" * 201, "new_password_again": "x" * 201}, "højst have 200 tegn"),
        ({"new_password": "my ADVISER-A password", "new_password_again": ""}, "må ikke indeholde"),
        ({"new_password_again": "not the same words"}, "ikke ens"),
        ({"new_password": PASSWORD, "new_password_again": PASSWORD}, "en anden end den gamle"),
    ],
)
async def test_password_is_refused(desk: Desk, form: dict[str, str], said: str) -> None:
    account = await desk.add("adviser-a")
    browser = await desk.signed_in(account)
    whole = {"password": PASSWORD, "new_password": NEW, "new_password_again": NEW, **form}
    answer = await browser.post("/desk/profile/password", whole)
    assert answer.status_code == 422
    assert said in answer.text
    assert await desk.account("adviser-a") == account


async def test_new_password_logs_out_everywhere_else(desk: Desk) -> None:
    account = await desk.add("adviser-a")
    here, there = await desk.signed_in(account), await desk.signed_in(account)
    form = {"password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    assert (await here.post("/desk/profile/password", form)).status_code == 303
    assert (await here.get("/desk/profile")).status_code == 200
    assert (await there.get("/desk/profile")).status_code == 303


async def test_others_are_logged_out_and_this_one_stays(desk: Desk) -> None:
    account = await desk.add("adviser-a")
    here, there = await desk.signed_in(account), await desk.signed_in(account)
    await here.post("/desk/profile/sessions")
    assert (await here.get("/desk/profile")).status_code == 200
    assert (await there.get("/desk/profile")).status_code == 303


async def test_name_and_language_are_ones_own(desk: Desk) -> None:
    browser = await desk.signed_in(await desk.add("adviser-a"))
    assert (await browser.post("/desk/profile", {"name": "Adviser Q", "language": "en"})).status_code == 303
    page = (await browser.get("/desk/profile")).text
    assert "My profile" in page
    assert '<html lang="en"' in page
    assert (await browser.post("/desk/profile", {"name": "", "language": "en"})).status_code == 422
    await browser.post("/desk/profile", {"name": "Adviser Q", "language": "xx"})
    assert (await desk.account("adviser-a")).language == "en"


async def test_page_of_a_one_time_password_shows_the_password_alone(desk: Desk) -> None:
    account = await desk.add("adviser-a", one_time_until=desk.at + timedelta(days=1))
    browser = await desk.signed_in(account)
    page = (await browser.get("/desk/profile")).text
    assert "engangskode" in page
    assert "/desk/profile/totp" not in page
    assert (await browser.post("/desk/profile/totp", {"code": "1"})).headers["location"] == "/desk/profile#pw"


async def test_strangers_language_is_the_browsers(desk: Desk) -> None:
    browser = desk.browser()
    assert "Brugernavn" in (await browser.get("/desk/login")).text
    assert "User name" in (await browser.get("/desk/login", **{"accept-language": "fr, en-GB;q=0.8"})).text
    assert "User name" in (await browser.get("/desk/login?lang=en")).text


async def test_telegram_is_linked_by_a_code_and_a_group_by_a_lead(desk: Desk) -> None:
    account = await desk.add("lead-a", [Role.LEAD])
    browser = await desk.signed_in(account)
    assert "Forbind en gruppe" not in (await browser.get("/desk/profile")).text
    shown = await browser.post("/desk/profile/telegram")
    found = re.search(r"/link (\w+)<", shown.text)
    assert found is not None
    assert found[1] not in (await browser.get("/desk/profile")).text
    link = CommandGiven(update_id=1, chat_id=44, at=desk.at, name="link", argument=found[1], message_id=1)
    await desk.store.run(lambda unit: run_turn(link, unit, our_release()))
    assert "Din Telegram er forbundet" in (await browser.get("/desk/profile")).text
    answer = await browser.post("/desk/profile/telegram/group")
    assert "Føj nu botten til gruppen" in (await browser.get(answer.headers["location"])).text
    assert await desk.store.run(lambda unit: unit.notices.use_group_offer(account.id, desk.at))
    answer = await browser.post("/desk/profile/telegram/off")
    assert "ikke flere beskeder" in (await browser.get(answer.headers["location"])).text
    assert not await desk.store.run(lambda unit: unit.notices.is_linked(account.id))
    assert (
        "Besked på Telegram"
        not in (await (await desk.signed_in(await desk.add("e", [Role.EDITOR]))).get("/desk/profile")).text
    )
