"""The studio on a repository with the project's own content."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from threading import Event

import pytest

from bot.content.editorial import Editorial
from bot.content.load import Loaded
from bot.content.published import Published
from bot.runner.kept import Kept
from bot.storage.keyring import Keyring
from bot.storage.store import open_store
from tests.storage.conftest import KEY
from tests.support.content import ROOT, TODAY
from tests.support.web import START, Desk


@pytest.fixture
def published(tmp_path: Path) -> Published:
    published = Published(tmp_path / "data", ROOT, lambda: TODAY, Kept())
    published.sync()
    return published


@pytest.fixture
def editorial(published: Published) -> Editorial:
    return Editorial(published, lambda: START)


@pytest.fixture
async def desk(tmp_path: Path, editorial: Editorial) -> AsyncIterator[Desk]:
    """Nothing of the studio depends on the kind of database: SQLite is enough."""
    store = open_store(f"sqlite:///{tmp_path / 'studio.db'}", Keyring([KEY]))
    yield Desk(store, editorial=editorial)
    await store.close()


@pytest.fixture
def held_check(published: Published, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """The full check stands still until this is set."""
    go, check = Event(), published.load

    def held(revision: str, day: date | None = None) -> Loaded:
        assert go.wait(60)
        return check(revision, day)

    monkeypatch.setattr(published, "load", held)
    yield go
    go.set()
