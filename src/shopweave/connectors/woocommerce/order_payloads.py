"""From orders of other channels to the shop's JSON, and what the shop would refuse or swallow. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shopweave.connector.orders import HandOver, HandOverLine
from shopweave.connectors.woocommerce.order_records import ADDRESS, amount
from shopweave.connectors.woocommerce.records import MARK, mark
from shopweave.core.prints import plain
from shopweave.model.change import WriteRefused
from shopweave.model.order import Address, Charge, ChargeKind
from shopweave.model.record import Kind

ORIGIN = "_shopweave_origin"
DIFFERENCE = "Difference of tax and rounding"
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def payload(one: HandOver, status: str) -> dict[str, Any]:
    """Give the JSON of a new order; totals of lines go without tax, as the shop wants them."""
    order = one.order
    return {
        "status": status,
        "currency": order.revision.totals.total.currency,
        "customer_note": order.note,
        "billing": _address(order.bill_to),
        "shipping": _address(order.ship_to),
        "payment_method": order.payment.method,
        "payment_method_title": order.payment.title,
        "transaction_id": order.payment.transaction,
        "line_items": [_line(line) for line in one.lines],
        "shipping_lines": [_shipping(each) for each in order.charges if each.kind is ChargeKind.SHIPPING],
        "fee_lines": [_fee(each) for each in order.charges if each.kind is ChargeKind.FEE],
        "meta_data": [
            {"key": MARK, "value": one.reference},
            {"key": ORIGIN, "value": f"{order.revision.connection} {order.number}".strip()},
        ],
    }


def _address(one: Address) -> dict[str, str]:
    """Give an address; an e-mail address the shop would refuse the whole order for is left out."""
    found = {theirs: str(getattr(one, ours)) for ours, theirs in ADDRESS.items()}
    if not _MAIL.fullmatch(found["email"]):
        del found["email"]
    return found


def _line(one: HandOverLine) -> dict[str, Any]:
    """Give a line; without `subtotal` the shop would show a discount against its own price."""
    product, _, variation = one.remote_id.partition(":")
    total = plain(one.line.total.amount)
    body = {"product_id": int(product), "quantity": int(one.quantity), "subtotal": total, "total": total}
    return {**body, "variation_id": int(variation)} if variation else body


def _shipping(one: Charge) -> dict[str, Any]:
    return {"method_id": one.code or "other", "method_title": one.name, "total": plain(one.total.amount)}


def _fee(one: Charge) -> dict[str, Any]:
    taxed = "taxable" if one.tax.amount else "none"
    return {"name": one.name or "Fee", "total": plain(one.total.amount), "tax_status": taxed}


def refusal(one: HandOver, currency: str) -> WriteRefused | None:
    """Say why the shop cannot take an order, before anything is sent; `currency` is the shop's."""
    if one.remote_id:
        return refused("WOO-160", "later changes of an order are not written", "Change it in the shop.")
    theirs = one.order.revision.totals.total.currency
    if theirs != currency:
        text = f"the order is in {theirs}, the shop sells in {currency}"
        return refused("WOO-161", text, "Book it by hand; the hub never converts money.")
    if not one.lines:
        return refused("WOO-162", "the order has no lines", "Look at the order in its own shop.")
    for line in one.lines:
        if line.quantity <= 0 or line.quantity != int(line.quantity):
            text = f"a quantity of {plain(line.quantity)} cannot be sold there"
            return refused("WOO-163", text, "The shop sells whole pieces; link it to another record.")
        if line.kind not in (Kind.PRODUCT, Kind.VARIATION) or not line.remote_id:
            return refused("WOO-164", "a line names nothing that is sold there", "Link it to a product.")
    return None


def refused(code: str, what: str, remedy: str) -> WriteRefused:
    """Make the refusal of an order."""
    return WriteRefused(number=0, code=code, what=what, remedy=remedy)


def is_ours(raw: Mapping[str, Any], one: HandOver) -> bool:
    """Say whether an order of the shop is this hand-over."""
    return mark(raw) == one.reference


def is_whole(raw: Mapping[str, Any]) -> bool:
    """Say whether every line has a product: the shop answers 201 for products it does not know."""
    return all(line.get("product_id") for line in raw.get("line_items") or ())


def difference(raw: Mapping[str, Any], one: HandOver) -> Decimal:
    """Give what the buyer paid beyond what the shop computed; 0 where it was put right already."""
    if any(fee.get("name") == DIFFERENCE for fee in raw.get("fee_lines") or ()):
        return Decimal(0)
    return one.order.revision.totals.total.amount - amount(raw["total"])


def correction(value: Decimal) -> dict[str, Any]:
    """Give the change that puts a total right."""
    return {"fee_lines": [{"name": DIFFERENCE, "total": plain(value), "tax_status": "none"}]}


def withdrawal(one: HandOver) -> dict[str, Any]:
    """Give the change that takes back an order with a line the shop did not know; its goods come back."""
    return {"status": "cancelled", "meta_data": [{"key": MARK, "value": f"{one.reference}:refused"}]}
