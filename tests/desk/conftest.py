"""The desk on both databases."""

import pytest

from bot.storage.store import Store
from tests.storage.conftest import store, url  # noqa: F401  (fixtures)
from tests.support.web import Desk


@pytest.fixture
def desk(store: Store) -> Desk:  # noqa: F811
    return Desk(store)
