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
    ("GET", "/studio/map"): READERS,
    ("GET", "/studio/numbers"): READERS,
    ("GET", "/studio/files"): EDITORS,
    ("GET", "/studio/files/export"): EDITORS,
    ("POST", "/studio/files"): EDITORS,
    ("GET", "/studio/flows"): READERS,
    ("GET", "/studio/flows/{flow:str}"): READERS,
    ("POST", "/studio/flows/{flow:str}"): EDITORS,
    ("GET", "/studio/flows/{flow:str}/node"): READERS,
    ("POST", "/studio/flows/{flow:str}/node"): EDITORS,
    ("POST", "/studio/flows/{flow:str}/check"): EDITORS,
    ("GET", "/studio/flows/{flow:str}/text"): READERS,
    ("POST", "/studio/flows/{flow:str}/text"): EDITORS,
    ("GET", "/studio/facts"): READERS,
    ("GET", "/studio/facts/{name:str}"): READERS,
    ("POST", "/studio/facts/{name:str}"): EDITORS,
    ("POST", "/studio/facts/{name:str}/check"): EDITORS,
    ("GET", "/studio/articles"): READERS,
    ("GET", "/studio/articles/{id:str}"): READERS,
    ("POST", "/studio/articles/{id:str}"): EDITORS,
    ("POST", "/studio/articles/{id:str}/check"): EDITORS,
    ("GET", "/studio/services"): READERS,
    ("GET", "/studio/services/{id:str}"): READERS,
    ("POST", "/studio/services/{id:str}"): EDITORS,
    ("POST", "/studio/services/{id:str}/check"): EDITORS,
    ("GET", "/studio/preview"): READERS,
    ("POST", "/studio/preview"): READERS,
    ("POST", "/studio/preview/link"): EDITORS,
    ("GET", "/studio/preview/sheet"): READERS,
    ("GET", "/studio/reviewers"): MANAGERS,
    ("POST", "/studio/reviewers"): MANAGERS,
}
KNOWN = {"{tag:str}": "tr", "{flow:str}": "complaint", "{name:str}": "social_complaint.period", "{id:str}": "nobody"}


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
        path = path.replace("{revision:str}", "0" * 40)
        for part, known in KNOWN.items():
            path = path.replace(part, known)
        answer = await (browser.post(path) if method == "POST" else browser.get(path))
        is_let_in = answer.status_code in (200, 404, 422) or (
            answer.status_code == 303 and answer.headers["location"].startswith("/studio")
        )
        assert is_let_in == (who in roles), (method, path, answer.status_code)
