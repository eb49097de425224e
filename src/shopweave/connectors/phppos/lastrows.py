"""Goods of which the stock log says that a sale took the last of them."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from shopweave.connector.transports import Row
from shopweave.connectors.phppos.cells import number, text
from shopweave.connectors.phppos.configured import sale_prefix
from shopweave.connectors.phppos.schema import Database

Groups = Mapping[int, Sequence[Row]]

_LAST = """
SELECT n.trans_items, n.item_variation_id, n.trans_comment, n.trans_inventory, n.trans_current_quantity
FROM phppos_inventory n WHERE n.trans_id IN (
  SELECT MAX(m.trans_id) FROM phppos_inventory m WHERE m.[COLUMN] IN :ids* AND m.location_id IN :locations*
  GROUP BY m.trans_items, m.item_variation_id, m.location_id)
"""


def sold_out(db: Database, column: str, stock: Groups, locations: Sequence[int]) -> frozenset[int]:
    """Name those with nothing left whose newest row in the log is a sale that left just that.

    `column` is what `stock` goes by: `trans_items` or `item_variation_id`.
    """
    empty = tuple(sorted(key for key, rows in stock.items() if _left(rows, locations) <= 0))
    if not empty:
        return frozenset()
    own = re.compile(rf"(?:^|\s)(?:{re.escape(sale_prefix(db))}|POS) \d+\s*$")
    rows = db.rows(_LAST.replace("[COLUMN]", column), {"ids": empty, "locations": tuple(locations)})
    is_plain = column == "trans_items"
    return frozenset(
        row[column]
        for row in rows
        if (row["item_variation_id"] is None) == is_plain
        and own.search(text(row["trans_comment"]))
        and (number(row["trans_inventory"]) or 0) < 0
        and _fits(row, stock[row[column]])
    )


def _left(rows: Sequence[Row], locations: Sequence[int]) -> Decimal:
    held = (row for row in rows if row.get("location_id") in (None, *locations))
    return sum((number(row["quantity"]) or Decimal(0) for row in held), Decimal(0))


def _fits(row: Row, stock: Sequence[Row]) -> bool:
    """Say whether the quantity after the row is one that is there now; old rows do not say it."""
    after = number(row["trans_current_quantity"])
    return after is None or after in {number(one["quantity"]) or Decimal(0) for one in stock}
