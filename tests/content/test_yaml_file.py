"""YAML 1.2 as editors write it."""

import pytest

from bot.content.yaml_file import YamlError, read_yaml


def test_words_stay_words() -> None:
    read = read_yaml('language: no\nday: 2026-11-24\nquoted: "12"\ncount: 12\nyes: true\nempty:\nlist: [a, 1, ~]\n')
    assert read == {
        "language": "no",
        "day": "2026-11-24",
        "quoted": "12",
        "count": 12,
        "yes": True,
        "empty": None,
        "list": ["a", 1, None],
    }


def test_keys_know_their_lines() -> None:
    read = read_yaml("a: 1\nnodes:\n  start:\n    say: |\n      Hej\n    choices:\n      - {id: x}\n")
    assert read.lines == {"a": 0, "nodes": 1}
    assert read["nodes"]["start"].lines == {"say": 3, "choices": 5}
    assert read["nodes"]["start"]["choices"][0].line == 6


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "'a' stands here twice", id="key twice"),
        pytest.param("a: &x 1\n", "anchors", id="anchor"),
        pytest.param("a: [&x 1, *x]\n", "anchors", id="alias"),
        pytest.param("a: !!python/object:os.system 1\n", "anchors", id="tag"),
        pytest.param("%YAML 1.1\n---\na: 1\n", "anchors", id="directive"),
        pytest.param("- 1\n", "mapping", id="list"),
        pytest.param("", "mapping", id="empty"),
        pytest.param("a: [\n", "", id="not closed"),
        pytest.param("a: \x07\n", "", id="control character"),
        pytest.param("a: " + "[" * 100_000, "nested too deeply", id="nested"),
        pytest.param("? [a]\n: 1\n", "a key must be a word", id="list as key"),
        pytest.param("a: 1\n---\nb: 2\n", "single document", id="two documents"),
    ],
)
def test_what_is_refused(text: str, problem: str) -> None:
    with pytest.raises(YamlError) as refused:
        read_yaml(text)
    assert problem in str(refused.value)
