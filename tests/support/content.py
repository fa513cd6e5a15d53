"""Content for tests: the project's own, or a small one that a test can break."""

import shutil
from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path

from bot.content.load import FOLDERS, load_release
from bot.content.release import Release

ROOT = Path(__file__).resolve().parents[2]
TAGS = ("ar", "en", "tr")
TODAY = date(2026, 11, 24)  # the day on which the project's content is looked at, so that no test fails by itself


@cache
def our_release() -> Release:
    """The project's own content."""
    return load_release(ROOT, TODAY)


def copy_content(to: Path, tags: Collection[str] = TAGS) -> Path:
    """A copy of the project's content that a test may change, in a few of its languages: each costs time."""
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, to / folder)
    for language in (to / "locales").iterdir():
        if language.name not in ("da", *tags):
            shutil.rmtree(language)
    return to


def edit(path: Path, before: str, after: str) -> None:
    """Replace a text in a file; it must be there."""
    text = path.read_text("utf-8")
    assert before in text, f"{before!r} is not in {path.name}"
    path.write_text(text.replace(before, after, 1), "utf-8")
