"""What growth costs: few people against many, and an empty database against a full one, side by side."""

import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contestants import ARRIVAL, CLICKS, OUR_BOT, UNKNOWN_TEXT
from tests.benchmarks.goals import Round
from tests.benchmarks.measure import DATABASE_FILE, Contestant, Stage, on_stage
from tests.benchmarks.people import Script

FEW = "ours, few chats"
MANY = "ours, many chats"
FULL = "ours, few chats, many sessions stored"

FIRST_COPY = 5_000_000_000  # chat ids that no person of the benchmark has


@dataclass(frozen=True, slots=True)
class Sizes:
    """How far to grow."""

    few_chats: int = 1_000
    many_chats: int = 100_000
    sessions: int = 1_000_000


async def measure_growth(sizes: Sizes, rounds: int, seconds: float, tell: Callable[[str], None]) -> list[Round]:
    """Measure three bots that run at the same time, one after the other in each round.

    Raises:
        BotDidNotStart, UnansweredUpdate: as `on_stage`.
    """
    script = Script((*CLICKS, UNKNOWN_TEXT), ARRIVAL)
    async with AsyncExitStack() as stack:
        stages: dict[str, Stage] = {}
        for name, chats in ((FEW, sizes.few_chats), (MANY, sizes.many_chats), (FULL, sizes.few_chats)):
            tell(f"{name}: {chats} people come")
            contestant = Contestant(name, OUR_BOT, script, people=chats)
            stages[name] = await stack.enter_async_context(on_stage(contestant))
        multiply_sessions(stages[FULL].folder / DATABASE_FILE, sizes.sessions)
        return [{name: await stage.measure(seconds) for name, stage in stages.items()} for _ in range(rounds)]


def multiply_sessions(database: Path, count: int) -> None:
    """Copy one stored session for as many chats that will never write."""
    with closing(sqlite3.connect(database, timeout=60)) as connection, connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(session)")]
        others = ", ".join(column for column in columns if column != "chat_id")
        connection.execute(
            "WITH RECURSIVE copy (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM copy WHERE number < ? - 1)"
            f" INSERT INTO session (chat_id, {others}) SELECT ? + number, {others}"
            " FROM copy, (SELECT * FROM session LIMIT 1)",
            (count, FIRST_COPY),
        )
