"""Translations sent to a translator outside, as PO or as a table, and taken back without losing anybody's work.

Every row carries its version: a hash of the Danish and of the translation as they were. A row whose text has changed
here meanwhile is refused, by its line.
"""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
from babel.messages.pofile import PoFileError
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from bot.content.catalog import Translated
from bot.content.checks.length import max_length
from bot.content.extract import add_entry, new_catalog
from bot.content.po import dump_po, messages_of, parse_po
from bot.content.problem import did_you_mean
from bot.content.source import SourceValue
from bot.content.workbench import Entry, State, Workbench, forms_in
from bot.errors import FileRefused
from bot.i18n.plural import categories, header
from bot.i18n.render import utf16_length

MAX_FILE_BYTES = 8_000_000
MAX_UNZIPPED_BYTES = 60_000_000
MAX_PARTS = 200
MAX_ROWS = 20_000
SHOWN = 60  # characters of a text in a reason
_VERSION = re.compile(r"^version: ([0-9a-f]{16})$")
COLUMNS = ("key", "danish", "danish before", "note", "longest", "state", "version", "keep")
TRANSLATION = "translation"  # "translation 2", … are the further plural forms
_WRAPPED, _BOLD = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
WIDTHS = {"key": 34, "danish": 60, "danish before": 40, "note": 24, TRANSLATION: 60}


@dataclass(frozen=True, slots=True)
class Row:
    """One text as it came back.

    Args:
        line: In the file, from 1.
        version: As it was sent; None where the file does not say.
        is_confirmed: The translator says that an unchanged text fits the changed Danish.
    """

    line: int
    key: str
    forms: tuple[str, ...]
    version: str | None
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    line: int
    key: str
    why: str

    def __str__(self) -> str:
        return f"{self.line}: {self.key}: {self.why}"


@dataclass(frozen=True, slots=True)
class Import:
    """What became of a file: texts that can be saved, how many are as before or empty, and what is refused and why."""

    tag: str
    texts: Mapping[str, Translated]
    same: int
    empty: int
    refused: tuple[Refusal, ...]


# --- out -----------------------------------------------------------------------------------------


def export_file(bench: Workbench, tag: str, name: str, at: datetime, *, flow: str = "") -> bytes:
    """A language, or one flow of it, in the form that the file's name asks for.

    Raises:
        FileRefused: the name ends otherwise than .po or .xlsx, or there is no such language or flow.
    """
    if tag not in bench.catalogs:
        raise FileRefused(f"There is no language '{tag}'. There are {', '.join(bench.catalogs)}.")
    if flow and flow not in bench.flows:
        raise FileRefused(f"There is no flow '{flow}'. {did_you_mean(flow, bench.flows)}")
    entries = bench.find(tag, flow=flow)
    if name.lower().endswith(".po"):
        return export_po(entries, tag, at)
    if name.lower().endswith(".xlsx"):
        return export_xlsx(entries, tag)
    raise FileRefused(f"{name}: it must be a .po or an .xlsx file.")


def export_po(entries: Iterable[Entry], tag: str, at: datetime) -> bytes:
    """A PO file of these texts, for any translator's tool."""
    catalog = new_catalog(tag, "vejviser", at)
    for entry in entries:
        comments = [entry.comment] if entry.comment else []
        comments += [f"version: {entry.version}"]
        message = add_entry(catalog, entry.key, entry.source, entry.where, comments)
        message.string = entry.text if entry.text is not None else message.string
        if entry.state is State.STALE:
            message.flags.add("fuzzy")
            message.previous_id = [] if entry.previous is None else list(forms_in(entry.previous))
    return dump_po(catalog)


def export_xlsx(entries: Iterable[Entry], tag: str) -> bytes:
    """A table of these texts. Empty translations are to be filled in; an x under "keep" confirms a stale one."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(tag)
    names = _columns(tag)
    sheet.freeze_panes = "B2"
    for number, name in enumerate(names, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(name.split(" 2")[0], 14)
    sheet.append([_cell(sheet, name, bold=True) for name in names])
    for entry in entries:
        values = {
            "key": entry.key,
            "danish": _joined(entry.source),
            "danish before": "" if entry.previous is None else _joined(entry.previous),
            "note": entry.comment,
            "longest": str(max_length(entry.key)),
            "state": str(entry.state),
            "version": entry.version,
        } | {_form_name(number): form for number, form in enumerate(entry.forms)}
        sheet.append([_cell(sheet, values.get(name, "")) for name in names])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _columns(tag: str) -> list[str]:
    forms = [_form_name(number) for number in range(len(categories(tag)))]
    return [*COLUMNS[:6], *forms, *COLUMNS[6:]]


def _form_name(number: int) -> str:
    return TRANSLATION if number == 0 else f"{TRANSLATION} {number + 1}"


def _cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"  # a text that begins with = is a text, not a formula
    cell.alignment = _WRAPPED
    if bold:
        cell.font = _BOLD
    return cell


def _joined(source: SourceValue) -> str:
    """Danish with its plural below it."""
    return "\n---\n".join(forms_in(source))


# --- in ------------------------------------------------------------------------------------------


def read_rows(raw: bytes, name: str, tag: str) -> list[Row]:
    """The texts in a file that came back.

    Args:
        name: The file's; its ending says what it is, .po or .xlsx.
    Raises:
        FileRefused: it is something else, too large, or made to do harm.
    """
    if len(raw) > MAX_FILE_BYTES:
        raise FileRefused(f"{name}: the file has more than {MAX_FILE_BYTES} bytes.")
    ending = name.lower().rpartition(".")[2]
    if ending == "po":
        return list(_po_rows(raw, name, tag))
    if ending == "xlsx":
        return list(_xlsx_rows(raw, name, tag))
    raise FileRefused(f"{name}: it must be a .po or an .xlsx file.")


def _po_rows(raw: bytes, name: str, tag: str) -> Iterator[Row]:
    try:
        catalog = parse_po(raw, tag)
    except (PoFileError, ValueError) as error:
        raise FileRefused(f"{name}:{getattr(error, 'lineno', None) or 1}: {error}.") from error
    if catalog.plural_forms != header(tag):
        raise FileRefused(f"{name}:1: the header Plural-Forms must be '{header(tag)}'.")
    for message in messages_of(catalog):
        if message.context is None:
            raise FileRefused(f"{name}:{message.lineno}: an entry without msgctxt belongs to no text.")
        versions = [found[1] for line in message.auto_comments if (found := _VERSION.match(line))]
        forms = message.string if isinstance(message.string, (list, tuple)) else (message.string,)
        version = versions[0] if versions else None
        yield Row(message.lineno or 1, message.context, tuple(map(_plain, forms)), version, not message.fuzzy)


def _xlsx_rows(raw: bytes, name: str, tag: str) -> Iterator[Row]:
    _refuse_bomb(raw, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of decorations that openpyxl does not know
            book = openpyxl.load_workbook(BytesIO(raw), read_only=True, data_only=True, keep_links=False)
            table = book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=40, values_only=True)
            lines = [tuple(map(_plain, cells)) for cells in table]
    except Exception as error:  # a file made by a stranger can break its parser in any way
        raise FileRefused(f"{name}: the table cannot be read ({type(error).__name__}).") from error
    if len(lines) > MAX_ROWS + 1:
        raise FileRefused(f"{name}: the table has more than {MAX_ROWS} rows.")
    names = lines[0] if lines else ()
    missing = [column for column in ("key", TRANSLATION, "version") if column not in names]
    if missing:
        raise FileRefused(f"{name}:1: the columns {', '.join(missing)} are missing from the first row.")
    for number, cells in enumerate(lines[1:], start=2):
        row = dict(zip(names, cells, strict=False))
        if any(row.values()):
            yield _xlsx_row(number, row, tag)


def _xlsx_row(number: int, row: Mapping[str, str], tag: str) -> Row:
    forms = [row.get(_form_name(index), "") for index in range(len(categories(tag)))]
    return Row(number, row["key"], tuple(forms), row["version"] or None, bool(row.get("keep", "").strip()))


def _refuse_bomb(raw: bytes, name: str) -> None:
    """A few bytes can unfold to very many, and XML can define words that unfold further."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as parts:
            infos = parts.infolist()
            if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_UNZIPPED_BYTES:
                raise FileRefused(f"{name}: the table is far too large when it is unpacked.")
            for info in infos:
                start = parts.open(info).read(2000)
                if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
                    raise FileRefused(f"{name}: the table holds definitions that no table needs.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise FileRefused(f"{name}: this is no .xlsx file.") from error


def _plain(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")


def plan_import(bench: Workbench, tag: str, rows: Sequence[Row]) -> Import:
    """Look at every row; nothing is changed yet (`Workbench.translate` makes the change of the texts)."""
    texts: dict[str, Translated] = {}
    refused: list[Refusal] = []
    seen: set[str] = set()
    same = empty = 0
    known = bench.entries(tag)
    for row in rows:
        entry = known.get(row.key)
        if entry is None or row.key in seen:
            why = "no text has this key any more." if entry is None else "the key stands here twice."
            refused.append(Refusal(row.line, row.key, why))
            continue
        seen.add(row.key)
        text, extra = _text(entry, row)
        is_kept = entry.state is State.STALE and row.is_confirmed
        if not any(forms_in(text)):
            empty += 1
        elif text == entry.text and not extra and not is_kept:
            same += 1
        else:
            why = "it has more plural forms than the Danish." if extra else _reason(bench, entry, row, text)
            if why:
                refused.append(Refusal(row.line, row.key, why))
            else:
                texts[row.key] = text
    return Import(tag, texts, same, empty, tuple(refused))


def _text(entry: Entry, row: Row) -> tuple[Translated, bool]:
    """What the row says in the shape that the text has, and whether it says more."""
    if isinstance(entry.source, tuple):
        return row.forms, False
    return row.forms[0], any(row.forms[1:])


def _reason(bench: Workbench, entry: Entry, row: Row, text: Translated) -> str:
    """Why the row cannot be taken; empty when it can."""
    if row.version is None and entry.text is not None:
        return f"it does not say which text it was made from, and there is one: {_short(entry.text)}"
    if row.version not in (None, entry.version):
        now = "there is none any more" if entry.text is None else f"now it is: {_short(entry.text)}"
        return f"the Danish or the translation has changed since it was sent; {now}"
    too_long = max(utf16_length(form) for form in forms_in(text)) > max_length(entry.key)
    reasons = [f"it has more than {max_length(entry.key)} characters."] if too_long else []
    if entry.state is State.STALE and text == entry.text and not row.is_confirmed:
        reasons.append("the Danish has changed, and nobody says that the translation still fits.")
    return " ".join(reasons + bench.problems_of(entry.tag, entry.key, text))


def _short(text: Translated) -> str:
    said = forms_in(text)[0]
    return f"'{said[:SHOWN]}…'" if len(said) > SHOWN else f"'{said}'"
