"""Movements that nobody books: told once they are older than three hand-over intervals."""

from datetime import datetime, timedelta

from shopweave.model.finding import Finding, Severity
from shopweave.store import findings, movements, orders
from shopweave.store.base import Store, Tx
from shopweave.store.movements import Entry

LEAST = timedelta(hours=1)
INTERVALS = 3
MOST = 1_000
CAUSE = "orders:aged"


class Ageing:
    """Looks for open movements; `interval` is the longest between two looks for orders."""

    def __init__(self, store: Store, interval: timedelta) -> None:
        self._store = store
        self.age = max(LEAST, INTERVALS * interval)

    async def look(self) -> None:
        """Tell of movements that are open for too long, or take back that they were."""
        await self._store.write(self._look)

    def _look(self, tx: Tx) -> None:
        found = movements.aged(tx, tx.now - self.age, MOST)
        if not found:
            findings.settle(tx, CAUSE)
            return
        named = {row.id: row.number for row in orders.by_ids(tx, [one.order for one in found]).values()}
        findings.report(tx, _finding(found, [named[one.order] for one in found], tx.now))


def _finding(found: list[Entry], numbers: list[str], now: datetime) -> Finding:
    hours = int((now - found[0].made).total_seconds() // 3600)
    return Finding(
        code="ORD-040",
        cause=CAUSE,
        severity=Severity.NEEDS,
        what=f"{len(found)} sold quantities are not booked where stock is kept, the oldest for {hours} h.",
        why="Channels show that much less until they are booked.",
        can_do="For each order: shopweave orders release NUMBER booked (somebody booked it there), void"
        " (nothing left) or retry (it is sent again).",
        count=len(found),
        about=tuple(dict.fromkeys(numbers)),
    )
