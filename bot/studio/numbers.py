"""`/studio/numbers`: what citizens did, in numbers: who came to a node, who went on, language by language."""

from collections.abc import Mapping, Sequence
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
        stayed = round(100 * (visits.arrivals - visits.leavings) / visits.arrivals)
        return cls(node, visits.arrivals, stayed, *asked)


def _shown(number: int) -> int | None:
    return number if number == 0 or number >= FEWEST else None


async def visits_of(web: Web, locale: str | None = None) -> Mapping[str, Bar]:
    """By node, of the last four weeks, of one language or of all."""
    return {node: Bar.of(node, visits) for node, visits in (await _sums(web, locale)).items()}


async def _sums(web: Web, locale: str | None) -> Mapping[str, Visits]:
    last = copenhagen_day(web.now())
    sums = await web.store.run(lambda unit: unit.visits.sums(last - timedelta(days=DAYS), last))
    by_node: dict[str, list[Visits]] = {}
    for (spoken, node), visits in sums.items():
        if locale is None or spoken == locale:
            by_node.setdefault(node, []).append(visits)
    return {node: _together(parts, with_small=True) for node, parts in by_node.items()}


def _together(parts: Sequence[Visits], *, with_small: bool) -> Visits:
    """The sum of what is shown one by one elsewhere.

    A number that is too small must not come out as the difference: it is left out, or stands for several in the sum.

    Args:
        with_small: What is too small is in it where it is not too small together.
    """
    known = [each for each in parts if each.arrivals >= FEWEST]
    small = [each for each in parts if each.arrivals < FEWEST]
    counted = parts if with_small and sum(each.arrivals for each in small) >= FEWEST else known
    return Visits(
        _sum([each.arrivals for each in parts], with_small),
        sum(min(each.leavings, each.arrivals) for each in counted),  # who came before the first day may leave after it
        _sum([each.handoffs for each in parts], with_small),
        _sum([each.unanswered for each in parts], with_small),
    )


def _sum(numbers: Sequence[int], with_small: bool) -> int:
    shown = sum(number for number in numbers if number >= FEWEST)
    small = sum(numbers) - shown
    if with_small and small >= FEWEST:
        return shown + small
    return shown or min(small, FEWEST - 1)


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
    asked = [each for node, each in visits.items() if not flow or node.partition("/")[0] == flow]
    return Bar.of("", _together(asked, with_small=False))
