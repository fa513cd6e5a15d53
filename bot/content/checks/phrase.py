"""What people type: known intents, lists of words, and never one phrase with two meanings."""

from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.problem import Problem, did_you_mean
from bot.engine.advance import WAYS
from bot.understanding.fold import fold
from bot.understanding.phrases import ANSWERS, CONTAINED

INTENTS = (*WAYS, *ANSWERS, "danger")


def check(content: Content) -> Iterator[Problem]:
    meant: dict[str, tuple[str, str]] = {}
    for tag, intents in content.sources.phrases.items():
        where = f"knowledge/phrases/{tag}.yaml:1"
        for intent, phrases in intents.items():
            if intent not in INTENTS:
                hint = did_you_mean(str(intent), INTENTS)
                yield Problem(where, "intent-unknown", f"nothing is called '{intent}'.", hint)
                continue
            if not isinstance(phrases, list) or not all(isinstance(phrase, str) for phrase in phrases):
                hint = "Put words such as yes, no and numbers into quotation marks."
                yield Problem(where, "phrase-shape", f"'{intent}' must be a list of words.", hint)
                continue
            if intent in ANSWERS or intent in CONTAINED:
                continue
            for phrase in phrases:
                other, there = meant.setdefault(fold(phrase), (intent, tag))
                if other != intent:
                    what = f"'{phrase}' means '{intent}' here and '{other}' in '{there}'."
                    yield Problem(where, "phrase-twice", what, "Remove one of the two.")
