"""The pages in Danish and English: Danish in the templates, English in `locales/en/LC_MESSAGES/desk.po`."""

import gettext
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "da"
LANGUAGES = {"da": "Dansk", "en": "English"}

Translations = Mapping[str, gettext.NullTranslations]


def load_translations(root: Path) -> Translations:
    """All languages of the pages; what is not translated, or marked fuzzy, is Danish.

    Args:
        root: Holds `locales/`.
    """
    return {tag: _load(root / "locales" / tag / "LC_MESSAGES" / "desk.po", tag) for tag in LANGUAGES}


def _load(path: Path, tag: str) -> gettext.NullTranslations:
    if tag == SOURCE or not path.exists():
        return gettext.NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=tag))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def preferred(accept_language: str) -> str:
    """The first of a browser's languages that the pages speak, else Danish."""
    for part in accept_language.split(","):
        tag = part.partition(";")[0].strip().lower().partition("-")[0]
        if tag in LANGUAGES:
            return tag
    return SOURCE
