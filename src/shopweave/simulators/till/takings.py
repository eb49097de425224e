"""What a till has sold, by rules of its own, for dumps and oracles."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct

from shopweave.simulators.till.truth import number

_SALES = """SELECT s.*, COALESCE(t.remove_quantity, 0) AS takes FROM phppos_sales s
LEFT JOIN phppos_sale_types t ON t.id = s.suspended ORDER BY s.sale_id"""
_LINES = """SELECT k.*, i.system_item, i.is_service FROM phppos_sales_items k
JOIN phppos_items i ON i.item_id = k.item_id ORDER BY k.sale_id, k.line"""


class SaleTruth(Struct, frozen=True, kw_only=True):
    """One sale; `units` are goods by SKU, below zero where they came back.

    `mark` is the reference of the order that a web sale was made for, empty for sales at the counter.
    """

    sale: int
    mark: str
    order: int | None
    voided: bool
    takes: bool
    total: str
    units: Mapping[str, Decimal]


def sales(path: Path) -> tuple[SaleTruth, ...]:
    """Read all sales of a till."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    try:
        units: dict[int, dict[str, Decimal]] = {}
        for row in db.execute(_LINES):
            if not row["system_item"]:
                _add(units.setdefault(row["sale_id"], {}), row)
        return tuple(_sale(row, units.get(row["sale_id"], {})) for row in db.execute(_SALES))
    finally:
        db.close()


def sold(path: Path) -> dict[str, Decimal]:
    """Add up what all sales that stand have taken from the shelves, by SKU."""
    found: dict[str, Decimal] = {}
    for one in sales(path):
        for sku, quantity in one.units.items() if one.takes and not one.voided else ():
            found[sku] = found.get(sku, Decimal(0)) + quantity
    return found


def _add(units: dict[str, Decimal], row: Any) -> None:
    own = row["item_variation_id"]
    sku = str(row["item_id"]) if own is None else f"{row['item_id']}-{own}"
    quantity = Decimal(number(row["quantity_purchased"])) * Decimal(number(row["unit_quantity"] or 1))
    units[sku] = units.get(sku, Decimal(0)) + quantity + Decimal(number(row["damaged_qty"]))


def _sale(row: Any, units: Mapping[str, Decimal]) -> SaleTruth:
    first = row["comment"].split("\n", 1)[0]
    return SaleTruth(
        sale=row["sale_id"],
        mark=first.removeprefix("HUB ") if first.startswith("HUB ") else "",
        order=row["ecommerce_order_id"],
        voided=bool(row["deleted"]),
        takes=row["suspended"] in (0, 1) or (row["suspended"] > 2 and bool(row["takes"])),
        total=number(row["total"]),
        units=dict(units),
    )
