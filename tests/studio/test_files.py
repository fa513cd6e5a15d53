"""Files for translators outside: fetched, changed, taken in, refused by line."""

import httpx
import pytest

from bot.content.editorial import Editorial
from bot.web.account import Role
from tests.support.web import Browser, Desk


async def editor(desk: Desk) -> Browser:
    return await desk.signed_in(await desk.add("editor-a", [Role.EDITOR], name="Editor A", language="en"))


async def upload(browser: Browser, desk: Desk, name: str, raw: bytes, tag: str = "tr") -> httpx.Response:
    await browser.get("/studio/files")
    token = browser.client.cookies.get(desk.web.cookie_name("csrf")) or ""
    data = {"_csrf_token": token, "tag": tag}
    return await browser.shown(await browser.client.post("/studio/files", data=data, files={"file": (name, raw)}))


async def test_file_goes_out_and_comes_back(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    sent = await browser.get("/studio/files/export?tag=tr&flow=common&form=po")
    assert sent.headers["content-disposition"] == 'attachment; filename="vejviser-tr-common.po"'
    back = sent.text.replace('"Hayır"', '"Yok"').replace('"Evet"', '"Evet {name}"').encode()
    page = (await upload(browser, desk, "vejviser-tr-common.po", back)).text
    assert "1 texts taken into the draft" in page
    assert "common/yes" in page
    assert "which the Danish does not have" in page
    assert editorial.bench().entry("tr", "common/no").text == "Yok"
    assert editorial.bench().entry("tr", "common/yes").text == "Evet"
    commit = editorial.repository.commit_of(editorial.draft())
    assert (commit.author.name, commit.message) == ("Editor A", "Import vejviser-tr-common.po")
    again = (await upload(browser, desk, "vejviser-tr-common.po", back.replace(b"Yok", b"Olmaz"))).text
    assert "has changed since it was sent" in again
    assert editorial.bench().entry("tr", "common/no").text == "Yok"


@pytest.mark.parametrize(
    ("name", "raw", "tag"),
    [
        ("a.xlsx", b"PK\x03\x04 and nothing more", "tr"),
        ("a.po", b"\xff\xfe", "tr"),
        ("a.exe", b"MZ", "tr"),
        ("../../etc/passwd.po", b"x", "tr"),
        ("a.po", b"", "xx"),
        ("a.po", b"", ""),
        ("", b"", "tr"),
    ],
)
async def test_hostile_file_changes_nothing(desk: Desk, editorial: Editorial, name: str, raw: bytes, tag: str) -> None:
    before = editorial.draft()
    answer = await upload(await editor(desk), desk, name, raw, tag)
    assert answer.status_code in (400, 422)
    assert editorial.draft() == before


@pytest.mark.parametrize(
    "query", ["", "tag=xx&form=po", "tag=tr&form=exe", 'tag=tr&form=x".po', "tag=tr&flow=x&form=po"]
)
async def test_what_is_not_there_cannot_be_fetched(desk: Desk, query: str) -> None:
    assert (await (await editor(desk)).get(f"/studio/files/export?{query}")).status_code == 422
