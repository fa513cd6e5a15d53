"""The pages in a real browser: with and without JavaScript, by keyboard, narrow, in both directions, for everybody."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import time
from pathlib import Path
from typing import Any

import axe_playwright_python  # type: ignore[import-untyped]
import pyotp
import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.handoff.duty import Duty, Hours
from bot.handoff.ticket import Ticket
from bot.storage.keyring import Keyring
from bot.storage.store import open_store
from bot.web.account import Role
from tests.support.chromium import find_chromium, launch_arguments
from tests.support.citizen import Citizen
from tests.support.web import PASSWORD, Desk, free_address, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATHS = (
    "/desk/queue",
    "/desk/case/CASE",
    "/desk/case/CASE?find=en",
    "/desk/case/CLOSED",
    "/desk/closed",
    "/desk/profile",
    "/desk/hours",
    "/desk/hours/id-everything",
    "/desk/people",
    "/desk/people/id-adviser-b",
    "/desk/audit",
    "/desk/nowhere",
)
WEEK = tuple(Hours(day, time.min, time(23, 59)) for day in range(7))
# Where screenshots go, for whoever wants to look at them.
SHOTS = os.environ.get("VEJVISER_TEST_SHOTS")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A served desk with a few people, one of them with an Arabic name and a long login."""
    store = open_store(f"sqlite:///{tmp_path}/test.db", Keyring([b"k" * 32]))
    desk = Desk(store, free_address())
    await desk.add("everything", list(Role), name="Lead A")
    await desk.add("adviser-b", name="مستشار ب")
    await desk.add("a-very-long-login.of-somebody@a-long-department.example", name="Adviser C")
    await desk.store.run(lambda unit: unit.duties.put(Duty("id-everything", "Lead A", {"da": 3, "ar": 3}, hours=WEEK)))
    async with served(desk):
        yield desk
    await store.close()


@asynccontextmanager
async def page_of(desk: Desk, **options: Any) -> AsyncIterator[Page]:
    """A page of its own browser; errors of scripts and refusals of the content policy fail the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=launch_arguments())
        context = await browser.new_context(
            **{"base_url": desk.base_url, "locale": "da-DK", "viewport": {"width": 1100, "height": 900}} | options
        )
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        yield page
        await browser.close()
    assert wrong == []


async def open_case(desk: Desk) -> tuple[Ticket, Ticket]:
    """One claimed case with something on both sides, and one that is closed; a third one waits."""
    first, second, third = (
        Citizen(desk, chat_id=chat_id, locale=locale) for chat_id, locale in ((700, "ar"), (701, "da"), (702, "tr"))
    )
    ticket = await first.asks_for_adviser()
    await first.says("وصلتني رسالة من البلدية ولا أفهمها")
    await first.sends_photo()
    browser = await desk.signed_in(await desk.account("everything"))
    case = f"/desk/case/{ticket.id}"
    await browser.post(f"{case}/claim")
    version = (await first.ticket()).version
    await browser.post(f"{case}/reply", {"version": version, "key": "one", "text": "Goddag. Hvilken dato står der?"})
    await browser.post(f"{case}/note", {"text": "Brevet er fra kommunen."})
    version = (await first.ticket()).version
    await browser.post(f"{case}/send", {"version": version, "key": "two", "what": "reply:reply/photo"})
    version = (await first.ticket()).version
    await browser.post(f"{case}/send", {"version": version, "key": "three", "what": "question:question/interpreter"})
    await first.presses("!said:three:common/yes")
    version = (await first.ticket()).version
    await browser.post(f"{case}/send", {"version": version, "key": "four", "what": "place:complaint/who"})
    await first.presses("complaint/who>kk")
    await second.asks_for_adviser()
    closed = await second.ticket()
    await browser.post(f"/desk/case/{closed.id}/claim")
    for form in ({"do": "close", "because": "answered"}, {"do": "journalise"}):
        version = (await second.ticket()).version
        await browser.post(f"/desk/case/{closed.id}/move", {"version": version, **form})
    await third.asks_for_adviser()
    return ticket, closed


async def log_in(page: Page, login: str = "everything") -> None:
    await page.goto("/desk/login")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click("main button[type=submit]")
    await expect(page.locator("h1")).not_to_have_text("Log ind")


async def find_violations(page: Page) -> list[str]:
    await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate("levels => axe.run(document, {runOnly: levels})", LEVELS)
    return [
        f"{page.url} {each['id']}: {node['html']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


async def overflow(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    width: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


async def shoot(page: Page, name: str) -> None:
    if SHOTS is not None:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


async def make_stale(page: Page) -> None:
    """The compose box holds an old version, which the page does not renew any more."""
    await page.evaluate(
        """() => { const version = document.querySelector("form[action$='/reply'] [name=version]");
        version.className = ""; version.value = 1; }"""
    )


async def after_forms(page: Page, desk: Desk, ticket: Ticket) -> AsyncIterator[str]:
    """The pages that only a form or a fault leads to, one after the other."""
    case = f"/desk/case/{ticket.id}"
    await page.goto("/desk/people")
    await page.get_by_label("Brugernavn").fill("adviser-n")
    await page.get_by_label("Navn, som borgere").fill("Adviser N")
    await page.get_by_role("button", name="Opret konto").click()
    await expect(page.locator("h1")).to_have_text("Engangskode")
    yield "one-time"
    await page.goto("/desk/profile")
    secret = await page.locator("code.key").inner_text()
    await page.get_by_label("Kode fra appen").fill(pyotp.TOTP(secret).at(desk.at))
    await page.locator("#totp").press("Enter")
    await expect(page.locator("h1")).to_contain_text("endannelseskoder")
    yield "recovery"
    await page.goto(case)
    await page.goto(await page.get_by_role("link", name="Se billedet").get_attribute("href") or "")
    yield "no-file"
    await page.goto(case)
    await make_stale(page)
    await page.get_by_label("Skriv til borgeren").fill("En lang besked")
    await page.get_by_role("button", name="Send", exact=True).first.click()
    await expect(page.get_by_role("alert").first).to_contain_text("Sagen er ændret")
    yield "refused"
    desk.later(hours=2)
    await page.get_by_role("button", name="Send", exact=True).first.click()
    await expect(page.get_by_label("Det, du skrev")).to_have_value("En lang besked")
    yield "expired"


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1100)])
async def test_every_page_is_accessible_and_fits(desk: Desk, scheme: str, width: int) -> None:
    ticket, closed = await open_case(desk)
    async with page_of(desk, color_scheme=scheme, viewport={"width": width, "height": 800}) as page:
        await page.goto("/desk/login")
        violations = await find_violations(page)
        await shoot(page, f"login-{scheme}-{width}")
        await page.fill("#login", "nobody")
        await page.fill("#password", "wrong")
        await page.click("main button[type=submit]")
        violations += await find_violations(page)
        await log_in(page)
        for path in PATHS:
            for direction in ("ltr", "rtl"):
                await page.goto(path.replace("CASE", ticket.id).replace("CLOSED", closed.id))
                await page.evaluate("direction => document.documentElement.dir = direction", direction)
                violations += await find_violations(page)
                assert await overflow(page) <= 0, (path, direction)
                await shoot(page, f"{path.rpartition('/')[2].partition('?')[0]}-{scheme}-{width}-{direction}")
        async for name in after_forms(page, desk, ticket):
            for direction in ("ltr", "rtl"):
                await page.evaluate("direction => document.documentElement.dir = direction", direction)
                violations += await find_violations(page)
                assert await overflow(page) <= 0, (name, direction)
                await shoot(page, f"{name}-{scheme}-{width}-{direction}")
    assert violations == []


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_lead_makes_an_account_and_its_owner_takes_it(desk: Desk, has_scripts: bool) -> None:
    async with page_of(desk, java_script_enabled=has_scripts) as page:
        await log_in(page)
        await page.get_by_role("link", name="Medarbejdere").click()
        await page.get_by_label("Brugernavn").fill("adviser-n")
        await page.get_by_label("Navn, som borgere").fill("Adviser N")
        await page.get_by_label("Sprog på siderne").select_option("en")
        await page.get_by_role("button", name="Opret konto").click()
        password = await page.locator("code.key").inner_text()
        await page.get_by_role("button", name="Log ud").click()
        await page.fill("#login", "adviser-n")
        await page.fill("#password", password)
        await page.get_by_role("button", name="Log ind").click()
        await expect(page.get_by_role("status").first).to_contain_text("Choose your own password")
        await page.get_by_label("Current password").fill(password)
        await page.get_by_label("New password", exact=True).fill("words of my own choice")
        await page.get_by_label("New password once more").fill("words of my own choice")
        await page.get_by_role("button", name="Change password").click()
        await expect(page.get_by_role("status").first).to_contain_text("Your password is changed")
        await expect(page.get_by_role("link", name="Staff")).to_have_count(0)
        await page.goto("/desk/people")
        await expect(page.locator("h1")).to_have_text("That page is not for your role")


async def test_keyboard_alone_is_enough(desk: Desk) -> None:
    async with page_of(desk) as page:
        await page.goto("/desk/login")
        await page.keyboard.press("Tab")
        await expect(page.locator(".skip")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(page.locator("#login")).to_be_focused()
        await page.keyboard.type("everything")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("Kø")
        await page.goto("/desk/people")
        for _ in range(60):
            await page.keyboard.press("Tab")
            if await page.locator(":focus").inner_text() == "مستشار ب":
                break
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_have_text("مستشار ب")
        for _ in range(60):
            await page.keyboard.press("Tab")
            focused = page.locator(":focus")
            outline = await focused.evaluate("node => getComputedStyle(node).outlineStyle")
            assert outline != "none", await focused.evaluate("node => node.outerHTML")
            if await focused.inner_text() == "Luk kontoen":
                break
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").first).to_contain_text("Kontoen er lukket")
