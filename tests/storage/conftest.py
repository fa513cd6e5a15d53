"""The same tests on both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.keyring import Keyring
from bot.storage.store import Store, open_store

KEY = b"k" * 32


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    opened = open_store(url, Keyring([KEY]))
    yield opened
    await opened.close()
