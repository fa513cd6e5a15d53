"""Login by OpenID Connect, against a real provider on loopback."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.web.web import OpenIdProvider
from tests.support.postgres import free_port
from tests.support.web import Browser, Desk

SUBJECT = "subject-of-adviser-a"
START_TRIES = 150


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own."""
    port = free_port()
    address = f"http://localhost:{port}"
    provider = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(START_TRIES):
            with suppress(httpx.HTTPError):
                httpx.get(f"{address}/.well-known/openid-configuration")
                break
            time.sleep(0.1)
        yield address
    finally:
        provider.terminate()
        provider.wait()


@pytest.fixture
def openid_desk(desk: Desk, issuer: str) -> Desk:
    # The provider's tokens carry the time of the day.
    return Desk(desk.store, openid=OpenIdProvider(issuer, "vejviser", "secret"), at=datetime.now(UTC))


async def at_the_provider(browser: Browser, subject: str = SUBJECT) -> str:
    """Go to the provider and log in there; returns the address that it sends the browser to."""
    away = await browser.get("/desk/login/openid?next=/desk/profile")
    assert away.status_code == 303
    address = away.headers["location"]
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    async with httpx.AsyncClient() as client:
        answer = await client.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def test_known_subject_gets_in(openid_desk: Desk) -> None:
    await openid_desk.add("adviser-a", oidc_subject=SUBJECT)
    browser = openid_desk.browser()
    back = await at_the_provider(browser)
    answer = await browser.get(back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/profile")
    assert (await browser.get("/desk/profile")).status_code == 200
    assert (await openid_desk.browser().get(back)).status_code == 401, "another browser cannot use the code"
    assert (await browser.get(back)).status_code == 401, "nor can this one again"


@pytest.mark.parametrize("values", [{}, {"oidc_subject": SUBJECT, "is_disabled": True}])
async def test_stranger_and_disabled_stay_outside(openid_desk: Desk, values: dict[str, Any]) -> None:
    await openid_desk.add("adviser-a", **values)
    browser = openid_desk.browser()
    answer = await browser.get(await at_the_provider(browser))
    assert answer.status_code == 401
    assert SUBJECT in answer.text  # for the admin, to be typed into the account
    assert browser.session_id is None


@pytest.mark.parametrize("change", ["state", "code", "client", "issuer"])
async def test_answer_that_does_not_fit_is_refused(openid_desk: Desk, issuer: str, change: str) -> None:
    await openid_desk.add("adviser-a", oidc_subject=SUBJECT)
    browser = openid_desk.browser()
    back = await at_the_provider(browser)
    if change in ("state", "code"):
        query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
        back = f"{back.partition('?')[0]}?{httpx.QueryParams({**query, change: 'another'})}"
    else:
        provider = {
            "client": OpenIdProvider(issuer, "another", "secret"),
            "issuer": OpenIdProvider(f"{issuer}/", "vejviser", "secret"),
        }[change]
        other = Desk(openid_desk.store, openid=provider, at=openid_desk.at).browser()
        other.client.cookies = browser.client.cookies
        browser = other
    assert (await browser.get(back)).status_code == 401
    assert browser.session_id is None


async def test_provider_that_is_away_is_told_in_words(desk: Desk) -> None:
    away = Desk(desk.store, openid=OpenIdProvider("http://127.0.0.1:9", "vejviser", "secret"))
    answer = await away.browser().get("/desk/login/openid")
    assert answer.status_code == 401
    assert "lykkedes ikke" in answer.text


async def test_without_a_provider_nobody_offers_it(desk: Desk) -> None:
    assert "/desk/login/openid" not in (await desk.browser().get("/desk/login")).text
    assert (await desk.browser().get("/desk/login/openid")).status_code == 401
