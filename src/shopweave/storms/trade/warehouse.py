"""A warehouse that is nothing but two SQL tables: the plainest master whose levels go by request order."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path

from msgspec import structs

from shopweave.connector.capabilities import Capabilities, Feed, Method
from shopweave.connector.declaration import Connector, Doors
from shopweave.connector.orders import Adjustment, Keeps
from shopweave.connector.roles import Page
from shopweave.connector.settings import Option, OptionKind, Settings
from shopweave.connector.transports import Row, SqlTx
from shopweave.model.atoms import Atoms
from shopweave.model.change import WriteAnswer, Written
from shopweave.model.errors import Fenced
from shopweave.model.movement import Witness
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.seams import Clock
from shopweave.model.values import UNKNOWN, UNTRACKED, Identity, tracked

SECONDS = 30.0
_TABLES = """
CREATE TABLE stock (id INTEGER PRIMARY KEY, sku TEXT NOT NULL UNIQUE, family INTEGER, quantity INTEGER);
CREATE TABLE booked (reference TEXT PRIMARY KEY, id INTEGER NOT NULL, delta INTEGER NOT NULL);
"""
_ROWS = "SELECT s.id, s.sku, s.family, s.quantity FROM stock s"
_ALL, _ONE = f"{_ROWS} ORDER BY s.id", f"{_ROWS} WHERE s.id = :id"
_FILL = "INSERT INTO stock (sku, family, quantity) VALUES (?, (SELECT id FROM stock WHERE sku = ?), ?)"
_NOTE = "INSERT OR IGNORE INTO booked (reference, id, delta) VALUES (:reference, :id, :delta)"
_MOVE = "UPDATE stock SET quantity = quantity + :delta WHERE id = :id"


def create(path: Path, shelves: Mapping[str, int]) -> None:
    """Make the tables, with what is on the shelves; `6-60` is a choice of family 6, which itself has none."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL").close()
        db.executescript(_TABLES)
        families = sorted({sku.partition("-")[0] for sku in shelves if "-" in sku})
        db.executemany("INSERT INTO stock (sku) VALUES (?)", [(one,) for one in families])
        db.executemany(_FILL, [(sku, sku.partition("-")[0], quantity) for sku, quantity in shelves.items()])
        db.commit()


class WarehouseKeeper:
    """The staff of the warehouse."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)

    def quantity(self, sku: str) -> int:
        """Give what the books say is there."""
        return int(self._db.execute("SELECT quantity FROM stock WHERE sku = ?", (sku,)).fetchone()[0])

    def sell(self, units: Mapping[str, int], now: datetime) -> None:
        """Sell over the counter."""
        for sku, count in units.items():
            self.move(sku, -count, now)

    def move(self, sku: str, delta: int, now: datetime) -> None:
        """Book what came, broke or was found."""
        self._db.execute("UPDATE stock SET quantity = quantity + ? WHERE sku = ?", (delta, sku))


class Warehouse:
    """The connection to it; an answer to a booking says that it is booked, not what is left."""

    def __init__(self, settings: Settings, doors: Doors) -> None:
        self._sql, self._clock = doors.sql(str(settings["database"])), doors.clock

    async def page(self, feed: str, position: str, *, sweep: bool) -> Page:
        """Read all of it."""
        found = await self._sql.transact(lambda tx: tx.rows(_ALL), read_only=True, timeout=SECONDS)
        return Page(records=tuple(_record(row) for row in found), done=True)

    async def by_ids(self, kind: Kind, ids: tuple[str, ...]) -> tuple[RemoteRecord, ...]:
        """Read some of it."""
        found = await self._sql.transact(partial(_some, ids), read_only=True, timeout=SECONDS)
        return tuple(_record(row) for row in found)

    async def adjust_levels(
        self, kind: Kind, adjustments: tuple[Adjustment, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Book differences, each once however often it comes."""
        work = partial(_book, adjustments, self._clock, not_after)
        found = await self._sql.transact(work, read_only=False, timeout=SECONDS)
        return tuple(
            Written(number=number, record=structs.replace(_record(row), level=UNKNOWN), confirmed=())
            for number, row in enumerate(found)
        )


def _some(ids: tuple[str, ...], tx: SqlTx) -> list[Row]:
    return [row for key in ids for row in tx.rows(_ONE, {"id": int(key)})]


def _book(adjustments: tuple[Adjustment, ...], clock: Clock, not_after: float | None, tx: SqlTx) -> list[Row]:
    if not_after is not None and clock.monotonic() > not_after:
        raise Fenced
    for one in adjustments:
        row = {"reference": one.reference, "id": int(one.remote_id), "delta": int(one.delta)}
        if tx.run(_NOTE, row):
            tx.run(_MOVE, {"id": row["id"], "delta": row["delta"]})
    return _some(tuple(one.remote_id for one in adjustments), tx)


def _record(row: Row) -> RemoteRecord:
    family, quantity = row["family"], row["quantity"]
    return RemoteRecord(
        kind=Kind.PRODUCT if family is None else Kind.VARIATION,
        form=Form.VARIATION if family is not None else Form.SIMPLE if quantity is not None else Form.FAMILY,
        remote_id=str(row["id"]),
        parent=None if family is None else str(family),
        atoms=Atoms({"identity": Identity(sku=str(row["sku"]))}),
        level=UNTRACKED if quantity is None else tracked(Decimal(quantity)),
    )


def _capabilities(_: Settings) -> Capabilities:
    return Capabilities(
        atoms=("identity",),
        feeds=(Feed(name="stock", kinds=(Kind.PRODUCT, Kind.VARIATION), method=Method.SWEEP),),
        longest_run=SECONDS,
        keeps=Keeps(witness=Witness.REQUEST_ORDER, adjusts=True),
    )


CONNECTOR = Connector(
    name="warehouse",
    title="Warehouse",
    description="Two tables of a database.",
    options=(
        Option(
            name="database",
            title="Database",
            description="Its URL.",
            kind=OptionKind.TEXT,
            needed=True,
        ),
    ),
    capabilities=_capabilities,
    make=Warehouse,
)
