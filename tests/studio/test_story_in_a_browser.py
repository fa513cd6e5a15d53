"""A time limit changes: lawyer, reviewer and lead at their browsers, and a citizen in the middle of that very flow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.content.editorial import Editorial
from bot.content.live import LiveRelease
from bot.content.published import Published
from bot.content.workbench import State
from bot.runner.kept import Kept
from bot.sandbox import Sandbox, serve
from bot.sandbox.phone import Phone
from bot.storage.keyring import Keyring
from bot.storage.store import Store, open_store
from bot.studio.draft import Drafts
from bot.studio.previews import Previews
from bot.web.account import Role
from tests.desk.test_pages_in_a_browser import log_in, page_of
from tests.storage.conftest import KEY
from tests.support.browser import open_page, phone_of, tap, write
from tests.support.content import TODAY, our_release
from tests.support.running_bot import TOKEN, running_bot
from tests.support.waiting import eventually
from tests.support.web import Desk, free_address, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE_S = 60.0  # a busy machine
NEW_DANISH = "Du skal klage senest **{safe_day}**.\n\nDu har {days_left} endnu."
NEW_TURKISH = "En geç **{safe_day}** günü itiraz edin.\n\nKalan süre: {days_left}."
ISOLATES = dict.fromkeys((0x2068, 0x2069))
WRONG = ("common/failed", "common/place_gone", "common/button_gone", "common/not_understood")


@dataclass
class House:
    """Everything that runs, for one story."""

    desk: Desk
    sandbox: Sandbox
    phone_page: str
    editorial: Editorial
    live: LiveRelease


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    yield opened
    await opened.close()


@asynccontextmanager
async def running_house(published: Published, editorial: Editorial, store: Store) -> AsyncIterator[House]:
    live = LiveRelease(published, lambda: TODAY, Kept())
    previews = Previews(Drafts(editorial), "secret")
    await previews.release()
    desk = Desk(store, free_address(), editorial=editorial, previews=previews)
    for login, role in (("lawyer", Role.EDITOR), ("reviewer", Role.PUBLISHER), ("lead", Role.LEAD)):
        account = await desk.add(login, [role], name=f"{login.title()} A")
        await store.run(lambda unit, account=account: unit.reviewers.put(account.id, ["tr"]))  # type: ignore[misc]
    sandbox = Sandbox(TOKEN)
    watching = asyncio.create_task(live.watch())
    async with (
        served(desk),
        serve(sandbox) as url,
        running_bot(store, sandbox, base_url=url, preview=previews, release=lambda: live.current),
    ):
        yield House(desk, sandbox, f"{url}/phone", editorial, live)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def say(key: str) -> str:
    return our_release().label(key, "tr")


async def spoken(live: LiveRelease, before: str) -> None:
    """Wait until the bot has another release than that of this digest."""
    await eventually(lambda: live.current.digest != before, PATIENCE_S)


async def shown(phone: Phone, part: str) -> None:
    """Wait for a text, whatever isolates stand round its values."""

    def is_there(phone: Phone) -> bool:
        return any(part in message.text.translate(ISOLATES) for message in phone.bot_messages)

    await phone.wait_for(is_there, PATIENCE_S)


async def test_time_limit_changes_while_a_citizen_is_in_the_flow(
    published: Published, editorial: Editorial, store: Store
) -> None:
    async with running_house(published, editorial, store) as house:
        citizen = house.sandbox.phone(8, "tr", "Citizen B")
        citizen.send_text("/start complaint-tr")
        await shown(citizen, say("complaint/decision/say").splitlines()[0])
        citizen.press("complaint/decision>written")
        await shown(citizen, say("complaint/who/say").splitlines()[0])

        async with page_of(house.desk) as page:
            await _lawyer_changes_the_limit(page)
        assert editorial.bench().entry("tr", "complaint/deadline/open").state is State.STALE

        async with page_of(house.desk) as page:
            await _reviewer_mends(page)
            assert editorial.bench().entry("tr", "complaint/deadline/open").state is State.APPROVED
            token = await _preview_token(page)
            await _looks_at_the_phone(house, token)
            # Until it is published, the citizen reads what was there before.
            citizen.press("complaint/who>kk")
            await shown(citizen, "12.11.")
            before = house.live.current.digest
            await page.goto("/studio/publish")
            await page.get_by_label("Hvorfor?").fill("The limit is six weeks")
            await page.get_by_role("button", name="Udgiv nu").click()
            await expect(page.get_by_role("status").first).to_contain_text("Udgivet")
        citizen.send_text(f"{date.today() - timedelta(days=2):%d.%m.%Y}")
        await shown(citizen, say("complaint/how/say").splitlines()[0])
        await spoken(house.live, before)
        citizen.press("complaint/how>digital")
        await shown(citizen, "En geç")
        await shown(citizen, "6 hafta")

        before = house.live.current.digest
        async with page_of(house.desk) as page:
            await _lead_takes_back(page)
        await spoken(house.live, before)
        how = say("complaint/how/say").splitlines()[0]
        citizen.press("!back:new")
        await citizen.wait_for(lambda phone: phone.last is not None and how in phone.last.text, PATIENCE_S)
        citizen.press("complaint/how>digital")
        await shown(citizen, "4 hafta")
        for key in WRONG:
            wrong = say(key).splitlines()[0]
            assert not any(wrong in message.text for message in citizen.bot_messages), key


async def _lawyer_changes_the_limit(page: Page) -> None:
    await log_in(page, "lawyer")
    await page.goto("/studio/facts/social_complaint.period")
    await page.get_by_label("Længde").fill("6")
    await page.get_by_label("Kilder").fill("https://example.org/a-law-of-a-test")
    await page.get_by_label("Kildens dato").fill("2026-11")
    await page.get_by_label("Hvorfor ændres den?").fill("The law has changed")
    await page.get_by_role("button", name="Gem i kladden").click()
    await expect(page.get_by_role("status").first).to_contain_text("Gemt")
    await page.goto("/studio/flows/complaint/node?name=deadline")
    await page.locator("#f-open").fill(NEW_DANISH)
    await expect(page.locator("#checked .bubble").first).to_contain_text(
        "Du skal klage senest", timeout=PATIENCE_S * 1000
    )
    await page.get_by_role("button", name="Gem i kladden").click()
    await expect(page.get_by_role("status").first).to_contain_text("Gemt")


async def _reviewer_mends(page: Page) -> None:
    await log_in(page, "reviewer")
    await page.goto("/studio/translate/tr?state=stale")
    await page.get_by_role("link", name="complaint/deadline/open").click()
    await expect(page.locator("ins").first).to_be_visible()  # what has changed in the Danish
    await page.locator("#form-0").fill(NEW_TURKISH)
    await page.get_by_role("button", name="Gem og godkend").click()
    await expect(page.get_by_role("status").first).to_contain_text("Gemt og godkendt")


async def _preview_token(page: Page) -> str:
    await page.goto("/studio/preview")
    await page.get_by_role("button", name="Se kladden i min egen Telegram").click()
    return (await page.locator("code.key").inner_text()).removeprefix("/start ")


async def _looks_at_the_phone(house: House, token: str) -> None:
    mine = house.sandbox.phone(7, "tr", "Reviewer A")
    async with open_page(house.phone_page, width=900, height=900) as page:
        phone = phone_of(page, 7)
        await write(phone, f"/start {token}")
        await shown(mine, say("start/language/say").splitlines()[0])
        await tap(phone, say("start/language/name"))
        await shown(mine, say("start/menu/say").splitlines()[0])
        await tap(phone, say("start/menu/choices/no"))
        await shown(mine, say("complaint/decision/say").splitlines()[0])
        await tap(phone, say("complaint/decision/choices/written"))
        await shown(mine, say("complaint/who/say").splitlines()[0])
        await tap(phone, say("complaint/who/choices/kk"))
        await shown(mine, "12.11.")
        await write(phone, f"{date.today() - timedelta(days=2):%d.%m.%Y}")
        await shown(mine, say("complaint/how/say").splitlines()[0])
        await tap(phone, say("complaint/how/choices/digital"))
        await shown(mine, "En geç")
        await shown(mine, "6 hafta")


async def _lead_takes_back(page: Page) -> None:
    await log_in(page, "lead")
    await page.goto("/studio/history")
    await page.locator("tbody tr").first.get_by_role("link").click()
    await page.get_by_role("button", name="Tag tilbage nu").click()
    await expect(page.get_by_role("status").first).to_contain_text("Taget tilbage")
