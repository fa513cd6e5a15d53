"""A flow as a picture: boxes in layers, lines between them (fast-sugiyama finds the places)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fast_sugiyama import from_edges

WIDTH, HEIGHT = 150, 46  # of a box
ACROSS, DOWN = 2.4, 1.25  # the layout's own distances are for small dots
MARGIN = 10
LETTERS = 20  # of a name that fits into a box


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
    edges = sorted({(start, end) for start, ends in gotos.items() for end in ends if end != start})
    places: dict[object, tuple[float, float]] = {}
    pieces: list[tuple[object, object]] = []
    if edges:
        for positions, _, height, lines in from_edges(edges).dot_layout():
            places |= {node: (x * ACROSS, (height - y) * DOWN) for node, (x, y) in positions}
            pieces += lines
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
        lines=tuple(_line(start, end, moved) for start, end in pieces),
    )


def _box(id: str, flow: str, x: float, y: float) -> Box:
    is_own = id.partition("/")[0] == flow
    name = id.partition("/")[2] if is_own else id
    return Box(id, name if len(name) <= LETTERS else name[: LETTERS - 1] + "…", x, y, is_own)


def _line(start: object, end: object, places: Mapping[object, tuple[float, float]]) -> str:
    """From below a box to above the next one; bends of long lines are the layout's own points."""
    (x1, y1), (x2, y2) = places[start], places[end]
    half = WIDTH / 2
    y1 += HEIGHT if isinstance(start, str) and y2 > y1 else 0
    y2 += HEIGHT if isinstance(end, str) and y2 < y1 else 0
    return f"{x1 + half:.0f},{y1:.0f} {x2 + half:.0f},{y2:.0f}"
