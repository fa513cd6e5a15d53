"""Danish texts reach the translators, and translations survive what editors do."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from bot.content.catalog import load_po, po_path
from bot.content.extract import extract_all, extract_interface
from bot.content.load import try_load
from bot.content.po import messages_of, previous_ids
from bot.content.source import read_sources
from tests.support.content import ROOT, TODAY, copy_content, edit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BACK = 'back: "⬅️ Tilbage"'


def test_our_catalogs_are_in_step_with_the_danish(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    assert extract_all(root, NOW) == {}, "run: vejviser extract"


def test_every_shipped_language_is_complete() -> None:
    waiting = [str(problem) for problem in try_load(ROOT, TODAY).problems if problem.code in ("missing", "stale")]
    assert waiting == []


@pytest.mark.parametrize(
    ("key", "flags"),
    [
        ("common/back", {"max-length:4096"}),
        ("start/menu/choices/no", {"max-length:60"}),
        ("common/short_description", {"max-length:120"}),
        ("common/date_meant", {"max-length:4096", "python-brace-format"}),
    ],
)
def test_entry_tells_translators_tools_its_length_and_values(key: str, flags: set[str]) -> None:
    entries = {message.context: message for message in messages_of(load_po(po_path(ROOT, "tr", "flows"), "tr"))}
    assert set(entries[key].flags) == flags
    assert entries["start/menu/choices/no"].auto_comments == ["A button."]


def test_new_language_is_a_folder(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    written = extract_all(root, NOW, ["vi"])
    assert sum(written.values()) == len(read_sources(root, with_prepared=True).texts)
    release = try_load(root, TODAY).release
    assert release is not None
    assert "vi" in release.locales
    assert release.label("common/back", "vi") == release.label("common/back", "da")  # until it is translated


def test_changed_danish_keeps_its_translation_as_stale(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    edit(root / "flows/common.yaml", BACK, 'back: "Gå et helt andet sted hen, end hvor du kom fra"')
    extract_all(root, NOW)
    path = po_path(root, "en", "flows")
    message = next(message for message in messages_of(load_po(path, "en")) if message.context == "common/back")
    assert message.string
    assert message.fuzzy
    assert previous_ids(message) == ["⬅️ Tilbage"]
    assert extract_all(root, NOW) == {}
    loaded = try_load(root, TODAY)
    assert [problem.code for problem in loaded.problems if problem.where.startswith("locales/en/")] == ["stale"]
    assert loaded.release is not None
    assert loaded.release.label("common/back", "en").startswith("Gå et helt andet")  # old words are not shown as new


def test_long_danish_that_a_translation_was_made_for_is_kept_word_for_word(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    before = read_sources(root).texts["complaint/letter/letter"].text
    edit(root / "flows/complaint.yaml", "Jeg klager over jeres afgørelse", "Hermed klager jeg over den afgørelse")
    extract_all(root, NOW)
    entries = {message.context: message for message in messages_of(load_po(po_path(root, "tr", "flows"), "tr"))}
    assert previous_ids(entries["complaint/letter/letter"]) == [before]
    assert extract_all(root, NOW) == {}


def test_moved_text_keeps_its_translation_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    edit(root / "flows/common.yaml", BACK, f"# moved down\n  {BACK}")
    assert extract_all(root, NOW) == {}


def test_removed_key_leaves_the_file(tmp_path: Path) -> None:
    root = copy_content(tmp_path)
    edit(root / "flows/common.yaml", f"  {BACK}\n", "")
    extract_all(root, NOW)
    contexts = {message.context for message in messages_of(load_po(po_path(root, "ar", "flows"), "ar"))}
    assert "common/back" not in contexts
    assert "common/menu" in contexts


def test_plain_pybabel_extracts_the_same(tmp_path: Path) -> None:
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["babel"]["mappings"]
    methods = [(table["pattern"], table["method"]) for table in tables]
    extracted = extract_from_dir(str(copy_content(tmp_path)), methods)
    found = {context: messages for _, _, messages, _, context in extracted}
    texts = read_sources(ROOT, with_prepared=True).texts
    assert found == {key: text.text for key, text in texts.items()}


def test_words_of_the_pages_are_in_step_and_complete() -> None:
    path = po_path(ROOT, "en", "desk")
    before = path.read_bytes()
    assert extract_interface(ROOT, NOW) == {}, "run: vejviser extract"
    assert path.read_bytes() == before
    waiting = [message.id for message in messages_of(load_po(path, "en")) if not message.string or message.fuzzy]
    assert waiting == []


def test_new_word_of_a_page_waits_for_its_translation(tmp_path: Path) -> None:
    root, package = copy_content(tmp_path / "content"), tmp_path / "bot"
    page = package / "desk/templates/page.html"
    page.parent.mkdir(parents=True)
    page.write_text("{% trans %}Log ind{% endtrans %} {{ _('Et nyt ord') }}", "utf-8")
    assert extract_interface(root, NOW, package) == {po_path(root, "en", "desk"): 1}
    entries = {message.id: message for message in messages_of(load_po(po_path(root, "en", "desk"), "en"))}
    assert list(entries) == ["Et nyt ord", "Log ind"]
    assert entries["Log ind"].string == "Log in"
    assert extract_interface(root, NOW, package) == {}
