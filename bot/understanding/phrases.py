"""What a typed text means wherever it is typed: danger, a wish for a human, a word for a way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from rapidfuzz import fuzz, process

from bot.understanding.fold import fold

ANSWERS = ("yes", "no")  # read only in the language of the talk: "tak" is yes in Polish and thanks in Danish
CONTAINED = ("danger", "human")  # may stand anywhere in a longer text; all others are the whole message
FINAL = ("delete", "hide", "stop")  # cannot be undone, or send things away: must be spelt right
FUZZY_MIN = 5  # shorter words must be spelt right
CUTOFF = 86.0
CONTAINED_MIN, CONTAINED_CUTOFF = 8, 92.0  # letters and likeness of a phrase that may stand in a longer text
MOST_WORDS = 8  # of a phrase
WORDS_COMPARED = 200  # of a long text; phrases that are spelt right are found in all of it


class Phrases:
    """All phrases of all languages, folded once.

    Args:
        by_locale: Per language tag, per intent, what people write. A phrase that ends in "*" matches every word
            that begins so (Kalaallisut stems), one that ends in "!" must be spelt right, and one that begins with "="
            must be the whole message; these three marks are for the intents that may stand in a longer text.
    """

    def __init__(self, by_locale: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._whole: dict[str, str] = {}
        self._answers: dict[str, dict[str, str]] = {}
        self._contained: dict[str, dict[str, list[str]]] = {intent: {} for intent in CONTAINED}
        self._exact: set[str] = set()
        for tag, intents in by_locale.items():
            for intent, phrases in intents.items():
                for phrase in phrases:
                    self._add(tag, intent, phrase)
        self._whole_phrases = list(self._whole)
        self._by_length = {
            intent: _by_length(starts.values(), self._exact) for intent, starts in self._contained.items()
        }
        self._at_least = {intent: _at_least(by_length) for intent, by_length in self._by_length.items()}

    def _add(self, tag: str, intent: str, phrase: str) -> None:
        folded = fold(phrase)
        if intent in ANSWERS:
            self._answers.setdefault(tag, {})[folded] = intent
        elif intent in CONTAINED and not phrase.startswith("="):
            if phrase.endswith("!"):
                self._exact.add(folded)
            starts = self._contained[intent].setdefault(_start(folded), [])
            starts.append(f" {folded}" if phrase.endswith("*") else f" {folded} ")
        else:
            self._whole.setdefault(folded, intent)

    def holds(self, intent: str, typed: str) -> bool:
        """Whether a phrase of danger, or of the wish for a human, is the text or stands in it."""
        folded = fold(typed)
        return bool(folded) and (
            self._whole.get(folded) == intent or self._holds(intent, folded) or self._nearly(intent, folded)
        )

    def is_all(self, intent: str, typed: str) -> bool:
        """Whether a phrase of danger, or of the wish for a human, is all that the text says, with an error or two."""
        folded = fold(typed)
        return any(folded == phrase.strip() for phrase in self._contained[intent].get(_start(folded), ())) or (
            process.extractOne(folded, self._at_least[intent][0], scorer=fuzz.ratio, score_cutoff=CONTAINED_CUTOFF)
            is not None
        )

    def is_whole(self, typed: str) -> bool:
        """Whether the text is, letter by letter, a phrase for a way or an answer in any language."""
        folded = fold(typed)
        return folded in self._whole or any(folded in answers for answers in self._answers.values())

    def answer(self, typed: str, locale: str | None) -> str | None:
        """ "yes" or "no" where the whole text says so in that language."""
        return self._answers.get(locale or "", {}).get(fold(typed))

    def match_whole(self, typed: str) -> str | None:
        """The way that the whole text is a phrase of, in any language; None when there is none."""
        folded = fold(typed)
        if not folded:
            return None
        if folded in self._whole:
            return self._whole[folded]
        return self._whole_nearly(folded)

    def _holds(self, intent: str, folded: str) -> bool:
        """Whether a phrase stands in the text; only those are tried that begin as one of its words does."""
        padded, starts = f" {folded} ", self._contained[intent]
        return any(phrase in padded for start in set(map(_start, folded.split())) for phrase in starts.get(start, ()))

    def _whole_nearly(self, folded: str) -> str | None:
        if len(folded) < FUZZY_MIN:
            return None
        best = process.extractOne(folded, self._whole_phrases, scorer=fuzz.ratio, score_cutoff=CUTOFF)
        return None if best is None or self._whole[best[0]] in FINAL else self._whole[best[0]]

    def _nearly(self, intent: str, folded: str) -> bool:
        """A phrase with a typing error or two, as a whole message or as a run of as many words within it."""
        words = folded.split(maxsplit=WORDS_COMPARED)[:WORDS_COMPARED]
        return any(
            process.extractOne(run, phrases, scorer=fuzz.ratio, score_cutoff=CONTAINED_CUTOFF) is not None
            for count, phrases in self._compared(intent, len(words))
            for run in _runs(words, count)
        )

    def _compared(self, intent: str, words: int) -> Iterator[tuple[int, list[str]]]:
        """Phrases by their number of words; those with at least as many as the text are compared with all of it."""
        by_length, most = self._by_length[intent], min(words, MOST_WORDS)
        for count in range(1, most):
            if count in by_length:
                yield count, by_length[count]
        yield most, self._at_least[intent][most]


def _start(phrase: str) -> str:
    """The first letters of the first word."""
    return phrase.partition(" ")[0][:3]


def _by_length(groups: Iterable[Iterable[str]], exact: Set[str]) -> dict[int, list[str]]:
    """Phrases that are compared by likeness because they are long enough, by their number of words."""
    grouped: dict[int, list[str]] = {}
    for phrase in (phrase.strip() for phrases in groups for phrase in phrases):
        if len(phrase) >= CONTAINED_MIN and phrase not in exact:
            grouped.setdefault(min(phrase.count(" ") + 1, MOST_WORDS), []).append(phrase)
    return grouped


def _at_least(by_length: Mapping[int, list[str]]) -> list[list[str]]:
    """For each number of words, the phrases that have as many or more."""
    return [
        [phrase for count, phrases in by_length.items() if count >= words for phrase in phrases]
        for words in range(MOST_WORDS + 1)
    ]


def _runs(words: Sequence[str], count: int) -> set[str]:
    """All runs of so many words; of a shorter text all of it."""
    return {" ".join(words[start : start + count]) for start in range(max(1, len(words) - count + 1))}
