"""A headless Chromium on the phone page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, async_playwright

from tests.support.chromium import find_chromium, launch_arguments


@asynccontextmanager
async def open_page(url: str, *, width: int = 390, height: int = 844, scale: float = 1) -> AsyncIterator[Page]:
    """A page at this size; errors of its scripts fail the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=launch_arguments())
        page = await browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(url)
        yield page
        await browser.close()
    assert errors == []


def phone_of(page: Page, chat_id: int) -> Locator:
    return page.locator(f'.phone[data-chat-id="{chat_id}"]')


async def tap(phone: Locator, label: str) -> None:
    """Press the newest key with this label."""
    await phone.get_by_role("button", name=label, exact=True).last.click()


async def write(phone: Locator, text: str) -> None:
    await phone.locator(".typed").fill(text)
    await phone.locator(".send").click()
