"""Numbers of visits, and reviewers, in both databases."""

from datetime import date

from bot.runner.visits import Place, Visits
from bot.storage.store import Store

DAY = date(2026, 11, 24)


async def test_numbers_add_up(store: Store) -> None:
    for _ in range(2):
        numbers = {Place(DAY, "tr", "a/b"): Visits(3, 2, 1, 4), Place(date(2026, 1, 1), "tr", "a/b"): Visits(1, 1)}
        await store.run(lambda uow, numbers=numbers: uow.visits.add(numbers))  # type: ignore[misc]
    assert await store.run(lambda uow: uow.visits.sums(DAY, DAY)) == {("tr", "a/b"): Visits(6, 4, 2, 8)}
    everything = await store.run(lambda uow: uow.visits.sums(date(2026, 1, 1), DAY))
    assert everything == {("tr", "a/b"): Visits(8, 6, 2, 8)}


async def test_reviewers_of_languages(store: Store) -> None:
    await store.run(lambda uow: uow.reviewers.put("one", ["tr", "ar"]))
    await store.run(lambda uow: uow.reviewers.put("one", ["tr"]))
    assert await store.run(lambda uow: uow.reviewers.of("one")) == {"tr"}
    await store.run(lambda uow: uow.reviewers.put("one", []))
    assert await store.run(lambda uow: uow.reviewers.of("one")) == frozenset()
