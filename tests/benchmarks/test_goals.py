"""How measurements become the numbers that the goals speak of."""

import pytest

from tests.benchmarks.goals import Goal, Reached, Round, percent_more, ratio, typical
from tests.benchmarks.measure import Result, quantile
from tests.benchmarks.report import format_measured, format_reached


def result(cpu_ms: float, foreign_cpu: float = 0.0) -> Result:
    return Result(
        updates_per_s=1000 / cpu_ms,
        cpu_ms=cpu_ms,
        database_cpu_ms=0.0,
        p50_ms=1.0,
        p99_ms=2.0,
        memory_mib=60.0,
        started_s=0.5,
        foreign_cpu=foreign_cpu,
        unexpected_calls=0,
    )


def cost(measured: Result) -> float:
    return measured.cpu_ms


ROUNDS: list[Round] = [
    {"theirs": result(2.0), "ours": result(1.0)},
    {"theirs": result(8.0), "ours": result(2.0)},  # a slow moment of the machine: both are slower
    {"theirs": result(3.0), "ours": result(1.0)},
]
DISTURBED: Round = {"theirs": result(100.0, foreign_cpu=0.9), "ours": result(1.0)}
FAILED: Round = {"theirs": result(2.0)}


@pytest.mark.parametrize("rounds", [ROUNDS, [*ROUNDS, DISTURBED], [*ROUNDS, FAILED]])
def test_ratio_is_the_median_of_ratios_within_undisturbed_rounds(rounds: list[Round]) -> None:
    assert ratio(rounds, "theirs", "ours", cost) == 3.0


def test_disturbed_rounds_count_where_there_are_no_others() -> None:
    assert ratio([DISTURBED], "theirs", "ours", cost) == 100.0


def test_nothing_measured_is_no_number() -> None:
    assert ratio([FAILED], "theirs", "ours", cost) is None
    assert typical([], "ours", cost) is None
    assert percent_more([FAILED], "ours", "theirs", cost) is None


def test_growth_is_given_in_percent() -> None:
    grown = percent_more([{"few": result(2.0), "many": result(2.1)}], "few", "many", cost)
    assert grown == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("value", "verdict"), [(1.9, "MISSED"), (2.0, "must reached"), (3.9, "must reached"), (4.0, "aim reached")]
)
def test_goals_that_want_more(value: float, verdict: str) -> None:
    assert Goal("speed", "times", must=2.0, aim=4.0).judge(value) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(51.0, "MISSED"), (50.0, "must reached"), (20.0, "aim reached"), (-3.0, "aim reached")]
)
def test_goals_that_want_less(value: float, verdict: str) -> None:
    assert Goal("delay", "ms", must=50.0, aim=20.0).judge(value) == verdict


def test_quantile() -> None:
    delays = [number / 100 for number in range(100)]
    assert quantile(delays, 0.5) == 0.5
    assert quantile(delays, 0.99) == 0.99
    assert quantile([7.0], 0.99) == 7.0


def test_report_shows_medians_and_verdicts() -> None:
    table = format_measured(ROUNDS).splitlines()
    assert table[1].split()[:3] == ["theirs", "333", "3.000"]
    assert table[2].split()[:3] == ["ours", "1000", "1.000"]
    goal = Goal("speed", "times", must=2.0, aim=4.0)
    lines = format_reached([Reached(goal, 3.0), Reached(goal, None)]).splitlines()
    assert lines[1].split() == ["speed", "2", "4", "3.00", "times", "must", "reached"]
    assert lines[2].endswith("not measured")
