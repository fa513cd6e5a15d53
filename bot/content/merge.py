"""Three-way merges of content: translations by text, approvals by line, everything else by lines as git does."""

from collections.abc import Mapping
from dataclasses import dataclass

import pygit2
from babel.messages.pofile import PoFileError
from pygit2.enums import FileMode, MergeFavor

from bot.content.po import merge_po

Blobs = Mapping[str, pygit2.Oid]


@dataclass(frozen=True, slots=True)
class Clash:
    """A place that both sides changed differently.

    Args:
        path: "locales/tr/LC_MESSAGES/flows.po".
        key: Of the text, where the file holds texts by key; else "".
    """

    path: str
    key: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.key}" if self.key else self.path


def merge_blobs(
    repo: pygit2.Repository, base: Blobs, ours: Blobs, theirs: Blobs
) -> tuple[dict[str, pygit2.Oid], list[Clash]]:
    """All files with both sides' changes; in a clash it is as in `ours`."""
    merged, clashes = dict(ours), []
    for path in base.keys() | theirs.keys():
        old, own, other = base.get(path), ours.get(path), theirs.get(path)
        if other in (old, own):
            continue
        if own == old:
            _put(merged, path, other)
        elif own is None or other is None:  # changed here, removed there
            clashes.append(Clash(path))
            _put(merged, path, own or other)
        else:
            merged[path], found = _merge_file(repo, path, old, own, other)
            clashes += found
    return merged, sorted(clashes, key=str)


def data_of(repo: pygit2.Repository, blob: pygit2.Oid) -> bytes:
    return repo[blob].peel(pygit2.Blob).data


def _put(blobs: dict[str, pygit2.Oid], path: str, blob: pygit2.Oid | None) -> None:
    if blob is None:
        blobs.pop(path, None)
    else:
        blobs[path] = blob


def _merge_file(
    repo: pygit2.Repository, path: str, old: pygit2.Oid | None, own: pygit2.Oid, other: pygit2.Oid
) -> tuple[pygit2.Oid, list[Clash]]:
    if path.endswith(".po"):
        before = None if old is None else data_of(repo, old)
        try:
            merged, keys = merge_po(before, data_of(repo, own), data_of(repo, other), path.split("/")[1])
        except (PoFileError, ValueError):
            return own, [Clash(path)]
        return repo.create_blob(merged), [Clash(path, key) for key in keys]
    if path.endswith(".npz"):
        return other, []  # learned from the phrases, and anew where it does not fit them
    if path.endswith("/approved.tsv"):
        before = b"" if old is None else data_of(repo, old)
        return repo.create_blob(_merge_lines(before, data_of(repo, own), data_of(repo, other))), []
    return _merge_text(repo, path, old, own, other)


def _merge_lines(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """Approvals are lines that come and go one by one; their order says nothing."""
    was, mine, yours = (part.splitlines(keepends=True) for part in (base, ours, theirs))
    gone = set(was) - set(yours)
    kept = [line for line in mine if line not in gone]
    return b"".join(kept + [line for line in yours if line not in set(was) | set(mine)])


def _merge_text(
    repo: pygit2.Repository, path: str, old: pygit2.Oid | None, own: pygit2.Oid, other: pygit2.Oid
) -> tuple[pygit2.Oid, list[Clash]]:
    def tree_of(blob: pygit2.Oid | None) -> pygit2.Oid:
        builder = repo.TreeBuilder()
        if blob is not None:
            builder.insert("file", blob, FileMode.BLOB)
        return builder.write()

    trees = tree_of(old), tree_of(own), tree_of(other)
    index = repo.merge_trees(*trees)
    if index.conflicts is None:
        return index["file"].id, []
    favoured = repo.merge_trees(*trees, favor=MergeFavor.OURS)
    merged = own if favoured.conflicts is not None else favoured["file"].id
    return merged, [Clash(path)]
