"""Editing flows, facts, articles and places: saved as commits, wrong ones refused, two at one place."""

from collections.abc import Mapping
from datetime import date

import pytest

from bot.content.editorial import Editorial
from bot.content.repository import Author
from bot.content.workbench import State
from bot.content.yaml_file import read_yaml
from bot.errors import ContentUnusable
from bot.runner.visits import Place, Visits
from bot.studio.draft import Drafts
from bot.studio.form import Field, Row, node_fields
from bot.web.account import Role
from tests.support.web import Browser, Desk

ISOLATES = dict.fromkeys((0x2068, 0x2069))
OTHER = Author("Editor B", "editor-b@vejviser.invalid")


async def editor(desk: Desk) -> Browser:
    return await desk.signed_in(await desk.add("editor-a", [Role.EDITOR], name="Editor A", language="en"))


def file(editorial: Editorial, path: str) -> str:
    return (editorial.repository.read(path, editorial.draft()) or b"").decode()


def node_form(editorial: Editorial, id: str, **changed: str) -> dict[str, str]:
    """What the page of a node sends when nothing, or only this, is changed."""
    node = editorial.bench().sources.nodes[id]
    form = {"base": editorial.draft(), "name": id.partition("/")[2], "do": "save"}
    for field in node_fields(node):
        form |= _sent(field)
    return form | changed


def _sent(field: Field) -> Mapping[str, str]:
    if field.shape == "choices":
        rows: list[Row] = field.value
        return {
            f"c-{number}-{part}": str(value)
            for number, row in enumerate(rows)
            for part, value in (("id", row.id), ("label", row.label), ("goto", row.goto), ("place", number + 1))
        }
    if field.shape == "bool":
        return {f"f-{field.name}": "1"} if field.value else {}
    return {f"f-{field.name}": str(field.value)}


# --- flows --------------------------------------------------------------------------------------


async def test_pages_of_flows(desk: Desk, editorial: Editorial) -> None:
    visits = {Place(date(2026, 11, 23), "tr", "complaint/who"): Visits(40, 30)}
    await desk.store.run(lambda unit: unit.visits.add(visits))
    browser = await editor(desk)
    assert "/studio/flows/complaint" in (await browser.get("/studio/flows")).text
    page = (await browser.get("/studio/flows/complaint?tag=tr")).text
    assert "<svg" in page
    assert 'aria-label="complaint/who"' in page
    assert "Cevabı kim gönderdi?" in page
    assert "40 came here, 25 % stopped here" in page
    node = (await browser.get("/studio/flows/complaint/node?name=who")).text
    assert "Udbetaling Danmark" in node
    assert "key-cap" in node
    for wrong in ("nowhere", "complaint/node?name=nowhere", "nowhere/node?name=who", "common/text?name=nothing"):
        assert (await browser.get(f"/studio/flows/{wrong}")).status_code == 404


@pytest.mark.parametrize("id", ["complaint/who", "complaint/date", "complaint/how", "complaint/helpers"])
async def test_saving_a_node_as_it_is_changes_nothing(desk: Desk, editorial: Editorial, id: str) -> None:
    browser = await editor(desk)
    before = read_yaml(file(editorial, "flows/complaint.yaml"))
    done = await browser.post("/studio/flows/complaint/node", node_form(editorial, id))
    assert done.status_code == 303
    assert read_yaml(file(editorial, "flows/complaint.yaml")) == before


async def test_text_and_buttons_of_a_node(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    form = node_form(editorial, "complaint/who", **{"f-say": "Hvem har skrevet?"})
    form |= {"c-3-remove": "1", "c-0-place": "9", "c-4-id": "region", "c-4-label": "Regionen", "c-4-goto": "other"}
    assert (await browser.post("/studio/flows/complaint/node", form)).status_code == 303
    node = editorial.bench().sources.nodes["complaint/who"]
    assert node["say"] == "Hvem har skrevet?"
    assert [choice["id"] for choice in node["choices"]] == ["committee", "udk", "region", "kk"]
    assert node["choices"][2] == {"id": "region", "label": "Regionen", "goto": "other"}
    commit = editorial.repository.last_change("flows/complaint.yaml")
    assert commit is not None
    assert commit.author.name == "Editor A"


async def test_problems_are_shown_while_typing(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    before = editorial.draft()
    form = node_form(editorial, "complaint/who", **{"c-0-goto": "nowhere"})
    assert "is no node" in (await browser.post("/studio/flows/complaint/check", form)).text
    form = node_form(editorial, "complaint/who", **{"f-say": "Ring til 12 34 56 78"})
    checked = (await browser.post("/studio/flows/complaint/check", form)).text
    assert "a number, a time limit" in checked
    assert "Ring til 12 34 56 78" in checked  # the screen as it would be
    assert editorial.draft() == before


async def test_two_at_one_node(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    form = node_form(editorial, "complaint/who", **{"f-say": "Min tekst"})
    raw = file(editorial, "flows/complaint.yaml").replace("Hvem har sendt svaret?", "Hvem sendte svaret?")
    editorial.save({"flows/complaint.yaml": raw.encode()}, OTHER, "", editorial.draft())
    answer = await browser.post("/studio/flows/complaint/node", form)
    assert answer.status_code == 409
    assert "sendte" in answer.text
    assert "Min tekst" in answer.text
    assert "Min tekst" not in file(editorial, "flows/complaint.yaml")


async def test_node_is_added_and_removed_with_the_question_where_its_people_go(
    desk: Desk, editorial: Editorial
) -> None:
    browser = await editor(desk)
    added = await browser.post("/studio/flows/complaint", {"name": "extra", "kind": "end", "say": "Farvel"})
    assert added.headers["location"] == "/studio/flows/complaint/node?name=extra"
    assert "complaint/extra" in editorial.bench().sources.nodes
    for wrong in ("extra", "Not a name", ""):
        answer = await browser.post("/studio/flows/complaint", {"name": wrong, "kind": "end"})
        assert answer.status_code == 422
    remove = {"base": editorial.draft(), "name": "extra", "do": "remove"}
    assert (await browser.post("/studio/flows/complaint/node", remove)).status_code == 422
    assert (await browser.post("/studio/flows/complaint/node", remove | {"moved": "extra"})).status_code == 422
    assert (await browser.post("/studio/flows/complaint/node", remove | {"moved": "who"})).status_code == 303
    sources = editorial.bench().sources
    assert "complaint/extra" not in sources.nodes
    assert sources.moved["complaint/extra"] == "complaint/who"


async def test_text_that_stands_in_no_node(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    form = {"base": editorial.draft(), "name": "no", "text-": "Nej tak"}
    assert (await browser.post("/studio/flows/common/text", form)).status_code == 303
    assert editorial.bench().sources.texts["common/no"].text == "Nej tak"
    wrong = {"base": editorial.draft(), "name": "no", "text-": "Nej {nobody}"}
    assert (await browser.post("/studio/flows/common/text", wrong)).status_code == 422
    late = await browser.post("/studio/flows/common/text", form | {"text-": "Nix"})
    assert late.status_code == 409


# --- facts --------------------------------------------------------------------------------------


def fact_form(editorial: Editorial, **changed: str) -> dict[str, str]:
    form = {"base": editorial.draft(), "do": "save", "length": "6", "unit": "weeks", "confidence": "high"}
    return form | {"sources": "https://example.org/law", "as_of": "2026-11", "why": "The law has changed"} | changed


async def test_fact_with_where_it_shows(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    assert "social_complaint.period" in (await browser.get("/studio/facts?words=complaint")).text
    page = (await browser.get("/studio/facts/social_complaint.period")).text
    assert "article/complaint-staff-and-case-handling/short" in page
    assert "/studio/translate/tr/text?key=" in page
    place = (await browser.get("/studio/facts/danner.email")).text
    assert "/studio/translate/tr/text?key=service/danner/what" in place
    assert (await browser.get("/studio/facts/nothing.here")).status_code == 404


async def test_changed_fact_needs_its_source_and_date(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    path = "/studio/facts/social_complaint.period"
    for missing in ("sources", "as_of"):
        assert (await browser.post(path, fact_form(editorial, **{missing: ""}))).status_code == 422
    for wrong in ({"length": "many"}, {"unit": "fortnights"}, {"review_by": "soon"}, {"confidence": "sure"}):
        assert (await browser.post(path, fact_form(editorial, **wrong))).status_code == 422, wrong
    assert (await browser.post(path, fact_form(editorial))).status_code == 303
    fields = editorial.bench().sources.facts["social_complaint.period"]
    assert fields["value"] == {"length": 6, "unit": "weeks"}
    assert (fields["sources"], fields["as_of"]) == (["https://example.org/law"], "2026-11")
    assert fields["checked_by"] is None
    commit = editorial.repository.last_change("knowledge/facts/complaint.yaml")
    assert commit is not None
    assert commit.message == "social_complaint.period: The law has changed"


@pytest.mark.parametrize("name", ["social_complaint.period", "danner.email"])
async def test_checked_today_unchanged_in_one_press(desk: Desk, editorial: Editorial, name: str) -> None:
    browser = await editor(desk)
    value = editorial.bench().sources.facts[name]["value"]
    done = await browser.post(f"/studio/facts/{name}", {"base": editorial.draft(), "do": "check"})
    assert done.status_code == 303
    fields = editorial.bench().sources.facts[name]
    assert (str(fields["checked_on"]), fields["checked_by"]) == ("2026-11-24", "Editor A")
    assert fields["value"] == value
    assert not Drafts(editorial).get().problems or all(each.is_warning for each in editorial.problems())


async def test_screen_and_problems_of_a_fact_are_shown_while_typing(desk: Desk, editorial: Editorial) -> None:
    browser, before = await editor(desk), editorial.draft()
    path = "/studio/facts/social_complaint.period/check"
    shown = (await browser.post(path, fact_form(editorial, length="37"))).text.translate(ISOLATES)
    assert "37 uger" in shown
    assert "No errors found." in shown
    wrong = (await browser.post(path, fact_form(editorial, confidence="sure"))).text
    assert "confidence must be one of" in wrong
    contact = await browser.post("/studio/facts/danner.email/check", fact_form(editorial, value="mail@example.org"))
    assert "mail@example.org" in contact.text
    assert (await browser.post("/studio/facts/nothing.here/check", {})).status_code == 404
    assert editorial.draft() == before


async def test_contact_of_a_place_is_changed_in_its_file(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    form = fact_form(editorial, value="mail@example.org")
    assert (await browser.post("/studio/facts/danner.email", form)).status_code == 303
    text = file(editorial, "knowledge/services/danner.yaml")
    assert 'email: "mail@example.org"' in text
    assert text.startswith("# Fact base")


async def test_two_at_one_fact(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    late = fact_form(editorial, length="5")
    assert (await browser.post("/studio/facts/social_complaint.period", fact_form(editorial))).status_code == 303
    answer = await browser.post("/studio/facts/social_complaint.period", late)
    assert answer.status_code == 409


# --- articles and places ------------------------------------------------------------------------

ARTICLE = "complaint-over-municipal-decision"


async def test_article_is_edited_beside_its_screens(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    assert ARTICLE in (await browser.get("/studio/articles")).text
    assert "social_complaint.law" in (await browser.get(f"/studio/articles/{ARTICLE}")).text
    text = file(editorial, f"knowledge/articles/{ARTICLE}.md").replace("Det er gratis at klage.", "Det er helt gratis.")
    form = {"base": editorial.draft(), "text": text.replace("\n", "\r\n")}
    assert "helt gratis" in (await browser.post(f"/studio/articles/{ARTICLE}/check", form)).text
    wrong = form | {"text": text.replace("{social_complaint.law}", "{social_complaint.lav}")}
    assert "social_complaint.lav" in (await browser.post(f"/studio/articles/{ARTICLE}/check", wrong)).text
    assert (await browser.post(f"/studio/articles/{ARTICLE}", form)).status_code == 303
    assert "helt gratis" in file(editorial, f"knowledge/articles/{ARTICLE}.md")
    commit = editorial.repository.commit_of(editorial.draft())
    assert (commit.author.name, commit.message) == ("Editor A", f"article/{ARTICLE}")
    late = await browser.post(f"/studio/articles/{ARTICLE}", form | {"text": text.replace("helt gratis", "kun gratis")})
    assert late.status_code == 409
    assert "<ins>" in late.text
    assert "kun gratis" in late.text
    assert "kun gratis" not in file(editorial, f"knowledge/articles/{ARTICLE}.md")
    assert (await browser.post(f"/studio/articles/{ARTICLE}", form | {"text": "no title"})).status_code == 422
    assert (await browser.get("/studio/articles/..%2F..%2Fflows%2Fcommon")).status_code == 404
    assert (await browser.get("/studio/articles/danner")).status_code == 404


async def test_place_is_edited_beside_its_page(desk: Desk, editorial: Editorial) -> None:
    browser = await editor(desk)
    assert "Danner" in (await browser.get("/studio/services")).text
    assert "sigdettilnogen@danner.dk" in (await browser.get("/studio/services/danner")).text
    before = read_yaml(file(editorial, "knowledge/services/danner.yaml"))
    form = {"base": editorial.draft()}
    for name, value in before.items():
        match value:
            case list():
                form[f"f-{name}"] = ("\n" if name == "sources" else ", ").join(value)
            case bool():
                form[f"f-{name}"] = "yes" if value else "no"
            case _:
                form[f"f-{name}"] = value or ""
    assert (await browser.post("/studio/services/danner", form)).status_code == 303
    assert read_yaml(file(editorial, "knowledge/services/danner.yaml")) == before
    checked = await browser.post("/studio/services/danner/check", form | {"f-what": "Her kan du ringe."})
    assert "Her kan du ringe." in checked.text
    assert (await browser.post("/studio/services/danner", form | {"f-for": "aliens"})).status_code == 422
    assert (await browser.post("/studio/services/danner", form | {"f-what": "Her kan du ringe."})).status_code == 303
    after = read_yaml(file(editorial, "knowledge/services/danner.yaml"))
    assert after == {**before, "what": "Her kan du ringe."}
    commit = editorial.repository.commit_of(editorial.draft())
    assert (commit.author.name, commit.message) == ("Editor A", "service/danner")
    late = await browser.post("/studio/services/danner", form | {"f-what": "Her kan du skrive."})
    assert late.status_code == 409
    assert "Her kan du skrive." in late.text
    assert read_yaml(file(editorial, "knowledge/services/danner.yaml")) == after


# --- faults -------------------------------------------------------------------------------------


async def test_full_disk_or_damaged_repository_is_said_and_the_text_is_not_lost(
    desk: Desk, editorial: Editorial, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await editor(desk)
    form = node_form(editorial, "complaint/who", **{"f-say": "Min tekst"})

    def unusable(*_: object) -> str:
        raise ContentUnusable("The disk is full, or something is damaged.")

    monkeypatch.setattr(editorial.repository, "commit", unusable)
    answer = await browser.post("/studio/flows/complaint/node", form)
    assert answer.status_code == 503
    assert "Nothing is saved, and citizens see the same as before." in answer.text
    assert "Min tekst" in answer.text
    monkeypatch.setattr(editorial.repository, "revision", unusable)
    assert (await browser.get("/studio/map")).status_code == 503


async def test_edit_of_an_unknown_state_is_not_found(desk: Desk, editorial: Editorial) -> None:
    form = node_form(editorial, "complaint/who") | {"base": "0" * 40}
    assert (await (await editor(desk)).post("/studio/flows/complaint/node", form)).status_code == 404


# --- map and numbers ----------------------------------------------------------------------------


async def test_map_says_what_is_urgent(desk: Desk, editorial: Editorial) -> None:
    raw = file(editorial, "flows/complaint.yaml").replace("goto: who}", "goto: nowhere}", 1)
    cut = file(editorial, "knowledge/facts/treatment.yaml").replace('value: "2025-01-01"', 'value: "2027-01-01"')
    due = file(editorial, "knowledge/facts/complaint.yaml").replace(
        "checked_by: null", 'checked_by: null\n    review_by: "2026-11-23"', 1
    )
    yes = file(editorial, "flows/common.yaml").replace('"Ja"', '"Ja tak"', 1)
    po = file(editorial, "locales/tr/LC_MESSAGES/flows.po").replace('msgstr "Hayır"', 'msgstr "Hayır {name}"', 1)
    changes = {"flows/complaint.yaml": raw.encode(), "knowledge/facts/treatment.yaml": cut.encode()}
    changes |= {"knowledge/facts/complaint.yaml": due.encode(), "flows/common.yaml": yes.encode()}
    changes["locales/tr/LC_MESSAGES/flows.po"] = po.encode()  # as a push from outside may bring it
    editorial.save(changes, OTHER, "", editorial.draft())
    await desk.store.run(lambda unit: unit.questions.add("Hvor kan jeg <b>cykle</b>?", "da", desk.at))
    editorial.problems()  # the checks are done
    page = (await (await editor(desk)).get("/studio/map")).text
    assert "Hvor kan jeg &lt;b&gt;cykle&lt;/b&gt;?" in page
    assert "is no node" in page
    assert "which the Danish does not have" in page
    assert "/studio/translate/tr?state=todo" in page
    assert "citizens_adviser.cut_on" in page  # a day to come
    assert '<a href="/studio/facts/social_complaint.period"><code>social_complaint.period</code></a> 2026-11-23' in page
    counts = editorial.bench().counts()["tr"]
    row = f"<td>{counts[State.STALE]}</td><td>{counts[State.MISSING]}</td><td>{counts[State.DRAFT]}</td>"
    assert row in page
    assert counts[State.STALE] == 1


async def test_small_number_is_not_told_by_subtraction(desk: Desk) -> None:
    day = date(2026, 11, 23)

    async def everything(*small: str) -> str:
        numbers = {Place(day, tag, "complaint/who"): Visits(4, 3, handoffs=4) for tag in small}
        await desk.store.run(lambda unit: unit.visits.add(numbers))
        return (await browser.get("/studio/numbers?flow=complaint")).text

    turkish = {Place(day, "tr", "complaint/who"): Visits(40, 30, handoffs=7)}
    await desk.store.run(lambda unit: unit.visits.add(turkish))
    browser = await editor(desk)
    assert "<td>40</td><td>25 %</td><td>7</td>" in await everything("ar")
    assert "<td>48</td><td>25 %</td><td>15</td>" in await everything("en")  # two of them: nobody knows whose


async def test_small_numbers_are_hidden(desk: Desk) -> None:
    day = date(2026, 11, 23)
    numbers = {
        Place(day, "tr", "complaint/who"): Visits(40, 30, handoffs=7, unanswered=3),
        Place(day, "ar", "complaint/who"): Visits(4, 3),
        Place(day, "ar", "complaint/date"): Visits(4, 3),
        Place(date(2026, 1, 1), "tr", "complaint/who"): Visits(1000, 1000),
    }
    await desk.store.run(lambda unit: unit.visits.add(numbers))
    browser = await editor(desk)
    page = (await browser.get("/studio/numbers?flow=complaint")).text
    assert "<td>40</td><td>25 %</td><td>7</td><td>below 5</td>" in page
    assert "below 5" in page
    assert "1000" not in page
    assert "<svg" in page
    assert "<td>4</td>" not in page
    turkish = (await browser.get("/studio/numbers?tag=tr")).text
    assert "<td>40</td><td>25 %</td><td>7</td><td>below 5</td>" in turkish
    assert "<td>40</td><td>25 %</td><td>7</td><td>below 5</td>" in page  # the row of the language
