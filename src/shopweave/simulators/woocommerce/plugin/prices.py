"""The price route: each item refused alone, a repeated key once."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body
from shopweave.simulators.woocommerce.plugin.batch import Batches, items_of, refused
from shopweave.simulators.woocommerce.plugin.feed import Feed
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_FIELDS = {"id", "sku", "regular", "sale", "from", "to"}
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")


class Prices:
    """Prices of one shop."""

    def __init__(self, shop: "WooShop", batches: Batches, feed: Feed) -> None:
        self.shop, self.batches, self.feed = shop, batches, feed

    def answer(self, call: Call) -> HttpResponse:
        """Set prices once for each key."""
        return self.batches.once(call, "prices", items_of(call.body(), _FIELDS), self._done)

    def _done(self, items: list[Body]) -> Body:
        newest, seen = self.feed.newest, set[int]()
        found = [self._one(item, seen) for item in items]
        change = newest + 1 if self.feed.newest > newest else 0
        return {"items": found, "change": change}

    def _one(self, item: Body, seen: set[int]) -> Body:
        row = self.batches.row(item)
        if isinstance(row, str):
            return refused(None, row)
        given = [item.get(name) or "" for name in ("regular", "sale")]
        if not all(isinstance(one, str) and (not one or _NUMBER.fullmatch(one)) for one in given):
            return refused(row["id"], "bad_number")
        regular = item["regular"] if item.get("regular") is not None else row["regular_price"]
        sale = item.get("sale") or ""
        if sale and (not regular or Decimal(sale) >= Decimal(regular)):
            return refused(row["id"], "bad_sale")
        way = "fast" if row["id"] not in seen and _is_plain(row, item) else "object"
        seen.add(row["id"])
        self.shop.products.update(row, _body(item))
        return {"id": row["id"], "ok": True, "way": way}


def _is_plain(row: Row, item: Body) -> bool:
    has_sale = bool(item.get("sale") or item.get("from") or item.get("to") or row["sale_price"])
    return bool(item.get("regular") and row["regular_price"]) and not has_sale and row["type"] != "variation"


def _body(item: Body) -> Body:
    body: Body = {"regular_price": item["regular"]} if item.get("regular") is not None else {}
    if item.get("sale") is not None:
        dates = {"date_on_sale_from": item.get("from") or "", "date_on_sale_to": item.get("to") or ""}
        body |= {"sale_price": item["sale"], **dates}
    return body
