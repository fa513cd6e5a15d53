"""Who gets in, who does not, and for how long."""

import asyncio
from datetime import timedelta

import pyotp
import pytest

from bot.web.account import Role
from bot.web.login import MOST_PER_ADDRESS, MOST_PER_PAIR, safe_next
from bot.web.second_factor import hash_recovery_code
from bot.web.session import ABSOLUTE_LIMIT, IDLE_LIMIT, hash_id
from tests.support.web import PASSWORD, PASSWORD_HASH, Desk

SECRET = pyotp.random_base32()


async def test_login_leads_in_and_logout_out(desk: Desk) -> None:
    await desk.add("adviser-a")
    browser = desk.browser()
    assert (await browser.get("/desk/profile")).headers["location"] == "/desk/login?next=/desk/profile"
    answer = await browser.log_in(" Adviser-A ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert (await browser.get("/desk/profile")).status_code == 200
    session_id = browser.session_id
    assert session_id is not None
    assert (await browser.post("/desk/logout")).status_code == 303
    # Also for whoever kept the cookie.
    browser.hold(session_id)
    assert (await browser.get("/desk/profile")).status_code == 303


async def test_session_id_is_renewed_at_login(desk: Desk) -> None:
    """An id that somebody planted, or that was used before, is worth nothing afterwards."""
    account = await desk.add("adviser-a")
    browser = await desk.signed_in(account)
    before = browser.session_id
    assert before is not None
    await browser.log_in("adviser-a")
    assert browser.session_id not in (None, before)
    assert await desk.store.run(lambda unit: unit.web_sessions.by_hash(hash_id(before))) is None
    planted = desk.browser()
    planted.hold("planted")
    await planted.log_in("adviser-a")
    assert planted.session_id != "planted"
    assert await desk.store.run(lambda unit: unit.web_sessions.by_hash(hash_id("planted"))) is None


async def test_idle_and_absolute_limit(desk: Desk) -> None:
    account = await desk.add("adviser-a")
    browser = await desk.signed_in(account)
    for _ in range(int(ABSOLUTE_LIMIT / IDLE_LIMIT)):
        desk.at += IDLE_LIMIT - timedelta(seconds=1)
        assert (await browser.get("/desk/profile")).status_code == 200
    desk.later(minutes=1)
    assert (await browser.get("/desk/profile")).status_code == 303, "the absolute limit"
    browser = await desk.signed_in(account)
    desk.at += IDLE_LIMIT + timedelta(seconds=1)
    assert (await browser.get("/desk/profile")).status_code == 303, "the idle limit"


@pytest.mark.parametrize("token", [None, "", "0" * 128, "of another browser"])
async def test_form_without_its_token_is_refused(desk: Desk, token: str | None) -> None:
    account = await desk.add("adviser-a")
    browser, other = await desk.signed_in(account), desk.browser()
    await browser.get("/desk/profile")
    await other.get("/desk/login")
    if token == "of another browser":
        token = other.client.cookies.get(desk.web.cookie_name("csrf"))
    form = {"name": "Somebody else", "language": "da"} | ({} if token is None else {"_csrf_token": token})
    answer = await browser.client.post("/desk/profile", data=form)
    assert answer.status_code == 403
    assert "for gammel" in answer.text
    assert (await desk.account("adviser-a")).name == "Adviser A"
    # The page is reloaded, and all is well again.
    assert (await browser.post("/desk/profile", {"name": "Adviser Z", "language": "da"})).status_code == 303


def test_passwords_are_kept_as_argon2id() -> None:
    assert PASSWORD_HASH.startswith("$argon2id$")


async def test_guesser_is_slowed_down_and_the_right_one_gets_in_later(desk: Desk) -> None:
    await desk.add("adviser-a")
    browser = desk.browser()
    for _ in range(MOST_PER_PAIR):
        assert (await browser.log_in("adviser-a", "wrong")).status_code == 401
    answer = await browser.log_in("adviser-a")
    assert answer.status_code == 429
    assert "Vent et kvarter" in answer.text
    desk.later(minutes=16)
    assert (await browser.log_in("adviser-a")).status_code == 303


async def test_guesses_at_once_are_counted_one_by_one(desk: Desk) -> None:
    await desk.add("adviser-a")
    browser = desk.browser()
    await browser.get("/desk/login")
    answers = await asyncio.gather(*(browser.log_in("adviser-a", "wrong") for _ in range(3 * MOST_PER_PAIR)))
    refused = [answer.status_code for answer in answers].count(429)
    assert refused == 2 * MOST_PER_PAIR


async def test_one_address_tries_many_names(desk: Desk) -> None:
    browser = desk.browser()
    statuses = [(await browser.log_in(f"name-{number}", "x")).status_code for number in range(MOST_PER_ADDRESS + 1)]
    assert statuses == [401] * MOST_PER_ADDRESS + [429]


async def test_successes_are_not_counted(desk: Desk) -> None:
    await desk.add("adviser-a")
    for _ in range(MOST_PER_PAIR + 2):
        assert (await desk.browser().log_in("adviser-a")).status_code == 303


async def test_refusal_tells_nothing(desk: Desk) -> None:
    """Not whether the name exists, nor whether the password was right."""
    await desk.add("adviser-a", totp_secret=SECRET)
    pages = [
        await desk.browser().log_in("adviser-a", "wrong"),
        await desk.browser().log_in("nobody", "wrong"),
        await desk.browser().log_in("adviser-a"),
    ]
    texts = {page.text.split("<form")[0].split("role=")[1] for page in pages}
    assert len(texts) == 1
    assert {page.status_code for page in pages} == {401}


async def test_disabled_account_is_out_at_once(desk: Desk) -> None:
    admin = await desk.signed_in(await desk.add("admin-a", [Role.ADMIN]))
    account = await desk.add("adviser-a")
    browser = await desk.signed_in(account)
    assert (await browser.get("/desk/profile")).status_code == 200
    assert (await admin.post(f"/desk/people/{account.id}/disable")).status_code == 303
    assert (await browser.get("/desk/profile")).status_code == 303
    assert (await browser.log_in("adviser-a")).status_code == 401


async def test_totp_code_is_needed_and_taken_once(desk: Desk) -> None:
    account = await desk.add("adviser-a")
    await desk.store.run(lambda unit: unit.accounts.set_totp(account.id, SECRET))
    code = pyotp.TOTP(SECRET).at(desk.at)
    assert (await desk.browser().log_in("adviser-a")).status_code == 401
    assert (await desk.browser().log_in("adviser-a", code=code)).status_code == 303
    assert (await desk.browser().log_in("adviser-a", code=code)).status_code == 401, "a replay"
    desk.later(seconds=30)
    earlier = pyotp.TOTP(SECRET).at(desk.at - timedelta(seconds=30))
    assert (await desk.browser().log_in("adviser-a", code=earlier)).status_code == 401, "an older one"
    assert (await desk.browser().log_in("adviser-a", code=pyotp.TOTP(SECRET).at(desk.at))).status_code == 303


async def test_same_code_at_once_leads_in_once(desk: Desk) -> None:
    account = await desk.add("adviser-a")
    await desk.store.run(lambda unit: unit.accounts.set_totp(account.id, SECRET))
    code = pyotp.TOTP(SECRET).at(desk.at)
    answers = await asyncio.gather(*(desk.browser().log_in("adviser-a", code=code) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]


async def test_recovery_code_leads_in_once(desk: Desk) -> None:
    account = await desk.add("adviser-a")

    def prepare(unit: object) -> None:
        unit.accounts.set_totp(account.id, SECRET)  # type: ignore[attr-defined]
        unit.accounts.set_recovery_codes(account.id, {hash_recovery_code(account.id, "abcd-efgh-jkmn")})  # type: ignore[attr-defined]

    await desk.store.run(prepare)
    assert (await desk.browser().log_in("adviser-a", code="ABCD EFGH JKMN")).status_code == 303
    assert (await desk.browser().log_in("adviser-a", code="abcd-efgh-jkmn")).status_code == 401


async def test_one_time_password_must_be_changed_first(desk: Desk) -> None:
    await desk.add("adviser-a", one_time_until=desk.at + timedelta(days=7))
    browser = desk.browser()
    await browser.log_in("adviser-a")
    assert (await browser.get("/desk")).headers["location"] == "/desk/profile#pw"
    new = "another four words here"
    form = {"password": PASSWORD, "new_password": new, "new_password_again": new}
    before = browser.session_id
    assert (await browser.post("/desk/profile/password", form)).status_code == 303
    assert browser.session_id != before
    assert (await browser.get("/desk")).headers["location"] != "/desk/login"
    assert (await desk.browser().log_in("adviser-a", new)).status_code == 303
    assert (await desk.browser().log_in("adviser-a")).status_code == 401


async def test_one_time_password_runs_out(desk: Desk) -> None:
    await desk.add("adviser-a", one_time_until=desk.at + timedelta(days=7))
    desk.later(days=8)
    answer = await desk.browser().log_in("adviser-a")
    assert answer.status_code == 401
    assert "for gammel" in answer.text


async def test_text_of_a_form_is_kept_when_the_session_ended(desk: Desk) -> None:
    answer = await desk.browser().post("/desk/profile", {"text": "Kære borger <b>"})
    assert answer.status_code == 401
    assert "Kære borger &lt;b&gt;" in answer.text


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/desk/people?x=1", "/desk/people?x=1"),
        ("/studio/a", "/studio/a"),
        ("//evil.example", "/desk"),
        ("https://evil.example/desk", "/desk"),
        ("/desk\\evil", "/desk"),
        ("/desk\r\nx", "/desk"),
        (None, "/desk"),
    ],
)
def test_login_leads_to_our_own_pages_only(asked: str | None, goes: str) -> None:
    assert safe_next(asked) == goes


async def test_every_answer_carries_the_headers(desk: Desk) -> None:
    browser = await desk.signed_in(await desk.add("adviser-a"))
    for path in ("/desk/profile", "/desk/login", "/desk/nowhere", "/desk/people", "/health/live"):
        headers = (await browser.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
    static = await browser.get("/desk/static/style.css")
    assert static.status_code == 200
    assert "immutable" in static.headers["cache-control"]


async def test_https_makes_cookies_strict(desk: Desk) -> None:
    secure = Desk(desk.store, "https://desk.example")
    await secure.add("adviser-a")
    browser = secure.browser()
    cookie = (await browser.log_in("adviser-a")).headers["set-cookie"]
    assert cookie.startswith("__Host-vejviser-session=")
    assert "Secure" in cookie
    assert "strict-transport-security" in (await browser.get("/desk/login")).headers
