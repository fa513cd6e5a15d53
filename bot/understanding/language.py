"""A cheap hint at a text's language: its script, then letters and small words that only one language has."""

from collections.abc import Mapping, Sequence

from bot.understanding.fold import fold

# Folded words that are common in one of the languages and mean nothing in the others.
_WORDS: Mapping[str, frozenset[str]] = {
    tag: frozenset(words)
    for tag, *words in (
        ("da", "jeg", "ikke", "har", "hvad", "hvordan", "og", "min", "mit", "det", "hjaelp", "kommunen", "vil", "skal"),
        ("en", "the", "i", "my", "is", "not", "have", "what", "how", "help", "need", "you", "and", "from"),
        ("tr", "ben", "bir", "ve", "ne", "nasil", "yardim", "istiyorum", "icin", "belediye", "var", "yok", "merhaba"),
        ("kl", "uanga", "aap", "naamik", "qanoq", "ikiornga", "kommuni", "aamma", "suna", "qujanaq", "aluu"),
    )
}
_KALAALLISUT_ENDINGS = ("punga", "vunga", "ngilanga", "poq", "voq", "inik", "imut", "imi", "ssavara", "lerpunga")
MIN_LETTERS = 3


def guess_locale(typed: str, offered: Sequence[str]) -> str | None:
    """The offered language that a text seems to be in, or None where the text is too short or too mixed."""
    letters = [character for character in typed if character.isalpha()]
    if len(letters) < MIN_LETTERS:
        return None
    if sum("\u0600" <= letter <= "\u06ff" for letter in letters) > len(letters) / 2:
        return "ar" if "ar" in offered else None
    words = fold(typed).split()
    scores = {tag: sum(word in _WORDS[tag] for word in words) for tag in offered if tag in _WORDS}
    if "kl" in scores:
        scores["kl"] += sum(len(word) > 6 and word.endswith(_KALAALLISUT_ENDINGS) for word in words)
    best = max(scores, key=lambda tag: scores[tag], default=None)
    if best is None or scores[best] == 0 or list(scores.values()).count(scores[best]) > 1:
        return None
    return best
