"""`python -m tests.benchmarks`: measure our bot and others side by side, and print what was reached.

All bots talk to the same fake Bot API on loopback, one at a time, in rounds; ratios are taken within a round.
"""

import argparse
import os
import re
import sys
import time
from dataclasses import dataclass, field

import uvloop

from tests.benchmarks import contestants as who
from tests.benchmarks import goals, report
from tests.benchmarks.bot_process import OUR_CPUS
from tests.benchmarks.contestants import API_DELAY_S, competitors, our_roles
from tests.benchmarks.desk import DeskResult, DeskSizes, measure_desk
from tests.benchmarks.goals import Reached, Round, percent_more, ratio, typical
from tests.benchmarks.growth import FEW, FULL, MANY, Sizes, measure_growth
from tests.benchmarks.measure import BotDidNotStart, Result, on_stage
from tests.benchmarks.people import PEOPLE_AT_ONCE, UnansweredUpdate
from tests.support.postgres import postgres_server

SLOW_API_CEILING = PEOPLE_AT_ONCE / API_DELAY_S  # updates a second if the bot itself took no time


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float  # a contestant and round
    growth: Sizes
    desk: DeskSizes


THOROUGH = Effort(rounds=4, seconds=4.0, growth=Sizes(), desk=DeskSizes())
QUICK = Effort(
    rounds=1,
    seconds=2.0,
    growth=Sizes(few_chats=500, many_chats=5_000, sessions=100_000),
    desk=DeskSizes(seconds=5.0, claims=4),
)

PACE_SECONDS = 10.0  # 1,000 updates, so that the slowest hundredth are ten


@dataclass(slots=True)
class Measured:
    """Everything that one run finds out."""

    rounds: list[Round] = field(default_factory=list)
    growth: list[Round] = field(default_factory=list)
    desk: DeskResult | None = None
    failures: list[str] = field(default_factory=list)


def main() -> None:
    options = read_options()
    effort = QUICK if options.quick else THOROUGH
    # The database server inherits this, so it does not disturb the bot either.
    os.sched_setaffinity(0, OUR_CPUS)
    print(report.describe_machine(), flush=True)
    measured = Measured()
    with postgres_server(durable=True) as postgresql_url:
        uvloop.run(measure(effort, options.only, postgresql_url, measured))
    print()
    print(report.format_measured(measured.rounds + measured.growth))
    print()
    print(report.format_reached(work_out(measured)))
    for failure in measured.failures:
        print(f"\nFAILED: {failure}")
    sys.exit(1 if measured.failures else 0)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, in less than three minutes")
    parser.add_argument("--only", type=re.compile, default=re.compile(""), help="contestants whose name matches")
    return parser.parse_args()


async def measure(effort: Effort, only: re.Pattern[str], postgresql_url: str, measured: Measured) -> None:
    """Measure everybody in rounds, then what growth costs. A failure ends only its own part."""
    contestants = [each for each in (*competitors(), *our_roles()) if only.search(each.name)]
    for number in range(effort.rounds):
        measured.rounds.append({})
        for contestant in contestants:
            seconds = PACE_SECONDS if contestant.updates_per_s else effort.seconds
            try:
                async with on_stage(contestant, postgresql_url) as stage:
                    result = await stage.measure(seconds)
            except (BotDidNotStart, UnansweredUpdate) as error:
                measured.failures.append(f"{contestant.name}: {error}")
            else:
                measured.rounds[-1][contestant.name] = result
                tell(f"round {number + 1}: {contestant.name}: {result.updates_per_s:.0f} updates/s")
    if only.search("growth"):
        try:
            measured.growth += await measure_growth(effort.growth, effort.rounds, effort.seconds, tell)
        except (BotDidNotStart, UnansweredUpdate) as error:
            measured.failures.append(f"growth: {error}")
    if only.search("desk"):
        try:
            measured.desk = await measure_desk(effort.desk, tell)
        except (BotDidNotStart, TimeoutError) as error:
            measured.failures.append(f"desk: {error!r}")


def work_out(measured: Measured) -> list[Reached]:
    """Set the goals of the product against what was measured."""
    rounds, growth, desk = measured.rounds, measured.growth, measured.desk
    slow_api = typical(rounds, who.OUR_TEXT_SLOW_API, speed)
    return [
        Reached(goals.MENU_AGAINST_PTB, ratio(rounds, who.PTB_MENU, who.OUR_MENU, cost)),
        Reached(goals.MENU_AGAINST_AIOGRAM, ratio(rounds, who.AIOGRAM_MENU, who.OUR_MENU, cost)),
        Reached(goals.TEXT_ON_SQLITE, ratio(rounds, who.OUR_TEXT, who.PTB_ECHO, speed)),
        Reached(goals.TEXT_ON_POSTGRESQL, ratio(rounds, who.OUR_TEXT_POSTGRESQL, who.PTB_ECHO, speed)),
        Reached(goals.SLOW_API, slow_api and slow_api / SLOW_API_CEILING * 100),
        Reached(goals.PACE, typical(rounds, who.OUR_PACE, lambda result: result.p99_ms)),
        Reached(goals.CHATS_COST, percent_more(growth, FEW, MANY, cost)),
        Reached(goals.CHATS_MEMORY, percent_more(growth, FEW, MANY, memory)),
        Reached(goals.SESSIONS_COST, percent_more(growth, FEW, FULL, cost)),
        Reached(goals.SESSIONS_MEMORY, percent_more(growth, FEW, FULL, memory)),
        Reached(goals.DESK_MESSAGE, desk.message_p95_ms if desk else None),
        Reached(goals.DESK_CLAIM, desk.claim_s if desk else None),
        Reached(goals.DESK_PAGE, desk.page_ms if desk else None),
        Reached(goals.COLD_START, typical(rounds, who.OUR_TEXT, lambda result: result.started_s)),
    ]


def speed(result: Result) -> float:
    return result.updates_per_s


def cost(result: Result) -> float:
    return result.cpu_ms


def memory(result: Result) -> float:
    return result.memory_mib


def tell(progress: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {progress}", flush=True)


if __name__ == "__main__":
    main()
