"""The state of the simulated shop: rows, indexes, and what changed since the last flush."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from shopweave.simulators.journal import Journal
from shopweave.simulators.woocommerce.lag import Lag

Row = dict[str, Any]
Watcher = Callable[[str, Row | None, Row | None], None]
TABLES = (
    "product",
    "term",
    "attribute",
    "media",
    "webhook",
    "delivery",
    "option",
    "order",
    "refund",
    "note",
    "customer",
    "coupon",
    "tax",
    "change",
    "request",
)
COUNTERS = ("next_id", "next_line")


class State:
    """Rows of the shop; every save is noted for the journal."""

    def __init__(self, lag: Lag | None = None) -> None:
        self._lag = lag
        self.rows: dict[str, dict[int, Row]] = {table: {} for table in TABLES}
        self.skus: dict[str, int] = {}
        self.gtins: dict[str, int] = {}
        self.children: dict[int, list[int]] = {}
        self.next_id = 10
        self.next_line = 0
        self.files: dict[int, bytes] = {}
        self.watchers: list[Watcher] = []
        self._changed: dict[tuple[str, int], Row] = {}
        self._removed: set[tuple[str, int]] = set()

    @property
    def products(self) -> dict[int, Row]:
        """Give products and variations by id."""
        return self.rows["product"]

    def number(self) -> int:
        """Give the next id; products, variations and attachments share the sequence."""
        self.next_id += 1
        return self.next_id

    def line_number(self) -> int:
        """Give the next id of an order's lines and of their meta data."""
        self.next_line += 1
        return self.next_line

    def save(self, table: str, key: int, row: Row) -> None:
        """Put a row in place."""
        old = self.rows[table].get(key)
        if self._lag is not None:
            self._lag.note(table, key, old)
        self.rows[table][key] = row
        self._changed[(table, key)] = row
        self._removed.discard((table, key))
        self._watched(table, old, row)

    def remove(self, table: str, key: int) -> None:
        """Take a row away."""
        if self._lag is not None:
            self._lag.note(table, key, self.rows[table].get(key))
        old = self.rows[table].pop(key, None)
        self._changed.pop((table, key), None)
        self._removed.add((table, key))
        self._watched(table, old, None)

    def _watched(self, table: str, old: Row | None, new: Row | None) -> None:
        for watcher in self.watchers:
            watcher(table, old, new)

    def seen(self, table: str) -> dict[int, Row]:
        """Give the rows of a table as lists show them."""
        rows = self.rows[table]
        return rows if self._lag is None else self._lag.seen(table, rows)

    def index(self, row: Row) -> None:
        """Let a product be found by SKU and GTIN, and by its parent."""
        if row["status"] != "trash":
            if row["sku"]:
                self.skus[row["sku"].strip().lower()] = row["id"]
            if row["global_unique_id"]:
                self.gtins[row["global_unique_id"]] = row["id"]
        if row["type"] == "variation":
            siblings = self.children.setdefault(row["parent_id"], [])
            if row["id"] not in siblings:
                siblings.append(row["id"])

    def forget(self, row: Row) -> None:
        """Let a product be found no more."""
        if self.skus.get(row["sku"].strip().lower()) == row["id"]:
            del self.skus[row["sku"].strip().lower()]
        if self.gtins.get(row["global_unique_id"]) == row["id"]:
            del self.gtins[row["global_unique_id"]]

    def variations(self, parent: int) -> Iterator[Row]:
        """Give the living variations of a product, in order of id."""
        for key in self.children.get(parent, ()):
            row = self.products.get(key)
            if row is not None and row["status"] != "trash":
                yield row

    def flush(self, journal: Journal) -> None:
        """Write what changed, in one transaction."""
        if not self._changed and not self._removed:
            return
        changed = [(f"{table}", str(key), row) for (table, key), row in self._changed.items()]
        files = [("file", str(key), self.files[key]) for table, key in self._changed if table == "media"]
        counters: list[tuple[str, str, Row]] = [
            ("counter", name, {"value": getattr(self, name)}) for name in COUNTERS
        ]
        journal.save(
            [*changed, *files, *counters],
            [(table, str(key)) for table, key in self._removed],
        )
        self._changed.clear()
        self._removed.clear()

    def load(self, journal: Journal) -> None:
        """Read what an earlier life wrote."""
        for kind, key, row in journal.load():
            if kind == "file" and isinstance(row, bytes):
                self.files[int(key)] = row
            elif kind == "counter" and isinstance(row, dict):
                setattr(self, key, row["value"])
            elif isinstance(row, dict) and kind in self.rows:
                self.rows[kind][int(key)] = row
        for row in self.products.values():
            self.index(row)


def when(text: str) -> datetime:
    """Read a stored time."""
    return datetime.fromisoformat(text)
