"""Facts have sources, and what is overdue for a look is said."""

from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.problem import Problem


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
