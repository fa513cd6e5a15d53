"""Translations go out and come back: nothing is lost, nothing is overwritten, nothing hostile gets in."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.exchange import Row, export_file, export_po, export_xlsx, plan_import, read_rows
from bot.content.workbench import Entry, State, Workbench
from bot.errors import FileRefused
from tests.support.content import ROOT, copy_content, edit

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TAGS = ("ar", "en", "kl", "tr")
ENDINGS = ("a.po", "a.xlsx")


@cache
def our_bench() -> Workbench:
    return Workbench(ROOT)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_content(tmp_path)


def send(bench: Workbench, tag: str, name: str) -> bytes:
    return export_file(bench, tag, name, AT)


def retype(raw: bytes, name: str, key: str, text: str) -> bytes:
    """What a translator does with one row."""
    if name.endswith(".po"):
        head, _, rest = raw.decode().partition(f'msgctxt "{key}"\n')
        msgid, _, tail = rest.partition("msgstr ")
        if "#, fuzzy\n" in head[-200:]:
            head = head[:-200] + head[-200:].replace("fuzzy, ", "").replace("#, fuzzy\n", "")
        return (head + f'msgctxt "{key}"\n{msgid}msgstr "{text}"\n' + tail.partition("\n")[2]).encode()
    book = openpyxl.load_workbook(BytesIO(raw))
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == key:
            row[names.index("translation")].value = text
    written = BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize("tag", TAGS)
def test_all_content_comes_back_as_it_went(tag: str, name: str) -> None:
    bench = our_bench()
    rows = read_rows(send(bench, tag, name), name, tag)
    assert [row.key for row in rows] == list(bench.entries(tag))
    for row in rows:
        entry = bench.entry(tag, row.key)
        assert row.forms[: len(entry.forms)] == entry.forms
        assert not any(row.forms[len(entry.forms) :])
        assert row.version == entry.version
    result = plan_import(bench, tag, rows)
    assert (result.texts, result.refused) == ({}, ())
    assert result.same + result.empty == len(rows)


TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff\u2028\u2029\x85"), min_size=1
).map(str.strip).filter(bool)  # fmt: skip
TEXTS |= st.sampled_from(
    ["=1+1", "+45", "@x", "'x", "_x0041_", '"quoted"', "back\\slash", "two\nlines", "a\\nb", "50 %s"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=8))
@pytest.mark.parametrize("name", ENDINGS)
def test_any_text_comes_back_as_it_went(name: str, pairs: list[tuple[str, str]]) -> None:
    entries = [
        Entry(f"x/{i}", "tr", source, text, State.DRAFT, "flows/x.yaml:1") for i, (source, text) in enumerate(pairs)
    ]
    raw = export_po(entries, "tr", AT) if name.endswith("po") else export_xlsx(entries, "tr")
    rows = read_rows(raw, name, "tr")
    assert [(row.key, row.forms[0], row.version) for row in rows] == [
        (entry.key, entry.text, entry.version) for entry in entries
    ]


@pytest.mark.parametrize("name", ENDINGS)
def test_translated_text_is_taken(root: Path, name: str) -> None:
    bench = Workbench(root)
    raw = retype(send(bench, "tr", name), name, "common/no", "Yok")
    result = plan_import(bench, "tr", read_rows(raw, name, "tr"))
    assert (dict(result.texts), result.refused) == ({"common/no": "Yok"}, ())


@pytest.mark.parametrize("name", ENDINGS)
def test_newer_work_is_never_overwritten(root: Path, name: str) -> None:
    bench = Workbench(root)
    raw = retype(send(bench, "tr", name), name, "common/no", "Yok")
    for path, changed in bench.translate("tr", {"common/no": "Olmaz"}).items():
        (root / path).write_bytes(changed)
    result = plan_import(Workbench(root), "tr", read_rows(raw, name, "tr"))
    assert result.texts == {}
    (refusal,) = result.refused
    assert refusal.key == "common/no"
    assert "now it is: 'Olmaz'" in refusal.why
    assert refusal.line > 1


@pytest.mark.parametrize("name", ENDINGS)
def test_danish_that_changed_meanwhile_is_told(root: Path, name: str) -> None:
    raw = retype(send(Workbench(root), "tr", name), name, "common/no", "Yok")
    edit(root / "flows/common.yaml", '"Nej"', '"Nej tak"')
    result = plan_import(Workbench(root), "tr", read_rows(raw, name, "tr"))
    assert [refusal.key for refusal in result.refused] == ["common/no"]


@pytest.mark.parametrize("name", ENDINGS)
def test_stale_text_is_taken_anew(root: Path, name: str) -> None:
    edit(root / "flows/common.yaml", '"Nej"', '"Nej tak"')
    bench = Workbench(root)
    raw = send(bench, "tr", name)
    untouched = plan_import(bench, "tr", read_rows(raw, name, "tr"))
    assert (untouched.texts, untouched.refused) == ({}, ())
    result = plan_import(bench, "tr", read_rows(retype(raw, name, "common/no", "Hayır, sağ ol"), name, "tr"))
    assert dict(result.texts) == {"common/no": "Hayır, sağ ol"}


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("common/no", "Yok {name}", "which the Danish does not have"),
        ("common/no", "Yok 12", "other numbers"),
        ("common/no", "<b>Yok</b>", "tag"),
        ("common/no", "{0.__class__}", "brace"),
        ("common/keyboard_menu", "M" * 61, "more than 60 characters"),
    ],
)
def test_wrong_row_is_refused_and_the_others_taken(root: Path, name: str, key: str, text: str, why: str) -> None:
    bench = Workbench(root)
    raw = retype(send(bench, "tr", name), name, key, text)
    raw = retype(raw, name, "common/yes", "Olur")
    result = plan_import(bench, "tr", read_rows(raw, name, "tr"))
    assert dict(result.texts) == {"common/yes": "Olur"}
    (refusal,) = result.refused
    assert refusal.key == key
    assert why in refusal.why


def test_rows_that_belong_to_nothing_are_refused() -> None:
    bench = our_bench()
    version = bench.entry("tr", "common/no").version
    rows = [
        Row(2, "common/nothing", ("x",), version, True),
        Row(3, "common/no", ("Yok",), version, True),
        Row(4, "common/no", ("Olmaz",), version, True),
        Row(5, "common/yes", ("Olur",), None, True),
    ]
    result = plan_import(bench, "tr", rows)
    assert dict(result.texts) == {"common/no": "Yok"}
    assert [refusal.line for refusal in result.refused] == [2, 4, 5]


def test_one_flow_goes_out_alone() -> None:
    raw = export_file(our_bench(), "tr", "a.po", AT, flow="complaint")
    assert {row.key.partition("/")[0] for row in read_rows(raw, "a.po", "tr")} == {"complaint"}


@pytest.mark.parametrize(
    ("tag", "name", "flow"), [("xx", "a.po", ""), ("tr", "a.po", "complaints"), ("tr", "a.doc", "")]
)
def test_what_is_not_there_cannot_be_sent(tag: str, name: str, flow: str) -> None:
    with pytest.raises(FileRefused):
        export_file(our_bench(), tag, name, AT, flow=flow)


def test_table_runs_no_formula() -> None:
    entry = Entry("x/1", "tr", "=1+1", '=HYPERLINK("x")', State.DRAFT, "flows/x.yaml:1")
    sheet = openpyxl.load_workbook(BytesIO(export_xlsx([entry], "tr"))).worksheets[0]
    assert {cell.data_type for cell in sheet[2] if cell.value} == {"s"}


# --- hostile files -------------------------------------------------------------------------------


def zipped(parts: dict[str, bytes]) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return written.getvalue()


def with_part(raw: bytes, name: str, before: bytes, after: bytes) -> bytes:
    with zipfile.ZipFile(BytesIO(raw)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    assert before in parts[name]
    return zipped({**parts, name: parts[name].replace(before, after, 1)})


def hostile() -> Iterator[tuple[str, str, bytes]]:
    table = send(our_bench(), "tr", "a.xlsx")
    po = send(our_bench(), "tr", "a.po")
    laughs = b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    yield "no zip", "a.xlsx", b"PK\x03\x04" + b"\0" * 100
    yield "empty", "a.xlsx", b""
    yield "zip bomb", "a.xlsx", zipped({"xl/worksheets/sheet1.xml": b"\0" * 70_000_000})
    yield "too many parts", "a.xlsx", zipped({f"x{i}": b"" for i in range(300)})
    yield "a zip of something else", "a.xlsx", zipped({"hello.txt": b"hello"})
    yield (
        "billion laughs",
        "a.xlsx",
        with_part(table, "xl/worksheets/sheet1.xml", b"<worksheet", laughs + b"<worksheet"),
    )
    yield "cut in the middle", "a.xlsx", table[: len(table) // 2]
    yield "too large", "a.xlsx", b"x" * 9_000_000
    yield "no columns", "a.xlsx", export_without_columns()
    yield "Latin 1", "a.po", 'msgid ""\nmsgstr "å"\n'.encode("latin-1")
    yield "UTF-16", "a.po", po.decode().encode("utf-16")
    yield "10 MB line", "a.po", b'msgid "' + b"x" * 7_000_000 + b'"\nmsgstr ""\n'
    yield "other plural header", "a.po", po.replace(b"nplurals=2", b"nplurals=3", 1)
    yield "no header", "a.po", b'msgctxt "common/no"\nmsgid "Nej"\nmsgstr "Yok"\n'
    yield "no context", "a.po", po + b'\nmsgid "Nej"\nmsgstr "Yok"\n'
    yield "no PO", "a.po", b"\x7fELF" + b"\0" * 100
    yield "a page", "a.po", b"<html><body>Log in</body></html>"
    yield "cut entry", "a.po", po[: po.rindex(b'"')]
    yield "strange header", "a.po", po.replace(b"charset=utf-8", b"charset=bz2").replace(b"nplurals=2", b"nplurals=")
    yield "another kind", "a.exe", b"MZ"


def export_without_columns() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["a", "b"])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize(("name", "raw"), [pytest.param(name, raw, id=id) for id, name, raw in hostile()])
def test_hostile_or_broken_file_is_refused_with_a_sentence(name: str, raw: bytes) -> None:
    with pytest.raises(FileRefused, match=name):
        read_rows(raw, name, "tr")
