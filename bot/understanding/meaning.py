"""What a typed text is about, learned from each language's sentences: the topics it touches, danger, a wish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import nlargest
from threading import Lock
from types import MappingProxyType
from typing import Any

from bot.understanding.arrays import digest_in
from bot.understanding.cpr import find_cpr
from bot.understanding.language import Languages
from bot.understanding.learned import Learned, Words, sentences_digest
from bot.understanding.phrases import Phrases
from bot.understanding.remembered import Remembered, text_key
from bot.understanding.sense import Sense, pairs_digest
from bot.understanding.spelling import sounds, words

SENSE, LANGUAGES = "sense", "languages"  # the names of what was learned of these
TOPICS, EXAMPLES = "topics", "examples"  # sections of a file of phrases; all others are intents
DANGER, HUMAN, HARMLESS, OTHER = "danger", "human", "harmless", "other"  # sections of the examples
ROMANISED = ("ar", "fa", "ur")  # also typed in Latin letters, and then compared by their consonants
MOST_OFFERS = 3
ANY = "*"  # whatever the language of the talk is

# Measured on tests/understanding/development: scores of a meaning are about 0 to 1.
SENSE_WEIGHT = 0.5  # beside the words
SURE_LEAD = 0.15  # how far words must put one meaning before all others to need no sense
TOPIC_FLOOR = 0.15  # below it the bot says that it did not understand
OTHER_LEAD = 0.0  # how far the best topic must lead what we cannot help with
NEXT_OFFER = 0.15  # further topics are offered from this share of the best one's score on
DANGER_FLOOR = 0.35
DANGER_DOUBT = 0.15
DANGER_LEAD = 0.1  # how far danger must lead what only sounds so
DANGER_TOPIC_LEAD = 0.1  # and the best topic
VETO_LEAD = 0.1  # from which on what only sounds like danger takes back even a phrase of danger
HUMAN_FLOOR = 0.30


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was found in one text.

    Args:
        locale: The language that the text seems to be in, also one that we do not offer; None where nobody can tell.
        topics: Ids of articles, best first, at most three; empty means that the text is out of scope.
        whole: The way that the whole text is a word for, in any language.
    """

    locale: str | None
    topics: tuple[str, ...]
    is_danger: bool
    wants_human: bool
    has_cpr: bool
    whole: str | None = None


class Understanding:
    """All that was learned from the phrases, a language at a time when it is first needed.

    Args:
        by_locale: Per language tag, the file of phrases as it is written.
        learned: What was learned from them before (`learn`), by name. Words are learned anew where their
            sentences have changed since, which takes a second a language; so are the parts that tell a language.
    """

    def __init__(
        self, by_locale: Mapping[str, Mapping[str, Any]], learned: Mapping[str, bytes] = MappingProxyType({})
    ) -> None:
        self._sense = Sense.unpack(learned.get(SENSE, b""))
        self._packed = learned
        self._files = by_locale
        intents = {
            tag: {name: phrases for name, phrases in file.items() if name not in (TOPICS, EXAMPLES)}
            for tag, file in by_locale.items()
        }
        self.phrases = Phrases(intents)
        self._languages = _languages(by_locale, learned.get(LANGUAGES, b""))
        self._learned: dict[tuple[str, bool], Learned] = {}
        self._learning = Lock()
        self._meanings = Remembered[tuple[bytes, str | None], Meaning]()
        self._senses = Remembered[bytes, Mapping[str, float]]()

    def warm(self) -> None:
        """Learn everything now, so that nobody waits for it later."""
        self._languages.warm()
        for tag, file in self._files.items():
            for is_romanised in _ways_to_write(tag, file):
                self._model(tag, is_romanised=is_romanised)

    def guess_locale(self, text: str) -> str | None:
        return self._languages.guess(text)

    def intent(self, text: str, locale: str | None) -> str | None:
        """What a text means wherever it is typed: danger, a wish for a human, an answer or a way; None for none."""
        meaning = self.meaning(text, locale)
        if meaning.is_danger:
            return DANGER
        return HUMAN if meaning.wants_human else self.phrases.answer(text, locale) or meaning.whole

    def meaning(self, text: str, locale: str | None = None) -> Meaning:
        """All about one text.

        Args:
            locale: The language of the talk; the text's own is found out and comes first.
        """
        key = text_key(text)
        known = self._meanings.get((key, ANY)) or self._meanings.get((key, locale))
        if known is None:
            known = self._find_meaning(text, locale)
            # Where the text tells its language, that of the talk does not matter.
            self._meanings.put((key, ANY if known.locale in self._files else locale), known)
        return known

    def think_about(self, text: str) -> None:
        """Do beforehand, in any thread, what takes time about a text whose talk is not known yet."""
        self.meaning(text)

    def is_at_hand(self, text: str) -> bool:
        """Whether the meaning takes no time: it was thought about a moment ago, or is that of one word."""
        key = text_key(text)
        return " " not in text.strip() or (key, ANY) in self._meanings or (key, None) in self._meanings

    def _find_meaning(self, text: str, locale: str | None) -> Meaning:
        guess = self._languages.guess(text)
        scores = self._scores(text, guess if guess in self._files else locale)
        says_danger, says_human = self.phrases.holds(DANGER, text), self.phrases.holds(HUMAN, text)
        # One word, or "hide chat": tells of danger or a wish only where it is among the phrases.
        is_sentence = " " in text.strip() and not self.phrases.is_whole(text)
        if guess is None and self._languages.is_nonsense(text):
            scores = {}
        elif is_sentence and not (says_danger or says_human or _is_sure(scores)):
            scores = self._with_sense(text, scores)
        return Meaning(
            locale=guess,
            topics=_topics(scores),
            is_danger=self._stays_danger(text, scores) if says_danger else is_sentence and _is_danger(scores),
            wants_human=says_human or (is_sentence and _wants_human(scores)),
            has_cpr=bool(find_cpr(text)),
            whole=self.phrases.match_whole(text),
        )

    def _stays_danger(self, text: str, scores: Mapping[str, float]) -> bool:
        """A phrase of danger with nothing beside it has nothing that could take it back."""
        return _takes_not_back(scores) or self.phrases.is_all(DANGER, text)

    def _with_sense(self, text: str, scores: Mapping[str, float]) -> Mapping[str, float]:
        sense = self._sense_of(text)
        if not sense:
            return scores
        return {name: scores.get(name, 0.0) + SENSE_WEIGHT * sense[name] for name in sense}

    def _sense_of(self, text: str) -> Mapping[str, float]:
        if self._sense is None:
            return {}
        key = text_key(text)
        sense = self._senses.get(key)
        if sense is None:
            sense = self._sense.scores(text)
            self._senses.put(key, sense)
        return sense

    def _scores(self, text: str, locale: str | None) -> Mapping[str, float]:
        if locale is None or not self._files.get(locale, {}).get(TOPICS):
            return {}
        is_romanised = locale in ROMANISED and sum(map(str.isascii, text)) > len(text) / 2
        return self._model(locale, is_romanised=is_romanised).scores(text)

    def _model(self, locale: str, *, is_romanised: bool) -> Learned:
        with self._learning:
            key = locale, is_romanised
            if key not in self._learned:
                examples, cut = _examples(self._files[locale]), _cut(*key)
                model = Learned.unpack(self._packed.get(_name(*key), b""), cut)
                if model is None or model.digest != sentences_digest(examples):
                    model = Learned.learn(examples, cut)
                self._learned[key] = model
            return self._learned[key]


def stale(by_locale: Mapping[str, Mapping[str, Any]], learned: Mapping[str, bytes]) -> Iterator[str]:
    """Names of what is to be learned anew, because it is not there or the phrases have changed since."""
    for locale, file in by_locale.items():
        for is_romanised in _ways_to_write(locale, file):
            name = _name(locale, is_romanised)
            if digest_in(learned.get(name, b"")) != sentences_digest(_examples(file)):
                yield name
    if digest_in(learned.get(LANGUAGES, b"")) != _languages(by_locale).digest():
        yield LANGUAGES
    pairs = list(examples_of(by_locale))
    if pairs and digest_in(learned.get(SENSE, b"")) != pairs_digest(pairs):
        yield SENSE


def learn(name: str, by_locale: Mapping[str, Mapping[str, Any]]) -> bytes | None:
    """What `stale` named, as a file. The sense takes some minutes; None where its package is missing."""
    if name == SENSE:
        sense = Sense.learn(examples_of(by_locale))
        return None if sense is None else sense.pack()
    if name == LANGUAGES:
        return _languages(by_locale).pack()
    locale, _, romanised = name.partition("-")
    return Learned.learn(_examples(by_locale[locale]), _cut(locale, bool(romanised))).pack()


def _ways_to_write(locale: str, file: Mapping[str, Any]) -> tuple[bool, ...]:
    """Whether romanised, for each model of a language; none where nothing is to be learned."""
    return () if not file.get(TOPICS) else (False, True) if locale in ROMANISED else (False,)


def _name(locale: str, is_romanised: bool) -> str:
    return f"{locale}-romanised" if is_romanised else locale


def _cut(locale: str, is_romanised: bool) -> Words:
    return sounds if is_romanised else partial(words, locale=locale)


def examples_of(by_locale: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(meaning, sentence) of all languages, to learn the sense from."""
    for file in by_locale.values():
        if file.get(TOPICS):
            for name, sentences in _examples(file).items():
                yield from ((name, sentence) for sentence in sentences)


def _examples(file: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    return {**file[TOPICS], **file.get(EXAMPLES, {})}


def _languages(by_locale: Mapping[str, Mapping[str, Any]], learned: bytes = b"") -> Languages:
    return Languages({tag: _sentences(file) for tag, file in by_locale.items()}, learned)


def _sentences(file: Mapping[str, Any]) -> list[str]:
    sections = [*file.get(TOPICS, {}).values(), *file.get(EXAMPLES, {}).values()]
    return [sentence for section in sections for sentence in section]


def _ranked(scores: Mapping[str, float]) -> list[str]:
    names = (name for name in scores if name not in (DANGER, HUMAN, HARMLESS, OTHER))
    return sorted(names, key=lambda name: -scores[name])


def _is_sure(scores: Mapping[str, float]) -> bool:
    """Words leave no doubt of what is meant, and none whether there is danger."""
    if not scores:
        return False
    best, second = nlargest(2, scores.values())
    return best - second >= SURE_LEAD and (scores[DANGER] < DANGER_DOUBT or scores[DANGER] == best)


def _topics(scores: Mapping[str, float]) -> tuple[str, ...]:
    ranked = _ranked(scores)
    if not ranked or scores[ranked[0]] < max(TOPIC_FLOOR, scores.get(OTHER, 0.0) + OTHER_LEAD):
        return ()
    best = scores[ranked[0]]
    return tuple(name for name in ranked[:MOST_OFFERS] if scores[name] >= best * NEXT_OFFER)


def _best_topic(scores: Mapping[str, float]) -> float:
    return max((scores[name] for name in _ranked(scores)[:1]), default=0.0)


def _takes_not_back(scores: Mapping[str, float]) -> bool:
    """Danger was said in words that we know; only a text that is clearly more like what merely sounds so is none."""
    return scores.get(HARMLESS, 0.0) < scores.get(DANGER, 0.0) + VETO_LEAD


def _is_danger(scores: Mapping[str, float]) -> bool:
    """Very like what people say in danger, and clearly more than like anything else."""
    least = max(DANGER_FLOOR, scores.get(HARMLESS, 0.0) + DANGER_LEAD, _best_topic(scores) + DANGER_TOPIC_LEAD)
    return scores.get(DANGER, 0.0) >= least


def _wants_human(scores: Mapping[str, float]) -> bool:
    return scores.get(HUMAN, 0.0) >= max(HUMAN_FLOOR, _best_topic(scores))
