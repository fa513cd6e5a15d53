"""The first words of a message show on a locked screen: they must not tell on the person."""

from collections.abc import Iterator

from bot.content.checks.content import Content
from bot.content.checks.text import forms_of
from bot.content.problem import Problem
from bot.i18n.template import PLACEHOLDER
from bot.understanding.fold import fold

SHOWN = 40  # characters of a notification preview
FIRST_FIELDS = ("say", "short", "opened", "waiting", "reminder", "open", "close", "today", "passed", "passed_safe")
# Stems, folded, in Danish: the other languages are translations of the same first words.
SENSITIVE = (
    "vold", "slaa", "overgreb", "misbrug", "alkohol", "stof", "selvmord", "abort", "hiv", "homoseksu", "kraenke",
    "krisecenter", "taeret", "aeresrelat", "social kontrol", "faengsel", "gaelds", "psyk", "opholdstilladelse",
)  # fmt: skip


def check(content: Content) -> Iterator[Problem]:
    for text in content.sources.texts.values():
        if text.key.rpartition("/")[2] not in FIRST_FIELDS:
            continue
        start = fold(PLACEHOLDER.sub("", forms_of(text)[0])[:SHOWN])
        found = next((word for word in SENSITIVE if f" {word}" in f" {start}"), None)
        if found is not None:
            what = f"'{text.key}' has '{found}' in its first {SHOWN} characters, which show on a locked screen."
            yield Problem(text.where, "preview", what, "Begin with something harmless.")
