"""Typed values from what was read: facts, services, and the nodes of the flows."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.articles.fact import CONFIDENCES, KINDS, Fact
from bot.articles.service import Service
from bot.content.problem import Problem
from bot.content.source import Sources
from bot.dates.deadline import Period
from bot.engine.flow import NODE_KINDS, Node, NodeSource


class _Knowledge:
    """What nodes look up while they are built."""

    def __init__(self, sources: Sources, facts: Mapping[str, Fact]) -> None:
        self._sources, self._facts = sources, facts

    def period(self, fact: str) -> Period:
        value = self._facts[fact].value
        if not isinstance(value, Period):
            raise TypeError(f"{fact} is not a period")
        return value

    def article_sections(self, article: str) -> tuple[str, ...]:
        return self._sources.sections[article]


def build_nodes(sources: Sources, facts: Mapping[str, Fact]) -> dict[str, Node]:
    """All nodes by id. The fields have been checked before."""
    knowledge = _Knowledge(sources, facts)
    return {
        id: NODE_KINDS[fields["kind"]].build(NodeSource(id, fields, knowledge)) for id, fields in sources.nodes.items()
    }


def build_services(sources: Sources) -> dict[str, Service]:
    return {
        id: Service(id, fields["name"], dict(fields.get("facts") or {}), fields.get("cost") == "free")
        for id, fields in sources.services.items()
    }


def build_facts(sources: Sources) -> tuple[dict[str, Fact], list[Problem]]:
    """All facts that can be read, and what is wrong with the others."""
    facts, problems = {}, []
    for name, fields in sources.facts.items():
        try:
            facts[name] = _fact(name, fields)
        except KeyError as error:
            what = f"the fact '{name}' has no {error}."
            problems.append(Problem(sources.where[name], "fact-unreadable", what))
        except (TypeError, ValueError, AttributeError) as error:
            problems.append(Problem(sources.where[name], "fact-unreadable", f"the fact '{name}': {error}."))
    return facts, problems


def _fact(name: str, fields: Mapping[str, Any]) -> Fact:
    for field, known in (("kind", KINDS), ("confidence", CONFIDENCES)):
        if fields[field] not in known:
            raise ValueError(f"{field} must be one of {', '.join(known)}")
    value = fields["value"]
    if fields["kind"] == "period" and value is not None:
        value = Period(int(value["length"]), value["unit"])
    elif value is not None and not isinstance(value, str):
        raise ValueError(f"put {value} into quotation marks")
    return Fact(
        name=name,
        kind=fields["kind"],
        value=value,
        as_of=None if fields["as_of"] is None else str(fields["as_of"]),
        confidence=fields["confidence"],
        sources=tuple(fields["sources"]),
        checked_on=_day(fields.get("checked_on")),
        checked_by=fields.get("checked_by"),
        legal_basis_note=fields.get("legal_basis_note"),
        review_by=_day(fields.get("review_by")),
    )


def _day(value: Any) -> date | None:
    """YAML gives an unquoted day as a date, a quoted one as a text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
