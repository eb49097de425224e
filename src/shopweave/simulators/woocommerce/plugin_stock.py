"""The companion plug-in's stock route: items in their order, refused one by one, a repeated key once."""

from typing import TYPE_CHECKING, Any

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

_FIELDS = {"id", "sku", "delta", "set", "expect"}
_ITEMS = 500


class Stock:
    """Stock of one shop, with the answers to keys that came before."""

    def __init__(self, shop: "WooShop") -> None:
        self.shop = shop
        self._answers: dict[str, tuple[Any, Body]] = {}

    def answer(self, call: Call) -> HttpResponse:
        """Change stock once for each key."""
        body = call.body()
        key = call.headers.get("idempotency-key", str(body.get("key") or ""))
        if not key:
            raise Wrong(400, "shopweave_key_missing", "Give an Idempotency-Key.")
        items = _items(body)
        asked, known = self._answers.get(key, (items, None))
        if asked != items:
            raise Wrong(422, "shopweave_key_reused", "This key was used for another request.")
        if known is not None:
            return answer(200, {**known, "replayed": True})
        before = {row["id"]: row["stock_status"] for row in self.shop.state.products.values()}
        found: Body = {"items": [self._one(item) for item in items], "change": 1}
        touched = {row["stock_id"] for row in found["items"] if row["ok"]}
        flipped = [one for one in touched if self.shop.state.products[one]["stock_status"] != before[one]]
        found["status_changed"] = sorted(flipped)
        self._answers[key] = (items, found)
        return answer(200, {**found, "replayed": False})

    def _one(self, item: Body) -> Body:
        row = self._row(item)
        if isinstance(row, str):
            return {"id": None, "ok": False, "code": row}
        holder = self._holder(row)
        if holder is None:
            return {"id": row["id"], "ok": False, "code": "stock_not_managed"}
        number = item.get("set", item.get("delta"))
        if isinstance(number, str) or number is None or int(number) != number:
            return {"id": row["id"], "ok": False, "code": "bad_number"}
        stock = holder["stock_quantity"] or 0
        if item.get("expect") is not None and item["expect"] != stock:
            return {"id": row["id"], "ok": False, "code": "stock_moved", "stock": stock}
        after = int(number) if "set" in item else stock + int(number)
        if after != stock:
            self.shop.products.move_stock(holder, after - stock)
        return {"id": row["id"], "stock_id": holder["id"], "ok": True, "before": stock, "after": after}

    def _row(self, item: Body) -> Row | str:
        """Find the product of an item, or why there is none."""
        rows = self.shop.state.products
        if "id" in item:
            found = [rows[item["id"]]] if item["id"] in rows else []
        else:
            wanted = str(item["sku"]).strip().lower()
            found = [row for row in rows.values() if str(row["sku"]).strip().lower() == wanted]
        alive = [row for row in found if row["status"] != "trash"]
        if len(alive) > 1:
            return "ambiguous_sku"
        return alive[0] if alive else "in_trash" if found else "unknown_product"

    def _holder(self, row: Row) -> Row | None:
        if row["manage_stock"]:
            return row
        parent = self.shop.state.products.get(row["parent_id"]) if row["type"] == "variation" else None
        return parent if parent is not None and parent["manage_stock"] else None


def _items(body: Body) -> list[Body]:
    """Read the items; what no item has is refused whole."""
    items = body.get("items")
    if not isinstance(items, list):
        raise _bad("items")
    if len(items) > _ITEMS:
        raise Wrong(413, "shopweave_too_many", "At most 500 items go into one request.")
    for item in items:
        if unknown := set(item) - _FIELDS:
            raise _bad(min(unknown))
        if not {"id", "sku"} & set(item):
            raise _bad("id")
        if ("delta" in item) == ("set" in item):
            raise _bad("delta")
        if ("set" in item) != ("expect" in item):
            raise _bad("expect")
    return items


def _bad(field: str) -> Wrong:
    return Wrong(400, "shopweave_bad_request", f"The field {field} cannot be used.", field=field)
