"""The page that publishes, and the history that takes back."""

from threading import Event

import pytest

from bot.content.editorial import Editorial
from bot.content.published import Published
from bot.content.repository import Author
from bot.web.account import Role
from tests.support.waiting import eventually
from tests.support.web import Browser, Desk

EDITOR = Author("Editor A", "editor-a@vejviser.invalid")


def edit(editorial: Editorial, before: str, after: str, path: str = "flows/common.yaml") -> str:
    base = editorial.draft()
    raw = (editorial.repository.read(path, base) or b"").decode()
    assert before in raw
    return editorial.save({path: raw.replace(before, after, 1).encode()}, EDITOR, "Edit", base)


async def publisher(desk: Desk) -> Browser:
    return await desk.signed_in(await desk.add("publisher-b", [Role.PUBLISHER], name="Publisher B", language="en"))


async def test_nothing_to_publish(desk: Desk) -> None:
    page = (await (await publisher(desk)).get("/studio/publish")).text
    assert 'name="why"' not in page


async def test_change_is_shown_word_by_word_published_and_taken_back(desk: Desk, editorial: Editorial) -> None:
    edited = edit(editorial, '"Nej"', '"Nej tak"')
    browser = await publisher(desk)
    page = (await browser.get("/studio/publish")).text
    assert "common/no" in page
    assert "Nej<ins> tak</ins>" in page
    assert "Editor A" in page
    assert "Hayır" in page  # readers of Turkish see the Danish until it is translated anew

    done = await browser.post("/studio/publish", {"revision": edited, "why": "Kinder"})
    assert (done.status_code, done.headers["location"]) == (303, "/studio/history?done=published")
    history = (await browser.get("/studio/history")).text
    assert "Kinder" in history
    assert "Publisher B" in history
    published = editorial.live()
    assert "Nej<ins> tak</ins>" in (await browser.get(f"/studio/history/{published}")).text

    lead = await desk.signed_in(await desk.add("lead-a", [Role.LEAD], name="Lead A"))
    done = await lead.post(f"/studio/history/{published}/take-back", {"why": "It was right"})
    assert done.status_code == 303
    assert editorial.bench(editorial.live()).entry("da", "common/no").text == "Nej"
    assert [state.author.name for state in editorial.history()][:2] == ["Lead A", "Publisher B"]
    lines = await desk.store.run(lambda unit: unit.audit.lines(limit=5))
    assert {line.what for line in lines} >= {"published", "taken_back"}


@pytest.mark.parametrize("path", ["/studio/publish", "/studio/map"])
async def test_page_never_waits_for_the_checks_and_what_they_say_is_fetched(
    desk: Desk, editorial: Editorial, held_check: Event, path: str
) -> None:
    edited = edit(editorial, "goto: who}", "goto: nowhere}", "flows/complaint.yaml")
    part = f"{path}?part=checks&revision={edited}"
    browser = await publisher(desk)
    page = (await browser.get(path)).text
    assert "The draft is being checked" in page
    assert "goto-unknown" not in page
    assert f'hx-get="{part.replace("&", "&amp;")}"' in page or path == "/studio/map"
    assert (await browser.get(part)).status_code == 204
    held_check.set()
    await eventually(lambda: editorial.known_problems(edited) is not None, 60)
    for shown in ((await browser.get(part)).text, (await browser.get(path)).text):
        assert "is no node" in shown
        assert "is being checked" not in shown
        assert "every 1s" not in shown


async def test_what_the_checks_say_of_an_unknown_state_is_not_found(desk: Desk) -> None:
    browser = await publisher(desk)
    for revision in ("0" * 40, "x", ""):
        assert (await browser.get(f"/studio/publish?part=checks&revision={revision}")).status_code == 404


async def test_errors_are_listed_and_nothing_goes_live(desk: Desk, editorial: Editorial, held_check: Event) -> None:
    live = editorial.live()
    edited = edit(editorial, "goto: who}", "goto: nowhere}", "flows/complaint.yaml")
    browser = await publisher(desk)
    assert 'name="why"' in (await browser.get("/studio/publish")).text  # nobody knows of the error yet
    held_check.set()
    refused = await browser.post("/studio/publish", {"revision": edited, "why": "Because"})
    assert refused.status_code == 422
    assert editorial.live() == live
    page = (await browser.get("/studio/publish")).text
    assert "[goto-unknown]" in page
    assert 'name="why"' not in page


async def test_other_publisher_was_faster(desk: Desk, editorial: Editorial) -> None:
    first = edit(editorial, '"Nej"', '"Nej tak"')
    second = edit(editorial, '"Ja"', '"Ja tak"')
    editorial.publish(second, EDITOR, "Both")
    refused = await (await publisher(desk)).post("/studio/publish", {"revision": first, "why": "One"})
    assert refused.status_code == 422
    assert editorial.bench(editorial.live()).entry("da", "common/yes").text == "Ja tak"


async def test_unknown_state_is_not_found(desk: Desk) -> None:
    browser = await publisher(desk)
    for revision in ("0" * 40, "x", "é"):
        assert (await browser.get(f"/studio/history/{revision}")).status_code == 404
        assert (await browser.post(f"/studio/history/{revision}/take-back", {})).status_code == 404
    refused = await browser.post("/studio/publish", {"revision": "0" * 40, "why": "x"})
    assert refused.status_code == 422


async def test_only_one_language_is_shown_when_asked(desk: Desk, editorial: Editorial) -> None:
    edit(editorial, '"Nej"', '"Nej tak"')
    page = (await (await publisher(desk)).get("/studio/publish?tag=tr")).text
    assert "Hayır" in page
    assert "<ins> tak</ins>" not in page


async def test_content_of_a_folder_has_no_studio(desk: Desk) -> None:
    plain = Desk(desk.store)
    browser = await plain.signed_in(await plain.add("editor-a", [Role.EDITOR]))
    assert "VEJVISER_CONTENT_DIR" in (await browser.get("/studio")).text
    assert (await browser.get("/studio/publish")).status_code == 404


async def test_four_eyes_where_they_are_asked_for(desk: Desk, published: Published) -> None:
    editorial = Editorial(published, lambda: desk.at, four_eyes=True)
    desk = Desk(desk.store, editorial=editorial)
    base = editorial.draft()
    changes = editorial.bench().translate("tr", {"common/no": "Yok"})
    author = Author("Publisher B", "publisher-b@vejviser.invalid")
    form = {"revision": editorial.save(changes, author, "Better", base), "why": "Shorter"}
    own = await publisher(desk)
    page = (await own.get("/studio/publish")).text
    assert "Four eyes" in page
    assert 'name="why"' not in page
    assert (await own.post("/studio/publish", form)).status_code == 422
    assert editorial.live() == base
    other = await desk.signed_in(await desk.add("publisher-c", [Role.PUBLISHER], name="Publisher C"))
    assert (await other.post("/studio/publish", form)).status_code == 303
