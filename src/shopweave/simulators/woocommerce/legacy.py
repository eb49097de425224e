"""The shop's old interface, `/wc-api/v3`: its index and its orders, for shops that still have it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.auth import Access
from shopweave.simulators.woocommerce.order_showing import OrderShown
from shopweave.simulators.woocommerce.orders import Orders
from shopweave.simulators.woocommerce.routes import MANAGERS
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.values import integer

BASE = "/wc-api/v3"
_HIDDEN = ("trash", "auto-draft", "checkout-draft")
_SIZE = 10
_SAME = ("id", "status", "currency", "total", "total_tax", "cart_tax", "shipping_tax", "customer_id")
_ADDRESS = (
    "first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country",
)  # fmt: skip
_LINE = ("id", "subtotal", "subtotal_tax", "total", "total_tax", "quantity", "tax_class", "name", "sku")
_PLURAL = ("line_items", "shipping_lines", "tax_lines", "fee_lines", "coupon_lines")


class Legacy:
    """The orders of a shop over the old interface."""

    def __init__(self, stage: Stage, access: Access, orders: Orders, shown: OrderShown) -> None:
        self.stage, self.access, self.orders, self.shown = stage, access, orders, shown

    def answer(self, request: HttpRequest, *, enabled: bool) -> HttpResponse:
        """Answer a call behind `/wc-api`; its errors have a shape of their own."""
        if not enabled:
            gone = {"code": "woocommerce_api_disabled", "message": "The WooCommerce API is disabled."}
            return answer(404, {"errors": gone})
        try:
            return self._routed(request)
        except Wrong as wrong:
            return answer(wrong.status, {"errors": [{"code": wrong.code, "message": wrong.message}]})

    def _routed(self, request: HttpRequest) -> HttpResponse:
        parts = urlsplit(request.url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        path = parts.path.rstrip("/")
        if path == BASE:
            return answer(200, {"store": {"name": "Shop", "wc_version": self.stage.version, "routes": {}}})
        self._admit(request, query)
        if path == f"{BASE}/orders" and request.method == "GET":
            return self._list(query)
        row = self.orders.rows.get(integer(path.rpartition("/")[2]))
        if row is None or path != f"{BASE}/orders/{row['id']}":
            raise Wrong(404, "woocommerce_api_invalid_order_id", "Invalid order ID")
        return answer(200, {"order": self._order(row)})

    def _admit(self, request: HttpRequest, query: Mapping[str, str]) -> None:
        """Let keys pass that the shop knows; in the header or, as it was then, in the address."""
        asked = next(
            (value for name, value in request.headers.items() if name.lower() == "authorization"), ""
        )
        plain, now = request.url.partition("?")[0], self.stage.now().timestamp()
        try:
            role = self.access.check(request.method, plain, query, asked, "/wp-json/wc-api", now)
        except Wrong as wrong:
            raise Wrong(401, "woocommerce_api_authentication_error", wrong.message) from None
        if role not in MANAGERS:
            raise Wrong(401, "woocommerce_api_authentication_error", "Consumer key is missing.")

    def _list(self, query: Mapping[str, str]) -> HttpResponse:
        rows = [row for row in self.orders.state.seen("order").values() if self._fits(row, query)]
        by_id = query.get("filter[orderby]", "").lower() == "id"
        latest_first = query.get("filter[order]", "DESC").upper() == "DESC"
        rows.sort(key=lambda row: (0 if by_id else row["date_created"], row["id"]), reverse=latest_first)
        size = integer(query.get("filter[limit]")) or _SIZE
        page = max(1, integer(query.get("page")))
        start = integer(query.get("filter[offset]")) or (page - 1) * size
        total = len(rows)
        headers = {"x-wc-total": str(total), "x-wc-totalpages": str(-(-total // size))}
        wanted = tuple(one for one in query.get("fields", "").split(",") if one)
        found = [_kept(self._order(row), wanted) for row in rows[start : start + size]]
        return self._dated(answer(200, {"orders": found}, headers))

    def _dated(self, found: HttpResponse) -> HttpResponse:
        moment = self.stage.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return HttpResponse(status=found.status, headers={"date": moment, **found.headers}, body=found.body)

    def _fits(self, row: Row, query: Mapping[str, str]) -> bool:
        if row["status"] in _HIDDEN or query.get("status", row["status"]) != row["status"]:
            return False
        after, before = query.get("filter[updated_at_min]"), query.get("filter[updated_at_max]")
        return (not after or row["date_modified"] >= _moment(after)) and (
            not before or row["date_modified"] <= _moment(before)
        )

    def _order(self, row: Row) -> Body:
        """Show an order as the old interface did: other names, UTC with a Z, variations by their own id."""
        known = self.shown.order(row)
        charged = [one["method_title"] for one in known["shipping_lines"]]
        lines = {name: [_line(one) for one in known[name]] for name in _PLURAL}
        return {
            **{name: known[name] for name in _SAME},
            "order_number": known["number"],
            "created_at": f"{known['date_created_gmt']}Z",
            "updated_at": f"{known['date_modified_gmt']}Z",
            "completed_at": f"{known['date_completed_gmt']}Z" if known["date_completed_gmt"] else None,
            "total_line_items_quantity": sum(one["quantity"] for one in known["line_items"]),
            "total_shipping": known["shipping_total"],
            "total_discount": known["discount_total"],
            "shipping_methods": ", ".join(charged),
            "payment_details": {
                "method_id": known["payment_method"],
                "method_title": known["payment_method_title"],
                "paid": known["date_paid"] is not None,
            },
            "billing_address": {
                name: known["billing"].get(name, "") for name in (*_ADDRESS, "email", "phone")
            },
            "shipping_address": {name: known["shipping"].get(name, "") for name in _ADDRESS},
            "note": known["customer_note"],
            **lines,
        }


def _address(known: Mapping[str, Any], *more: str) -> Body:
    return {name: known.get(name, "") for name in (*_ADDRESS, *more)}


def _line(one: Mapping[str, Any]) -> Body:
    if "product_id" not in one:
        return {name: value for name, value in one.items() if name != "meta_data"}
    own = {name: one[name] for name in _LINE}
    return {**own, "price": str(one["price"]), "product_id": one["variation_id"] or one["product_id"]}


def _kept(body: Body, wanted: tuple[str, ...]) -> Body:
    return {name: value for name, value in body.items() if name in wanted} if wanted else body


def _moment(text: str) -> str:
    """Read a time in UTC, or a day alone."""
    whole = text if "T" in text else f"{text}T00:00:00Z"
    return datetime.fromisoformat(whole).isoformat()
