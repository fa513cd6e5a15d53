"""The ground truth: everything that happened on Telegram's side, in order, with its time.

Tests compare what a bot claims to have done with what these records say. Times are the sandbox clock's, in seconds.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal, TypeVar

import orjson

Way = Literal["polling", "webhook"]


@dataclass(frozen=True, slots=True)
class PersonActed:
    """A person did something. `update_id` is None when no update was made of it (type not allowed, blocked)."""

    at: float
    chat_id: int
    act: str  # text, press, edit, photo, ...: what was done on the phone
    text: str  # what was typed, the label that was pressed, the file's name
    update_id: int | None
    message_id: int | None


@dataclass(frozen=True, slots=True)
class UpdateDelivered:
    """An update stood in an answer to getUpdates, or was posted to the webhook. Not yet confirmed."""

    at: float
    update_id: int
    way: Way
    attempt: int  # 1 for the first time


@dataclass(frozen=True, slots=True)
class UpdateConfirmed:
    """The bot moved its offset past the update, or its webhook answered 2xx: Telegram has forgotten it."""

    at: float
    update_id: int
    way: Way


@dataclass(frozen=True, slots=True)
class UpdateDropped:
    """Telegram forgot an update that the bot had not confirmed."""

    at: float
    update_id: int
    reason: str  # expired, drop_pending_updates, negative offset, webhook gave up


@dataclass(frozen=True, slots=True)
class Called:
    """The bot called a method.

    `outcome` says what became of it on Telegram's side: accepted (the effect happened), refused (it did not) or lost (a
    fault kept the call from arriving). `fault` names the fault that hid or spoiled the answer: accepted + swallow
    means that the effect happened and the bot was not told.
    """

    at: float
    number: int  # counts all calls from 1
    method: str
    chat_id: int | None
    message_id: int | None  # the message that was sent, edited or deleted
    text: str
    outcome: Literal["accepted", "refused", "lost"]
    description: str = ""  # of a refusal
    fault: str = ""


Record = PersonActed | UpdateDelivered | UpdateConfirmed | UpdateDropped | Called
AnyRecord = TypeVar("AnyRecord", bound=Record)


class Truth:
    """The records in memory (the newest `keeps` of them) and, given a path, as JSON lines."""

    def __init__(self, path: Path | None = None, *, keeps: int = 1_000_000) -> None:
        self._records: deque[Record] = deque(maxlen=keeps)
        self._file: IO[bytes] | None = path.open("ab") if path is not None else None
        self.total = 0

    def add(self, record: Record) -> None:
        self._records.append(record)
        self.total += 1
        if self._file is not None:
            self._file.write(orjson.dumps(to_json(record)) + b"\n")
            # Flushed each time: the log must be whole when the process is killed.
            self._file.flush()

    def __iter__(self) -> Iterator[Record]:
        return iter(tuple(self._records))

    def of(self, kind: type[AnyRecord]) -> list[AnyRecord]:
        """All records of one type, oldest first."""
        return [record for record in self._records if isinstance(record, kind)]

    def calls(self, *methods: str) -> list[Called]:
        """All calls, or those of the named methods."""
        return [call for call in self.of(Called) if not methods or call.method in methods]

    def after(self, count: int) -> list[Record]:
        """What was recorded after the first `count` records, as far as it is still kept."""
        newer = self.total - count
        return [] if newer <= 0 else list(self._records)[-newer:]

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def to_json(record: Record) -> dict[str, object]:
    return {"type": type(record).__name__, **asdict(record)}
