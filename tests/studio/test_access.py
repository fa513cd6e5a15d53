"""Every page of the studio and every role."""

import pytest

from bot.web.access import access_of, routes_of
from bot.web.account import Role
from tests.support.web import Desk

READERS = frozenset({Role.EDITOR, Role.PUBLISHER, Role.LEAD})
EDITORS = frozenset({Role.EDITOR, Role.PUBLISHER})
MANAGERS = frozenset({Role.LEAD, Role.ADMIN})
# Written by hand: a new page fails until somebody has said here who may see it.
EXPECTED = {
    ("GET", "/studio"): READERS,
    ("GET", "/studio/publish"): READERS,
    ("POST", "/studio/publish"): frozenset({Role.PUBLISHER}),
    ("GET", "/studio/history"): READERS,
    ("GET", "/studio/history/{revision:str}"): READERS,
    ("POST", "/studio/history/{revision:str}/take-back"): frozenset({Role.PUBLISHER, Role.LEAD}),
    ("GET", "/studio/translate"): READERS,
    ("GET", "/studio/translate/{tag:str}"): READERS,
    ("POST", "/studio/translate/{tag:str}"): EDITORS,  # who reviews no language is refused: test_translate.py
    ("GET", "/studio/translate/{tag:str}/text"): READERS,
    ("POST", "/studio/translate/{tag:str}/text"): EDITORS,
    ("POST", "/studio/translate/{tag:str}/check"): EDITORS,
    ("GET", "/studio/reviewers"): MANAGERS,
    ("POST", "/studio/reviewers"): MANAGERS,
}


def test_every_page_says_who_may_see_it(desk: Desk) -> None:
    found = {}
    for method, path, handler in routes_of(desk.litestar):
        access = access_of(handler)
        if path.startswith("/studio") and access is not None:
            found[method, path] = access.roles
    assert found == EXPECTED


@pytest.mark.parametrize("who", [*Role, "stranger"])
async def test_pages_are_open_to_their_roles_only(desk: Desk, who: Role | str) -> None:
    browser = desk.browser()
    if isinstance(who, Role):
        visitor = await desk.add("visitor", [who])
        await desk.store.run(lambda unit: unit.reviewers.put(visitor.id, ["tr"]))
        browser = await desk.signed_in(visitor)
    for (method, path), roles in EXPECTED.items():
        path = path.replace("{revision:str}", "0" * 40).replace("{tag:str}", "tr")
        answer = await (browser.post(path) if method == "POST" else browser.get(path))
        is_let_in = answer.status_code in (200, 404, 422) or (
            answer.status_code == 303 and answer.headers["location"].startswith("/studio")
        )
        assert is_let_in == (who in roles), (method, path, answer.status_code)
