"""A flow as a picture: boxes in layers, lines between them (fast-sugiyama finds the places)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from fast_sugiyama import from_edges

WIDTH, HEIGHT = 150, 46  # of a box
ACROSS, DOWN = 2.4, 1.25  # the layout's own distances are for small dots
MARGIN = 10
LETTERS = 20  # of a name that fits into a box

Edge = tuple[str, str]
Chain = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A node; x and y are its upper left corner. `is_own`: it belongs to the flow that is drawn."""

    id: str
    name: str
    x: float
    y: float
    is_own: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes, and lines as the points of SVG's `polyline`."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[str, ...]


def draw(flow: str, gotos: Mapping[str, Iterable[str]]) -> Graph:
    """The graph of a flow.

    Args:
        gotos: Where each of its nodes leads, by full ids; nodes of other flows are drawn once each.
    """
    edges = {(start, end) for start, ends in gotos.items() for end in ends}
    ahead = _without_loops(gotos)
    places: dict[object, tuple[float, float]] = {}
    following: dict[object, list[object]] = {}
    if ahead:
        for positions, _, height, pieces in from_edges(sorted(ahead)).dot_layout():
            places |= {node: (x * ACROSS, (height - y) * DOWN) for node, (x, y) in positions}
            for start, end in pieces:
                following.setdefault(start, []).append(end)
    # Who leads nowhere and is led to by nobody stands in a row below.
    alone = [node for node in gotos if node not in places]
    below = max((y for _, y in places.values()), default=-HEIGHT * DOWN) + HEIGHT * 2
    places |= {node: (number * WIDTH * 1.2, below) for number, node in enumerate(alone)}
    left = min((x for x, _ in places.values()), default=0)
    top = min((y for _, y in places.values()), default=0)
    moved = {node: (x - left + MARGIN, y - top + MARGIN) for node, (x, y) in places.items()}
    boxes = tuple(_box(node, flow, x, y) for node, (x, y) in moved.items() if isinstance(node, str))
    return Graph(
        width=round(max((x for x, _ in moved.values()), default=0) + WIDTH + MARGIN),
        height=round(max((y for _, y in moved.values()), default=0) + HEIGHT + MARGIN),
        boxes=tuple(sorted(boxes, key=lambda box: (box.y, box.x))),
        lines=tuple(
            _line(chain, moved, is_back)
            for chain in _chains(following)
            for edge, is_back in (((chain[0], chain[-1]), False), ((chain[-1], chain[0]), True))
            if edge in edges
        ),
    )


def _box(id: str, flow: str, x: float, y: float) -> Box:
    is_own = id.partition("/")[0] == flow
    name = id.partition("/")[2] if is_own else id
    return Box(id, name if len(name) <= LETTERS else name[: LETTERS - 1] + "…", x, y, is_own)


def _without_loops(gotos: Mapping[str, Iterable[str]]) -> set[Edge]:
    """All edges so that they lead down the picture; those that close a loop are turned round for it."""
    down: set[Edge] = set()
    above: list[str] = []
    seen: set[str] = set()

    def visit(node: str) -> None:
        seen.add(node)
        above.append(node)
        for goto in gotos.get(node, ()):
            if goto not in above:
                down.add((node, goto))
            elif goto != node:
                down.add((goto, node))
            if goto not in seen:
                visit(goto)
        above.pop()

    for node in gotos:
        if node not in seen:
            visit(node)
    return down


def _chains(following: Mapping[object, list[object]]) -> Iterator[Chain]:
    """From node to node, over the points where a long line bends: these are numbers."""
    for start, ends in following.items():
        for end in ends if isinstance(start, str) else ():
            chain = [start, end]
            while not isinstance(chain[-1], str):
                chain += following[chain[-1]]
            yield tuple(chain)


def _line(chain: Chain, places: Mapping[object, tuple[float, float]], is_back: bool) -> str:
    """From below a box to above another one, or the other way round."""
    (first, top), *between, (last, bottom) = (places[point] for point in chain)
    points = [(first, top + HEIGHT), *between, (last, bottom)]
    return " ".join(f"{x + WIDTH / 2:.0f},{y:.0f}" for x, y in (reversed(points) if is_back else points))
