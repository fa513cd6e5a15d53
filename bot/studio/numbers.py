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
    """A node's numbers; None where they are too small to be shown.

    Args:
        stayed: Percent of those who came and went no further.
        handoffs: People who asked for a human from here.
        unanswered: Questions typed here that nothing was found for.
    """

    node: str
    arrivals: int | None
    stayed: int | None
    handoffs: int | None
    unanswered: int | None

    @classmethod
    def of(cls, node: str, visits: Visits) -> "Bar":
        asked = _shown(visits.handoffs), _shown(visits.unanswered)
        if visits.arrivals < FEWEST:
            return cls(node, None, None, *asked)
        # Who came before the first day may leave after it.
        left = min(visits.leavings, visits.arrivals)
        return cls(node, visits.arrivals, round(100 * (visits.arrivals - left) / visits.arrivals), *asked)


def _shown(number: int) -> int | None:
    return number if number == 0 or number >= FEWEST else None


async def visits_of(web: Web, locale: str | None = None) -> Mapping[str, Bar]:
    """By node, of the last four weeks, of one language or of all."""
    return {node: Bar.of(node, visits) for node, visits in (await _sums(web, locale)).items()}


async def _sums(web: Web, locale: str | None) -> Mapping[str, Visits]:
    last = copenhagen_day(web.now())
    sums = await web.store.run(lambda unit: unit.visits.sums(last - timedelta(days=DAYS), last))
    totals: dict[str, Visits] = {}
    for (spoken, node), visits in sums.items():
        if locale is None or spoken == locale:
            totals[node] = totals.get(node, Visits()) + visits
    return totals


@get(PATH, opt=READERS)
async def numbers(request: SignedIn, web: Web, drafts: Shown) -> Response[str]:
    """`flow` and `tag` narrow it down."""
    draft = await drafts.now()
    flow, tag = request.query_params.get("flow", ""), request.query_params.get("tag", "")
    tag = tag if tag in draft.bench.tags else ""
    found = await visits_of(web, tag or None)
    bars = [found[id] for id in draft.sources.nodes if id in found and (not flow or id.partition("/")[0] == flow)]
    by_language = {each: _whole(flow, await _sums(web, each)) for each in draft.bench.tags}
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


def _whole(flow: str, visits: Mapping[str, Visits]) -> Bar:
    """A language's nodes together, as far as each can be shown."""
    asked = {node: each for node, each in visits.items() if not flow or node.partition("/")[0] == flow}
    known = [each for each in asked.values() if each.arrivals >= FEWEST]
    everything = sum(asked.values(), Visits())
    arrivals, leavings = sum(each.arrivals for each in known), sum(min(each.leavings, each.arrivals) for each in known)
    return Bar.of("", Visits(arrivals, leavings, everything.handoffs, everything.unanswered))
