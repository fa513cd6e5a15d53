"""A citizen and two advisers' browsers at once: what one does, the others see without a reload."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from bot.handoff.duty import Duty
from tests.desk.test_pages_in_a_browser import WEEK, desk, log_in, make_stale, page_of  # noqa: F401  (desk is a fixture)
from tests.support.citizen import Citizen
from tests.support.web import PASSWORD, Desk

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
        await first.get_by_label("Giv til en kollega").select_option(label="Adviser S (taler sproget, på vagt)")
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


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
async def test_the_way_back_after_a_refused_form(two: Desk, has_scripts: bool) -> None:
    """No page of the history is the answer to a form: the browser never asks whether to send it again."""
    citizen = Citizen(two)
    await citizen.asks_for_adviser()
    async with page_of(two, java_script_enabled=has_scripts) as page:
        methods: list[str] = []
        page.on("request", lambda request: methods.append(request.method) if request.is_navigation_request() else None)
        await log_in(page, "first")
        await page.get_by_role("button", name="Tag sagen").click()
        text, send = page.get_by_label("Skriv til borgeren"), page.get_by_role("button", name="Send", exact=True).first
        await text.fill("En lang besked")
        if has_scripts:
            await make_stale(page)
        await citizen.says("لحظة")
        if has_scripts:  # it moves the button, which must not happen under the click
            await expect(page.locator(".lines")).to_contain_text("لحظة")
        await send.click()
        await expect(page.get_by_role("alert")).to_contain_text("Sagen er ændret")
        await expect(text).to_have_value("En lang besked")
        methods.clear()
        await page.reload()
        await expect(text).to_have_value("En lang besked")
        await page.get_by_role("link", name="Til køen").click()
        await page.go_back()
        await expect(text).to_have_value("En lang besked")
        await send.click()
        await expect(page.locator(".lines")).to_contain_text("En lang besked")
        await page.go_back()
        await expect(page.locator(".lines")).to_contain_text("En lang besked")
        await expect(text).to_have_value("")  # it is sent: nobody sends it twice
        await page.reload()
        await expect(page.locator(".lines")).to_contain_text("En lang besked")
        assert methods.count("POST") == 1
        assert sum(said.endswith("En lang besked") for said in citizen.seen) == 1


async def test_the_way_back_after_a_refused_login(two: Desk) -> None:
    async with page_of(two) as page:
        await page.goto("/desk/login?next=/desk/closed")
        await page.fill("#login", "first")
        await page.fill("#password", "wrong")
        await page.click("main button[type=submit]")
        await expect(page.get_by_role("alert").first).to_contain_text("passer ikke sammen")
        await expect(page.locator("#login")).to_have_value("first")
        await page.fill("#password", PASSWORD)
        await page.click("main button[type=submit]")
        await expect(page).to_have_url(f"{two.base_url}/desk/closed")
        await page.go_back()
        await expect(page.locator("#login")).to_be_visible()


async def test_everything_essential_without_javascript(two: Desk) -> None:
    citizen, next_one = Citizen(two), Citizen(two, chat_id=701)
    await citizen.asks_for_adviser()
    await next_one.asks_for_adviser()
    async with page_of(two, java_script_enabled=False) as page:
        await log_in(page, "first")
        await page.get_by_role("button", name="Tag den næste").dblclick()
        await page.get_by_label("Søg på dansk").fill("tolk")
        await page.get_by_role("button", name="Søg", exact=True).click()
        await page.get_by_role("button", name="Spørg: Vil du have en tolk?").click()
        await expect(page.locator(".lines")).to_contain_text("Vil du have en tolk?")
        assert "data" in str(two.sent[-1].body)
        await page.get_by_label("Ny note").fill("Brevet er fra kommunen.")
        await page.get_by_role("button", name="Gem noten").click()
        await expect(page.locator("#notes-now")).to_contain_text("Brevet er fra kommunen.")
        await page.get_by_role("button", name="Spørg: Er det godt at skrive nu?").click()
        await page.get_by_label("Afslut, fordi").select_option("answered")
        await page.get_by_role("button", name="Afslut samtalen").click()
        await page.get_by_role("button", name="Journaliser: lav PDF og JSON").click()
        await expect(page.get_by_role("link", name="Hent som PDF")).to_be_visible()
        await page.get_by_role("link", name="Afsluttede").click()
        await expect(page.locator(".tickets")).to_contain_text("Journaliseret")
    assert (await next_one.ticket()).state == "waiting"


async def test_keyboard_alone_claims_answers_and_ends(two: Desk) -> None:
    citizen = Citizen(two)
    await citizen.asks_for_adviser()

    async def tab_to(name: str) -> None:
        for _ in range(120):
            await page.keyboard.press("Tab")
            named, outline = await page.evaluate(
                """() => { const node = document.activeElement;
                return [node.labels?.[0]?.innerText ?? node.innerText, getComputedStyle(node).outlineStyle]; }"""
            )
            if str(named).startswith(name):
                assert outline != "none", name
                return
        raise AssertionError(name)

    async with page_of(two) as page:
        await log_in(page, "first")
        await tab_to("Tag sagen")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Skriv til borgeren")).to_be_visible()
        await tab_to("Skriv til borgeren")
        await page.keyboard.type("Goddag. Jeg læser det nu.")
        await tab_to("Send")
        await page.keyboard.press("Enter")
        await expect(page.locator(".lines")).to_contain_text("Goddag. Jeg læser det nu.")
        assert citizen.seen[-1].endswith("Goddag. Jeg læser det nu.")
        await tab_to("Afslut, fordi")
        await page.keyboard.type("Borgeren har")
        await tab_to("Afslut samtalen")
        await page.keyboard.press("Enter")
        await expect(page.locator("h1")).to_contain_text("Lukket")


async def test_two_tabs_a_double_press_and_the_way_back(two: Desk) -> None:
    citizen = Citizen(two)
    await citizen.asks_for_adviser()
    async with page_of(two) as page:
        await log_in(page, "first")
        await page.get_by_role("button", name="Tag sagen").click()
        await expect(page.get_by_label("Skriv til borgeren")).to_be_visible()
        other = await page.context.new_page()
        case_url = page.url
        await other.goto(case_url)
        send = page.get_by_role("button", name="Send", exact=True).first
        await page.get_by_label("Skriv til borgeren").fill("Fra den første fane")
        await send.dblclick()
        await expect(page.locator(".lines")).to_contain_text("Fra den første fane")
        assert sum(text.endswith("Fra den første fane") for text in citizen.seen) == 1
        # The other tab has heard of it: what is written there is written after it.
        await expect(other.locator(".lines")).to_contain_text("Fra den første fane")
        await other.get_by_label("Skriv til borgeren").fill("Fra den anden fane")
        await other.get_by_role("button", name="Send", exact=True).first.click()
        await expect(page.locator(".lines")).to_contain_text("Fra den anden fane")
        # The way back shows the case as it is now, with a form that can be sent.
        await page.goto("/desk/queue")
        await page.go_back()
        await expect(page.locator(".lines")).to_contain_text("Fra den anden fane")
        await page.get_by_label("Skriv til borgeren").fill("Efter tilbage")
        await page.get_by_role("button", name="Send", exact=True).first.click()
        await expect(page.locator(".lines")).to_contain_text("Efter tilbage")
        await other.close()


async def test_colleague_is_seen_reading_and_writing(two: Desk) -> None:
    citizen = Citizen(two)
    ticket = await citizen.asks_for_adviser()
    async with page_of(two) as first, page_of(two) as second:
        await log_in(first, "first")
        await log_in(second, "second")
        await first.get_by_role("button", name="Tag sagen").click()
        await second.goto(f"/desk/case/{ticket.id}")
        await expect(first.locator("#here")).to_contain_text("Adviser S har også sagen åben")
        await expect(second.locator("#here")).to_contain_text("Adviser F har også sagen åben")
        await first.get_by_label("Skriv til borgeren").press_sequentially("Goddag")
        await expect(second.locator("#here")).to_contain_text("Adviser F skriver i sagen")
        # Handing on reaches the open page of the other one.
        await first.get_by_label("Giv til en kollega").select_option("id-second")
        await first.get_by_role("button", name="Giv videre").click()
        await expect(second.locator("#state")).to_contain_text("Sagen er din nu.")
        await second.get_by_role("link", name="Vis siden igen").click()
        await expect(second.get_by_label("Skriv til borgeren")).to_be_visible()


async def test_colleague_who_comes_while_the_page_is_asking_is_seen(two: Desk) -> None:
    ticket = await Citizen(two).asks_for_adviser()
    has_come = asyncio.Event()

    async def hold(route: Route) -> None:
        response = await route.fetch()
        await has_come.wait()
        await route.fulfill(response=response)

    async with page_of(two) as first, page_of(two) as second:
        await log_in(first, "first")
        await log_in(second, "second")
        await first.route("**/here", hold, times=1)
        async with first.expect_request("**/here"):
            await first.get_by_role("button", name="Tag sagen").click()
        await second.goto(f"/desk/case/{ticket.id}")
        await expect(second.locator("#here")).to_contain_text("Adviser F har også sagen åben")
        has_come.set()
        await expect(first.locator("#here")).to_contain_text("Adviser S har også sagen åben")


async def test_after_a_restart_the_page_catches_up_by_itself(two: Desk) -> None:
    citizen = Citizen(two)
    await citizen.asks_for_adviser()
    async with page_of(two) as page:
        await log_in(page, "first")
        await page.get_by_role("button", name="Tag sagen").click()
        await page.get_by_label("Skriv til borgeren").fill("Halvt skrevet")
        await two.restart(lambda: citizen.says("وصلتني رسالة"))
        await expect(page.locator(".lines")).to_contain_text("وصلتني رسالة", timeout=15_000)
        await expect(page.get_by_label("Skriv til borgeren")).to_have_value("Halvt skrevet")
        await expect(page.locator("#offline")).to_be_hidden()
        await page.get_by_role("button", name="Send", exact=True).first.click()
        assert citizen.seen[-1].endswith("Halvt skrevet")


async def test_page_tells_that_the_session_is_over(two: Desk) -> None:
    citizen = Citizen(two)
    await citizen.asks_for_adviser()
    async with page_of(two) as page:
        await log_in(page, "first")
        await page.get_by_role("button", name="Tag sagen").click()
        await page.get_by_label("Skriv til borgeren").fill("Halvt skrevet")
        two.later(hours=2)
        await citizen.says("وصلتني رسالة")
        await expect(page.locator("#logged-out")).to_be_visible()
        await expect(page.get_by_label("Skriv til borgeren")).to_have_value("Halvt skrevet")
