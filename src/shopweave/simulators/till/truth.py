"""What is really in the till, by rules of its own, for dumps and oracles."""

import sqlite3
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct

from shopweave.model.gtin import gtin14, shortest

_GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125")}
_ITEMS = """SELECT i.*, c.exclude_from_e_commerce AS excluded,
(SELECT SUM(COALESCE(quantity, 0)) FROM phppos_location_items l WHERE l.item_id = i.item_id) AS quantity,
(SELECT file_name FROM phppos_app_files f WHERE f.file_id = i.main_image_id) AS picture
FROM phppos_items i LEFT JOIN phppos_categories c ON c.id = i.category_id
WHERE i.system_item = 0 ORDER BY i.item_id"""
_CHOICES = """SELECT v.*,
(SELECT SUM(COALESCE(quantity, 0)) FROM phppos_location_item_variations l
WHERE l.item_variation_id = v.id) AS quantity
FROM phppos_item_variations v ORDER BY v.id"""
_PATHS = """WITH RECURSIVE tree(id, path) AS (
SELECT id, name FROM phppos_categories WHERE parent_id IS NULL AND deleted = 0
UNION ALL SELECT c.id, t.path || ' › ' || c.name FROM phppos_categories c JOIN tree t ON c.parent_id = t.id
WHERE c.deleted = 0)
SELECT i.item_id, t.path, m.name AS brand FROM phppos_items i JOIN tree t ON t.id = i.category_id
LEFT JOIN phppos_manufacturers m ON m.id = i.manufacturer_id ORDER BY i.item_id"""
_CODES = "SELECT item_id, item_number FROM phppos_additional_item_numbers ORDER BY item_number"


Starts = Mapping[tuple[int, int | None], str] | None
_STARTS = "SELECT item_id, variation, quantity FROM simulator_start"
_HAS_STARTS = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'simulator_start'"


class TillTruth(Struct, frozen=True, kw_only=True):
    """One item or variation of the till; `stock_start` is what it had when the till was made."""

    sku: str
    parent: str | None
    gtin: str | None
    name: str
    price: str | None
    text: str
    weight: str | None
    image: str | None
    stock: str | None
    stock_start: str | None
    status: str


def truth(path: Path) -> tuple[TillTruth, ...]:
    """Read all items and variations of a till."""
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    try:
        choices = list(db.execute(_CHOICES))
        codes: dict[int, list[str]] = {}
        for row in db.execute(_CODES):
            codes.setdefault(row["item_id"], []).append(row["item_number"])
        living = {row["item_id"] for row in choices if not row["deleted"]}
        items = {row["item_id"]: row for row in db.execute(_ITEMS)}
        starts = _starts(db)
        found = [_item(row, key in living, codes.get(key, []), starts) for key, row in items.items()]
        own = (row for row in choices if row["item_id"] in items)
        return (*found, *(_choice(row, items[row["item_id"]], starts) for row in own))
    finally:
        db.close()


def shelves(path: Path) -> dict[str, tuple[str, str]]:
    """Give where items lie and who makes them: path of the category by names, brand; by SKU."""
    db = sqlite3.connect(path)
    try:
        return {str(item): (shelf, brand or "") for item, shelf, brand in db.execute(_PATHS)}
    finally:
        db.close()


def _starts(db: sqlite3.Connection) -> Starts:
    """Read what the shelves held at first; a till that was not made here does not say."""
    if not db.execute(_HAS_STARTS).fetchone()[0]:
        return None
    return {(row["item_id"], row["variation"]): number(row["quantity"]) for row in db.execute(_STARTS)}


def _start(starts: Starts, item: int, variation: int | None) -> str | None:
    return None if starts is None else starts.get((item, variation), "0")


def _item(row: Any, is_family: bool, codes: list[str], starts: Starts) -> TillTruth:  # noqa: FBT001 - a value of the row's, not a mode
    return TillTruth(
        sku=str(row["item_id"]),
        parent=None,
        gtin=_first_gtin([row["item_number"], *codes]),
        name=row["name"],
        price=None if is_family else number(row["unit_price"]),
        text=row["long_description"] or row["description"] or "",
        weight=_kilos(row),
        image=row["picture"],
        stock=None if row["is_service"] or is_family else number(row["quantity"] or 0),
        stock_start=None if row["is_service"] or is_family else _start(starts, row["item_id"], None),
        status=_status(row),
    )


def _choice(row: Any, item: Any, starts: Starts) -> TillTruth:
    own = row["unit_price"] if row["unit_price"] not in (None, 0, "0") else item["unit_price"]
    deleted = row["deleted"] or item["deleted"]
    hidden = _status(item) == "inactive" or not row["is_ecommerce"]
    return TillTruth(
        sku=f"{row['item_id']}-{row['id']}",
        parent=str(row["item_id"]),
        gtin=_first_gtin([row["item_number"]]),
        name=row["name"] or "",
        price=number(own),
        text="",
        weight=None,
        image=None,
        stock=number(row["quantity"] or 0),
        stock_start=_start(starts, row["item_id"], row["id"]),
        status="deleted" if deleted else "inactive" if hidden else "active",
    )


def _status(row: Any) -> str:
    if row["deleted"]:
        return "deleted"
    return "inactive" if row["item_inactive"] or not row["is_ecommerce"] or row["excluded"] else "active"


def _first_gtin(codes: list[str | None]) -> str | None:
    found = next((code for one in codes if (code := gtin14(one))), None)
    return shortest(found) if found else None


def _kilos(row: Any) -> str | None:
    if row["weight"] in (None, 0, "0"):
        return None
    return number(Decimal(str(row["weight"])) * _GRAMS[row["weight_unit"] or "kg"] / 1000)


def number(value: Any) -> str:
    """Write a number without trailing zeros."""
    text = format(Decimal(str(value)).normalize(), "f")
    return "0" if text in ("-0", "") else text
