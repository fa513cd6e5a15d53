"""Files that are broken or made to do harm are told with their place; nothing crashes, nothing goes live."""

import copy
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.content.build import build_facts, build_services
from bot.content.catalog import read_catalogs
from bot.content.checks import Content, find_problems
from bot.content.difference import compare
from bot.content.load import FOLDERS, try_load
from bot.content.source import read_sources
from bot.content.workbench import Workbench
from tests.support.content import ROOT, TODAY, copy_content

FLOW, ARTICLE, PO = "flows/hide.yaml", "knowledge/articles/emergency-numbers.md", "locales/en/LC_MESSAGES/flows.po"
NESTED = "a: " + "[" * 5000 + "]" * 5000
LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
HOSTILE = [
    pytest.param(FLOW, b"\xff\xfe\x00", id="wrong encoding"),
    pytest.param(FLOW, "flow: hide\n".encode("utf-16"), id="UTF-16"),
    pytest.param(FLOW, NESTED.encode(), id="deep nesting"),
    pytest.param(FLOW, LAUGHS.encode(), id="anchors that grow"),
    pytest.param(FLOW, b"flow: !!python/object/apply:os.system ['true']\n", id="a tag that runs code"),
    pytest.param(FLOW, b"flow: hide\nflow: hide\n", id="a key twice"),
    pytest.param(FLOW, b"title: " + b"x" * 10_000_000, id="a line of 10 MB"),
    pytest.param(FLOW, b"\0" * 100, id="zeros"),
    pytest.param(FLOW, b"- a\n- b\n", id="a list"),
    pytest.param(ARTICLE, b"\xe6\xf8\xe5", id="article in Latin 1"),
    pytest.param(ARTICLE, b"---\ntitle: x\n---\n" + b"y" * 10_000_000, id="article of 10 MB"),
    pytest.param(ARTICLE, b"no front matter", id="article without a title"),
    pytest.param(PO, b'msgid "' + b"x" * 10_000_000 + b'"\nmsgstr ""\n', id="PO line of 10 MB"),
    pytest.param(PO, b"\xff\xfe", id="PO in no encoding"),
    pytest.param(PO, b"<html></html>", id="a page instead of a PO"),
    pytest.param("locales/da/approved.tsv", b"\xff\xfe\x00\t\t\n", id="approvals in no encoding"),
    pytest.param("knowledge/phrases/da.yaml", b"stop: {a: b}\n", id="phrases of another shape"),
]


@pytest.mark.parametrize(("path", "raw"), HOSTILE)
def test_hostile_file_is_told_with_its_place(path: str, raw: bytes, tmp_path: Path) -> None:
    root = tmp_path
    for folder in FOLDERS:  # only the file itself matters
        (root / folder).mkdir(parents=True)
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(raw)
    loaded = try_load(root, TODAY)
    assert loaded.release is None
    assert any(re.match(rf"{re.escape(path)}:\d+$", problem.where) for problem in loaded.errors)


ODD: list[Any] = [None, [], {}, 0, 3.5, True, "", "x", ["a"], {"a": 1}, [[]], [None], "{0.__class__}", "a/b/c", -1]


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places(part, (*way, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from places(part, (*way, number))


def made_odd(data: Any, chance: random.Random) -> Any:
    """One value of the file exchanged for one of another shape."""
    changed = copy.deepcopy(data)
    way = chance.choice(list(places(data)))
    if not way:
        return chance.choice(ODD)
    holder = changed
    for part in way[:-1]:
        holder = holder[part]
    holder[way[-1]] = chance.choice(ODD)
    return changed


@cache
def our_bench() -> Workbench:
    return Workbench(ROOT)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_value_of_another_shape_never_crashes(seed: int, tmp_path: Path) -> None:
    """A value in one file of each folder is exchanged; whatever comes of it, it is checked and compared."""
    root, chance = copy_content(tmp_path), random.Random(seed)
    for folder in ("flows", "knowledge/facts", "knowledge/services", "knowledge/phrases"):
        path = chance.choice(sorted((root / folder).glob("*.yaml")))
        odd = made_odd(yaml.safe_load(path.read_text("utf-8")), chance)
        path.write_text(yaml.safe_dump(odd, allow_unicode=True, sort_keys=False), "utf-8")
    sources = read_sources(root)
    facts, _ = build_facts(sources)
    catalogs, _ = read_catalogs(root, sources)
    list(find_problems(Content(sources, facts, {"en": catalogs["en"]}, TODAY)))
    build_services(sources)
    compare(our_bench(), Workbench(root))
