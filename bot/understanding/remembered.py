"""What was found out a moment ago: one text is asked about several times in a turn, and beforehand. No text is kept."""

import hashlib
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
MOST = 1000


def text_key(text: str) -> bytes:
    """Stands for a text, which cannot be read from it."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Remembered(Generic[Key, Value]):
    """The last values that were put in; used from any thread."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._values, self._lock = most, dict[Key, Value](), Lock()

    def __contains__(self, key: Key) -> bool:
        return key in self._values

    def get(self, key: Key) -> Value | None:
        return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            if len(self._values) > self._most:
                del self._values[next(iter(self._values))]
