"""Typed values from what was read: facts, services, and the nodes of the flows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.articles.directory import services_on
from bot.articles.fact import CONFIDENCES, KINDS, Fact
from bot.articles.opening_hours import OpeningHours, read_hours
from bot.articles.service import CONTACTS, Service
from bot.content.problem import Problem
from bot.content.source import Sources, is_words, service_fact
from bot.dates.deadline import Period
from bot.engine.flow import NODE_KINDS, Node, NodeSource


class _Knowledge:
    """What nodes look up while they are built."""

    def __init__(self, sources: Sources, facts: Mapping[str, Fact]) -> None:
        self._sources, self._facts = sources, facts
        self._services = build_services(sources)

    def period(self, fact: str) -> Period:
        value = self._facts[fact].value
        if not isinstance(value, Period):
            raise TypeError(f"{fact} is not a period")
        return value

    def services_on(self, topics: Sequence[str]) -> tuple[str, ...]:
        return services_on(topics, self._services)

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
        id: Service(
            id=id,
            name=fields.get("name", id),
            facts={name: service_fact(id, name, fields[name]) for name in CONTACTS if fields.get(name) is not None},
            topics=tuple(fields.get("topics") or ()),
            audiences=frozenset(fields.get("for") or ()),
            languages=tuple(fields.get("languages") or ()),
            has_interpreter=bool(fields.get("interpreter")),
            cost=fields.get("cost"),
            is_anonymous=fields.get("anonymous"),
            needs_referral=fields.get("referral"),
            confidence=fields["confidence"] if fields.get("confidence") in CONFIDENCES else "low",
            doubt=fields.get("doubt"),
            said=frozenset(fields.get("said") or ()),
            is_for_staff=bool(fields.get("staff_only")),
            is_described=bool(fields.get("described")),
            as_of=None if fields.get("as_of") is None else str(fields["as_of"]),
            sources=tuple(fields.get("sources") or ()),
        )
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
    for field, value in fields.items():
        if field not in ("value", "sources") and isinstance(value, (list, dict)):
            raise ValueError(f"{field} must be one word")
    if not is_words(fields["sources"]):
        raise ValueError("sources must be a list of words")
    for field, known in (("kind", KINDS), ("confidence", CONFIDENCES)):
        if fields[field] not in known:
            raise ValueError(f"{field} must be one of {', '.join(known)}")
    return Fact(
        name=name,
        kind=fields["kind"],
        value=_value(fields["kind"], fields["value"]),
        as_of=None if fields["as_of"] is None else str(fields["as_of"]),
        confidence=fields["confidence"],
        sources=tuple(fields["sources"]),
        checked_on=_day(fields.get("checked_on")),
        checked_by=fields.get("checked_by"),
        legal_basis_note=fields.get("legal_basis_note"),
        review_by=_day(fields.get("review_by")),
    )


def _value(kind: str, value: Any) -> str | Period | OpeningHours | date | None:
    if value is None:
        return None
    if kind == "period":
        return Period(int(value["length"]), value["unit"])
    if not isinstance(value, str):
        raise ValueError(f"put {value} into quotation marks")
    match kind:
        case "hours":
            return read_hours(value)
        case "date":
            return date.fromisoformat(value)
        case _:
            return value


def _day(value: Any) -> date | None:
    """YAML gives an unquoted day as a date, a quoted one as a text."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))
