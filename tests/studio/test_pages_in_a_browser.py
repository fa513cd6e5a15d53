"""The studio in a real browser: accessible, narrow, in both directions, by keyboard, with and without scripts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from threading import Event

import pytest
from playwright.async_api import expect

from bot.content.editorial import Editorial
from bot.content.repository import Author
from bot.runner.visits import Place, Visits
from bot.storage.keyring import Keyring
from bot.storage.store import open_store
from bot.web.account import Role
from tests.desk.test_pages_in_a_browser import find_violations, log_in, overflow, page_of, shoot
from tests.storage.conftest import KEY
from tests.support.web import Desk, free_address, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EDITOR = Author("Editor B", "editor-b@vejviser.invalid")
PATHS = (
    "/studio/map",
    "/studio/translate",
    "/studio/translate/ar?state=draft&flow=complaint",
    "/studio/translate/ar/text?key=article/complaint-over-municipal-decision/afterwards/text",
    "/studio/translate/tr/text?key=common/no",
    "/studio/flows",
    "/studio/flows/complaint?tag=ar",
    "/studio/flows/complaint/node?name=who",
    "/studio/flows/common/text?name=no",
    "/studio/articles",
    "/studio/articles/complaint-over-municipal-decision",
    "/studio/services/danner",
    "/studio/facts?words=complaint",
    "/studio/facts/social_complaint.period",
    "/studio/preview?node=complaint/who&tag=ar",
    "/studio/numbers",
    "/studio/reviewers",
    "/studio/publish",
    "/studio/history",
)


@pytest.fixture
async def desk(tmp_path: Path, editorial: Editorial) -> AsyncIterator[Desk]:
    """A served studio with something stale, something counted, and one account that may do everything."""
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([KEY]))
    desk = Desk(store, free_address(), editorial=editorial)
    account = await desk.add("everything", list(Role), name="Lead A")
    await store.run(lambda unit: unit.reviewers.put(account.id, ["ar", "tr"]))
    numbers = {Place(date(2026, 11, 23), "tr", f"complaint/{node}"): Visits(40, 25) for node in ("who", "date")}
    await store.run(lambda unit: unit.visits.add(numbers))
    base = editorial.draft()
    raw = (editorial.repository.read("flows/common.yaml", base) or b"").decode()
    editorial.save({"flows/common.yaml": raw.replace('"Nej"', '"Nej tak"', 1).encode()}, EDITOR, "Kinder", base)
    async with served(desk):
        yield desk
    await store.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 320)])
async def test_every_page_is_accessible_and_fits(desk: Desk, scheme: str, width: int) -> None:
    violations = []
    async with page_of(desk, color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
        await log_in(page)
        for number, path in enumerate(PATHS):
            for direction in ("ltr", "rtl"):
                await page.goto(path)
                await page.evaluate("direction => document.documentElement.dir = direction", direction)
                violations += await find_violations(page)
                assert await overflow(page) <= 0, (path, direction)
                await shoot(page, f"studio-{number}-{scheme}-{width}-{direction}")
    assert violations == []


async def test_chip_is_put_where_the_cursor_is_and_problems_show_while_typing(desk: Desk) -> None:
    async with page_of(desk) as page:
        await log_in(page)
        await page.goto("/studio/translate/tr/text?key=article/complaint-over-municipal-decision/afterwards/text")
        field = page.locator("#form-0")
        await field.fill("Metin")
        await expect(page.locator("#checked [role=alert]")).to_contain_text("reassessment.period")
        await page.get_by_role("button", name="{reassessment.period}").click()
        await expect(field).to_have_value("Metin{reassessment.period}")
        await expect(page.locator("#checked .bubble")).to_contain_text("Metin")


@pytest.mark.parametrize("is_broken", [True, False])
async def test_what_the_checks_say_comes_to_an_open_page(
    desk: Desk, editorial: Editorial, held_check: Event, is_broken: bool
) -> None:
    if is_broken:
        base = editorial.draft()
        raw = (editorial.repository.read("flows/complaint.yaml", base) or b"").decode()
        broken = raw.replace("goto: who}", "goto: nowhere}", 1)
        editorial.save({"flows/complaint.yaml": broken.encode()}, EDITOR, "Wrong", base)
    async with page_of(desk) as page:
        await log_in(page)
        await page.goto("/studio/publish")
        await expect(page.locator("#checks")).to_contain_text("Kladden kontrolleres nu")
        why = page.get_by_label("Hvorfor?")
        await why.fill("Because")
        held_check.set()
        said = "[goto-unknown]" if is_broken else "Ingen fejl fundet."
        await expect(page.locator("#checks")).to_contain_text(said, timeout=60_000)
        if is_broken:
            await expect(why).to_have_count(0)
        else:
            await expect(why).to_have_value("Because")
            await page.get_by_role("button", name="Udgiv nu").click()
            await expect(page.get_by_role("status").first).to_contain_text("Udgivet")


async def test_without_scripts_the_page_is_loaded_again(desk: Desk, held_check: Event) -> None:
    async with page_of(desk, java_script_enabled=False) as page:
        await log_in(page)
        for path in ("/studio/publish", "/studio/map"):
            await page.goto(path)
            await expect(page.locator("#checks")).to_contain_text("Kladden kontrolleres nu")
        held_check.set()

        async def is_known() -> bool:
            await page.get_by_role("link", name="Genindlæs siden").click()
            return await page.get_by_role("link", name="Genindlæs siden").count() == 0

        async with asyncio.timeout(60):
            while not await is_known():
                pass


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_stale_text_is_mended_and_approved_by_keyboard(
    desk: Desk, editorial: Editorial, has_scripts: bool
) -> None:
    async with page_of(desk, java_script_enabled=has_scripts) as page:
        await log_in(page)
        await page.goto("/studio/translate/tr?state=stale")
        await page.get_by_role("link", name="common/no").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text("common/no")
        await page.locator("#form-0").focus()
        await page.keyboard.press("ControlOrMeta+A")
        await page.keyboard.type("Hayır, teşekkürler")
        for _ in range(20):
            await page.keyboard.press("Tab")
            if await page.locator(":focus").get_attribute("value") == "save":
                break
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").first).to_be_visible()
        await page.goto("/studio/translate/tr/text?key=common/no")
        await page.get_by_role("button", name="Godkend", exact=True).focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("main")).to_contain_text("Godkendt af Lead A den 2026-11-24.")
    assert editorial.bench().entry("tr", "common/no").text == "Hayır, teşekkürler"
