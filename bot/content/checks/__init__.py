"""Rules that content must keep, one file a subject. Each finds all its problems and mends none."""

from collections.abc import Iterator

from bot.content.checks import fact, field, graph, phrase, preview, readability, service, text, translation
from bot.content.checks.content import Content
from bot.content.problem import Problem

__all__ = ["Content", "find_problems"]


def find_problems(content: Content, *, with_phrases: bool = True) -> Iterator[Problem]:
    """All problems that can be seen before a release is built; the graph only of nodes that have their fields.

    Args:
        with_phrases: Also of what people type, which takes longest.
    """
    wrong_fields = list(field.check(content))
    yield from wrong_fields
    if not wrong_fields:
        yield from graph.check(content)
    for rule in (fact, service, text, translation, preview, readability):
        yield from rule.check(content)
    if with_phrases:
        yield from phrase.check(content)
