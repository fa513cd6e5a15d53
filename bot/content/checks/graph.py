"""Every node can be reached, none runs in circles without waiting, and removed nodes lead somewhere."""

from collections.abc import Iterator

from bot.content.build import build_nodes
from bot.content.checks.content import Content
from bot.content.problem import Problem, did_you_mean
from bot.engine.flow import Node
from bot.engine.screen import DELETE, HELP, HOME, HUMAN, LANGUAGE, PRIVACY

ENTRANCES = (HOME, LANGUAGE, HELP, HUMAN, DELETE, PRIVACY)  # the ways that every screen has
PASSING = ("say", "branch", "call")  # kinds that go on without waiting


def check(content: Content) -> Iterator[Problem]:
    nodes = build_nodes(content.sources, content.facts)
    where = content.sources.where
    for entrance in ENTRANCES:
        if entrance not in nodes:
            what = f"the node '{entrance}' is missing, which every screen leads to."
            yield Problem(f"flows/{entrance.partition('/')[0]}.yaml:1", "entrance-missing", what)
    for id in nodes.keys() - _reached(nodes):
        what = f"no way leads to the node '{id}'."
        yield Problem(where[id], "unreachable", what, "Link to it, or remove it and name in `moved:` where it went.")
    for id in nodes:
        if _circles(id, nodes):
            yield Problem(where[id], "never-waits", f"from '{id}' the flow can go round without waiting for anybody.")
    for old, new in content.sources.moved.items():
        flow = f"flows/{old.partition('/')[0]}.yaml:1"
        if old in nodes:
            yield Problem(flow, "moved-exists", f"'{old}' has moved, but it is still here.")
        if new not in nodes and new not in content.sources.moved:
            yield Problem(
                flow, "goto-unknown", f"'{old}' moved to '{new}', which is no node.", did_you_mean(new, nodes)
            )


def _reached(nodes: dict[str, Node]) -> set[str]:
    reached: set[str] = set()
    waiting = [entrance for entrance in ENTRANCES if entrance in nodes]
    while waiting:
        id = waiting.pop()
        if id not in reached:
            reached.add(id)
            waiting += nodes[id].gotos()
    return reached


def _circles(start: str, nodes: dict[str, Node]) -> bool:
    """Whether a walk over nodes that do not wait can come back to its start."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        id = waiting.pop()
        if nodes[id].kind not in PASSING:
            continue
        for goto in nodes[id].gotos():
            if goto == start:
                return True
            if goto not in seen:
                seen.add(goto)
                waiting.append(goto)
    return False
