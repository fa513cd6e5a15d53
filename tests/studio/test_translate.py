"""Translating: lists, one text with its context, what is refused, who may approve, and two at one text."""

import re

import pytest

from bot.content.editorial import Editorial
from bot.content.repository import Author
from bot.content.workbench import State
from bot.web.account import Role
from tests.support.web import Browser, Desk

OTHER = Author("Translator B", "translator-b@vejviser.invalid")
TEXT = "/studio/translate/tr/text"


async def translator(desk: Desk, *languages: str, login: str = "translator-a") -> Browser:
    account = await desk.add(login, [Role.EDITOR], name="Translator A", language="en")
    await desk.store.run(lambda unit: unit.reviewers.put(account.id, languages))
    return await desk.signed_in(account)


def make_stale(editorial: Editorial) -> None:
    """The Danish of common/no changes."""
    base = editorial.draft()
    raw = (editorial.repository.read("flows/common.yaml", base) or b"").decode()
    editorial.save({"flows/common.yaml": raw.replace('"Nej"', '"Nej tak"', 1).encode()}, OTHER, "Kinder", base)


def form(editorial: Editorial, key: str, do: str, *texts: str, tag: str = "tr") -> dict[str, str]:
    entry = editorial.bench().entry(tag, key)
    forms = texts or entry.forms
    return {
        "key": key,
        "version": entry.version,
        "do": do,
        "was": "\n".join(entry.forms),
        **{f"form-{number}": text for number, text in enumerate(forms)},
    }


async def test_languages_and_lists(desk: Desk, editorial: Editorial) -> None:
    make_stale(editorial)
    browser = await translator(desk)
    assert "/studio/translate/tr?state=stale" in (await browser.get("/studio/translate")).text
    stale = (await browser.get("/studio/translate/tr?state=stale")).text
    assert "common/no" in stale
    assert "common/yes" not in stale
    assert "common/yes" in (await browser.get("/studio/translate/tr?flow=common&words=evet")).text
    assert (await browser.get("/studio/translate/xx")).status_code == 404
    assert (await browser.get("/studio/translate/tr?page=99999999999&state=nonsense")).status_code == 200


async def test_text_with_what_changed_its_screen_and_the_glossary(desk: Desk, editorial: Editorial) -> None:
    make_stale(editorial)
    browser = await translator(desk)
    assert "Nej<ins> tak</ins>" in (await browser.get(f"{TEXT}?key=common/no")).text
    page = (await browser.get(f"{TEXT}?key=complaint/decision/say")).text
    assert "karar" in page  # the glossary's word
    assert "key-cap" in page  # the screen with its buttons
    assert re.search(r"The screen takes \d+ of 4096 signs\.", page)
    label = (await browser.get(f"{TEXT}?key=complaint/decision/choices/written")).text
    written = editorial.bench().entry("tr", "complaint/decision/choices/written").forms[0]
    assert f"The button takes {len(written)} of 60 signs." in label
    arabic = (await browser.get("/studio/translate/ar/text?key=complaint/decision/say")).text
    assert 'dir="rtl"' in arabic
    chips = (await browser.get(f"{TEXT}?key=article/complaint-over-municipal-decision/afterwards/text")).text
    assert "data-insert=" in chips
    assert (await browser.get(f"{TEXT}?key=no/such")).status_code == 404


async def test_saving_is_a_commit_with_the_editor_as_author(desk: Desk, editorial: Editorial) -> None:
    make_stale(editorial)
    browser = await translator(desk)
    done = await browser.post(TEXT, form(editorial, "common/no", "save", "Yok"))
    assert done.status_code == 303
    entry = editorial.bench().entry("tr", "common/no")
    assert (entry.text, entry.state) == ("Yok", State.DRAFT)
    commit = editorial.repository.last_change("locales/tr/LC_MESSAGES/flows.po")
    assert commit is not None
    assert commit.author == Author("Translator A", "translator-a@vejviser.invalid")


async def test_same_meaning_keeps_the_translation(desk: Desk, editorial: Editorial) -> None:
    make_stale(editorial)
    browser = await translator(desk)
    assert (await browser.post(TEXT, form(editorial, "common/no", "keep"))).status_code == 303
    assert editorial.bench().entry("tr", "common/no").state is State.DRAFT


@pytest.mark.parametrize("typed", ["{social_complaint.perio} x", "x", "{0.__class__}"])
async def test_mistyped_placeholders_are_refused_and_the_text_stays(
    desk: Desk, editorial: Editorial, typed: str
) -> None:
    browser = await translator(desk)
    key = "article/complaint-over-municipal-decision/afterwards/text"
    before = editorial.draft()
    answer = await browser.post(TEXT, form(editorial, key, "save", typed))
    assert answer.status_code == 422
    assert typed in answer.text
    assert editorial.draft() == before
    checked = await browser.post("/studio/translate/tr/check", form(editorial, key, "", typed))
    assert "reassessment.period" in checked.text


async def test_two_at_one_text(desk: Desk, editorial: Editorial) -> None:
    browser = await translator(desk)
    mine = form(editorial, "common/no", "save", "Olmaz")
    editorial.save(editorial.bench().translate("tr", {"common/no": "Yok"}), OTHER, "", editorial.draft())
    answer = await browser.post(TEXT, mine)
    assert answer.status_code == 409
    assert "<del>Hayır</del><ins>Yok</ins>" in answer.text
    assert "Translator B" in answer.text
    assert "Olmaz" in answer.text
    assert editorial.bench().entry("tr", "common/no").text == "Yok"
    assert (await browser.post(TEXT, form(editorial, "common/no", "save", "Olmaz"))).status_code == 303


async def test_only_a_reviewer_of_the_language_approves(desk: Desk, editorial: Editorial) -> None:
    stranger = await translator(desk, "ar")
    wanted = form(editorial, "common/no", "approve")
    assert (await stranger.post(TEXT, wanted)).status_code == 403
    read = f"common/no {wanted['version']}"
    assert (await stranger.post("/studio/translate/tr", {"read": read})).status_code == 403
    reviewer = await translator(desk, "tr", login="reviewer-a")
    assert (await reviewer.post(TEXT, wanted)).status_code == 303
    approval = editorial.bench().entry("tr", "common/no").approval
    assert approval is not None
    assert (approval.who, approval.when) == ("Translator A", "2026-11-24")
    assert (await reviewer.post(TEXT, form(editorial, "common/no", "unapprove"))).status_code == 303
    assert editorial.bench().entry("tr", "common/no").state is State.DRAFT
    unsaved = await reviewer.post(TEXT, form(editorial, "common/no", "approve", "Yok"))
    assert unsaved.status_code == 422


async def test_saved_and_approved_in_one_press(desk: Desk, editorial: Editorial) -> None:
    make_stale(editorial)
    stranger = await translator(desk, "ar")
    assert (await stranger.post(TEXT, form(editorial, "common/no", "both", "Yok"))).status_code == 403
    reviewer = await translator(desk, "tr", login="reviewer-a")
    assert (await reviewer.post(TEXT, form(editorial, "common/no", "both", "Yok {x}"))).status_code == 422
    assert (await reviewer.post(TEXT, form(editorial, "common/no", "both", "Yok"))).status_code == 303
    entry = editorial.bench().entry("tr", "common/no")
    assert (entry.text, entry.state) == ("Yok", State.APPROVED)


async def test_many_are_approved_as_they_were_read(desk: Desk, editorial: Editorial) -> None:
    reviewer = await translator(desk, "tr")
    read = [f"{key} {editorial.bench().entry('tr', key).version}" for key in ("common/no", "common/yes")]
    done = await reviewer.post("/studio/translate/tr", {"read": read, "flow": "common"})
    assert done.status_code == 303
    states = [editorial.bench().entry("tr", key).state for key in ("common/no", "common/yes")]
    assert states == [State.APPROVED, State.APPROVED]
    assert (await reviewer.post("/studio/translate/tr", {"read": ["common/back 0000"]})).status_code == 422
    assert (await reviewer.post("/studio/translate/tr", {})).status_code == 422


async def test_nothing_but_the_known_actions(desk: Desk, editorial: Editorial) -> None:
    browser = await translator(desk)
    assert (await browser.post(TEXT, form(editorial, "common/no", "explode"))).status_code == 400
    assert (await browser.client.delete(TEXT)).status_code in (403, 405)


async def test_lead_says_who_approves_which_language(desk: Desk) -> None:
    lead = await desk.signed_in(await desk.add("lead-a", [Role.LEAD], name="Lead A"))
    await desk.add("translator-c", [Role.EDITOR], name="Translator C")
    await desk.add("adviser-a")
    done = await lead.post("/studio/reviewers", {"account": "id-translator-c", "speaks": ["tr", "xx"]})
    assert done.status_code == 303
    assert await desk.store.run(lambda unit: unit.reviewers.of("id-translator-c")) == {"tr"}
    assert "Translator C" in (await lead.get("/studio/reviewers")).text
    for wrong in ("nobody", "id-adviser-a"):
        assert (await lead.post("/studio/reviewers", {"account": wrong})).status_code == 404
