"""All screens on one page: its heading, and how it looks on a machine without fonts of ours."""

import pytest
from playwright.async_api import async_playwright

from bot.content.contact_sheet import contact_sheet
from tests.support.chromium import find_chromium, launch_arguments
from tests.support.content import TODAY, our_release


def test_heading_counts_the_languages_and_the_font_goes_where_it_is_needed() -> None:
    danish = contact_sheet(our_release(), TODAY, ("da",))
    assert "<h1>All screens in 1 language</h1>" in danish
    assert "@font-face" not in danish
    assert "<h1>All screens in 2 languages</h1>" in contact_sheet(our_release(), TODAY, ("da", "ur"))


@pytest.mark.browser
@pytest.mark.slow
async def test_columns_buttons_and_letters_in_a_browser() -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=launch_arguments())
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        await page.set_content(contact_sheet(our_release(), TODAY, ("da", "ur")))
        named, danish, urdu = [
            await column.evaluate("cell => cell.offsetWidth")
            for column in await page.locator("table").first.locator("thead th").all()
        ]
        assert named < danish / 2
        assert abs(danish - urdu) <= 1
        button = page.locator('td[lang="ur"] .buttons span').first
        assert await button.evaluate("button => getComputedStyle(button).unicodeBidi") == "plaintext"
        loaded = "document.fonts.ready.then(fonts => [...fonts].map(font => font.family + ' ' + font.status))"
        assert await page.evaluate(loaded) == ["Arabic loaded"]
        await browser.close()
