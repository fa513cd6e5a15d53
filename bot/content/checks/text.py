"""Danish texts: their placeholders exist, their markup is closed, and numbers that belong to facts are facts."""

import re
from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.problem import Problem, did_you_mean
from bot.content.source import SourceText
from bot.i18n.template import PLACEHOLDER
from bot.runner.kept import Kept

# Values that code fills in; answers of flows are added.
FILLED = frozenset(
    {"start", "last_day", "safe_day", "days_left", "remind_day", "deadline", "n", "value", "day", "letter", "site"}
    | {"date", "phone", "email", "address", "url", "languages", "hours", "days", "times", "time"}
    | {"name", "position", "low", "high", "mb", "language", "urgency", "question", "first", "second"}
)
BRACE = re.compile(r"[{}]")
_PHONE = re.compile(r"(?<![\d.§])(?:\d{2} ){3}\d{2}(?!\d)|(?<!\d)\d{8}(?!\d)|(?<!\d)1\d{2} \d{3}(?!\d)")
_STREET = r"\b\w+(?:gade|vej|allé|plads|stræde|boulevard)(?:en)? \d|\b\d{4} (?:København|Frederiksberg)\b"
_ADDRESS = re.compile(rf"https?://|www\.|\S+@\S+\.\w|{_STREET}")
# An amount, a length of time or an age, a section of a law: each is a fact with a source.
_AMOUNT = re.compile(
    r"\d\s*(?:kr\b|kroner|%|timer?\b|døgn|dage?\b|uger?\b|måned|år\b|årig)|§\s*\d|\b(?:paragraf|artikel|stk\.)\s*\d",
    re.IGNORECASE,
)
_MAY_HOLD_A_FACT = re.compile(r"\d|://|www\.|@")  # each of the three above holds one of these
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def forms_of(text: SourceText) -> tuple[str, ...]:
    return text.text if isinstance(text.text, tuple) else (text.text,)


def check(content: Content) -> Iterator[Problem]:
    answers = {str(node["answer"]) for node in content.sources.nodes.values() if "answer" in node}
    known = (
        FILLED
        | answers
        | Kept().periods().keys()
        | content.facts.keys()
        | {f"{name.partition('.')[0]}.source" for name in content.facts}
    )
    known |= Kept().periods().keys()
    for text in content.sources.texts.values():
        for form in forms_of(text):
            for code, what, hint in _find(text.key, form, known):
                yield Problem(text.where, code, what, hint)


def _find(key: str, form: str, known: frozenset[str] | set[str]) -> Iterator[tuple[str, str, str]]:
    for name in PLACEHOLDER.findall(form):
        if name not in known:
            code = "fact-unknown" if "." in name else "placeholder-unknown"
            yield code, f"'{key}' names {{{name}}}, which nothing fills in.", did_you_mean(name, known)
    if BRACE.search(PLACEHOLDER.sub("", form)):
        yield "placeholder-shape", f"'{key}' has a brace that belongs to no placeholder.", "Write {name}."
    yield from marks(key, form)
    if not _MAY_HOLD_A_FACT.search(form):
        return
    if _PHONE.search(form) or _ADDRESS.search(form) or _AMOUNT.search(PLACEHOLDER.sub("", form)):
        what = f"'{key}' holds a number, a time limit, a section or an address of its own."
        yield (
            "number-no-fact",
            what,
            "Store it in knowledge/facts and name it here, so that it is changed in one place.",
        )


def marks(key: str, form: str) -> Iterator[tuple[str, str, str]]:
    """What is wrong with the markup of a text in any language."""
    for mark in ("**", "`"):
        if form.count(mark) % 2:
            yield "markup-open", f"'{key}' opens {mark} and does not close it.", ""
    if _TAG.search(form):
        yield "tag", f"'{key}' holds a tag, which a person would read as it is.", "Write **bold** or `code`."
    if BIDI.search(form):
        what = f"'{key}' holds invisible signs for the direction."
        yield "bidi-control", what, "Remove them: values are isolated by the program."
