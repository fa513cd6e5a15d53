"""The catalogs before the programs that translators use: GNU gettext and translate-toolkit."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.content.exchange import export_file
from bot.content.workbench import Workbench
from tests.support.content import ROOT
from tests.support.judges import judge_with_msgfmt, judge_with_translate_toolkit, needs_msgfmt

FILES = sorted((ROOT / "locales").glob("*/LC_MESSAGES/*.po"))
TAGS = sorted({path.parts[-3] for path in FILES})
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@needs_msgfmt
@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_gettext_takes_every_catalog(path: Path) -> None:
    assert judge_with_msgfmt(path) == ""


@pytest.mark.parametrize("tag", TAGS)
def test_translate_toolkit_finds_nothing_wrong(tag: str, tmp_path: Path) -> None:
    assert judge_with_translate_toolkit(ROOT / "locales" / tag / "LC_MESSAGES", tag, tmp_path / tag) == ""


@needs_msgfmt
@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "da"])
def test_gettext_takes_what_goes_to_a_translator(tag: str, tmp_path: Path) -> None:
    path = tmp_path / "sent.po"
    path.write_bytes(export_file(Workbench(ROOT), tag, path.name, AT))
    assert judge_with_msgfmt(path) == ""
