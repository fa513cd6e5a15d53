"""What may go wrong between a bot and Telegram, planned ahead and repeatable.

A plan as JSON: {"seed": 7, "rules": [{"kind": "flood", "share": 0.1, "methods": ["sendMessage"], "retry_after_s": 1}],
"outages": [{"start_s": 5, "end_s": 8}]}
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import orjson

Kind = Literal["flood", "error", "reset", "swallow", "slow", "garbage"]


@dataclass(frozen=True, slots=True)
class FaultRule:
    """One way in which calls go wrong.

    Args:
        kind: flood = 429 with `retry_after_s`; error = HTTP `status` from a proxy before Telegram, nothing happens;
            reset = the connection breaks before the call arrives; swallow = the call is carried out, then the
            connection stays silent for `delay_s` and breaks; slow = carried out, answered `delay_s` later;
            garbage = carried out, answered with HTTP 200 and a body that is no JSON.
        share: 0 to 1, of the calls that the rule looks at.
        methods: Names as in the Bot API; empty = all methods.
        first, last: Call numbers of that method, from 1, between which the rule is at work; last 0 = for ever.
    """

    kind: Kind
    share: float = 1.0
    methods: tuple[str, ...] = ()
    first: int = 1
    last: int = 0
    retry_after_s: int = 1
    status: int = 502
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"fault kind '{self.kind}' is none of {', '.join(get_args(Kind))}")
        if not 0.0 <= self.share <= 1.0:
            raise ValueError(f"share {self.share} of fault '{self.kind}' is not between 0 and 1")

    def looks_at(self, method: str, number: int) -> bool:
        in_time = self.first <= number and (self.last == 0 or number <= self.last)
        return in_time and (not self.methods or method in self.methods)


@dataclass(frozen=True, slots=True)
class Outage:
    """From `start_s` to `end_s` after the plan was set, nothing answers: connections break at once."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Rules are tried in order, the first that strikes counts. Same seed, same calls: same faults."""

    seed: int = 0
    rules: tuple[FaultRule, ...] = ()
    outages: tuple[Outage, ...] = ()

    def strike(self, method: str, number: int) -> FaultRule | None:
        """The fault of the `number`-th call of this method (from 1), or None. Depends on nothing else but the seed."""
        for index, rule in enumerate(self.rules):
            if not rule.looks_at(method, number):
                continue
            # A generator of its own for each decision: the order in which methods are called does not matter.
            chance = random.Random(f"{self.seed}/{index}/{method}/{number}").random()  # noqa: S311
            if chance < rule.share:
                return rule
        return None

    def is_out(self, elapsed_s: float) -> bool:
        return any(outage.start_s <= elapsed_s < outage.end_s for outage in self.outages)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def plan_from_json(given: Mapping[str, Any]) -> FaultPlan:
    """Raises ValueError or TypeError, with the wrong name in its text."""
    rules = tuple(FaultRule(**{**rule, "methods": tuple(rule.get("methods", ()))}) for rule in given.get("rules", ()))
    outages = tuple(Outage(**outage) for outage in given.get("outages", ()))
    return FaultPlan(int(given.get("seed", 0)), rules, outages)


def load_plan(path: Path) -> FaultPlan:
    return plan_from_json(orjson.loads(path.read_bytes()))


class Faults:
    """A plan at work: counts the calls of each method since the plan was set."""

    def __init__(self, plan: FaultPlan, now: float) -> None:
        self.plan = plan
        self._started_at = now
        self._calls: Counter[str] = Counter()

    def next(self, method: str, now: float) -> FaultRule | None:
        """Count a call and say what shall go wrong with it."""
        self._calls[method] += 1
        if self.plan.is_out(now - self._started_at):
            return FaultRule("reset")
        return self.plan.strike(method, self._calls[method])
