"""Waiting for something that another task or process brings about."""

import asyncio
from collections.abc import Callable


async def eventually(holds: Callable[[], object], timeout_s: float = 10.0) -> None:
    """Return as soon as it holds; raises TimeoutError when it never does."""
    async with asyncio.timeout(timeout_s):
        while not holds():  # noqa: ASYNC110  (what we wait for knows no event)
            await asyncio.sleep(0.01)
