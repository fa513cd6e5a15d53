"""What every test may ask for."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import fresh_database, postgres_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-journeys", action="store_true", help="rewrite what the journeys show")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this run, started when the first test asks for it."""
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """An empty PostgreSQL database of one test."""
    with fresh_database(postgres_url) as url:
        yield url
