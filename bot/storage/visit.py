"""Numbers of visits in the database: sums of a day, a language and a node."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.runner.visits import Place, Visits
from bot.storage.tables import visit

COUNTED = tuple(field.name for field in fields(Visits))


class VisitNumbers:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, numbers: Mapping[Place, Visits]) -> None:
        """Add to what is there. In one order, so that two processes never wait for each other."""
        dialect: Any = postgresql if self._db.dialect.name == "postgresql" else sqlite
        for place, visits in sorted(numbers.items()):
            counted = asdict(visits)
            row = dialect.insert(visit).values(
                day=place.day.isoformat(), locale=place.locale, node=place.node, **counted
            )
            self._db.execute(
                row.on_conflict_do_update(
                    index_elements=[visit.c.day, visit.c.locale, visit.c.node],
                    set_={name: visit.c[name] + row.excluded[name] for name in counted},
                )
            )

    def sums(self, first: date, last: date) -> dict[tuple[str, str], Visits]:
        """By (language, node), all days from the first to the last."""
        days = visit.c.day.between(first.isoformat(), last.isoformat())
        wanted = select(visit.c.locale, visit.c.node, *(func.sum(visit.c[name]) for name in COUNTED))
        rows = self._db.execute(wanted.where(days).group_by(visit.c.locale, visit.c.node))
        return {(locale, node): Visits(*map(int, counted)) for locale, node, *counted in rows}
