"""Pages of the directory: what they say is of a known kind, and everything they name exists."""

from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale

from bot.articles.fact import CONFIDENCES
from bot.articles.service import AUDIENCES, CONTACTS, COSTS, DOUBTS, SAID
from bot.content.checks.content import Content
from bot.content.problem import Problem, did_you_mean
from bot.content.source import service_fact

Complaint = tuple[str, str, str]  # code, what, hint

KNOWN = (
    *("name", "described", "topics", "for", "what", "said", "cost", "anonymous", "referral", "languages"),
    *("interpreter", "doubt", "staff_only", "as_of", "confidence", "sources", "checked_on", "checked_by", "review_by"),
    *CONTACTS,
)
ONE_OF: Mapping[str, tuple[Any, ...]] = {
    "confidence": CONFIDENCES,
    "cost": COSTS,
    "doubt": DOUBTS,
    "anonymous": (True, False),
    "referral": (True, False),
    "interpreter": (True, False),
    "staff_only": (True, False),
    "described": (True, False),
}


def check(content: Content) -> Iterator[Problem]:
    for id, service in content.sources.services.items():
        for code, what, hint in _find(id, service, content):
            yield Problem(content.sources.where[f"service/{id}"], code, what, hint)


def _find(id: str, service: Mapping[str, Any], content: Content) -> Iterator[Complaint]:
    for field in service.keys() - set(KNOWN):
        yield "service-shape", f"the service '{id}' cannot have a '{field}'.", did_you_mean(field, KNOWN)
    for field in ("name", "topics", "as_of", "confidence", "sources"):
        if service.get(field, []) == []:
            yield "service-shape", f"the service '{id}' has no '{field}'.", ""
    for field, allowed in ONE_OF.items():
        if service.get(field) is not None and service[field] not in allowed:
            hint = f"Write one of {', '.join(map(str, allowed))}."
            yield "service-shape", f"'{field}' of the service '{id}' cannot be '{service[field]}'.", hint
    for audience in service.get("for") or ():
        if audience not in AUDIENCES:
            yield "service-shape", f"the service '{id}' is for '{audience}'.", did_you_mean(audience, AUDIENCES)
    for said in service.get("said") or ():
        if said not in SAID:
            yield "service-shape", f"the service '{id}' cannot have said '{said}'.", did_you_mean(said, SAID)
    for tag in service.get("languages") or ():
        if tag not in Locale("en").languages:
            yield "service-shape", f"the service '{id}' names a language '{tag}'.", "Write a tag such as da, ar or kl."
    for contact in CONTACTS:
        if service.get(contact) is not None:
            fact = service_fact(id, contact, service[contact])
            if fact not in content.facts and fact not in content.sources.facts:
                what = f"the service '{id}' names the fact '{fact}', which nobody wrote."
                yield "fact-unknown", what, did_you_mean(fact, content.facts)
