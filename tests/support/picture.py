"""`python -m tests.support.picture`: the README's picture, taken from the running product."""

import asyncio
from pathlib import Path

from playwright.async_api import Locator

from bot.sandbox import Sandbox, serve
from tests.support.browser import open_page, phone_of, tap, write
from tests.support.content import ROOT, our_release
from tests.support.memory_store import MemoryStore
from tests.support.running_bot import TOKEN, running_bot

PICTURE = ROOT / ".readme/conversation.png"
ANSWERS_FROM_THEIR_BEGINNING = """document.querySelectorAll(".log").forEach(log =>
    [...log.querySelectorAll(".message:not(.mine)")].at(-1).scrollIntoView({block: "start", behavior: "instant"}))"""
LETTER_DATE = "12.11.2026"


async def take_picture(path: Path) -> None:
    """A Danish and an Arabic phone, both at the last day to complain."""
    sandbox = Sandbox(TOKEN)
    sandbox.profile.names[""] = "Vejviser"
    async with serve(sandbox) as base_url, running_bot(MemoryStore(), sandbox, base_url=base_url):
        for chat_id, (locale, name) in enumerate((("da", "Citizen A"), ("ar", "Citizen B")), start=1):
            sandbox.phone(chat_id, locale, name)
        async with open_page(f"{base_url}/phone", width=900, height=930) as page:
            for chat_id, locale in ((1, "da"), (2, "ar")):
                await _walk(phone_of(page, chat_id), locale)
            await page.wait_for_timeout(1000)
            await page.evaluate(ANSWERS_FROM_THEIR_BEGINNING)
            await page.wait_for_timeout(1000)
            path.parent.mkdir(exist_ok=True)
            await page.screenshot(path=path)


async def _walk(phone: Locator, locale: str) -> None:
    await write(phone, f"/start complaint-{locale}")
    for key in ("complaint/decision/choices/written", "complaint/who/choices/kk"):
        await tap(phone, our_release().label(key, locale))
    await phone.get_by_text("12.11.").wait_for()
    await write(phone, LETTER_DATE)
    await tap(phone, our_release().label("complaint/how/choices/digital", locale))
    await phone.get_by_text("danskelove.dk").wait_for()


if __name__ == "__main__":
    asyncio.run(take_picture(PICTURE))
