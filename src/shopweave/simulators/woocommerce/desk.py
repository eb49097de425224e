"""Routes of orders, their notes and refunds."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer, fields
from shopweave.simulators.woocommerce.batches import Batch, key_of, run_batch
from shopweave.simulators.woocommerce.order_showing import OrderShown, known_currency
from shopweave.simulators.woocommerce.orders import STATUSES, Orders
from shopweave.simulators.woocommerce.refunds import Refunds
from shopweave.simulators.woocommerce.routes import Call, no_route, required
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.values import integer, invalid, moment, truth

_TRASH = "woocommerce_rest_trash_not_supported"
_HIDDEN = ("trash", "auto-draft")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WINDOWS = (
    ("modified_after", "date_modified", True),
    ("modified_before", "date_modified", False),
    ("after", "date_created", True),
    ("before", "date_created", False),
)


class Desk:
    """The orders of a shop over HTTP."""

    def __init__(self, stage: Stage, orders: Orders, refunds: Refunds, shown: OrderShown) -> None:
        self.stage, self.orders, self.refunds, self.shown = stage, orders, refunds, shown

    def answer(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer a call behind `/orders`."""
        match parts:
            case []:
                return self._create(call) if call.writes else self._list(call)
            case ["batch"] if call.writes:
                return run_batch(call.body(), self._batch())
            case [key] if key.isdigit():
                return self._one(call, self._find(int(key), call.method))
            case [key, "notes", *rest] if key.isdigit():
                return self._notes(call, self._find(int(key), "GET"), rest)
            case [key, "refunds", *rest] if key.isdigit():
                return self._refunds(call, self._find(int(key), "GET"), rest)
        raise no_route()

    def all_refunds(self, call: Call, parts: list[str]) -> HttpResponse:
        """Answer `/refunds`: those of all orders, newest first."""
        if parts or call.writes:
            raise no_route()
        rows = sorted(self.orders.state.rows["refund"].values(), key=lambda row: -int(row["id"]))
        return self.stage.listed(
            call, rows, "/wc/v3/refunds", lambda row: self.shown.refund(row, everywhere=True)
        )

    def _find(self, key: int, method: str) -> Row:
        row = self.orders.rows.get(key)
        if row is None:
            status = 400 if method in ("PUT", "POST", "PATCH") else 404
            raise Wrong(status, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
        return row

    def _create(self, call: Call) -> HttpResponse:
        body = call.body()
        if "id" in body:
            raise Wrong(400, "woocommerce_rest_shop_order_exists", "Cannot create existing order.")
        check(body)
        row = self._made(body)
        return answer(201, self.shown.order(row), self._location(f"orders/{row['id']}"))

    def _made(self, body: Body) -> Row:
        return self._closed(self.orders.create(body), "pending")

    def _changed(self, row: Row, body: Body) -> Row:
        return self._closed(self.orders.update(row, body), row["status"])

    def _closed(self, row: Row, before: str) -> Row:
        if row["status"] == "refunded" and before != "refunded":
            self.refunds.close(row)
        return row

    def _location(self, path: str) -> dict[str, str]:
        return {"location": f"{self.stage.url}/wp-json/wc/v3/{path}"}

    def _list(self, call: Call) -> HttpResponse:
        rows = matching(list(self.orders.state.seen("order").values()), call, self.stage.offset)
        places = integer(call.query.get("dp", "2"))
        return self.stage.listed(call, rows, "/wc/v3/orders", lambda row: self.shown.order(row, places))

    def _one(self, call: Call, row: Row) -> HttpResponse:
        if call.writes:
            body = call.body()
            check(body)
            return answer(200, self.shown.order(self._changed(row, body)))
        shown = self.shown.order(row, integer(call.query.get("dp", "2")))
        if call.method == "DELETE":
            if truth(call.query.get("force")):
                self.orders.remove(row)
            else:
                self.orders.trash(row)
        return answer(200, fields(shown, call.query.get("_fields")))

    def _batch(self) -> Batch:
        def update(one: Body) -> Body:
            return self.shown.order(self._changed(self._find(integer(one.get("id")), "PUT"), one))

        def delete(one: Any) -> Body:
            row = self._find(key_of(one), "DELETE")
            shown = self.shown.order(row)
            self.orders.remove(row)
            return shown

        return Batch(create=lambda one: self.shown.order(self._made(one)), update=update, delete=delete)

    def _notes(self, call: Call, order: Row, rest: list[str]) -> HttpResponse:
        notes = self.orders.state.rows["note"]
        if not rest and call.writes:
            body = call.body()
            required(body, "note")
            by_user, customer = truth(body.get("added_by_user")), truth(body.get("customer_note"))
            row = self.orders.note(order["id"], str(body["note"]), customer=customer, by_user=by_user)
            place = self._location(f"orders/{order['id']}/notes/{row['id']}")
            return answer(201, self.shown.note(row), place)
        if not rest:
            rows = [row for row in notes.values() if row["order"] == order["id"]]
            return answer(
                200, [self.shown.note(row) for row in sorted(rows, key=lambda row: -int(row["id"]))]
            )
        row_or_none = notes.get(integer(rest[0]))
        if row_or_none is None or call.writes:
            raise no_route() if call.writes else Wrong(404, "woocommerce_rest_invalid_id", "Invalid ID.")
        if call.method == "DELETE":
            self._forced(call)
            self.orders.state.remove("note", row_or_none["id"])
        return answer(200, self.shown.note(row_or_none))

    def _refunds(self, call: Call, order: Row, rest: list[str]) -> HttpResponse:
        if not rest and call.writes:
            row = self.refunds.create(order, call.body())
            path = f"orders/(?P<order_id>[\\d]+)/refunds/{row['id']}"
            return answer(201, self.shown.refund(row), self._location(path))
        if not rest:
            rows = self.shown.refunds_of(order["id"])
            path = f"/wc/v3/orders/{order['id']}/refunds"
            return self.stage.listed(call, rows, path, self.shown.refund)
        found = self.orders.state.rows["refund"].get(integer(rest[0]))
        if found is None or found["order"] != order["id"] or call.writes:
            raise Wrong(404, "woocommerce_rest_shop_order_refund_invalid_id", "Invalid order refund ID.")
        if call.method == "DELETE":
            self._forced(call)
            self.orders.state.remove("refund", found["id"])
        return answer(200, self.shown.refund(found))

    def _forced(self, call: Call) -> None:
        if not truth(call.query.get("force")):
            raise Wrong(501, _TRASH, "Resource does not support trashing.")


def check(body: Body) -> None:
    """Check a single call; batch items never come here."""
    status, currency = body.get("status"), body.get("currency")
    if "status" in body and status not in STATUSES:
        raise invalid("status", f"status is not one of {', '.join(STATUSES)}.", "rest_not_in_enum")
    if currency is not None and not known_currency(str(currency)):
        raise invalid("currency", "currency is not a known currency.", "rest_not_in_enum")
    mail = (body.get("billing") or {}).get("email")
    if mail and not _MAIL.fullmatch(str(mail)):
        raise invalid("billing", "Invalid email address.", "rest_invalid_email")


def matching(rows: list[Row], call: Call, offset: timedelta) -> list[Row]:
    """Give the orders a list call means, in its order; `number` and other unknown names are ignored."""
    for wanted in _filters(call, offset):
        rows = [row for row in rows if wanted(row)]
    by = call.query.get("orderby", "date")
    if by == "include" and call.query.get("include"):
        place = {one: number for number, one in enumerate(call.every("include"))}
        return sorted(rows, key=lambda row: place.get(str(row["id"]), 0))
    keys: Mapping[str, Callable[[Row], Any]] = {
        "id": lambda row: row["id"],
        "modified": lambda row: row["date_modified"],
    }
    key = keys.get(by, lambda row: (row["date_created"], row["id"]))
    return sorted(rows, key=key, reverse=call.query.get("order", "desc") == "desc")


def _filters(call: Call, offset: timedelta) -> list[Callable[[Row], bool]]:
    query = call.query
    found: list[Callable[[Row], bool]] = [_status(call)]
    for name, key, later in _WINDOWS:
        if query.get(name):
            found.append(_by_time(key, moment(query[name], query, offset).isoformat(), later=later))
    for name, is_in in (("include", True), ("exclude", False)):
        if query.get(name):
            found.append(_by_id({integer(one) for one in call.every(name)}, is_in=is_in))
    if query.get("created_via"):
        found.append(lambda row: row["created_via"] in call.every("created_via"))
    if query.get("customer"):
        found.append(lambda row: row["customer_id"] == integer(query["customer"]))
    if query.get("product"):
        wanted = integer(query["product"])
        found.append(lambda row: any(line["product_id"] == wanted for line in row["line_items"]))
    if query.get("search"):
        found.append(lambda row: query["search"].lower() in _words(row))
    return found


def _status(call: Call) -> Callable[[Row], bool]:
    wanted = call.every("status") or ("any",)
    for one in wanted:
        if one not in (*STATUSES, "any"):
            raise invalid(
                "status", f"status[0] is not one of any, {', '.join(STATUSES)}.", "rest_not_in_enum"
            )
    return lambda row: row["status"] in wanted or ("any" in wanted and row["status"] not in _HIDDEN)


def _by_time(key: str, text: str, *, later: bool) -> Callable[[Row], bool]:
    return (lambda row: row[key] > text) if later else (lambda row: row[key] < text)


def _by_id(keys: set[int], *, is_in: bool) -> Callable[[Row], bool]:
    return lambda row: (row["id"] in keys) == is_in


def _words(row: Row) -> str:
    billing = row["billing"]
    names = (str(row["id"]), billing["email"], billing["first_name"], billing["last_name"])
    return " ".join(names).lower()
