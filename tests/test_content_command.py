"""`vejviser content …`: what the studio does, for those who prefer files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


class Command:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *words: str, **settings: str) -> tuple[int, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("VEJVISER_")}
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            env={**kept, "VEJVISER_DATA_DIR": str(self.folder), **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def vejviser(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_a_translation_goes_out_comes_back_goes_live_and_is_taken_back(vejviser: Command, tmp_path: Path) -> None:
    po = tmp_path / "tr.po"
    assert vejviser("content", "export", "tr", str(po), "--flow", "common")[0] == 0
    text = po.read_text("utf-8")
    assert '"Hayır"' in text
    po.write_text(text.replace('"Hayır"', '"Yok"'), "utf-8")
    code, said = vejviser("content", "import", "tr", str(po), "--author", "Translator A")
    assert (code, "1 texts taken" in said) == (0, True), said
    assert "0 errors" in vejviser("check", "--since", "live", "--today", "2026-11-24")[1]

    code, said = vejviser("content", "publish", "--why", "Shorter", "--author", "Publisher A")
    assert code == 0, said
    revision = said.split()[-1]
    code, said = vejviser("content", "status")
    assert code == 0
    assert re.search(rf"{revision}  \S+ \S+  publish +Publisher A: Shorter", said)
    assert "Nothing to publish." in said

    assert vejviser("content", "revert", revision, "--why", "Too short")[0] == 0
    assert "take-back" in vejviser("content", "status")[1]
    again = vejviser("content", "import", "tr", str(po))
    assert (again[0], "1 texts taken" in again[1]) == (0, True)  # taken back: as if it had not been


def test_refused_rows_are_listed_by_line(vejviser: Command, tmp_path: Path) -> None:
    po = tmp_path / "tr.po"
    vejviser("content", "export", "tr", str(po), "--flow", "common")
    po.write_text(po.read_text("utf-8").replace('"Hayır"', '"Yok {name}"'), "utf-8")
    code, said = vejviser("content", "import", "tr", str(po))
    assert code == 1
    assert re.search(r"^tr\.po:\d+: common/no: ", said, re.MULTILINE)
    assert "Nothing to publish." in vejviser("content", "status")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("content", "export", "xx", "a.po"), "There is no language 'xx'"),
        (("content", "publish", "--why", "x"), "nothing to publish"),
        (("content", "revert", "0123456"), "There is no state '0123456'"),
        (("check", "--since", "yesterday"), "There is no state 'yesterday'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(vejviser: Command, words: tuple[str, ...], said: str) -> None:
    code, answer = vejviser(*words)
    assert code == 2
    assert said in answer


def test_content_of_a_folder_has_no_repository(vejviser: Command, tmp_path: Path) -> None:
    code, said = vejviser("content", "status", VEJVISER_CONTENT_DIR=str(tmp_path))
    assert code == 2
    assert "VEJVISER_CONTENT_DIR is set" in said


def test_contact_sheet_is_written(vejviser: Command, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.html"
    code, said = vejviser("content", "contact-sheet", str(sheet), "--language", "da", "--language", "tr")
    assert code == 0, said
    text = sheet.read_text("utf-8")
    assert "complaint/who" in text
    assert 'lang="tr"' in text
    assert 'lang="ar"' not in text


def test_what_is_live_is_checked(vejviser: Command) -> None:
    code, said = vejviser("check", "--live", "--today", "2026-11-24")
    assert code == 0, said
    assert "0 errors" in said
