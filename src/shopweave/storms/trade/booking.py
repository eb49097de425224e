"""How scripts book at a till: straight into its tables, once for each time they are told to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shopweave.connector.transports import SqlTx

_ITEMS = "SELECT s.item_id AS item, s.quantity FROM phppos_location_items s WHERE s.location_id = 1"
_VARIATIONS = """
SELECT v.item_id AS item, v.id AS variation, s.quantity FROM phppos_location_item_variations s
JOIN phppos_item_variations v ON v.id = s.item_variation_id WHERE s.location_id = 1
"""
_SALE = """
INSERT INTO phppos_sales (sale_time, employee_id, sold_by_employee_id, location_id, register_id, comment,
  discount_reason, cc_ref_no, payment_type, total_quantity_purchased, subtotal, total, is_ecommerce,
  ecommerce_order_id)
VALUES (:now, 1, 1, 1, 1, :comment, '', '', 'Web', :units, :total, :total, 1, :order)
"""
_NUMBER = "SELECT MAX(s.sale_id) AS sale FROM phppos_sales s"
_LINE = """
INSERT INTO phppos_sales_items (sale_id, item_id, line, item_variation_id, quantity_purchased,
  item_cost_price, item_unit_price, subtotal, total)
VALUES (:sale, :item, :line, :variation, :quantity, 0, 0, :total, :total)
"""
_TAKE_ITEM = """
UPDATE phppos_location_items SET quantity = quantity - :quantity WHERE location_id = 1 AND item_id = :item
"""
_TAKE_VARIATION = """
UPDATE phppos_location_item_variations SET quantity = quantity - :quantity
WHERE location_id = 1 AND item_variation_id = :variation
"""


def on_hand(tx: SqlTx) -> dict[str, int]:
    """Read what the till has on hand, by SKU."""
    items = {str(row["item"]): int(row["quantity"]) for row in tx.rows(_ITEMS)}
    variations = {f"{row['item']}-{row['variation']}": int(row["quantity"]) for row in tx.rows(_VARIATIONS)}
    return items | variations


def book(shop: str, order: Mapping[str, Any], now: datetime, tx: SqlTx) -> None:
    """Book an order of a shop as a web sale, whether or not it was booked before."""
    lines = order["line_items"]
    head = {
        "now": now.strftime("%Y-%m-%d %H:%M:%S"),
        "comment": f"HUB {shop}:{order['id']}:till:1",
        "units": sum(line["quantity"] for line in lines),
        "total": order["total"],
        "order": order["id"],
    }
    tx.run(_SALE, head)
    sale = tx.rows(_NUMBER)[0]["sale"]
    for place, line in enumerate(lines, start=1):
        item, _, variation = str(line["sku"]).partition("-")
        row = {"item": int(item), "variation": int(variation) if variation else None}
        row["quantity"] = line["quantity"]
        tx.run(_LINE, {**row, "sale": sale, "line": place, "total": line["total"]})
        tx.run(_TAKE_VARIATION if variation else _TAKE_ITEM, row)
