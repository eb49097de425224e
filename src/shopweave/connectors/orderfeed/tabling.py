"""Orders as rows of a table whose key is the reference: the same order twice is one row."""

from collections.abc import Mapping
from typing import Any

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import HandedOver, HandOver, Progress, Taken
from shopweave.connector.roles import CheckLine
from shopweave.connector.transports import SqlTx
from shopweave.connectors.orderfeed.document import Document, document, encoded
from shopweave.connectors.orderfeed.reports import progress
from shopweave.connectors.orderfeed.settings import FeedSettings
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Fenced, HubError

_SECONDS = 30.0
_COLUMNS = (
    "reference", "event", "channel", "order_id", "order_number", "status", "created", "changed",
    "currency", "total", "document",
)  # fmt: skip
_LOOSE = WriteRefused(
    number=0,
    code="ORD-025",
    what="The table takes this reference for another one's.",
    remedy="Give its key a collation that compares exactly, such as utf8mb4_bin.",
)


class Tabling:
    """One table that a receiver reads."""

    def __init__(self, settings: FeedSettings, doors: Doors) -> None:
        self._table, self._sql, self._clock = settings.table, doors.sql(settings.address), doors.clock
        self._tracking = settings.tracking_column

    async def take(self, order: HandOver, not_after: float | None) -> Taken | WriteRefused:
        """Insert one order, unless its reference is there."""
        self._fence(not_after)
        cells = _cells(document(order))

        def work(tx: SqlTx) -> Taken | WriteRefused:
            self._fence(not_after)
            tx.run(self._insert(tx.dialect), cells)
            return self._found(tx, order.reference) or _LOOSE

        return await self._sql.transact(work, read_only=False, timeout=_SECONDS)

    async def find(self, order: HandOver) -> Taken | None:
        """Look for the row."""

        def work(tx: SqlTx) -> Taken | None:
            return self._found(tx, order.reference)

        return await self._sql.transact(work, read_only=True, timeout=_SECONDS)

    async def progress(self, orders: tuple[HandedOver, ...]) -> tuple[Progress, ...]:
        """Read the column that the receiver fills."""
        asked = {f"r{number}": one.reference for number, one in enumerate(orders)}
        marks, column = ", ".join(f":{name}" for name in asked), self._tracking
        query = f"SELECT reference, {column} AS tracking FROM {self._table} WHERE reference IN ({marks})"  # noqa: S608 - checked names
        rows = await self._sql.transact(lambda tx: tx.rows(query, asked), read_only=True, timeout=_SECONDS)
        return tuple(progress(str(row["reference"]), row["tracking"]) for row in rows)

    def _found(self, tx: SqlTx, reference: str) -> Taken | None:
        """Look for the very reference: databases compare texts loosely."""
        query = f"SELECT reference FROM {self._table} WHERE reference = :reference"  # noqa: S608 - checked name
        rows = tx.rows(query, {"reference": reference})
        return Taken(remote_id=reference) if any(row["reference"] == reference for row in rows) else None

    async def check(self) -> tuple[CheckLine, ...]:
        """Look whether the table has its columns and takes rows."""
        names = ", ".join((*_COLUMNS, *([self._tracking] if self._tracking else [])))
        query = f"SELECT {names} FROM {self._table} WHERE reference = ''"  # noqa: S608 - checked name
        try:
            await self._sql.transact(lambda tx: tx.rows(query), read_only=True, timeout=_SECONDS)
        except HubError as error:
            remedy = error.remedy if error.code != "SQL-106" else "Make the table as the how-to shows."
            return (CheckLine(ok=False, what=error.what, remedy=remedy, code=error.code),)
        return (CheckLine(ok=True, what=f"The table {self._table} is there."),)

    def _insert(self, dialect: str) -> str:
        names, marks = ", ".join(_COLUMNS), ", ".join(f":{name}" for name in _COLUMNS)
        again = "ON CONFLICT (reference) DO NOTHING"
        if dialect == "mysql":
            again = "ON DUPLICATE KEY UPDATE reference = reference"
        return f"INSERT INTO {self._table} ({names}) VALUES ({marks}) {again}"  # noqa: S608 - checked name

    def _fence(self, not_after: float | None) -> None:
        if not_after is not None and self._clock.monotonic() > not_after:
            raise Fenced


def _cells(whole: Document) -> Mapping[str, Any]:
    return {
        "reference": whole.reference,
        "event": whole.event,
        "channel": whole.channel,
        "order_id": whole.order,
        "order_number": whole.number,
        "status": whole.status,
        "created": whole.created.removesuffix("Z").replace("T", " "),
        "changed": whole.changed.removesuffix("Z").replace("T", " "),
        "currency": whole.currency,
        "total": whole.totals.total,
        "document": encoded(whole).decode(),
    }
