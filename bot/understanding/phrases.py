"""What a typed text means wherever it is typed: danger, a wish for a human, a word for a way."""

from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process

from bot.understanding.fold import fold

ANSWERS = ("yes", "no")  # read only in the language of the talk: "tak" is yes in Polish and thanks in Danish
CONTAINED = ("danger", "human")  # may stand anywhere in a longer text; all others are the whole message
FUZZY_MIN = 5  # shorter words must be spelt right
CUTOFF = 86.0


class Phrases:
    """All phrases of all languages, folded once.

    Args:
        by_locale: Per language tag, per intent, what people write. A phrase that ends in "*" matches every word
            that begins so (Kalaallisut stems; only for intents that may stand in a longer text).
    """

    def __init__(self, by_locale: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._whole: dict[str, str] = {}
        self._answers: dict[str, dict[str, str]] = {}
        self._contained: dict[str, list[str]] = {intent: [] for intent in CONTAINED}
        for tag, intents in by_locale.items():
            for intent, phrases in intents.items():
                for phrase in phrases:
                    self._add(tag, intent, phrase)

    def _add(self, tag: str, intent: str, phrase: str) -> None:
        folded = fold(phrase)
        if intent in ANSWERS:
            self._answers.setdefault(tag, {})[folded] = intent
        elif intent in CONTAINED:
            self._contained[intent].append(f" {folded}" if phrase.endswith("*") else f" {folded} ")
        else:
            self._whole.setdefault(folded, intent)

    def match(self, typed: str, locale: str | None = None) -> str | None:
        """The intent of a text, danger first; None when it has none."""
        folded = fold(typed)
        if not folded:
            return None
        padded = f" {folded} "
        for intent in CONTAINED:
            if any(phrase in padded for phrase in self._contained[intent]) or self._nearly(intent, folded):
                return intent
        answer = self._answers.get(locale or "", {}).get(folded)
        if answer is not None:
            return answer
        if folded in self._whole:
            return self._whole[folded]
        return self._whole_nearly(folded)

    def _whole_nearly(self, folded: str) -> str | None:
        if len(folded) < FUZZY_MIN:
            return None
        best = process.extractOne(folded, list(self._whole), scorer=fuzz.ratio, score_cutoff=CUTOFF)
        # What cannot be undone, or sends things away, must be spelt right.
        if best is None or self._whole[best[0]] in ("delete", "hide", "stop"):
            return None
        return self._whole[best[0]]

    def _nearly(self, intent: str, folded: str) -> bool:
        """A phrase with a typing error or two, as a whole message or as a run of as many words within it."""
        words = folded.split()
        for phrase in self._contained[intent]:
            plain = phrase.strip()
            if len(plain) < 8:
                continue
            count = plain.count(" ") + 1
            runs = {" ".join(words[start : start + count]) for start in range(max(1, len(words) - count + 1))}
            if process.extractOne(plain, runs, scorer=fuzz.ratio, score_cutoff=92.0) is not None:
                return True
        return False
