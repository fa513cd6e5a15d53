"""What people type: known intents, lists of words, and never one phrase with two meanings."""

from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.problem import Problem, did_you_mean
from bot.content.source import LEARNED
from bot.engine.advance import WAYS
from bot.understanding.fold import fold
from bot.understanding.meaning import DANGER, EXAMPLES, HARMLESS, HUMAN, OTHER, TOPICS, stale
from bot.understanding.phrases import ANSWERS, CONTAINED

INTENTS = (*WAYS, *ANSWERS, "danger")


def check(content: Content) -> Iterator[Problem]:
    found = list(_check_shapes(content))
    yield from found
    if not content.errors_only and all(problem.is_warning for problem in found):
        yield from _check_in_step(content)


def _check_shapes(content: Content) -> Iterator[Problem]:
    meant: dict[str, tuple[str, str]] = {}
    for tag, intents in content.sources.phrases.items():
        where = f"knowledge/phrases/{tag}.yaml:1"
        for intent, phrases in intents.items():
            if intent in (TOPICS, EXAMPLES):
                yield from _check_learned(where, intent, phrases, content)
                continue
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


def _check_in_step(content: Content) -> Iterator[Problem]:
    """What was learned belongs to the sentences as they stand now."""
    for name in stale(content.sources.phrases, content.sources.learned):
        what = f"the phrases have changed since '{name}' was learned."
        hint = "Run: vejviser content learn"
        yield Problem(f"{LEARNED}/{name}.npz:1", "learned-stale", what, hint, is_warning=True)


def _check_learned(where: str, section: str, lists: object, content: Content) -> Iterator[Problem]:
    """Sentences to learn from: a sentence under two meanings teaches nothing."""
    if not isinstance(lists, dict):
        yield Problem(where, "phrase-shape", f"'{section}' must hold named lists of sentences.")
        return
    known = content.sources.sections if section == TOPICS else (DANGER, HUMAN, HARMLESS, OTHER)
    meant: dict[str, str] = {}
    for name, sentences in lists.items():
        if name not in known:
            hint = did_you_mean(str(name), known)
            # A warning: phrases may be written before their article is.
            yield Problem(where, "topic-unknown", f"'{name}' in '{section}' does not exist.", hint, is_warning=True)
        if not isinstance(sentences, list) or not all(isinstance(sentence, str) for sentence in sentences):
            hint = "Put words such as yes, no and numbers into quotation marks."
            yield Problem(where, "phrase-shape", f"'{name}' in '{section}' must be a list of sentences.", hint)
            continue
        for sentence in sentences:
            other = meant.setdefault(sentence.casefold(), name)
            if other != name:
                what = f"'{sentence}' stands under '{name}' and '{other}'."
                yield Problem(where, "phrase-twice", what, "Remove one of the two.", is_warning=True)
