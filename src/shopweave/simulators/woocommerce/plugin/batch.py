"""Items of a batch: refused whole when nobody understands them, done once for each key."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.routes import Call
from shopweave.simulators.woocommerce.state import Row

if TYPE_CHECKING:
    from shopweave.simulators.woocommerce.shop import WooShop

ITEMS = 500
_TABLE = "request"
Work = Callable[[list[Body]], Body]


class Batches:
    """Requests of one shop that were answered, kept with its state."""

    def __init__(self, shop: "WooShop") -> None:
        self.shop = shop
        self._known = {row["key"]: row for row in shop.state.rows[_TABLE].values()}

    def once(self, call: Call, route: str, items: list[Body], work: Work) -> HttpResponse:
        """Do the work of a request, or give the answer that its key was given before."""
        key = call.headers.get("idempotency-key", str(call.body().get("key") or ""))
        if not key:
            raise Wrong(400, "shopweave_key_missing", "Give an Idempotency-Key.")
        asked = sha256(f"{route}\n{json.dumps(items)}".encode()).hexdigest()
        known = self._known.get(key)
        if known is not None and known["asked"] != asked:
            raise Wrong(422, "shopweave_key_reused", "This key was used for another request.")
        if known is not None:
            return answer(200, {**known["answer"], "replayed": True})
        found = work(items)
        number = self.shop.state.line_number()
        row: Row = {"id": number, "key": key, "asked": asked, "answer": found}
        self.shop.state.save(_TABLE, number, row)
        self._known[key] = row
        return answer(200, {**found, "replayed": False})

    def row(self, item: Body) -> Row | str:
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


def items_of(body: Body, fields: set[str]) -> list[Body]:
    """Read the items of a request."""
    if unknown := set(body) - {"key", "items"}:
        raise bad(min(unknown))
    items = body.get("items")
    if not isinstance(items, list):
        raise bad("items")
    if len(items) > ITEMS:
        raise Wrong(413, "shopweave_too_many", "At most 500 items go into one request.")
    for item in items:
        if unknown := set(item) - fields:
            raise bad(min(unknown))
        if not {"id", "sku"} & set(item):
            raise bad("id")
    return items


def refused(key: int | None, code: str, **more: object) -> Body:
    """Make the refusal of one item."""
    return {"id": key, "ok": False, "code": code, **more}


def bad(field: str) -> Wrong:
    """Make the refusal of a field."""
    return Wrong(400, "shopweave_bad_request", f"The field {field} cannot be used.", field=field)
