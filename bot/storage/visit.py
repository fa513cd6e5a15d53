"""Numbers of visits in the database: sums of a day, a language and a node."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.runner.visits import Place, Visits
from bot.storage.tables import visit


class VisitNumbers:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def add(self, numbers: Mapping[Place, Visits]) -> None:
        """Add to what is there. In one order, so that two processes never wait for each other."""
        dialect: Any = postgresql if self._db.dialect.name == "postgresql" else sqlite
        for place, visits in sorted(numbers.items()):
            row = dialect.insert(visit).values(
                day=place.day.isoformat(),
                locale=place.locale,
                node=place.node,
                arrivals=visits.arrivals,
                leavings=visits.leavings,
            )
            self._db.execute(
                row.on_conflict_do_update(
                    index_elements=[visit.c.day, visit.c.locale, visit.c.node],
                    set_={
                        "arrivals": visit.c.arrivals + row.excluded.arrivals,
                        "leavings": visit.c.leavings + row.excluded.leavings,
                    },
                )
            )

    def sums(self, first: date, last: date) -> dict[tuple[str, str], Visits]:
        """By (language, node), all days from the first to the last."""
        days = visit.c.day.between(first.isoformat(), last.isoformat())
        wanted = select(visit.c.locale, visit.c.node, func.sum(visit.c.arrivals), func.sum(visit.c.leavings))
        rows = self._db.execute(wanted.where(days).group_by(visit.c.locale, visit.c.node))
        return {(locale, node): Visits(int(arrivals), int(leavings)) for locale, node, arrivals, leavings in rows}
