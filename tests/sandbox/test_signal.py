"""No wake-up is lost."""

import asyncio

import pytest

from bot.sandbox.signal import Signal


async def test_who_waits_in_a_task_hears_what_comes_before_its_first_step() -> None:
    signal = Signal()
    waiting = asyncio.create_task(signal.wait(5))
    signal.notify()
    async with asyncio.timeout(1):
        assert await waiting


async def test_time_runs_out_and_a_notice_of_before_does_not_count() -> None:
    signal = Signal()
    signal.notify()
    assert not await signal.wait(0.01)


@pytest.mark.parametrize("steps", range(4))
async def test_who_is_cancelled_at_the_moment_of_a_notice_ends(steps: int) -> None:
    signal = Signal()

    async def work() -> None:
        while True:
            await signal.wait(5)

    working = asyncio.create_task(work())
    await asyncio.sleep(0.01)
    signal.notify()
    for _ in range(steps):
        await asyncio.sleep(0)
    working.cancel()
    await asyncio.wait({working}, timeout=1)
    assert working.cancelled()
