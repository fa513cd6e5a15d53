"""The copy of a text that is compared, never shown: spelling habits of many keyboards made one."""

import string
import unicodedata

# language-notes §2, §6: letter forms of Arabic, Persian and Urdu that people mix.
_ARABIC = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ۀ": "ه", "ہ": "ه",
    "ک": "ك", "ـ": "",
}  # fmt: skip
# Letters that Unicode does not take apart (§8, §16), and the Turkish i's (§3).
_LETTERS = {"æ": "ae", "ø": "oe", "å": "aa", "ł": "l", "ı": "i", "ß": "ss", "đ": "d", "ĸ": "q", "ё": "е"}
_TABLE = str.maketrans(_ARABIC | _LETTERS)
_MARKS_LEFT_OUT = (("\u0300", "\u036f"), ("\u0610", "\u0670"), ("\ufe00", "\ufe0f"))
_ASCII = str.maketrans(dict.fromkeys(string.punctuation, " "))


def fold(text: str) -> str:
    """Fold a text for comparing: case, accents, letter forms, digits of all scripts, punctuation, spaces.

    Marks of Indic and Ethiopic scripts stay: without them words change. Idempotent.
    """
    if text.isascii() and text.isprintable():  # the same as below, and most of what is typed
        return " ".join(text.lower().translate(_ASCII).split())
    text = unicodedata.normalize("NFKC", text).replace("İ", "i").casefold().translate(_TABLE)
    folded = "".join(_fold_character(character) for character in unicodedata.normalize("NFD", text))
    return " ".join(unicodedata.normalize("NFC", folded).split())


def _fold_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.digit(character))
    if category == "Mn":
        # Accents of Latin and Cyrillic, and the vowel signs of Arabic, are left out by many who type; the last are
        # what makes a sign an emoji.
        return "" if any(first <= character <= last for first, last in _MARKS_LEFT_OUT) else character
    if category[0] == "C":
        return " " if category == "Cc" else ""
    return " " if category[0] in "PSZ" else character
