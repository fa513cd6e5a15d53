"""The tables that `make bench` prints."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tests.benchmarks.goals import Reached, Round, typical
from tests.benchmarks.measure import Result

LIBRARIES = ("python-telegram-bot", "httpx", "aiogram", "aiohttp", "sqlalchemy", "psycopg")


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    digits: int
    value: Callable[[Result], float]

    def show(self, rounds: Sequence[Round], name: str) -> str:
        value = typical(rounds, name, self.value)
        return "-" if value is None else f"{value:.{self.digits}f}"


COLUMNS = (
    Column("updates/s", 0, lambda result: result.updates_per_s),
    Column("CPU ms/update", 3, lambda result: result.cpu_ms),
    Column("database CPU ms", 3, lambda result: result.database_cpu_ms),
    Column("p50 ms", 1, lambda result: result.p50_ms),
    Column("p99 ms", 1, lambda result: result.p99_ms),
    Column("MiB", 0, lambda result: result.memory_mib),
    Column("start s", 2, lambda result: result.started_s),
    Column("others' CPUs", 2, lambda result: result.foreign_cpu),
    Column("unexpected calls", 0, lambda result: result.unexpected_calls),
)


def describe_machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"Python {platform.python_version()} on {platform.platform()}; {libraries}"


def format_table(rows: Sequence[Sequence[str]]) -> str:
    """Align a table's columns, the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def format_measured(rounds: Sequence[Round]) -> str:
    """Show the median of everything measured, a row for each contestant."""
    names = list(dict.fromkeys(name for each in rounds for name in each))
    rows = [["median of the undisturbed rounds", *(column.title for column in COLUMNS)]]
    rows += [[name, *(column.show(rounds, name) for column in COLUMNS)] for name in names]
    return format_table(rows)


def format_reached(reached: Sequence[Reached]) -> str:
    """Show each goal with what was reached."""
    rows = [["goal", "must", "aim", "measured", "unit", ""]]
    for each in reached:
        goal, value = each.goal, each.value
        shown, verdict = ("-", "not measured") if value is None else (f"{value:.2f}", goal.judge(value))
        rows.append([goal.what, f"{goal.must:g}", f"{goal.aim:g}", shown, goal.unit, verdict])
    return format_table(rows)
