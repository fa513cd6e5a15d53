"""A citizen and two advisers' browsers at once: what one does, the others see without a reload."""

import pytest
from playwright.async_api import expect

from bot.handoff.duty import Duty
from tests.desk.test_pages_in_a_browser import WEEK, desk, log_in, page_of  # noqa: F401  (desk is a fixture)
from tests.support.citizen import Citizen
from tests.support.web import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def two(desk: Desk) -> Desk:  # noqa: F811
    for login, name in (("first", "Adviser F"), ("second", "Adviser S")):
        account = await desk.add(login, name=name)
        duty = Duty(account.id, name, {"da": 3, "ar": 3}, hours=WEEK)
        await desk.store.run(lambda unit, duty=duty: unit.duties.put(duty))  # type: ignore[misc]
    return desk


async def test_two_advisers_and_a_citizen(two: Desk) -> None:
    citizen = Citizen(two)
    async with page_of(two) as first, page_of(two) as second:
        await log_in(first, "first")
        await log_in(second, "second")
        await expect(first.get_by_text("Ingen venter.")).to_be_visible()
        await citizen.asks_for_adviser()
        claims = [page.get_by_role("button", name="Tag sagen") for page in (first, second)]
        for claim in claims:  # without a reload
            await expect(claim).to_be_visible()
        await claims[0].click()
        await expect(first.get_by_label("Skriv til borgeren")).to_be_visible()
        await expect(claims[1]).to_have_count(0)
        await expect(second.get_by_text("Adviser F")).to_be_visible()

        # While the adviser writes, the citizen's words come in; what was typed stays.
        await first.get_by_label("Skriv til borgeren").fill("Goddag.")
        await citizen.says("وصلتني رسالة")
        await expect(first.get_by_text("وصلتني رسالة")).to_be_visible()
        assert await first.get_by_text("وصلتني رسالة").evaluate("node => getComputedStyle(node).direction") == "rtl"
        await expect(first.get_by_label("Skriv til borgeren")).to_have_value("Goddag.")
        await first.get_by_role("button", name="Send", exact=True).first.click()
        await expect(first.get_by_text("Goddag.")).to_be_visible()
        assert citizen.seen[-1].endswith("Goddag.")

        # After a gap the page shows what a reload would.
        await citizen.says("شكرا")
        two.web.hub.miss()
        await expect(first.get_by_text("شكرا")).to_be_visible()

        await first.get_by_label("Søg på dansk").fill("billede")
        await expect(first.locator("#found li")).not_to_have_count(0)
        await first.get_by_role("button", name="Send: Send gerne et billede").click()
        await expect(first.locator(".lines")).to_contain_text("Send gerne et billede")
        await first.get_by_label("Giv til en kollega").select_option(label="Adviser S (taler sproget)")
        await first.get_by_role("button", name="Giv videre").click()
        await expect(first.get_by_label("Skriv til borgeren")).to_have_count(0)
        await expect(second.get_by_text("Mine sager")).to_be_visible()


async def test_without_javascript_a_stale_form_keeps_its_text(two: Desk) -> None:
    citizen = Citizen(two)
    await citizen.asks_for_adviser()
    async with page_of(two, java_script_enabled=False) as page:
        await log_in(page, "first")
        await page.get_by_role("button", name="Tag sagen").click()
        await page.get_by_label("Skriv til borgeren").fill("En lang besked")
        await citizen.says("مرحبا")
        await page.get_by_role("button", name="Send", exact=True).first.click()
        await expect(page.get_by_label("Skriv til borgeren")).to_have_value("En lang besked")
        await expect(page.get_by_role("alert")).to_contain_text("Sagen er ændret")
        await page.get_by_role("button", name="Send", exact=True).first.click()
        assert citizen.seen[-1].endswith("En lang besked")
