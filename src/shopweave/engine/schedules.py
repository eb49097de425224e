"""Schedules as rows: replaced as a whole, fired in the transaction that starts their runs."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, insert, select, update

from shopweave.engine.cron import next_time
from shopweave.engine.port import RunRequest, Schedule
from shopweave.engine.tables import schedule
from shopweave.model.seams import Clock
from shopweave.store.base import Store, Tx

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
Enqueue = Callable[[Tx, RunRequest], None]

_ALL = select(schedule).order_by(schedule.c.name)
_FORGET = schedule.delete()
_ADD = insert(schedule)
_FIRED = update(schedule).where(schedule.c.name == bindparam("which"))


class Clockwork:
    """The schedules of an engine; between two of their times the rows are read once a second at most."""

    def __init__(self, store: Store, clock: Clock, enqueue: Enqueue) -> None:
        self._store, self._clock, self._enqueue = store, clock, enqueue
        self.due: datetime | None = None

    def forget(self) -> None:
        """Read the rows again next time: another process may have changed them."""
        self.due = None

    async def replace(self, wanted: tuple[Schedule, ...]) -> None:
        """Replace all schedules; one that stays as it was keeps its next time."""
        await self._store.write(lambda tx: _replace(tx, wanted))
        self.due = None

    async def fire(self) -> None:
        """Start what is due; until the next schedule is, they need not be read."""
        if self.due is None or self.due <= self._clock.now():
            rows = await self._store.read(lambda tx: tx.rows(_ALL, {}))
            if any(row.next <= self._clock.now() for row in rows):
                rows = await self._store.write(self._fire_due)
            self.due = min((row.next for row in rows), default=NEVER)

    def _fire_due(self, tx: Tx) -> Sequence[Row[Any]]:
        """Start what is due; gives the schedules with their next times."""
        for row in tx.rows(_ALL, {}):
            if row.next > tx.now:
                continue
            self._enqueue(tx, _run_of(row))
            tx.run(_FIRED, {"which": row.name, "next": next_time(row.cron, row.zone, tx.now)})
        return tx.rows(_ALL, {})


def _replace(tx: Tx, wanted: tuple[Schedule, ...]) -> None:
    known = {row.name: row for row in tx.rows(_ALL, {})}
    tx.run(_FORGET)
    for one in wanted:
        row = known.get(one.name)
        same = row is not None and (row.cron, row.zone) == (one.cron, one.zone)
        moment = row.next if row is not None and same else next_time(one.cron, one.zone, tx.now)
        tx.run(
            _ADD,
            {
                "name": one.name,
                "cron": one.cron,
                "zone": one.zone,
                "run": one.run,
                "state": msgspec.json.encode(one.state).decode(),
                "next": moment,
            },
        )


def _run_of(row: Row[Any]) -> RunRequest:
    moment = row.next.strftime("%Y-%m-%dT%H:%M:%SZ")
    return RunRequest(
        id=f"clock:{row.name}:{moment}",
        name=row.run,
        queue="runs",
        partition=f"clock:{row.name}",
        state={**msgspec.json.decode(row.state), "at": moment},
    )
