"""One shop of a storm of trade: buyers who take what it shows, and staff who change orders afterwards."""

from collections.abc import Mapping
from typing import Any

from shopweave.simulators.woocommerce import WooShop
from shopweave.simulators.woocommerce.answers import Wrong
from shopweave.simulators.woocommerce.orders import meta_of
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.truth import edit
from shopweave.simulators.woocommerce.values import integer
from shopweave.storms.trade.demand import Act, Deed
from shopweave.storms.trade.taken import taken

PAID = ("processing", "completed", "on-hold")
_BUYER = {"first_name": "Aino", "last_name": "Storm", "country": "FI", "email": "aino@example.test"}


class Stall:
    """A shop by name, with the orders that each purchase of the script became.

    `returns` when goods of refunds that the shop puts back on its shelf count as returned.
    """

    def __init__(self, name: str, shop: WooShop, goods: tuple[str, ...], *, returns: bool) -> None:
        self.name, self.shop, self.goods, self.returns = name, shop, goods, returns
        self.orders: dict[int, int] = {}

    def row(self, sku: str) -> Row:
        """Give the product or variation of a SKU."""
        return self.shop.state.products[self.shop.state.skus[sku.lower()]]

    def shown(self, sku: str) -> int:
        """Give the level that buyers see."""
        return int(self.row(sku)["stock_quantity"] or 0)

    def levels(self) -> dict[str, int]:
        """Give all levels that buyers see."""
        return {sku: self.shown(sku) for sku in self.goods}

    def taken(self) -> dict[int, dict[str, int]]:
        """Give what each order takes now."""
        rows = self.shop.state.rows["order"]
        return {key: taken(self.shop, row, returns=self.returns) for key, row in sorted(rows.items())}

    def do(self, deed: Deed) -> int | None:
        """Carry out a deed; gives the order it was about, 0 if it was about none, None if it could not."""
        units = {self.goods[good]: count for good, count in deed.goods}
        if deed.act is Act.BUY:
            return self._buy(deed, units)
        if deed.act is Act.HAND:
            return self._by_hand(units)
        order = self.shop.state.rows["order"].get(self.orders.get(deed.of, 0))
        if order is None:
            return None
        return int(order["id"]) if self._change(deed, order, units) else None

    def _buy(self, deed: Deed, units: Mapping[str, int]) -> int | None:
        if any(self.shown(sku) < count for sku, count in units.items()):
            return None
        row = self.shop.orders.create(
            {
                "line_items": [self._line(sku, count) for sku, count in units.items()],
                "billing": _BUYER,
                "set_paid": True,
            }
        )
        self.orders[deed.number] = row["id"]
        return int(row["id"])

    def _line(self, sku: str, count: int) -> dict[str, Any]:
        row = self.row(sku)
        if row["type"] == "variation":
            return {"product_id": row["parent_id"], "variation_id": row["id"], "quantity": count}
        return {"product_id": row["id"], "quantity": count}

    def _by_hand(self, units: Mapping[str, int]) -> int:
        for sku, count in units.items():
            edit(self.shop, self.row(sku)["id"], stock_quantity=count)
        return 0

    def _change(self, deed: Deed, order: Row, units: Mapping[str, int]) -> bool:
        is_paid = order["status"] in PAID
        match deed.act:
            case Act.CANCEL if is_paid:
                self._update(order, {"status": "cancelled"})
            case Act.REOPEN if order["status"] == "cancelled":
                self._update(order, {"status": "processing"})
            case Act.MORE | Act.LESS if is_paid:
                return self._edit_line(order, next(iter(units)), 1 if deed.act is Act.MORE else -1)
            case Act.REFUND | Act.RESTOCK if is_paid:
                return self._refund(order, next(iter(units)), restock=deed.act is Act.RESTOCK)
            case Act.MERGE if is_paid:
                return self._merge(deed, order)
            case _:
                return False
        return True

    def _update(self, order: Row, body: Mapping[str, Any]) -> None:
        self.shop.orders.update(self.shop.state.rows["order"][order["id"]], dict(body))

    def _line_of(self, order: Row, sku: str) -> Row | None:
        key = self.row(sku)["id"]
        lines = order["line_items"]
        found: Row | None = next((x for x in lines if key in (x["variation_id"], x["product_id"])), None)
        return found

    def _edit_line(self, order: Row, sku: str, by: int) -> bool:
        line = self._line_of(order, sku)
        left = 0 if line is None else line["quantity"] - integer(meta_of(line, "_restock_refunded_items"))
        if line is None or left + by < 1 or (by > 0 and self.shown(sku) < by):
            return False
        self._update(order, {"line_items": [{"id": line["id"], "quantity": line["quantity"] + by}]})
        return True

    def _refund(self, order: Row, sku: str, *, restock: bool) -> bool:
        line = self._line_of(order, sku)
        if line is None or line["quantity"] <= integer(meta_of(line, "_restock_refunded_items")):
            return False
        one = f"{float(line['total']) / line['quantity']:.2f}"
        body = {
            "amount": one,
            "api_refund": False,
            "api_restock": restock,
            "line_items": [{"id": line["id"], "quantity": 1, "refund_total": one}],
        }
        try:
            self.shop.refunds.create(order, body)
        except Wrong:
            return False
        return True

    def _merge(self, deed: Deed, gone: Row) -> bool:
        """Put the lines of one order into another and cancel it."""
        into = self.shop.state.rows["order"].get(self.orders.get(deed.into, 0))
        if into is None or into["status"] not in PAID:
            return False
        lines = [
            {name: line[name] for name in ("product_id", "variation_id", "quantity")}
            for line in gone["line_items"]
        ]
        self._update(gone, {"status": "cancelled"})
        self._update(into, {"line_items": lines})
        return True
