"""The glossary (`knowledge/glossary/terms.csv`): how a Danish term is said in each language, and where it is used."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PATH = "knowledge/glossary/terms.csv"
_IN_BRACKETS = re.compile(r"\([^)]*\)|\{[^}]*\}")
_SHORTEST = 3  # "ja" and "nej" stand in every other text


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its Danish, a note for translators, and what it is called by tag."""

    danish: str
    note: str
    names: Mapping[str, str]


class Glossary:
    """All terms, longest first, so that "negativ social kontrol" is met before "kontrol"."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self._terms = [(_pattern(term.danish), term) for term in terms]

    def find(self, text: str, tag: str) -> list[Term]:
        """The terms that stand in a Danish text, bent or not, as far as they have a name in that language."""
        return [
            term
            for pattern, term in self._terms
            if pattern is not None and term.names.get(tag) and pattern.search(text)
        ]


def read_glossary(root: Path) -> Glossary:
    """The glossary of a revision; empty where it has none."""
    path = root / PATH
    if not path.exists():
        return Glossary(())
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in (rows[0] if rows else ()) if name not in ("term_id", "da", "note_da")]
    terms = (
        Term(row["da"], row.get("note_da") or "", {tag: row[tag] for tag in names if row.get(tag)}) for row in rows
    )
    return Glossary(sorted(terms, key=lambda term: -len(term.danish)))


def _pattern(danish: str) -> re.Pattern[str] | None:
    """Any of a term's variants at the beginning of a word; Danish bends at the end."""
    variants = (part.strip() for part in _IN_BRACKETS.sub("", danish).split("/"))
    known = [re.escape(part) for part in variants if len(part) >= _SHORTEST]
    return re.compile(rf"\b(?:{'|'.join(known)})", re.IGNORECASE) if known else None
