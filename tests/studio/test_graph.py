"""A flow's picture: every node once, every way once, loops included."""

import pytest

from bot.studio.graph import HEIGHT, draw
from tests.support.content import our_release

GOTOS = {
    "a/one": ["a/two", "a/two", "b/start"],
    "a/two": ["a/three", "a/two"],
    "a/three": ["a/one", "a/two"],
    "a/alone": [],
}


def test_nodes_and_ways() -> None:
    graph = draw("a", GOTOS)
    boxes = {box.id: box for box in graph.boxes}
    assert set(boxes) == {"a/one", "a/two", "a/three", "a/alone", "b/start"}
    assert [box.id for box in graph.boxes if not box.is_own] == ["b/start"]
    assert len(graph.lines) == 5
    # The first node of the file stands on top; the way back leads up.
    assert boxes["a/one"].y < boxes["a/two"].y < boxes["a/three"].y
    starts = [int(line.split()[0].split(",")[1]) for line in graph.lines]
    assert round(boxes["a/three"].y) in starts
    assert draw("a", {}).boxes == ()


@pytest.mark.parametrize("flow", sorted({id.partition("/")[0] for id in our_release().nodes}))
def test_no_box_covers_another(flow: str) -> None:
    nodes = our_release().nodes
    graph = draw(flow, {id: node.gotos() for id, node in nodes.items() if id.partition("/")[0] == flow})
    places = [(box.x, box.y) for box in graph.boxes]
    for number, (x, y) in enumerate(places):
        assert 0 <= x <= graph.width - 150
        assert 0 <= y <= graph.height - HEIGHT
        for other_x, other_y in places[number + 1 :]:
            assert abs(x - other_x) >= 150 or abs(y - other_y) >= HEIGHT, flow
