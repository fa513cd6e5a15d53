"""Translations say what the Danish says: the same values, numbers and addresses, all plural forms."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bot.content.catalog import Translated, Translation
from bot.content.checks.content import Content
from bot.content.checks.text import BIDI, BRACE, forms_of, marks
from bot.content.problem import Problem, did_you_mean
from bot.content.source import SourceText
from bot.i18n.language import is_right_to_left
from bot.i18n.plural import categories
from bot.i18n.template import PLACEHOLDER, placeholders

_NUMBER = re.compile(r"\d+")
_URL = re.compile(r"https?://\S+")
_COMPARED = re.compile(r"[{}*`<\d]|https?://|" + BIDI.pattern)  # a text without any of these holds words alone


def check(content: Content) -> Iterator[Problem]:
    texts = content.sources.texts
    for tag, catalog in content.catalogs.items():
        for key, entry in catalog.entries.items():
            if key in content.sources.prepared:
                continue
            if key not in texts:
                hint = f"{did_you_mean(key, texts)} Run: vejviser extract".strip()
                yield Problem(entry.where, "key-unknown", f"no text has the key '{key}'.", hint, is_warning=True)
            elif not entry.is_empty and not entry.is_stale(texts[key]):
                yield from _compare(tag, texts[key], entry)
        if not content.errors_only:
            for key, text in texts.items():
                yield from _wait(tag, text, catalog.entries.get(key))


def _wait(tag: str, text: SourceText, entry: Translation | None) -> Iterator[Problem]:
    """Texts that are shown in Danish until a translator has looked at them."""
    if entry is None:
        yield Problem(text.where, "missing", f"'{text.key}' is not in '{tag}'.", "Run: vejviser extract", True)
    elif entry.is_empty:
        yield Problem(entry.where, "missing", f"'{text.key}' is not translated.", is_warning=True)
    elif entry.is_stale(text):
        hint = "Read it against the new Danish text, then remove the mark 'fuzzy'."
        yield Problem(entry.where, "stale", f"the Danish text of '{text.key}' has changed.", hint, True)


def _compare(tag: str, text: SourceText, entry: Translation) -> Iterator[Problem]:
    for code, what, hint in find_differences(tag, text, entry.text):
        yield Problem(entry.where, code, what, hint)


def find_differences(tag: str, text: SourceText, translated: Translated) -> Iterator[tuple[str, str, str]]:
    """What a translation says otherwise than the Danish: (code, what, hint) of each."""
    sources = forms_of(text)
    forms = translated if isinstance(translated, tuple) else (translated,)
    wanted = len(categories(tag)) if isinstance(text.text, tuple) else 1
    if len(forms) != wanted:
        yield "plural-count", f"'{text.key}' has {len(forms)} plural forms, '{tag}' needs {wanted}.", ""
        return
    for form in forms:
        # A plural's forms are each like the Danish plural, which always holds the number.
        yield from _differences(text.key, sources[-1], form)
        yield from _turned_round(text.key, form, tag)


def _differences(key: str, source: str, form: str) -> Iterator[tuple[str, str, str]]:
    if not (_COMPARED.search(source) or _COMPARED.search(form)):
        return
    wanted, found = _told_in_danish(source), _told(form)
    if wanted.placeholders != found.placeholders:
        asked, given = Counter(wanted.placeholders), Counter(found.placeholders)
        for name in (asked - given).elements():
            yield "placeholder-missing", f"'{key}' lacks {{{name}}}.", ""
        for name in (given - asked).elements():
            what = f"'{key}' has {{{name}}}, which the Danish does not have."
            yield "placeholder-extra", what, did_you_mean(name, asked)
    if BRACE.search(found.words):
        yield "placeholder-shape", f"'{key}' has a brace that belongs to no placeholder.", "Write {name}."
    yield from marks(key, form)
    if wanted.markup != found.markup:
        yield "markup-differs", f"'{key}' has other ** or ` than the Danish.", ""
    if wanted.urls != found.urls:
        yield "url-differs", f"'{key}' has another address than the Danish.", ""
    elif wanted.numbers != found.numbers:
        yield "number-differs", f"'{key}' has other numbers than the Danish.", "Digits stay 0 to 9."


class _Told(NamedTuple):
    """What a text and its translation have in common; `words` is the text without its placeholders."""

    words: str
    placeholders: tuple[str, ...]
    markup: tuple[int, int]  # how many ** and `
    urls: list[str]
    numbers: list[str]


def _told(text: str) -> _Told:
    words = PLACEHOLDER.sub("", text)
    return _Told(
        words,
        placeholders(text),
        (text.count("**"), text.count("`")),
        sorted(_URL.findall(text)),
        _numbers(words),
    )


@lru_cache(maxsize=8192)
def _told_in_danish(text: str) -> _Told:
    """Kept, since every language is compared with it."""
    return _told(text)


def _turned_round(key: str, form: str, tag: str) -> Iterator[tuple[str, str, str]]:
    """Lines of a right-to-left language that begin with a left-to-right sign: phones show all of the line so.

    Values do not count, they are isolated. Some emoji do: flags and ℹ are letters to the rules (Unicode UAX 9, P2).
    """
    if not is_right_to_left(tag):
        return
    for line in PLACEHOLDER.sub("", form).splitlines():
        strong = (kind for kind in map(unicodedata.bidirectional, line) if kind in ("L", "R", "AL"))
        if next(strong, "") == "L" and any(kind != "L" for kind in strong):
            what = f"'{key}' has a line that would be shown from left to right."
            yield "direction", what, "Begin the line with a word of the language."


def _numbers(words: str) -> list[str]:
    """Sorted, in the digits 0 to 9."""
    found: list[str] = _NUMBER.findall(words)
    return sorted(
        number if number.isascii() else "".join(str(unicodedata.digit(sign)) for sign in number) for number in found
    )
