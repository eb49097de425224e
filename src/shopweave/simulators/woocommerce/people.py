"""Routes of customers, coupons and tax rates, as far as orders need them."""

from typing import Any

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.batches import Batch, key_of, run_batch
from shopweave.simulators.woocommerce.routes import Call, no_route, required
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State, when
from shopweave.simulators.woocommerce.sums import money
from shopweave.simulators.woocommerce.values import integer, stamp, truth

_ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode")
_CUSTOMER: Row = {"email": "", "first_name": "", "last_name": "", "username": "", "role": "customer"}
_COUPON: Row = {
    "code": "", "amount": "0.00", "status": "publish", "discount_type": "fixed_cart", "description": "",
    "date_expires": None, "usage_count": 0, "individual_use": False, "product_ids": [],
    "excluded_product_ids": [], "usage_limit": None, "usage_limit_per_user": None,
    "limit_usage_to_x_items": None, "free_shipping": False, "product_categories": [],
    "excluded_product_categories": [], "exclude_sale_items": False, "minimum_amount": "0.00",
    "maximum_amount": "0.00", "email_restrictions": [], "used_by": [], "meta_data": [],
}  # fmt: skip
_TAX: Row = {
    "country": "", "state": "", "postcode": "", "city": "", "rate": "0.0000", "name": "Tax", "priority": 1,
    "compound": False, "shipping": True, "order": 0, "class": "standard", "postcodes": [], "cities": [],
}  # fmt: skip


class People:
    """Customers, coupons and tax rates of a shop over HTTP."""

    def __init__(self, stage: Stage, state: State) -> None:
        self.stage, self.state = stage, state

    def customers(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/customers`."""
        return self._answer(call, parts, "customer", "customers")

    def coupons(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/coupons`."""
        return self._answer(call, parts, "coupon", "coupons")

    def taxes(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/taxes`."""
        return self._answer(call, parts, "tax", "taxes")

    def _answer(self, call: Call, parts: list[str], table: str, path: str) -> HttpResponse:
        if parts == ["batch"] and call.writes:
            do = Batch(
                create=lambda one: self._shown(self._make(table, one), table, path),
                update=lambda one: self._shown(self._put(table, self._find(table, one), one), table, path),
                delete=lambda one: self._gone(table, self._find(table, one), path),
            )
            return run_batch(call.body(), do)
        if not parts and call.writes:
            row = self._make(table, call.body())
            place = {"location": f"{self.stage.url}/wp-json/wc/v3/{path}/{row['id']}"}
            return answer(201, self._shown(row, table, path), place)
        if not parts:
            rows = self._matching(call, table)
            return self.stage.listed(call, rows, f"/wc/v3/{path}", lambda row: self._shown(row, table, path))
        if len(parts) > 1 or not parts[0].isdigit():
            raise no_route()
        row = self._find(table, int(parts[0]))
        if call.method == "DELETE":
            if not truth(call.query.get("force")):
                raise Wrong(
                    501, "woocommerce_rest_trash_not_supported", "Resource does not support trashing."
                )
            return answer(200, self._gone(table, row, path))
        row = self._put(table, row, call.body()) if call.writes else row
        return answer(200, self._shown(row, table, path))

    def _matching(self, call: Call, table: str) -> list[Row]:
        rows = sorted(self.state.rows[table].values(), key=lambda row: -int(row["id"]))
        for name in ("email", "code", "class"):
            if call.query.get(name):
                rows = [row for row in rows if row.get(name) == call.query[name].lower()]
        return rows

    def _find(self, table: str, one: Any) -> Row:
        row = self.state.rows[table].get(key_of(one))
        if row is None:
            codes = {"customer": "woocommerce_rest_invalid_id", "tax": "woocommerce_rest_invalid_id"}
            raise Wrong(404, codes.get(table, "woocommerce_rest_shop_coupon_invalid_id"), "Invalid ID.")
        return row

    def _make(self, table: str, body: Body) -> Row:
        required(body, *{"customer": ("email",), "coupon": ("code",), "tax": ()}[table])
        self._unique(table, body)
        base = {"customer": _CUSTOMER, "coupon": _COUPON, "tax": _TAX}[table]
        now = self.stage.now().isoformat()
        row: Row = {**base, "id": self.state.number(), "date_created": now, "date_modified": now}
        if table == "customer":
            row["billing"] = dict.fromkeys((*_ADDRESS, "country", "email", "phone"), "")
            row["shipping"] = dict.fromkeys((*_ADDRESS, "country", "phone"), "")
            row["username"] = str(body["email"]).partition("@")[0].lower()
        return self._keep(table, row, body, "created")

    def _unique(self, table: str, body: Body) -> None:
        if table == "coupon":
            code = str(body["code"]).lower()
            if any(row["code"] == code for row in self.state.rows["coupon"].values()):
                message = "The coupon code already exists"
                raise Wrong(400, "woocommerce_rest_coupon_code_already_exists", message)
        mail = str(body.get("email", "")).lower()
        if table == "customer" and any(row["email"] == mail for row in self.state.rows["customer"].values()):
            message = "An account is already registered with your email address."
            raise Wrong(400, "registration-error-email-exists", message)

    def _put(self, table: str, row: Row, body: Body) -> Row:
        return self._keep(table, {**row, "date_modified": self.stage.now().isoformat()}, body, "updated")

    def _keep(self, table: str, row: Row, body: Body, event: str) -> Row:
        for key, value in body.items():
            if key in ("billing", "shipping") and key in row and isinstance(value, dict):
                row[key] = row[key] | {name: str(value[name]) for name in value if name in row[key]}
            elif key in ("email", "code"):
                row[key] = str(value).lower()
            elif key == "amount":
                row[key] = format(money(value), ".2f")
            elif key in ("priority", "order", "usage_limit") and value is not None:
                row[key] = integer(value)
            elif key in row and key not in ("id", "date_created", "date_modified"):
                row[key] = value
        self.state.save(table, row["id"], row)
        self.stage.tell(table, row["id"], event)
        return row

    def _gone(self, table: str, row: Row, path: str) -> Body:
        shown = self._shown(row, table, path)
        self.state.remove(table, row["id"])
        return shown

    def _shown(self, row: Row, table: str, path: str) -> Body:
        body = {**row, "_links": self.stage.links(f"{path}/{row['id']}")}
        dates: Body = {}
        for name in ("date_created", "date_modified"):
            moment = when(body.pop(name))
            dates |= {name: stamp(moment, self.stage.offset), f"{name}_gmt": stamp(moment)}
        if table == "tax":
            return body
        if table == "coupon":
            return {**body, **dates, "date_expires_gmt": body["date_expires"]}
        orders = self.state.rows["order"].values()
        is_paying = any(one["customer_id"] == row["id"] and one["date_paid"] for one in orders)
        return {**body, **dates, "is_paying_customer": is_paying, "avatar_url": "", "meta_data": []}
