"""Advisers' duty and closures in the database, by the key of the account."""

import json
from datetime import date, time

from sqlalchemy import Connection, delete, insert, select

from bot.handoff.duty import Closure, Duty, Hours
from bot.storage.new_id import new_id
from bot.storage.tables import closure, duty


class Duties:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def get(self, account: str) -> Duty | None:
        # The lock keeps one adviser's two claims apart, so that capacity holds. SQLite has one writer at a time.
        wanted = select(duty.c.data).where(duty.c.account == account).with_for_update()
        data = self._db.scalar(wanted)
        return None if data is None else _read(account, data)

    def put(self, changed: Duty) -> None:
        self.remove(changed.account)
        self._db.execute(insert(duty), {"account": changed.account, "data": _write(changed)})

    def remove(self, account: str) -> None:
        self._db.execute(delete(duty).where(duty.c.account == account))

    def all(self) -> list[Duty]:
        return [_read(row.account, row.data) for row in self._db.execute(select(duty).order_by(duty.c.account))]

    def add_closure(self, added: Closure) -> str:
        row = {
            "id": new_id(),
            "account": added.account,
            "first": added.first.isoformat(),
            "last": added.last.isoformat(),
        }
        self._db.execute(insert(closure), row)
        return row["id"] or ""

    def remove_closure(self, closure_id: str) -> None:
        self._db.execute(delete(closure).where(closure.c.id == closure_id))

    def closures(self, since: date) -> list[tuple[str, Closure]]:
        rows = self._db.execute(select(closure).where(closure.c.last >= since.isoformat()).order_by(closure.c.first))
        return [
            (row.id, Closure(date.fromisoformat(row.first), date.fromisoformat(row.last), row.account)) for row in rows
        ]


def _write(kept: Duty) -> str:
    hours = [[each.weekday, each.start.isoformat(), each.end.isoformat()] for each in kept.hours]
    return json.dumps(
        {
            "shown_as": kept.shown_as,
            "skills": dict(kept.skills),
            "topics": sorted(kept.topics),
            "hours": hours,
            "capacity": kept.capacity,
        }
    )


def _read(account: str, data: str) -> Duty:
    fields = json.loads(data)
    return Duty(
        account,
        fields["shown_as"],
        fields["skills"],
        frozenset(fields["topics"]),
        tuple(Hours(day, time.fromisoformat(start), time.fromisoformat(end)) for day, start, end in fields["hours"]),
        fields["capacity"],
    )
