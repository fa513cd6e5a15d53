"""Coarser copies of a text than `fold` makes, for learning: spellings that one word has in hasty typing made one."""

import re

from bot.understanding.fold import fold

_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´\u200c")  # go'aan, зв'язок, می‌شود: typed with, without or with a space
# Danish and Turkish without their letters: "ae", "oe", "aa", or the letter without its mark.
_PAIRS = (("ae", "a"), ("oe", "o"), ("aa", "a"))
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS_OF_KALAALLISUT = str.maketrans("eo", "iu")  # kl-notes §4: how i and u sound before r and q
_SOUNDS_OF_LETTERS = str.maketrans(
    dict(zip("بپتطٹجدضڈذظزژسصثشچرڑحهہفقكخغگلمنں", "bbtttjddzzzzzsssccrrhhhfkkkgglmnn", strict=True))
    | dict.fromkeys("اوويىےءعھ", "")
)
# Sounds of romanised Arabic, Persian and Urdu (language-notes §2, §5, §6). Vowels and half vowels are left out: nobody
# agrees on them.
_SOUNDS_OF_ROMANISED = (("sh", "c"), ("ch", "c"), ("kh", "k"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("ph", "f"))
_SOUNDS_OF_SIGNS = str.maketrans("pq567849", "bkkthgks", "aeiouwyv23'")
_BREATHED = re.compile(r"(?<=[bdgjkrt])h|h$")


def words(text: str, locale: str) -> list[str]:
    """The words of a text as they are compared within one language."""
    folded = fold(text.translate(_APOSTROPHES))
    for pair, single in _PAIRS:
        folded = folded.replace(pair, single)
    if locale == "kl":
        folded = folded.translate(_VOWELS_OF_KALAALLISUT)
    return _DOUBLED.sub(r"\1", folded).split()


def sounds(text: str) -> list[str]:
    """The words of an Arabic, Persian or Urdu text by their consonants, the same for both scripts: madad, مدد."""
    heard = (_sound(word) for word in fold(text.translate(_APOSTROPHES)).split())
    return [word for word in heard if word]


def _sound(word: str) -> str:
    if word.isascii():
        for pair, single in _SOUNDS_OF_ROMANISED:
            word = word.replace(pair, single)
        word = word.translate(_SOUNDS_OF_SIGNS)
    else:
        word = word.translate(_SOUNDS_OF_LETTERS)
    return _DOUBLED.sub(r"\1", _BREATHED.sub("", word))
