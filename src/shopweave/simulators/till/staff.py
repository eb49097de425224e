"""What the staff of a till does: each edit moves the date the till keeps for it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

_ITEM = "UPDATE phppos_items SET {field} = ?, last_modified = ? WHERE item_id = ?"
_VARIATION = "UPDATE phppos_item_variations SET {field} = ?, last_modified = ? WHERE id = ?"
_CATEGORY = "UPDATE phppos_categories SET name = ?, last_modified = ? WHERE id = ?"
_LIVING = "SELECT item_id FROM phppos_items WHERE deleted = 0 AND system_item = 0 ORDER BY item_id"
_CHOICES = "SELECT id FROM phppos_item_variations WHERE deleted = 0 ORDER BY id"
_LEAVES = """SELECT id FROM phppos_categories WHERE deleted = 0 AND parent_id IS NOT NULL
AND id IN (SELECT category_id FROM phppos_items WHERE deleted = 0) ORDER BY id"""


class Staff:
    """Hands that edit a till's file; moments are the till's wall clock, UTC."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, isolation_level=None)
        try:
            yield db
        finally:
            db.close()

    def _edit(self, statement: str, *values: str | int) -> None:
        with self._open() as db:
            db.execute(statement, values)

    def _ids(self, query: str) -> list[int]:
        with self._open() as db:
            return [row[0] for row in db.execute(query)]

    def items(self) -> list[int]:
        """Give the items that are not deleted."""
        return self._ids(_LIVING)

    def variations(self) -> list[int]:
        """Give the variations that are not deleted."""
        return self._ids(_CHOICES)

    def categories(self) -> list[int]:
        """Give the categories that items lie in."""
        return self._ids(_LEAVES)

    def price(self, item: int, price: Decimal, now: datetime) -> None:
        """Set the selling price."""
        self._edit(_ITEM.format(field="unit_price"), str(price), _stamp(now), item)

    def price_of(self, item: int) -> Decimal:
        """Give the selling price."""
        with self._open() as db:
            row = db.execute("SELECT unit_price FROM phppos_items WHERE item_id = ?", (item,)).fetchone()
        return Decimal(str(row[0]))

    def rename(self, item: int, name: str, now: datetime) -> None:
        """Set the name."""
        self._edit(_ITEM.format(field="name"), name, _stamp(now), item)

    def describe(self, item: int, text: str, now: datetime) -> None:
        """Set the long description."""
        self._edit(_ITEM.format(field="long_description"), text, _stamp(now), item)

    def weigh(self, item: int, grams: int, now: datetime) -> None:
        """Set the weight, in grams."""
        with self._open() as db:
            db.execute("BEGIN")
            db.execute(_ITEM.format(field="weight_unit"), ("g", _stamp(now), item))
            db.execute(_ITEM.format(field="weight"), (str(grams), _stamp(now), item))
            db.execute("COMMIT")

    def switch(self, item: int, now: datetime) -> None:
        """Take an item out of the selling, or back into it."""
        with self._open() as db:
            row = db.execute("SELECT item_inactive FROM phppos_items WHERE item_id = ?", (item,)).fetchone()
            db.execute(_ITEM.format(field="item_inactive"), (1 - row[0], _stamp(now), item))

    def delete(self, item: int, now: datetime) -> None:
        """Delete an item, softly as the till does."""
        self._edit(_ITEM.format(field="deleted"), 1, _stamp(now), item)

    def price_variation(self, variation: int, price: Decimal, now: datetime) -> None:
        """Set the selling price of a variation."""
        self._edit(_VARIATION.format(field="unit_price"), str(price), _stamp(now), variation)

    def rename_category(self, category: int, name: str, now: datetime) -> None:
        """Set the name of a category."""
        self._edit(_CATEGORY, name, _stamp(now), category)


def _stamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%d %H:%M:%S")
