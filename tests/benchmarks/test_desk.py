"""The desk's benchmark on a small stage: every number is measured."""

import pytest

from tests.benchmarks.desk import PAGES, DeskSizes, measure_desk

SMALL = DeskSizes(desks=3, tickets=9, waiting=3, seconds=1.0, claims=2)


@pytest.mark.slow
async def test_desk_is_measured() -> None:
    told: list[str] = []
    result = await measure_desk(SMALL, told.append)
    assert told[0] == "desk: 6 pages of 3 desks open"
    assert 0 < result.message_p50_ms <= result.message_p95_ms
    assert result.claim_s > 0
    assert result.slowest_page in PAGES
    assert result.page_ms > 0
