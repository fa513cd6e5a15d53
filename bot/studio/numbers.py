"""`/studio/numbers`: what citizens did, in numbers: who came to a node, who went on, language by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from litestar import Response, get

from bot.dates.deadline import copenhagen_day
from bot.runner.visits import Visits
from bot.studio.studio import READERS, Shown
from bot.web.page import SignedIn
from bot.web.web import Web

PATH = "/studio/numbers"
DAYS = 28
FEWEST = 5  # a smaller number might tell on somebody


@dataclass(frozen=True, slots=True)
class Bar:
    """A node's numbers; None where they are too small to be shown."""

    node: str
    arrivals: int | None
    stayed: int | None  # percent of those who came and went no further

    @classmethod
    def of(cls, node: str, visits: Visits) -> "Bar":
        if visits.arrivals < FEWEST:
            return cls(node, None, None)
        # Who came before the first day may leave after it.
        left = min(visits.leavings, visits.arrivals)
        return cls(node, visits.arrivals, round(100 * (visits.arrivals - left) / visits.arrivals))


async def visits_of(web: Web, locale: str | None = None) -> Mapping[str, Bar]:
    """By node, of the last four weeks, of one language or of all."""
    last = copenhagen_day(web.now())
    sums = await web.store.run(lambda unit: unit.visits.sums(last - timedelta(days=DAYS), last))
    totals: dict[str, Visits] = {}
    for (spoken, node), visits in sums.items():
        if locale is None or spoken == locale:
            totals[node] = totals.get(node, Visits()) + visits
    return {node: Bar.of(node, visits) for node, visits in totals.items()}


@get(PATH, opt=READERS)
async def numbers(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    """`flow` and `tag` narrow it down."""
    draft = await drafts.now()
    flow, tag = request.query_params.get("flow", ""), request.query_params.get("tag", "")
    tag = tag if tag in draft.bench.tags else ""
    found = await visits_of(web, tag or None)
    bars = [found[id] for id in draft.sources.nodes if id in found and (not flow or id.partition("/")[0] == flow)]
    by_language = {}
    for each in draft.bench.tags:
        spoken = await visits_of(web, each)
        by_language[each] = _whole(flow, list(spoken.values()))
    return web.pages.render(
        request,
        "studio_numbers.html",
        bars=bars,
        most=max((bar.arrivals or 0 for bar in bars), default=0),
        by_language=by_language,
        flow=flow,
        tag=tag,
        tags=draft.bench.tags,
        flows=list(draft.sources.flows),
        days=DAYS,
        fewest=FEWEST,
    )


def _whole(flow: str, bars: list[Bar]) -> Bar:
    """A language's nodes together, as far as each can be shown."""
    known = [bar for bar in bars if bar.arrivals is not None and (not flow or bar.node.partition("/")[0] == flow)]
    arrivals = sum(bar.arrivals or 0 for bar in known)
    if arrivals == 0:
        return Bar("", None, None)
    stayed = sum((bar.arrivals or 0) * (bar.stayed or 0) for bar in known)
    return Bar("", arrivals, round(stayed / arrivals))
