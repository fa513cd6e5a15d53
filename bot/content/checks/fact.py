"""Facts have sources, services name facts, and what is overdue for a look is said."""

from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.problem import Problem, did_you_mean

SERVICE_FACTS = ("phone", "email", "address", "url")


def check(content: Content) -> Iterator[Problem]:
    for name, fact in content.facts.items():
        where = content.sources.where[name]
        if not fact.sources:
            yield Problem(where, "fact-no-source", f"the fact '{name}' has no source.")
        if (fact.checked_on is None) != (fact.checked_by is None):
            yield Problem(where, "fact-half-checked", f"'{name}' needs checked_on and checked_by together.")
        if fact.review_by is not None and fact.review_by < content.today:
            what = f"'{name}' should have been looked at by {fact.review_by}."
            yield Problem(where, "review-due", what, is_warning=True)
    for id, service in content.sources.services.items():
        where = content.sources.where[f"service/{id}"]
        if not isinstance(service.get("name"), str):
            yield Problem(where, "service-shape", f"the service '{id}' has no name.")
        for kind, fact_name in (service.get("facts") or {}).items():
            if kind not in SERVICE_FACTS:
                hint = f"Write one of {', '.join(SERVICE_FACTS)}."
                yield Problem(where, "service-shape", f"the service '{id}' cannot have a '{kind}'.", hint)
            elif fact_name not in content.facts:
                what = f"the service '{id}' names the fact '{fact_name}', which nobody wrote."
                yield Problem(where, "fact-unknown", what, did_you_mean(fact_name, content.facts))
