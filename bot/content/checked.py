"""Which content this very program has already found free of errors: not every process checks a publication again."""

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path

MOST_KEPT = 500
_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _program() -> str:
    """A hash of the program's own files: another version checks anew."""
    hashed = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:16]


class Checked:
    """An empty file for each content, named by its hash and the program's; shared by all processes of a data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def holds(self, digest: str) -> bool:
        return self._name(digest).exists()

    def add(self, digest: str) -> None:
        with suppress(OSError):  # on a full disk it is only checked once more
            self._folder.mkdir(parents=True, exist_ok=True)
            self._name(digest).touch()
            names = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime)
            for old in names[:-MOST_KEPT]:
                old.unlink(missing_ok=True)

    def _name(self, digest: str) -> Path:
        return self._folder / f"{digest}-{_program()}"
