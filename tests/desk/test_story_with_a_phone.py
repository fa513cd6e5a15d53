"""A citizen's phone and two advisers' browsers at the running command, which is killed right after a claim."""

import asyncio
import os
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.handoff.duty import Duty
from bot.sandbox import Sandbox, serve
from bot.storage.keyring import Keyring
from bot.storage.store import open_store
from bot.web.account import Account, Role
from tests.desk.test_pages_in_a_browser import WEEK
from tests.support.browser import phone_of, tap, write
from tests.support.chromium import find_chromium, launch_arguments
from tests.support.content import our_release
from tests.support.postgres import free_port
from tests.support.running_bot import TOKEN
from tests.support.web import PASSWORD, PASSWORD_HASH

pytestmark = [pytest.mark.browser, pytest.mark.slow]
KEY = b64encode(b"k" * 32).decode()


@asynccontextmanager
async def running(settings: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """`vejviser run`, ready to serve; killed at the end of the block if it still runs."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env={**os.environ, **settings})
    url = f"http://127.0.0.1:{settings['VEJVISER_PORT']}/desk/login"
    try:
        async with asyncio.timeout(40), aiohttp.ClientSession() as client:
            while True:
                try:
                    async with client.get(url) as answer:
                        assert answer.status == 200
                    break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.1)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def log_in(page: Page, base_url: str, login: str) -> None:
    await page.goto(f"{base_url}/desk/login")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click("main button[type=submit]")
    await expect(page.locator("h1")).to_have_text("Kø")


async def test_nothing_is_lost_when_the_command_is_killed_after_a_claim(tmp_path: Path) -> None:
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    store = open_store(f"sqlite:///{tmp_path}/vejviser.db", Keyring.from_secret(KEY))
    for login, name in (("first", "Adviser F"), ("second", "Adviser S")):
        account = Account(login, login, name, frozenset({Role.ADVISER}), "da", datetime.now(UTC), PASSWORD_HASH)
        duty = Duty(login, name, {"da": 3, "ar": 3}, hours=WEEK)
        await store.run(lambda unit, account=account: unit.accounts.add(account))  # type: ignore[misc]
        await store.run(lambda unit, duty=duty: unit.duties.put(duty))  # type: ignore[misc]
    await store.close()
    sandbox = Sandbox(TOKEN)
    sandbox.phone(1, "ar", "Citizen A")
    async with serve(sandbox) as api_url, async_playwright() as playwright:
        settings = {
            "VEJVISER_TELEGRAM_TOKEN": TOKEN,
            "VEJVISER_TELEGRAM_API_URL": api_url,
            "VEJVISER_DATA_DIR": str(tmp_path),
            "VEJVISER_SECRET_KEY": KEY,
            "VEJVISER_PORT": str(port),
            "VEJVISER_METRICS_PORT": "0",
            "VEJVISER_SEND_RATE": "0",
        }
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=launch_arguments())
        phone_page, first, second = [await browser.new_page(locale="da-DK") for _ in range(3)]
        async with running(settings) as process:
            await phone_page.goto(f"{api_url}/phone")
            phone = phone_of(phone_page, 1)
            await write(phone, "/start menu-ar")
            await write(phone, "/human")
            await log_in(first, base_url, "first")
            await log_in(second, base_url, "second")
            await tap(phone, our_release().label("common/yes_adviser", "ar"))
            claim = first.get_by_role("button", name="Tag sagen")
            await expect(claim).to_be_visible(timeout=15_000)  # both hear of it without a reload
            await expect(second.get_by_role("button", name="Tag sagen")).to_be_visible()
            await claim.click()
            await expect(first.get_by_label("Skriv til borgeren")).to_be_visible()
            await expect(phone).to_contain_text("Adviser F")
            await first.get_by_label("Skriv til borgeren").fill("Goddag, hvad er der sket?")
            process.kill()
            await process.wait()
            await write(phone, "وصلتني رسالة")  # while nobody listens
        async with running(settings):
            await expect(first.locator(".lines")).to_contain_text("وصلتني رسالة", timeout=20_000)
            await expect(first.get_by_label("Skriv til borgeren")).to_have_value("Goddag, hvad er der sket?")
            await first.get_by_role("button", name="Send", exact=True).first.click()
            await expect(phone).to_contain_text("Goddag, hvad er der sket?")
            await expect(phone.get_by_text("Goddag, hvad er der sket?")).to_have_count(1)
            await expect(second.get_by_text("Adviser F")).to_be_visible()
            await expect(second.get_by_role("button", name="Tag sagen")).to_have_count(0)
        await browser.close()
