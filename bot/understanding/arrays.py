"""What was learned, as a file of arrays with the digest of what it was learned from.

Files are read with care: they can be pushed from outside.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

MOST_BYTES = 64_000_000  # of all arrays together, unpacked
FINENESS = 127  # steps between no weight and the greatest


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each vector of length 1; one of length 0 stays as it is."""
    scaled: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    return scaled


def digest_of(learned_from: Any) -> str:
    """Tells whether something else was learned from; plain lists, texts and numbers."""
    return hashlib.sha256(json.dumps(learned_from, ensure_ascii=False).encode()).hexdigest()[:16]


def digest_in(raw: bytes) -> str:
    """The digest in a file; "" in what is no such file."""
    arrays = unpack_arrays(raw, ("digest",))
    return str(arrays[0]) if arrays is not None else ""


def pack_arrays(names: Sequence[str], arrays: Sequence[NDArray[Any]]) -> bytes:
    named: dict[str, Any] = dict(zip(names, arrays, strict=True))
    packed = BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **named)
    return packed.getvalue()


def unpack_arrays(raw: bytes, names: Iterable[str]) -> tuple[NDArray[Any], ...] | None:
    """The arrays of these names; None where the file does not hold them, or too much."""
    try:
        with ZipFile(BytesIO(raw)) as files:
            if sum(file.file_size for file in files.infolist()) > MOST_BYTES:
                return None
        with np.load(BytesIO(raw), allow_pickle=False) as stored:
            return tuple(stored[name] for name in names)
    except (BadZipFile, KeyError, OSError, ValueError):
        return None
