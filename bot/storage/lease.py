"""Who may do what only one process may do: a row with a holder, a number and a time."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from bot.storage.tables import lease


class Leases:
    """A lease that is not renewed runs out; its epoch tells a stale holder from the new one."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def take(self, name: str, holder: str, now: datetime, ttl: timedelta) -> int | None:
        row = self._db.execute(select(lease).where(lease.c.name == name).with_for_update()).one_or_none()
        if row is None:
            self._db.execute(insert(lease), {"name": name, "holder": holder, "epoch": 1, "until": now + ttl})
            return 1
        if row.holder not in ("", holder) and row.until > now:
            return None
        # Also after it ran out and nobody came: what was sent meanwhile is unknown.
        epoch: int = row.epoch + (row.holder != holder or row.until <= now)
        self._db.execute(update(lease).where(lease.c.name == name).values(holder=holder, epoch=epoch, until=now + ttl))
        return epoch

    def is_held(self, name: str, holder: str, epoch: int) -> bool:
        row = self._db.execute(select(lease.c.holder, lease.c.epoch).where(lease.c.name == name)).one_or_none()
        return row is not None and (row.holder, row.epoch) == (holder, epoch)

    def release(self, name: str, holder: str) -> None:
        self._db.execute(update(lease).where(lease.c.name == name, lease.c.holder == holder).values(holder=""))
