"""The stock route: items in their order, refused one by one, a repeated key once."""

from typing import TYPE_CHECKING

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body
from shopweave.simulators.woocommerce.plugin.batch import Batches, bad, items_of, refused
from shopweave.simulators.woocommerce.plugin.feed import Feed
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_FIELDS = {"id", "sku", "delta", "set", "expect", "own"}


class Stock:
    """Stock of one shop."""

    def __init__(self, shop: "WooShop", batches: Batches, feed: Feed) -> None:
        self.shop, self.batches, self.feed = shop, batches, feed

    def answer(self, call: Call) -> HttpResponse:
        """Change stock once for each key."""
        items = items_of(call.body(), _FIELDS)
        for item in items:
            if ("delta" in item) == ("set" in item):
                raise bad("delta")
            if ("set" in item) != ("expect" in item):
                raise bad("expect")
        return self.batches.once(call, "stock", items, self._done)

    def _done(self, items: list[Body]) -> Body:
        rows, newest = self.shop.state.products, self.feed.newest
        before = {row["id"]: row["stock_status"] for row in rows.values()}
        found = [self._one(item) for item in items]
        touched = {row["stock_id"] for row in found if row["ok"]}
        flipped = [one for one in touched if rows[one]["stock_status"] != before[one]]
        change = newest + 1 if self.feed.newest > newest else 0
        return {"items": found, "change": change, "status_changed": sorted(flipped)}

    def _one(self, item: Body) -> Body:
        row = self.batches.row(item)
        if isinstance(row, str):
            return refused(None, row)
        holder = self._holder(row)
        if holder is None or (item.get("own") and holder is not row):
            return refused(row["id"], "stock_not_managed")
        number = item.get("set", item.get("delta"))
        if isinstance(number, str) or number is None or int(number) != number:
            return refused(row["id"], "bad_number")
        stock = holder["stock_quantity"] or 0
        if item.get("expect") is not None and item["expect"] != stock:
            return refused(row["id"], "stock_moved", stock=stock)
        after = int(number) if "set" in item else stock + int(number)
        if after != stock:
            self.shop.products.move_stock(holder, after - stock)
        return {"id": row["id"], "stock_id": holder["id"], "ok": True, "before": stock, "after": after}

    def _holder(self, row: Row) -> Row | None:
        if row["manage_stock"]:
            return row
        parent = self.shop.state.products.get(row["parent_id"]) if row["type"] == "variation" else None
        return parent if parent is not None and parent["manage_stock"] else None
