"""The phone page in a real browser, with the real bot behind it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bot.sandbox import Sandbox, serve
from tests.support.browser import open_page, phone_of, tap, write
from tests.support.content import our_release
from tests.support.memory_store import MemoryStore
from tests.support.running_bot import TOKEN, running_bot

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    """A page with an Arabic and a Kalaallisut phone."""
    sandbox = Sandbox(TOKEN)
    async with serve(sandbox) as base_url, running_bot(MemoryStore(), sandbox, base_url=base_url):
        sandbox.phone(1, "ar", "Citizen A")
        sandbox.phone(2, "kl", "Citizen B")
        async with open_page(f"{base_url}/phone", width=900, height=900) as page:
            yield page


def label(key: str, locale: str) -> str:
    return our_release().label(key, locale)


async def newest(phone: Locator) -> Locator:
    return phone.locator(".message:not(.mine)").last


async def walk_to_the_deadline(phone: Locator, locale: str, typed: str) -> None:
    await write(phone, f"/start complaint-{locale}")
    for key in ("complaint/decision/choices/written", "complaint/who/choices/kk"):
        await tap(phone, label(key, locale))
    await expect(await newest(phone)).to_contain_text("12.11.")
    await write(phone, typed)
    await tap(phone, label("complaint/how/choices/digital", locale))
    await expect((await newest(phone)).locator(".text")).to_contain_text("2026")


async def test_arabic_reads_from_right_to_left_and_numbers_stay(page: Page, tmp_path: Path) -> None:
    phone = phone_of(page, 1)
    await walk_to_the_deadline(phone, "ar", "أمس")
    assert await phone.get_attribute("dir") == "rtl"
    lines = (await newest(phone)).locator(".text").first
    assert await lines.evaluate("node => getComputedStyle(node).direction") == "rtl"
    # A line that begins in Arabic begins at the right edge of its bubble, also where a date stands in it.
    edges = await lines.evaluate(
        """node => { const box = node.getBoundingClientRect(); const range = document.createRange();
        const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT); const first = walker.nextNode();
        range.setStart(first, 0); range.setEnd(first, 1); return [range.getBoundingClientRect().right, box.right]; }"""
    )
    assert abs(edges[0] - edges[1]) < 30
    await page.screenshot(path=tmp_path / "arabic.png")


async def test_phones_keep_their_own_language_side_by_side(page: Page) -> None:
    arabic, kalaallisut = phone_of(page, 1), phone_of(page, 2)
    await write(arabic, "/start menu-ar")
    await write(kalaallisut, "/start menu-kl")
    await expect(await newest(arabic)).to_contain_text(label("start/menu/say", "ar").splitlines()[0])
    await expect(await newest(kalaallisut)).to_contain_text(label("start/menu/say", "kl").splitlines()[0])
    assert await kalaallisut.get_attribute("dir") == "ltr"
    for phone, locale in ((arabic, "ar"), (kalaallisut, "kl")):
        keys = [text for row in our_release().keyboard(locale) for text in row]
        await expect(phone.locator(".keys button")).to_have_text(keys)


async def test_message_is_rewritten_in_its_place_and_hidden_with_all_others(page: Page) -> None:
    phone = phone_of(page, 2)
    await write(phone, "/start menu-kl")
    await expect(phone.locator(".message")).to_have_count(3)
    await tap(phone, label("start/menu/choices/emergency", "kl"))
    await expect(await newest(phone)).to_contain_text("edited")
    await expect(phone.locator(".message")).to_have_count(3)
    await expect((await newest(phone)).locator("b, strong").first).to_contain_text("112")
    await page.wait_for_timeout(200)  # until what was sent is marked
    await tap(phone, label("common/keyboard_hide", "kl"))
    await expect(phone.locator(".message")).to_have_count(1)
    await expect(phone.locator(".keys")).to_be_hidden()


async def test_photo_is_shown_and_answered(page: Page, tmp_path: Path) -> None:
    phone = phone_of(page, 1)
    await write(phone, "/start menu-ar")
    await expect(phone.locator(".message")).to_have_count(3)
    letter = tmp_path / "brev.png"
    letter.write_bytes(PNG)
    await phone.locator("input.file").set_input_files(letter)
    photo = phone.locator("img.photo")
    await expect(photo).to_be_visible()
    await page.wait_for_function("document.querySelector('img.photo').naturalWidth === 1")  # its file was fetched
    await expect(await newest(phone)).to_contain_text(label("common/cannot_read_file", "ar")[:30])


async def test_document_is_shown_by_its_name_and_comes_back_whole(page: Page, tmp_path: Path) -> None:
    phone = phone_of(page, 2)
    await write(phone, "/start menu-kl")
    await expect(phone.locator(".message")).to_have_count(3)
    letter = tmp_path / "afgørelse.pdf"
    letter.write_bytes(b"%PDF-1.4 x")
    await phone.locator("input.file").set_input_files(letter)
    link = phone.locator("a.document")
    await expect(link).to_contain_text("afgørelse.pdf")
    await expect(await newest(phone)).to_contain_text(label("common/cannot_read_file", "kl")[:30])
    async with page.expect_download() as download:
        await link.click()
    saved = await (await download.value).path()
    assert await asyncio.to_thread(saved.read_bytes) == b"%PDF-1.4 x"


async def test_person_changes_a_message_and_it_says_so(page: Page) -> None:
    phone = phone_of(page, 2)
    await write(phone, "/start complaint-kl")
    await write(phone, "zzqx")
    mine = phone.locator(".message.mine").last
    await expect(mine).to_contain_text("zzqx")
    await mine.get_by_role("button", name="Edit this message").click()
    await write(phone, "1")
    await expect(mine).to_contain_text("edited")
    await expect(mine.locator(".text")).to_have_text("1")
    await expect(await newest(phone)).to_contain_text(label("complaint/who/say", "kl").splitlines()[0])


async def test_first_contact_and_a_date_picked_in_the_calendar(page: Page) -> None:
    for language in ("tr", "ar"):
        await page.locator("#add-language").select_option(language)
        await page.get_by_role("button", name="Add a phone").click()
    turkish, arabic = phone_of(page, 3), phone_of(page, 4)
    for phone, locale, direction in ((turkish, "tr", "ltr"), (arabic, "ar", "rtl")):
        await expect(phone).to_have_attribute("dir", direction)
        await phone.locator(".start").click()
        await tap(phone, label("start/language/name", locale))
        for key in ("start/menu/choices/no", "complaint/decision/choices/written", "complaint/who/choices/kk"):
            await tap(phone, label(key, locale))
        await tap(phone, label("common/calendar", locale))
        await phone.get_by_role("button", name="1", exact=True).last.click()
        await tap(phone, label("complaint/how/choices/digital", locale))
        await expect((await newest(phone)).locator(".text")).to_contain_text("danskelove.dk")


async def test_sentence_is_copied_in_danish(page: Page) -> None:
    phone = phone_of(page, 1)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await write(phone, "/start complaint-ar")
    await tap(phone, label("complaint/decision/choices/oral", "ar"))
    await tap(phone, label("common/copy", "ar"))
    await expect(phone.locator(".toast")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == label("complaint/oral/letter", "da")


async def test_page_fits_a_phone(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    phone = phone_of(page, 1)
    await phone.scroll_into_view_if_needed()
    await walk_to_the_deadline(phone, "ar", "اليوم")
    wide = await page.evaluate(
        "[...document.querySelectorAll('.phone')].filter(phone => phone.scrollWidth > phone.clientWidth + 1).length"
    )
    assert wide == 0
