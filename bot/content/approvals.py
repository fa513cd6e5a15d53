"""Who approved which text: `locales/<tag>/approved.tsv`, one line a text. Change the text and it is gone by itself."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.catalog import SOURCE_LOCALE, Translated
from bot.content.problem import Problem

COLUMNS = ("key", "hash", "who", "when")


@dataclass(frozen=True, slots=True)
class Approval:
    """A named human read this text as it stood then."""

    key: str
    digest: str
    who: str
    when: str


def digest_of(source: Translated, translation: Translated) -> str:
    """What an approval is bound to: the Danish and the translation, word for word."""
    forms = [part if isinstance(part, str) else "\0".join(part) for part in (source, translation)]
    return hashlib.sha256("\0\0".join(forms).encode()).hexdigest()[:16]


def read_approvals(root: Path, messages: Mapping[str, Mapping[str, Translated]]) -> frozenset[tuple[str, str]]:
    """(locale, key) of every text that stands as it was approved."""
    source = messages[SOURCE_LOCALE]
    return frozenset(
        (tag, approval.key)
        for tag, texts in messages.items()
        for approval in _read(approved_path(root, tag))
        if approval.key in texts
        and approval.key in source
        and approval.digest == digest_of(source[approval.key], texts[approval.key])
    )


def approved_path(root: Path, tag: str) -> Path:
    return root / "locales" / tag / "approved.tsv"


def approvals_of(root: Path, tag: str) -> dict[str, Approval]:
    """All approvals of a language by key, also those whose texts have changed since."""
    return {approval.key: approval for approval in _read(approved_path(root, tag))}


def with_approvals(raw: bytes, added: Iterable[Approval], removed: Collection[str] = ()) -> bytes:
    """The file with these approvals instead of older ones of the same texts, and without those of `removed`."""
    fresh = {approval.key: approval for approval in added}
    kept = [
        line
        for line in raw.decode("utf-8", errors="replace").splitlines()
        if line.partition("\t")[0] not in fresh and line.partition("\t")[0] not in removed
    ]
    lines = kept + ["\t".join(map(_cell, (each.key, each.digest, each.who, each.when))) for each in fresh.values()]
    return "".join(f"{line}\n" for line in lines).encode()


def _cell(text: str) -> str:
    """A name with a tab or a new line in it must not become another approval."""
    return " ".join(text.split())


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    lines = path.read_text("utf-8", errors="replace").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line.split("\t")


def _read(path: Path) -> Iterator[Approval]:
    for _, cells in _rows(path):
        if len(cells) == len(COLUMNS):
            yield Approval(*cells)


def find_unreadable(root: Path, tags: Iterable[str]) -> Iterator[Problem]:
    """Lines that are no approval: nobody's reading shall be lost unnoticed."""
    for tag in tags:
        path = approved_path(root, tag)
        for number, cells in _rows(path):
            if len(cells) != len(COLUMNS) or not all(cells):
                where = f"{path.relative_to(root)}:{number}"
                hint = f"Write {', '.join(COLUMNS)} with tabs between."
                yield Problem(where, "approval-unreadable", "this line is no approval.", hint)
