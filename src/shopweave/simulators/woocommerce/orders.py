"""Orders: made and changed by WooCommerce's rules, with what they do to stock."""

import copy
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from shopweave.simulators.woocommerce.answers import Body, Wrong
from shopweave.simulators.woocommerce.lines import Lines
from shopweave.simulators.woocommerce.meta import merged
from shopweave.simulators.woocommerce.products import Products
from shopweave.simulators.woocommerce.stage import Stage
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.sums import discounted, plain, sums
from shopweave.simulators.woocommerce.values import integer, truth

STATUSES = (
    "pending", "processing", "on-hold", "completed", "cancelled", "refunded",
    "failed", "checkout-draft", "auto-draft", "trash",
)  # fmt: skip
TAKES = ("processing", "completed", "on-hold")
GIVES_BACK = ("cancelled", "pending")
_BILLING = ("first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode")
_TEXTS = ("customer_note", "payment_method", "payment_method_title", "transaction_id", "created_via")


class Orders:
    """The orders of a shop; `prices_include_tax` as the shop is set."""

    def __init__(
        self, stage: Stage, state: State, products: Products, lines: Lines, *, currency: str
    ) -> None:
        self.stage, self.state, self.products, self.lines = stage, state, products, lines
        self.currency = currency

    @property
    def rows(self) -> dict[int, Row]:
        """Give orders by id."""
        return self.state.rows["order"]

    def create(self, body: Body) -> Row:
        """Make an order; products that nobody knows give empty lines."""
        moment = self.stage.now().isoformat()
        row: Row = {
            "id": 0, "status": "pending", "currency": self.currency, "customer_id": 0, "parent_id": 0,
            "billing": dict.fromkeys((*_BILLING, "country", "email", "phone"), ""),
            "shipping": dict.fromkeys((*_BILLING, "country", "phone"), ""),
            **dict.fromkeys(_TEXTS, ""), "created_via": "rest-api",
            "date_created": moment, "date_modified": moment, "date_paid": None, "date_completed": None,
            "meta_data": [], "next_meta": 1, "line_items": [], "shipping_lines": [], "fee_lines": [],
            "coupon_lines": [], "rates": [], "prices_include_tax": self.lines.included,
            "taken": False, "sold": False, "version": self.stage.version,
        }  # fmt: skip
        self._check(body)
        self._fill(row, body)
        row["id"] = self.state.number()
        row["order_key"] = "wc_order_" + sha256(f"{self.stage.url} {row['id']}".encode()).hexdigest()[:13]
        self._turn(row, "pending", self._wanted(row, body))
        self.state.save("order", row["id"], row)
        self.stage.tell("order", row["id"], "created")
        return row

    def update(self, old: Row, body: Body) -> Row:
        """Change an order; every save moves its date."""
        row = copied(old)
        self._check(body)
        self._fill(row, body)
        row["date_modified"] = self.stage.now().isoformat()
        self._turn(row, old["status"], self._wanted(row, body))
        self.state.save("order", row["id"], row)
        self.stage.tell("order", row["id"], "updated")
        return row

    def trash(self, row: Row) -> None:
        """Move to the trash; stock stays as it is."""
        if row["status"] == "trash":
            raise Wrong(410, "woocommerce_rest_already_trashed", "The order has already been deleted.")
        self.state.save("order", row["id"], {**row, "status": "trash", "was": row["status"]})
        self.stage.tell("order", row["id"], "deleted")

    def remove(self, row: Row) -> None:
        """Delete for good; nobody is told, stock stays as it is."""
        self.state.remove("order", row["id"])

    def note(self, key: int, text: str, *, customer: bool = False, by_user: bool = False) -> Row:
        """Write a note; it moves no date and nobody is told."""
        row: Row = {
            "id": self.state.number(), "order": key, "author": "hub" if by_user else "system",
            "date": self.stage.now().isoformat(), "note": text, "customer_note": customer,
        }  # fmt: skip
        self.state.save("note", row["id"], row)
        return row

    def _check(self, body: Body) -> None:
        customer = integer(body.get("customer_id"))
        if customer and customer not in self.state.rows["customer"]:
            raise Wrong(400, "woocommerce_rest_invalid_customer_id", "Customer ID is invalid.")

    def _wanted(self, row: Row, body: Body) -> str:
        if truth(body.get("set_paid")) and not row["date_paid"]:
            return self.paid_status(row)
        wanted = str(body.get("status", row["status"]))
        return wanted if wanted in STATUSES else "pending"

    def paid_status(self, row: Row) -> str:
        """Give the status that counts as paid: completed for goods that are not sent, and for cash."""
        is_done = row["payment_method"] == "cod" or not self.needs_sending(row)
        return "completed" if is_done and row["line_items"] else "processing"

    def needs_sending(self, row: Row) -> bool:
        """Say whether an order holds goods that are not virtual."""
        found = (self.lines.product_of(line) for line in row["line_items"])
        return any(one is None or not one["virtual"] for one in found)

    def _fill(self, row: Row, body: Body) -> None:
        for key in _TEXTS:
            if key in body:
                row[key] = "" if body[key] is None else str(body[key])
        for key in ("customer_id", "parent_id"):
            if key in body:
                row[key] = integer(body[key])
        if body.get("currency"):
            row["currency"] = str(body["currency"])
        for key in ("billing", "shipping"):
            known: Mapping[str, Any] = body.get(key) or {}
            row[key] |= {name: str(value or "") for name, value in known.items() if name in row[key]}
        row["next_meta"] = merged(row["meta_data"], row["next_meta"], body.get("meta_data") or [])
        row["rates"] = self.lines.rates(row)
        changes = list(self.lines.put(row, body))
        if "coupon_lines" in body:
            row["coupon_lines"] = [self.lines.coupon_line(one) for one in body["coupon_lines"] or []]
            discounted(row, [self.lines.coupon(one["code"]) for one in row["coupon_lines"]])
        for line, change in changes:
            self._shift(row, line, change)

    def _shift(self, row: Row, line: Row, change: int) -> None:
        """Edit a line whose stock is taken: the difference is booked."""
        if row["taken"] and change:
            held = integer(meta_of(line, "_reduced_stock")) + change
            if self._move(line, -change):
                set_meta(self.state, line, "_reduced_stock", str(held) if held else None)

    def _move(self, line: Row, change: int) -> bool:
        target = self.lines.stocked(line)
        if target is None:
            return False
        self.products.move_stock(target, change)
        return True

    def _turn(self, row: Row, old: str, new: str) -> None:
        row["status"] = new
        if new in TAKES and not row["taken"]:
            self._take(row)
        elif new in GIVES_BACK and row["taken"]:
            self._give_back(row)
        self._date(row)
        if old != new and row["id"]:
            self.note(row["id"], f"Order status changed from {old} to {new}.")

    def _take(self, row: Row) -> None:
        for line in row["line_items"]:
            if meta_of(line, "_reduced_stock") is None and self._move(line, -line["quantity"]):
                set_meta(self.state, line, "_reduced_stock", str(line["quantity"]))
                self.note(row["id"], f"Stock levels reduced: {line['name']} by {line['quantity']}")
        row["taken"] = True
        self._sell(row, 1)

    def _give_back(self, row: Row) -> None:
        for line in row["line_items"]:
            held = integer(meta_of(line, "_reduced_stock"))
            if held and self._move(line, held):
                self.note(row["id"], f"Stock levels increased: {line['name']} by {held}")
            set_meta(self.state, line, "_reduced_stock", None)
        row["taken"] = False
        self._sell(row, -1)

    def _sell(self, row: Row, sign: int) -> None:
        for line in row["line_items"]:
            product = self.state.products.get(line["product_id"])
            if product is not None:
                sold = product.get("total_sales", 0) + sign * line["quantity"]
                self.state.save("product", product["id"], {**product, "total_sales": sold})

    def _date(self, row: Row) -> None:
        now, paid = self.stage.now().isoformat(), self.paid_status(row)
        is_paid = row["status"] == paid or (paid == "processing" and row["status"] == "completed")
        if is_paid and row["date_paid"] is None:
            row["date_paid"] = now
        if row["status"] == "completed" and row["date_completed"] is None:
            row["date_completed"] = now

    def total(self, row: Row) -> str:
        """Give what an order comes to."""
        return plain(sums(row).total)


def copied(row: Row) -> Row:
    """Copy an order with its lines, so that a refused change leaves it whole."""
    return copy.deepcopy(row)


def meta_of(line: Row, key: str) -> str | None:
    """Give a value of a line's meta data."""
    return next((str(one["value"]) for one in line["meta_data"] if one["key"] == key), None)


def set_meta(state: State, line: Row, key: str, value: str | None) -> None:
    """Set or remove a value of a line's meta data."""
    line["meta_data"] = [one for one in line["meta_data"] if one["key"] != key]
    if value is not None:
        shown = {"display_key": key, "display_value": value}
        line["meta_data"].append({"id": state.line_number(), "key": key, "value": value, **shown})
