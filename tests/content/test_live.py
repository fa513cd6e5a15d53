"""The running release is exchanged whole, or stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.content import live
from bot.content.live import LiveRelease
from bot.errors import ContentRefused
from bot.runner.kept import Kept
from tests.support.content import TODAY, copy_content, edit
from tests.support.waiting import eventually


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_content(tmp_path)


@pytest.fixture
async def watched(root: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveRelease]:
    monkeypatch.setattr(live, "POLL_S", 0.02)
    held = LiveRelease(root, lambda: TODAY, Kept())
    watching = asyncio.create_task(held.watch())
    yield held
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def test_saved_file_is_live_soon(root: Path, watched: LiveRelease) -> None:
    before = watched.current
    edit(root / "flows/common.yaml", '"Nej"', '"Nej tak"')
    await eventually(lambda: watched.current is not before)
    assert watched.current.label("common/no", "da") == "Nej tak"
    assert before.label("common/no", "da") == "Nej"  # whoever holds the old one keeps it whole


async def test_broken_content_is_refused_and_the_running_release_stays(root: Path) -> None:
    held = LiveRelease(root, lambda: TODAY, Kept())
    before = held.current
    edit(root / "flows/complaint.yaml", "goto: who}", "goto: nowhere}")
    problems = held.reload()
    assert any("[goto-unknown]" in problem for problem in problems)
    assert held.current is before


def test_broken_content_at_the_start_is_refused_with_all_problems(root: Path) -> None:
    edit(root / "flows/complaint.yaml", "goto: who}", "goto: nowhere}")
    edit(root / "flows/human.yaml", "{social_duty.phone}", "{social_duty.fone}")
    with pytest.raises(ContentRefused) as refused:
        LiveRelease(root, lambda: TODAY, Kept())
    assert len(refused.value.problems) >= 2
