"""Which of a few labels a typed answer means."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz, process

from bot.understanding.fold import fold

MIN_CONTAINED = 4  # a shorter word stands in too many labels


@lru_cache(maxsize=4096)
def _folded(label: str) -> str:
    return fold(label)


def closest_label(typed: str, labels: Sequence[str], *, cutoff: float = 85.0) -> int | None:
    """Find the label that a typed answer means, or None when none is close enough.

    A number picks the label at that place ("2", "٢"); a word that stands in one label only picks that one.

    Args:
        typed: What the person wrote, any script.
        labels: Labels in the person's locale, in the order shown.
        cutoff: Lowest score that counts, 0 to 100.
    Returns:
        Index into labels. Of equal scores the first wins.
    Source: score = rapidfuzz `fuzz.ratio`, normalised Indel similarity x 100.
    """
    wanted = fold(typed)
    if not wanted or not labels:
        return None
    folded = [_folded(label) for label in labels]
    if wanted in folded:
        return folded.index(wanted)
    if wanted.isdecimal() and len(wanted) <= 2:
        return int(wanted) - 1 if 1 <= int(wanted) <= len(labels) else None
    best = process.extractOne(wanted, folded, scorer=fuzz.ratio, score_cutoff=cutoff)
    if best is not None:
        return int(best[2])
    holding = [index for index, label in enumerate(folded) if f" {wanted} " in f" {label} "]
    return holding[0] if len(holding) == 1 and len(wanted) >= MIN_CONTAINED else None
