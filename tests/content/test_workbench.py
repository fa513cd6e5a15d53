"""States of translations, and edits that change what was meant and nothing else."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.content.load import try_load
from bot.content.workbench import State, Workbench
from bot.errors import EditRefused
from bot.runner.kept import Kept
from tests.support.content import ROOT, TODAY, copy_content, edit

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
FLOW = "flows/common.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_content(tmp_path)


def apply(root: Path, changes: dict[str, bytes]) -> Workbench:
    for path, raw in changes.items():
        (root / path).write_bytes(raw)
    return Workbench(root)


def test_everything_is_a_draft_at_first(root: Path) -> None:
    counts = Workbench(root).counts()
    assert counts["da"][State.DRAFT] > 400
    assert all(count.total() == counts["da"].total() for count in counts.values())
    assert all(count[State.APPROVED] == 0 for count in counts.values())


def test_translation_is_saved_and_nothing_else_changes(root: Path) -> None:
    bench = Workbench(root)
    changes = bench.translate("en", {"common/no": "Nope"})
    assert list(changes) == ["locales/en/LC_MESSAGES/flows.po"]
    before = (root / "locales/en/LC_MESSAGES/flows.po").read_bytes().splitlines()
    after = changes["locales/en/LC_MESSAGES/flows.po"].splitlines()
    assert len(before) == len(after)
    assert [new for old, new in zip(before, after, strict=True) if old != new] == [b'msgstr "Nope"']
    assert apply(root, changes).entry("en", "common/no").text == "Nope"


def test_changed_danish_makes_stale_and_shows_what_it_was(root: Path) -> None:
    edit(root / FLOW, '"Nej"', '"Nej tak"')
    entry = Workbench(root).entry("tr", "common/no")
    assert (entry.state, entry.previous, entry.source) == (State.STALE, "Nej", "Nej tak")


@pytest.mark.parametrize("kept", [True, False])
def test_stale_translation_is_kept_or_made_anew(root: Path, kept: bool) -> None:
    edit(root / FLOW, '"Nej"', '"Nej tak"')
    bench = Workbench(root)
    changes = bench.keep("tr", ["common/no"]) if kept else bench.translate("tr", {"common/no": "Hayır, sağ ol"})
    entry = apply(root, changes).entry("tr", "common/no")
    assert (entry.state, entry.previous) == (State.DRAFT, None)
    assert entry.text == ("Hayır" if kept else "Hayır, sağ ol")


def test_approval_names_its_human_and_goes_with_a_changed_word(root: Path) -> None:
    bench = Workbench(root)
    seen = {key: bench.entry("en", key).version for key in ("common/no", "common/yes")}
    bench = apply(root, bench.approve("en", seen, "Reviewer A", AT))
    approval = bench.entry("en", "common/no").approval
    assert approval is not None
    assert (approval.who, approval.when) == ("Reviewer A", "2026-11-24")
    assert bench.counts()["en"][State.APPROVED] == 2
    assert try_load(root, TODAY, Kept()).errors == ()
    bench = apply(root, bench.translate("en", {"common/no": "Nope"}))
    assert bench.entry("en", "common/no").state is State.DRAFT
    bench = apply(root, bench.unapprove("en", ["common/yes"]))
    assert bench.counts()["en"][State.APPROVED] == 0


def test_danish_is_approved_too(root: Path) -> None:
    bench = Workbench(root)
    version = bench.entry("da", "common/no").version
    bench = apply(root, bench.approve("da", {"common/no": version}, "Lawyer A", AT))
    assert bench.entry("da", "common/no").state is State.APPROVED


def test_only_what_was_read_is_approved(root: Path) -> None:
    bench = Workbench(root)
    version = bench.entry("en", "common/no").version
    bench = apply(root, bench.translate("en", {"common/no": "Nope"}))
    with pytest.raises(EditRefused, match="has changed"):
        bench.approve("en", {"common/no": version}, "Reviewer A", AT)


def test_stale_text_is_not_approved(root: Path) -> None:
    edit(root / FLOW, '"Nej"', '"Nej tak"')
    bench = Workbench(root)
    with pytest.raises(EditRefused, match="stale"):
        bench.approve("en", {"common/no": bench.entry("en", "common/no").version}, "Reviewer A", AT)


def test_name_with_a_new_line_approves_nothing_more(root: Path) -> None:
    bench = Workbench(root)
    version = bench.entry("en", "common/no").version
    who = "Reviewer A\ncommon/yes\tdeadbeef\tB"
    bench = apply(root, bench.approve("en", {"common/no": version}, who, AT))
    assert bench.counts()["en"][State.APPROVED] == 1


@pytest.mark.parametrize(
    ("tag", "key", "text"),
    [
        pytest.param("en", "common/no", "No {name}", id="placeholder"),
        pytest.param("en", "common/no", "No <b>", id="tag"),
        pytest.param("en", "common/no", "No 12", id="number"),
        pytest.param("en", "common/no", "No \u202e", id="invisible sign"),
        pytest.param("en", "common/nothing", "No", id="unknown text"),
        pytest.param("xx", "common/no", "No", id="unknown language"),
        pytest.param("da", "common/no", "No", id="the source"),
        pytest.param("en", "common/days", ("{n} days",), id="plural forms"),
        pytest.param("en", "common/no", ("No", "Noes"), id="plural of what has none"),
    ],
)
def test_wrong_edit_is_refused(root: Path, tag: str, key: str, text: str | tuple[str, ...]) -> None:
    with pytest.raises(EditRefused):
        Workbench(root).translate(tag, {key: text})


def test_filters(root: Path) -> None:
    bench = Workbench(root)
    assert {entry.flow for entry in bench.find("en", flow="complaint")} == {"complaint"}
    assert [entry.key for entry in bench.find("en", words="COMMON/NO") if entry.key == "common/no"] == ["common/no"]
    assert bench.find("en", states=[State.APPROVED]) == []
    assert bench.find("en", words="xyzzy") == []


def test_day_of_an_approval_is_a_day(root: Path) -> None:
    bench = Workbench(root)
    bench = apply(root, bench.approve("en", {"common/no": bench.entry("en", "common/no").version}, "A", AT))
    approval = bench.entry("en", "common/no").approval
    assert approval is not None
    assert date.fromisoformat(approval.when) == AT.date()


def test_first_text_of_a_new_language(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    (root / "locales" / "vi" / "LC_MESSAGES").mkdir(parents=True)
    changes = Workbench(root).translate("vi", {"common/no": "Không"})
    for path, raw in changes.items():
        (root / path).write_bytes(raw)
    assert Workbench(root).entry("vi", "common/no").text == "Không"


def test_later_revision_is_the_same_as_one_that_is_read_anew(root: Path) -> None:
    before = Workbench(root)
    before.counts()
    changes = before.translate("tr", {"common/no": "Yok"})
    changes |= before.approve("ar", {"common/no": before.entry("ar", "common/no").version}, "Reviewer A", AT)
    anew = apply(root, changes)
    after = before.after(root, list(changes))
    assert {tag: dict(after.entries(tag)) for tag in after.tags} == {tag: dict(anew.entries(tag)) for tag in anew.tags}
    assert after.problems == anew.problems
    assert before.entry("tr", "common/no").text != "Yok"


ARTICLE, SERVICE = "knowledge/articles/emergency-numbers.md", "knowledge/services/danner.yaml"
FACTS, NEW = "knowledge/facts/emergency.yaml", "flows/aaa.yaml"


@pytest.mark.parametrize("changed", [(FLOW,), (ARTICLE,), (SERVICE,), (FACTS,), (NEW,), (FLOW, ARTICLE, SERVICE, NEW)])
def test_edited_danish_is_the_same_as_if_all_were_read_anew(root: Path, changed: tuple[str, ...]) -> None:
    before = Workbench(root)
    before.counts()
    edit(root / FLOW, '"Nej"', '"Nej tak"')
    edit(root / FLOW, "texts:", "# A line more, and all others are further down.\ntexts:")
    edit(root / ARTICLE, "title: Nødnumre", "title: Numre i nød")
    edit(root / SERVICE, "email:", "# email:")
    edit(root / FACTS, 'value: "33 17 33 33"', 'value: "00 00 00 00"')
    (root / NEW).write_text("flow: aaa\nnodes:\n  one: {kind: end, say: Hej}\n")
    for path in {FLOW, ARTICLE, SERVICE, FACTS, NEW} - set(changed):
        shutil.copy2(ROOT / path, root / path) if (ROOT / path).exists() else (root / path).unlink()
    assert_same(before.after(root, changed), Workbench(root))
    assert before.entry("tr", "common/no").state is State.DRAFT  # what was there before is left alone
    assert "aaa/one" not in before.sources.nodes


def test_removed_file_is_gone(root: Path) -> None:
    before = Workbench(root)
    (root / "flows/hide.yaml").unlink()
    (root / SERVICE).unlink()
    after = before.after(root, ["flows/hide.yaml", SERVICE])
    assert not [key for key in after.sources.texts if key.startswith(("hide/", "service/danner"))]
    assert_same(after, Workbench(root))


def test_broken_and_mended_file_is_the_same_as_if_all_were_read_anew(root: Path) -> None:
    bench = Workbench(root)
    raw = (root / FLOW).read_bytes()
    for now in (b"flow: [", raw, raw.replace(b"flow: common", b"flow: hide"), raw):
        (root / FLOW).write_bytes(now)
        bench = bench.after(root, [FLOW])
        assert_same(bench, Workbench(root))


def assert_same(one: Workbench, other: Workbench) -> None:
    """To the order of all that is listed."""
    for name in ("texts", "flows", "nodes", "sections", "services", "facts"):
        assert list(getattr(one.sources, name).items()) == list(getattr(other.sources, name).items()), name
    assert one.sources == other.sources
    for tag in other.tags:
        assert list(one.entries(tag).items()) == list(other.entries(tag).items())
    assert (one.tags, one.flows, one.problems) == (other.tags, other.flows, other.problems)
