"""Every node has the fields of its kind, each of the right shape, and what they name exists."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from bot.content.checks.content import Content
from bot.content.problem import Problem, did_you_mean
from bot.dates.deadline import Period
from bot.engine.flow import NODE_KINDS, NodeKind
from bot.engine.press import MAX_BYTES, choice_data
from bot.handoff.ticket import URGENCIES

EVERY_KIND = ("kind", "rights")  # fields that every kind may have
EXPECTED = ("text", "date")  # what an ask node can wait for

Complaint = tuple[str, str, str]  # code, what, hint


def check(content: Content) -> Iterator[Problem]:
    answers = _answers(content)
    for id, node in content.sources.nodes.items():
        kind = NODE_KINDS[node["kind"]]
        for code, what, hint in _node(content, id, node, kind, answers):
            yield Problem(content.sources.where[id], code, what, hint)


def _answers(content: Content) -> frozenset[str]:
    """Names under which some node keeps an answer; a deadline keeps two of its own."""
    named = {str(node["answer"]) for node in content.sources.nodes.values() if "answer" in node}
    return frozenset(named | {"deadline", "urgency"})


def _node(
    content: Content, id: str, node: Mapping[str, Any], kind: NodeKind, answers: frozenset[str]
) -> Iterator[Complaint]:
    fields = {**kind.required, **kind.optional}
    for name in kind.required.keys() - node.keys():
        yield "field-missing", f"node '{id}' of kind '{kind.name}' has no '{name}'.", ""
    for name in node.keys() - fields.keys() - set(EVERY_KIND):
        yield "field-unknown", f"kind '{kind.name}' has no field '{name}'.", did_you_mean(name, fields)
    for name in fields.keys() & node.keys():
        shape = _SHAPES.get(fields[name])
        if shape is not None:
            yield from shape(content, id, name, node[name], answers)


def _goto(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    nodes = content.sources.nodes
    if not isinstance(value, str):
        yield "goto-unknown", f"'{name}' of '{id}' must be the name of a node.", ""
        return
    goto = value if "/" in value else f"{id.partition('/')[0]}/{value}"
    if goto not in nodes:
        yield "goto-unknown", f"'{name}' of '{id}' goes to '{value}', which is no node.", did_you_mean(goto, nodes)


def _choices(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    seen: set[str] = set()
    for choice in value if isinstance(value, list) else [None]:
        if not isinstance(choice, Mapping) or set(choice) != {"id", "label", "goto"}:
            yield "choice-shape", f"a choice of '{id}' needs id, label and goto.", ""
            continue
        if not isinstance(choice["id"], str):
            hint = "Put quotation marks around it: yes and no without them are no words."
            yield "choice-shape", f"the id {choice['id']!r} in '{id}' is no word.", hint
            continue
        if choice["id"] in seen:
            yield "choice-twice", f"'{id}' has two choices '{choice['id']}'.", ""
        seen.add(choice["id"])
        if len(choice_data(id, choice["id"]).encode()) > MAX_BYTES:
            what = f"'{id}>{choice['id']}' has more than {MAX_BYTES} bytes, which a button cannot carry."
            yield "button-bytes", what, "Shorten the id of the node or of the choice."
        yield from _goto(content, id, f"choice {choice['id']}", choice["goto"], answers)


def _cases(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    if not isinstance(value, Mapping) or not value:
        yield "cases-shape", f"'{name}' of '{id}' must give a node for each answer.", ""
        return
    for case, goto in value.items():
        yield from _goto(content, id, f"{name}.{case}", goto, answers)


def _name(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    if not isinstance(value, str):
        yield "name-shape", f"'{name}' of '{id}' must be a name.", ""
    elif value not in answers:
        yield "answer-unknown", f"no node keeps an answer '{value}', which '{id}' needs.", did_you_mean(value, answers)


def _fact(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    fact = content.facts.get(value)
    if fact is None:
        yield (
            "fact-unknown",
            f"'{id}' names the fact '{value}', which nobody wrote.",
            did_you_mean(value, content.facts),
        )
    elif not isinstance(fact.value, Period):
        yield "fact-kind", f"'{id}' counts with '{value}', which is no known period.", ""


def _article(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    if value not in content.sources.sections:
        what = f"'{id}' shows the article '{value}', which does not exist."
        yield "article-unknown", what, did_you_mean(str(value), content.sources.sections)


def _services(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    for service in value if isinstance(value, list) else [value]:
        if not isinstance(service, str) or service not in content.sources.services:
            what = f"'{id}' lists the service '{service}', which does not exist."
            yield "service-unknown", what, did_you_mean(str(service), content.sources.services)


def _topics(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    known = {topic for service in content.sources.services.values() for topic in service.get("topics") or ()}
    for topic in value if isinstance(value, list) else [value]:
        if not isinstance(topic, str) or topic not in known:
            yield (
                "topic-unknown",
                f"'{id}' lists the topic '{topic}', on which there is no service.",
                did_you_mean(str(topic), known),
            )


def _days(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 365:
        yield "days-shape", f"'{name}' of '{id}' must be a number of days.", ""


def _urgencies(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    places = {*content.sources.nodes, *(node.partition("/")[0] for node in content.sources.nodes)}
    for place, urgency in value.items() if isinstance(value, Mapping) else [(value, None)]:
        if place not in places:
            what = f"'{name}' of '{id}' names '{place}', which is no flow and no node."
            yield "urgency-place", what, did_you_mean(str(place), places)
        elif urgency not in URGENCIES:
            hint = f"Write one of {', '.join(URGENCIES)}."
            yield "urgency-unknown", f"'{name}' of '{id}' gives '{place}' an urgency that does not exist.", hint


def _expects(content: Content, id: str, name: str, value: Any, answers: frozenset[str]) -> Iterator[Complaint]:
    if value not in EXPECTED:
        yield "expects-unknown", f"'{id}' cannot expect '{value}'.", f"Write one of {', '.join(EXPECTED)}."


_SHAPES: Mapping[str, Callable[[Content, str, str, Any, frozenset[str]], Iterable[Complaint]]] = {
    "goto": _goto,
    "choices": _choices,
    "cases": _cases,
    "name": _name,
    "fact": _fact,
    "article": _article,
    "services": _services,
    "topics": _topics,
    "days": _days,
    "expects": _expects,
    "urgencies": _urgencies,
}
