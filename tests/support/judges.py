"""Programs of others that judge PO files."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

needs_msgfmt = pytest.mark.skipif(shutil.which("msgfmt") is None, reason="this machine has no GNU gettext")

# Of translate-toolkit's checks those that can only be right; others count brackets and repeated words.
FILTERS = [
    "blank",
    "emails",
    "escapes",
    "newlines",
    "numbers",
    "printf",
    "pythonbraceformat",
    "tabs",
    "urls",
    "xmltags",
]


def judge_with_msgfmt(path: Path) -> str:
    """What GNU gettext complains of; empty when it is content."""
    judged = subprocess.run(
        ["msgfmt", "--check", "-o", "/dev/null", str(path)], capture_output=True, text=True, check=False
    )
    return judged.stderr if judged.returncode else ""


def judge_with_translate_toolkit(folder: Path, tag: str, to: Path) -> str:
    """What it finds in the PO files of a language, as PO with a comment at each entry; empty when it finds nothing."""
    to.mkdir(parents=True, exist_ok=True)
    pofilter = Path(sys.executable).with_name("pofilter")
    chosen = [word for name in FILTERS for word in ("-t", name)]
    options = ["--progress=none", "--nofuzzy", f"--language={tag}", *chosen]
    command = [str(pofilter), *options, "-i", str(folder), "-o", str(to)]
    subprocess.run(command, capture_output=True, check=True)
    found = [path.read_text("utf-8") for path in sorted(to.rglob("*.po"))]
    return "".join(each for each in found if "(pofilter)" in each)
