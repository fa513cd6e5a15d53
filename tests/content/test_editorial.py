"""Publishing: what changes for whom, what keeps it from going live, and how it is taken back."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.content.editorial import Editorial
from bot.content.published import Published
from bot.content.report import new_problems
from bot.content.repository import Author
from bot.content.workbench import State
from bot.errors import ContentClash, PublishRefused
from bot.runner.kept import Kept
from tests.support.content import ROOT, TODAY

A, B = Author("Editor A", "editor-a@vejviser.invalid"), Author("Publisher B", "publisher-b@vejviser.invalid")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def open_editorial(tmp_path: Path) -> Callable[[bool], Editorial]:
    published = Published(tmp_path, ROOT, lambda: TODAY, Kept())
    return lambda four_eyes: Editorial(published, lambda: NOW, four_eyes=four_eyes)


@pytest.fixture
def editorial(open_editorial: Callable[[bool], Editorial]) -> Editorial:
    return open_editorial(False)


def replace(editorial: Editorial, path: str, before: str, after: str, author: Author = A) -> str:
    base = editorial.draft()
    raw = (editorial.repository.read(path, base) or b"").decode()
    assert before in raw
    return editorial.save({path: raw.replace(before, after, 1).encode()}, author, f"{before} is {after}", base)


def test_review_says_what_changes_for_whom(editorial: Editorial) -> None:
    changes = editorial.bench().translate("tr", {"common/no": "Yok"})
    editorial.save(changes, B, "Better", editorial.draft())
    replace(editorial, "flows/common.yaml", '"Ja"', '"Ja tak"')
    replace(editorial, "knowledge/facts/emergency.yaml", 'value: "33 17 33 33"', 'value: "00 00 00 00"')
    review = editorial.review()
    assert review.errors == ()
    assert set(review.authors) == {A, B}
    shown = {(change.tag, change.key): (change.before, change.after) for change in review.difference.texts}
    assert shown["da", "common/yes"] == ("Ja", "Ja tak")
    assert shown["tr", "common/no"] == ("Hayır", "Yok")
    assert shown["en", "common/yes"] == ("Yes", None)  # stale: the Danish is shown instead
    (fact,) = review.difference.things
    assert (fact.kind, fact.before, fact.after) == ("fact", {"value": "33 17 33 33"}, {"value": "00 00 00 00"})
    assert "tr" in review.difference.languages
    assert review.difference.flows == ("common",)


def test_publication_and_taking_it_back(editorial: Editorial) -> None:
    edited = replace(editorial, "flows/common.yaml", '"Nej"', '"Nej tak"')
    published = editorial.publish(edited, B, "Kinder")
    assert editorial.live() == published
    assert not editorial.review().difference
    (change,) = [change for change in editorial.change_of(published).texts if change.tag == "da"]
    assert (change.before, change.after) == ("Nej", "Nej tak")
    taken_back = editorial.take_back(published, B)
    assert editorial.live() == taken_back
    assert editorial.bench(taken_back).entry("tr", "common/no").state is State.DRAFT
    assert [commit.action for commit in editorial.history()] == ["take-back", "publish", "ship"]
    assert editorial.history()[0].message == "Taken back: Kinder"


@pytest.mark.parametrize(
    ("path", "before", "after", "code"),
    [
        ("flows/complaint.yaml", "goto: who}", "goto: nowhere}", "goto-unknown"),
        ("locales/en/LC_MESSAGES/flows.po", 'msgstr "No"', 'msgstr "No {name}"', "placeholder-extra"),
        ("locales/ar/LC_MESSAGES/flows.po", "n%100>=11", "n%100>=12", "plural-header"),
        ("flows/privacy.yaml", "  about:", "  about_us:", "removed-not-moved"),
    ],
)
def test_what_is_wrong_does_not_go_live(editorial: Editorial, path: str, before: str, after: str, code: str) -> None:
    live = editorial.live()
    edited = replace(editorial, path, before, after)
    with pytest.raises(PublishRefused, match=code):
        editorial.publish(edited, B, "Why not")
    assert editorial.live() == live


def test_check_since_tells_only_what_is_new(editorial: Editorial) -> None:
    first = replace(editorial, "flows/complaint.yaml", "goto: who}", "goto: nowhere}")
    replace(editorial, "flows/complaint.yaml", "flow: complaint", "# A line more: all others move.\nflow: complaint")
    assert new_problems(editorial.problems(first), editorial.problems()) == []
    replace(editorial, "locales/en/LC_MESSAGES/flows.po", 'msgstr "No"', 'msgstr "No {name}"')
    assert [each.code for each in new_problems(editorial.problems(first), editorial.problems())] == [
        "placeholder-extra"
    ]


def test_nothing_and_no_reason_are_no_publication(editorial: Editorial) -> None:
    with pytest.raises(PublishRefused, match="nothing to publish"):
        editorial.publish(editorial.draft(), B, "Why not")
    edited = replace(editorial, "flows/common.yaml", '"Nej"', '"Nej tak"')
    with pytest.raises(PublishRefused, match="Say why"):
        editorial.publish(edited, B, " ")


def test_four_eyes_where_they_are_asked_for(open_editorial: Callable[[bool], Editorial]) -> None:
    editorial = open_editorial(True)
    edited = replace(editorial, "flows/common.yaml", '"Nej"', '"Nej tak"')
    with pytest.raises(PublishRefused, match="Four eyes"):
        editorial.publish(edited, A, "Mine")
    published = editorial.publish(edited, B, "Read it")
    editorial.take_back(published, A)  # a wrong number must go now


def test_second_editor_sees_that_the_text_has_changed(editorial: Editorial) -> None:
    base = editorial.draft()
    bench = editorial.bench(base)
    editorial.save(bench.translate("tr", {"common/no": "Yok"}), A, "", base)
    with pytest.raises(ContentClash) as refused:
        editorial.save(bench.translate("tr", {"common/no": "Olmaz"}), B, "", base)
    assert refused.value.clashes == ("locales/tr/LC_MESSAGES/flows.po: common/no",)
    editorial.save(bench.translate("tr", {"common/yes": "Olur"}), B, "", base)  # another text: both stay
    assert editorial.bench().entry("tr", "common/no").text == "Yok"
    assert editorial.bench().entry("tr", "common/yes").text == "Olur"
