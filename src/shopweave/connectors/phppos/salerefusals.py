"""What an order names, looked up in the till, and why an order cannot be a sale there."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from shopweave.connector.orders import HandOver, HandOverLine
from shopweave.connector.transports import Row
from shopweave.connectors.phppos.booking import Good, good_of
from shopweave.connectors.phppos.cells import flag, number, price
from shopweave.connectors.phppos.configured import currency_of
from shopweave.connectors.phppos.schema import Database
from shopweave.model.change import WriteRefused

_ITEMS = """
SELECT i.item_id, i.deleted, i.is_service, COALESCE([i.system_item], 0) AS system_item, i.cost_price,
  COALESCE([i.is_serialized], 0) AS is_serialized, COALESCE([i.only_integer], 0) AS only_integer,
  [i.tax_class_id] AS tax_class_id,
  (SELECT COUNT(*) FROM phppos_item_variations v WHERE v.item_id = i.item_id AND v.deleted = 0) AS variations
FROM phppos_items i WHERE i.item_id IN :ids*
"""
_VARIATIONS = """
SELECT v.id, v.item_id, v.deleted, [v.cost_price] AS cost_price FROM phppos_item_variations v
WHERE v.id IN :ids*
"""
_TAX_NAMES = """
SELECT t.tax_class_id, t.name, t.percent FROM phppos_tax_classes_taxes t
WHERE t.tax_class_id IN :classes* ORDER BY t.tax_class_id, t.id
"""


class Known(Struct, frozen=True, kw_only=True):
    """What the till has of an order's goods."""

    items: Mapping[int, Row]
    variations: Mapping[int, Row]
    stocked: frozenset[Good]
    costs: Mapping[Good, Decimal]
    taxes: Mapping[int, tuple[Row, ...]]
    currency: str
    whole_variations: bool

    def tax_name(self, item: int, percent: Decimal) -> str:
        """Name a tax as the item's own tax class does, where it has that rate."""
        row = self.items.get(item)
        names = self.taxes.get(row["tax_class_id"], ()) if row is not None else ()
        return next((one["name"] for one in names if number(one["percent"]) == percent), "Tax")


def read_known(db: Database, goods: tuple[Good, ...], currency: str) -> Known:
    """Look up what the lines of an order name; an empty `currency` is looked up too."""
    own = tuple(sorted({one.variation for one in goods if one.variation is not None}))
    rows = db.rows(_ITEMS, {"ids": tuple(sorted({one.item for one in goods}))})
    items = {row["item_id"]: row for row in rows}
    variations = {row["id"]: row for row in db.rows(_VARIATIONS, {"ids": own})}
    return Known(
        items=items,
        variations=variations,
        stocked=frozenset(one for one in goods if _has_stock(items.get(one.item))),
        costs={one: _cost(items.get(one.item, {}), variations.get(one.variation or 0, {})) for one in goods},
        taxes=_taxes(db, rows),
        currency=currency or currency_of(db),
        whole_variations=db.schema.has_whole_variations(),
    )


def _has_stock(item: Row | None) -> bool:
    return item is not None and not flag(item["is_service"]) and not flag(item["system_item"])


def _cost(item: Row, variation: Row) -> Decimal:
    return price(variation.get("cost_price")) or price(item.get("cost_price")) or Decimal(0)


def _taxes(db: Database, items: Sequence[Row]) -> Mapping[int, tuple[Row, ...]]:
    classes = tuple(sorted({row["tax_class_id"] for row in items if row["tax_class_id"] is not None}))
    if not db.schema.has("tax_classes_taxes"):
        return {}
    rows = db.rows(_TAX_NAMES, {"classes": classes})
    return {one: tuple(row for row in rows if row["tax_class_id"] == one) for one in classes}


def refusal(order: HandOver, known: Known, *, is_change: bool = False) -> WriteRefused | None:
    """Say why the till cannot book this order, None where it can.

    Goods of a sale that is there already may have left the catalogue since.
    """
    if not known.currency:
        remedy = "Set currency in the settings of the till's connection."
        return _refused("POS-054", "The currency of the till is not known.", remedy)
    currency = order.order.revision.totals.total.currency
    if currency != known.currency:
        what = f"The order is in {currency}, the till sells in {known.currency}."
        return _refused("POS-053", what, "Book this order at the till by hand.")
    if not any(one.quantity for one in order.lines):
        return _refused("POS-050", "The order has nothing to hand over.")
    reasons = (_line_refusal(one, known, is_change=is_change) for one in order.lines)
    return next((one for one in reasons if one is not None), None)


def _line_refusal(one: HandOverLine, known: Known, *, is_change: bool) -> WriteRefused | None:
    good, name = good_of(one.remote_id), one.line.name or one.line.sku or one.remote_id
    item = known.items.get(good.item)
    row = item if good.variation is None else known.variations.get(good.variation)
    if item is None or row is None or row["item_id"] != good.item:
        return _refused("POS-040", f"The till has no such item: {name}.")
    if one.quantity < 0 or one.line.quantity < 0:
        return _refused("POS-051", f"The order has a quantity below zero: {name}.")
    if not one.quantity:
        return None
    if not is_change and (flag(item["deleted"]) or flag(row["deleted"])):
        return _refused("POS-041", f"The item is deleted in the till: {name}.")
    if flag(item["system_item"]):
        return _refused("POS-042", f"This is an internal item of the till: {name}.")
    if good.variation is None and item["variations"]:
        return _refused("POS-043", f"The till sells variations of this item only: {name}.")
    if flag(item["is_serialized"]):
        remedy = "Sell it at the till by hand, with its serial number."
        return _refused("POS-052", f"The till wants a serial number: {name}.", remedy)
    whole = flag(item["only_integer"]) or (good.variation is not None and known.whole_variations)
    if whole and one.quantity != one.quantity.to_integral_value():
        return _refused("POS-055", f"The till counts this in whole numbers: {name}, {one.quantity}.")
    return None


def _refused(code: str, what: str, remedy: str = "") -> WriteRefused:
    return WriteRefused(number=0, code=code, what=what, remedy=remedy)
