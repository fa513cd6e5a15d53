"""Entries of YAML files: changed, added, removed, and all other lines as they were."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.yaml_file import YamlMap, read_yaml
from bot.errors import EditRefused
from bot.studio.entry import block_of, remove_entry, set_entry
from tests.support.content import ROOT

FILE = """\
# About the file.
flow: a
nodes:
  one:  # about one
    kind: say
    say: "Hej"
    goto: two

  # About two.
  two:
    kind: end
    say: |
      Farvel

      igen
moved:
  old: one
"""


def test_change_keeps_every_other_line() -> None:
    changed = set_entry(FILE, ("nodes", "one"), {"kind": "say", "say": "Hej: du\nder", "goto": "two"})
    assert read_yaml(changed)["nodes"]["one"]["say"] == "Hej: du\nder\n"
    assert "# About two." in changed
    assert changed.partition("# About two.")[2] == FILE.partition("# About two.")[2]


def test_new_entries_go_to_the_end_of_their_mapping() -> None:
    changed = set_entry(FILE, ("nodes", "three"), {"kind": "end", "say": "Slut"})
    assert list(read_yaml(changed)["nodes"]) == ["one", "two", "three"]
    assert list(read_yaml(set_entry(FILE, ("moved", "two"), "one"))["moved"]) == ["old", "two"]
    assert read_yaml(set_entry("flow: a\n", ("moved", "two"), "one"))["moved"] == {"two": "one"}


def test_removal() -> None:
    changed = remove_entry(FILE, ("nodes", "one"))
    assert list(read_yaml(changed)["nodes"]) == ["two"]
    assert "# About two." in changed
    with pytest.raises(EditRefused):
        remove_entry(FILE, ("nodes", "nobody"))
    assert block_of(FILE, ("moved", "old")) == "  old: one"


def test_no_key_of_another_is_touched() -> None:
    with pytest.raises(EditRefused, match="one line"):
        set_entry("a: {b: 1}\n", ("a", "b"), 2)
    with pytest.raises(EditRefused):
        set_entry("a: word\n", ("a", "b"), 2)
    with pytest.raises(EditRefused):
        set_entry("- a\n", ("a",), 2)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.just("\n"), min_size=1)


@given(WORDS.map(str.strip).filter(bool))
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    try:
        changed = set_entry(FILE, ("nodes", "one", "say"), text)
    except EditRefused:
        return  # better than another text
    assert read_yaml(changed)["nodes"]["one"]["say"].strip() == text


@pytest.mark.parametrize("path", sorted((ROOT / "flows").glob("*.yaml")), ids=lambda path: path.stem)
def test_all_nodes_survive_being_written(path: Path) -> None:
    text = path.read_text("utf-8")
    before = read_yaml(text)
    for section in ("nodes", "texts"):
        for name, value in (before.get(section) or YamlMap()).items():
            text = set_entry(text, (section, name), value)
    after = read_yaml(text)
    assert list(after) == list(before)
    assert _stripped(after) == _stripped(before)


def _stripped(value: object) -> object:
    match value:
        case dict():
            return {key: _stripped(each) for key, each in value.items()}
        case list():
            return [_stripped(each) for each in value]
        case str():
            return value.strip()
        case _:
            return value
