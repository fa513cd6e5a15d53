"""Every route and every role: who may call what, asked of the running pages."""

from datetime import timedelta

import pytest
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler

from bot.errors import AccessUndeclared
from bot.web.access import access_of, public, refuse_undeclared, routes_of
from bot.web.account import Role
from bot.web.app import make_app
from tests.support.web import Browser, Desk

ALL = frozenset(Role)
MANAGERS = frozenset({Role.LEAD, Role.ADMIN})
ADVISERS = frozenset({Role.ADVISER, Role.LEAD})
STRANGERS = "strangers, too"
# Written by hand: a new route fails until somebody has said here who may call it.
EXPECTED: dict[tuple[str, str], frozenset[Role] | str] = {
    ("GET", "/health/live"): STRANGERS,
    ("GET", "/health/ready"): STRANGERS,
    ("GET", "/desk/login"): STRANGERS,
    ("POST", "/desk/login"): STRANGERS,
    ("GET", "/desk/login/openid"): STRANGERS,
    ("GET", "/desk/login/openid/back"): STRANGERS,
    ("GET", "/desk/static/{file_path:path}"): STRANGERS,
    ("HEAD", "/desk/static/{file_path:path}"): STRANGERS,
    ("GET", "/desk"): ALL,
    ("GET", "/desk/live"): ALL,
    ("POST", "/desk/logout"): ALL,
    ("GET", "/desk/profile"): ALL,
    ("POST", "/desk/profile"): ALL,
    ("POST", "/desk/profile/password"): ALL,
    ("POST", "/desk/profile/totp"): ALL,
    ("POST", "/desk/profile/totp/off"): ALL,
    ("POST", "/desk/profile/recovery"): ALL,
    ("POST", "/desk/profile/sessions"): ALL,
    ("POST", "/desk/profile/telegram"): ADVISERS,
    ("POST", "/desk/profile/telegram/off"): ADVISERS,
    ("POST", "/desk/profile/telegram/group"): frozenset({Role.LEAD}),
    ("GET", "/desk/queue"): ADVISERS,
    ("POST", "/desk/queue/next"): ADVISERS,
    ("GET", "/desk/case/{ticket_id:str}"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/claim"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/reply"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/send"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/callback"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/here"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/note"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/move"): ADVISERS,
    ("POST", "/desk/case/{ticket_id:str}/safety"): ADVISERS,
    ("GET", "/desk/case/{ticket_id:str}/file/{message_id:int}"): ADVISERS,
    ("GET", "/desk/case/{ticket_id:str}/journal/{kind:str}"): ADVISERS,
    ("GET", "/desk/closed"): ADVISERS,
    ("GET", "/desk/hours"): MANAGERS,
    ("POST", "/desk/hours"): MANAGERS,
    ("GET", "/desk/hours/{account_id:str}"): MANAGERS,
    ("POST", "/desk/hours/{account_id:str}"): MANAGERS,
    ("POST", "/desk/hours/closure/{closure_id:str}/remove"): MANAGERS,
    ("GET", "/desk/people"): MANAGERS,
    ("POST", "/desk/people"): MANAGERS,
    ("GET", "/desk/people/{account_id:str}"): MANAGERS,
    ("POST", "/desk/people/{account_id:str}"): MANAGERS,
    ("POST", "/desk/people/{account_id:str}/disable"): MANAGERS,
    ("POST", "/desk/people/{account_id:str}/enable"): MANAGERS,
    ("POST", "/desk/people/{account_id:str}/sessions"): MANAGERS,
    ("POST", "/desk/people/{account_id:str}/second-factor"): MANAGERS,
    ("POST", "/desk/people/{account_id:str}/password"): MANAGERS,
    ("GET", "/desk/audit"): frozenset({Role.AUDITOR}),
    ("GET", "/studio"): frozenset({Role.EDITOR, Role.PUBLISHER, Role.LEAD}),  # its pages: tests/studio/test_access.py
}
WITH_ONE_TIME_PASSWORD = {("GET", "/desk/profile"), ("POST", "/desk/profile"), ("POST", "/desk/profile/password")}
WITH_ONE_TIME_PASSWORD |= {("POST", "/desk/logout")}


async def _is_let_in(browser: Browser, method: str, path: str) -> bool:
    path = path.replace("{account_id:str}", "id-target").replace("{file_path:path}", "style.css")
    path = path.replace("{message_id:int}", "1")
    if method == "POST":
        answer = await browser.post(path, {"roles": "adviser", "name": "Adviser T"})
    else:
        answer = await browser.client.request(method, path)
    sent_away = answer.status_code == 303 and answer.headers["location"].startswith("/desk/login")
    is_logout = method == "POST" and path == "/desk/logout"
    is_public = path.startswith("/desk/login")
    if answer.status_code in (401, 403) or (sent_away and not is_logout):
        return is_public  # a login page may refuse a login: it let the visitor come
    # 404: let in, but there is no such ticket
    assert answer.status_code in (200, 303, 404, 422), (method, path, answer.status_code)
    return not (answer.status_code == 303 and answer.headers["location"] == "/desk/profile#pw")


def test_every_route_is_in_the_matrix(desk: Desk) -> None:
    assert {(method, path) for method, path, _ in routes_of(desk.litestar)} == set(EXPECTED)


@pytest.mark.parametrize("who", [*Role, "stranger", "disabled", "with a one-time password"])
async def test_matrix(desk: Desk, who: Role | str) -> None:
    await desk.add("target")
    await desk.add("other-admin", [Role.ADMIN])
    desk.web.hub.close()  # `/desk/live` ends at once
    cells: dict[tuple[str, str], bool] = {}
    for number, (method, path, _) in enumerate(routes_of(desk.litestar)):
        browser = desk.browser()
        if who != "stranger":
            roles = [who] if isinstance(who, Role) else ALL
            account = await desk.add(
                f"visitor-{number}",
                roles,
                is_disabled=who == "disabled",
                one_time_until=desk.at + timedelta(days=1) if who == "with a one-time password" else None,
            )
            browser = await desk.signed_in(account)
        cells[method, path] = await _is_let_in(browser, method, path)
    assert cells == {cell: _may(who, cell) for cell in EXPECTED}


def _may(who: Role | str, cell: tuple[str, str]) -> bool:
    expected = EXPECTED[cell]
    if isinstance(expected, str):
        return True
    if who == "with a one-time password":
        return cell in WITH_ONE_TIME_PASSWORD
    return who in expected


@get("/desk/forgotten")
async def forgotten() -> str:
    return "secret"


async def test_route_that_declares_nothing_stops_the_start_by_name(desk: Desk) -> None:
    with pytest.raises(AccessUndeclared, match=r"GET /desk/forgotten .*forgotten"):
        make_app(desk.web, [forgotten])


async def test_route_that_declares_nothing_is_refused_even_so(desk: Desk) -> None:
    """Two locks: also where nobody looked at the start."""
    admin = await desk.signed_in(await desk.add("admin-a", [Role.ADMIN]))
    desk.litestar.register(forgotten)
    assert (await admin.get("/desk/forgotten")).status_code == 403


def test_access_is_looked_for_in_every_kind_of_route() -> None:
    @get("/open", opt=public())
    async def open_to_all() -> str:
        return ""

    app = Litestar([open_to_all], openapi_config=None)
    refuse_undeclared(app)
    assert [(method, path) for method, path, _ in routes_of(app)] == [("GET", "/open")]
    assert all(isinstance(handler, HTTPRouteHandler) and access_of(handler) for _, _, handler in routes_of(app))
