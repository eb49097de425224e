"""Refunds: book-keeping, stock that comes back, and gateways that cannot pay back."""

from collections.abc import Iterator
from decimal import Decimal

from shopweave.simulators.woocommerce.answers import BareWrong, Body
from shopweave.simulators.woocommerce.meta import merged
from shopweave.simulators.woocommerce.orders import Orders, copied, meta_of, set_meta
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.sums import money, plain, sums
from shopweave.simulators.woocommerce.values import integer, truth

FULL = "Order fully refunded."


class Refunds:
    """The refunds of a shop's orders; `gateways` are the payment methods that can pay back."""

    def __init__(self, orders: Orders, gateways: tuple[str, ...] = ()) -> None:
        self.orders, self.gateways = orders, gateways

    def create(self, order: Row, body: Body) -> Row:
        """Refund an order in part or whole; the whole sets it to `refunded`."""
        wanted = [one for one in body.get("line_items") or [] if integer(one.get("id"))]
        amount = self._amount(body, wanted)
        left = sums(order).total - self.given(order)
        if amount <= 0 or amount > left:
            raise _refused("Invalid refund amount.")
        by_gateway = truth(body.get("api_refund", True))
        if by_gateway and order["payment_method"] not in self.gateways:
            raise _refused("The payment gateway for this order does not support automatic refunds.")
        fresh = copied(order)
        refund = self._record(order, amount, str(body.get("reason") or ""), paid=by_gateway)
        refund["line_items"] = list(self._lines(fresh, wanted))
        refund["next_meta"] = merged(refund["meta_data"], 1, body.get("meta_data") or [])
        if truth(body.get("api_restock", True)):
            self._restock(fresh, wanted)
        self._settled(fresh, refund, is_whole=amount == left)
        return refund

    def given(self, order: Row) -> Decimal:
        """Give what was refunded so far."""
        rows = self.orders.state.rows["refund"].values()
        return sum((money(one["amount"]) for one in rows if one["order"] == order["id"]), Decimal(0))

    def close(self, order: Row) -> None:
        """Record the rest as refunded, without stock, as a change of status does."""
        left = sums(order).total - self.given(order)
        if left > 0:
            refund = self._record(order, left, FULL, paid=False)
            self.orders.state.save("refund", refund["id"], refund)
            self.orders.stage.tell("refund", refund["id"], "created")

    def _amount(self, body: Body, wanted: list[Body]) -> Decimal:
        if body.get("amount") not in (None, ""):
            return money(body["amount"])
        parts = [money(one.get("refund_total")) + sum(_tax(one), Decimal(0)) for one in wanted]
        return sum(parts, Decimal(0))

    def _record(self, order: Row, amount: Decimal, reason: str, *, paid: bool) -> Row:
        return {
            "id": self.orders.state.number(), "order": order["id"], "amount": plain(amount),
            "date": self.orders.stage.now().isoformat(), "reason": reason, "refunded_by": 1,
            "refunded_payment": paid, "meta_data": [], "next_meta": 1, "line_items": [],
        }  # fmt: skip

    def _lines(self, order: Row, wanted: list[Body]) -> Iterator[Row]:
        for one in wanted:
            line = _line(order, one)
            state = self.orders.state
            back = {
                "name": line["name"], "product_id": line["product_id"], "variation_id": line["variation_id"],
                "tax_class": line["tax_class"], "parent_name": line["parent_name"],
                "id": state.line_number(), "quantity": -integer(one.get("quantity")), "meta_data": [],
                "total": plain(-money(one.get("refund_total"))),
                "subtotal": plain(-money(one.get("refund_total"))),
                "taxes": [_tax_entry(tax) for tax in one.get("refund_tax") or []],
            }  # fmt: skip
            set_meta(state, back, "_refunded_item_id", str(line["id"]))
            yield back

    def _restock(self, order: Row, wanted: list[Body]) -> None:
        for one in wanted:
            line, count = _line(order, one), integer(one.get("quantity"))
            target = self.orders.lines.stocked(line)
            if not count or target is None:
                continue
            self.orders.products.move_stock(target, count)
            state = self.orders.state
            before = integer(meta_of(line, "_restock_refunded_items"))
            set_meta(state, line, "_restock_refunded_items", str(before + count))
            held = integer(meta_of(line, "_reduced_stock")) - count
            set_meta(state, line, "_reduced_stock", str(held) if held > 0 else None)

    def _settled(self, order: Row, refund: Row, *, is_whole: bool) -> None:
        orders = self.orders
        orders.state.save("refund", refund["id"], refund)
        order["date_modified"] = orders.stage.now().isoformat()
        if is_whole:
            order["status"] = "refunded"
        orders.state.save("order", order["id"], order)
        orders.stage.tell("refund", refund["id"], "created")
        orders.stage.tell("order", order["id"], "updated")


def _line(order: Row, one: Body) -> Row:
    key = integer(one["id"])
    found: Row | None = next((line for line in order["line_items"] if line["id"] == key), None)
    if found is None:
        raise _refused("Invalid line item.")
    return found


def _tax(one: Body) -> Iterator[Decimal]:
    return (money(tax.get("refund_total")) for tax in one.get("refund_tax") or [])


def _tax_entry(tax: Body) -> Row:
    amount = plain(-money(tax.get("refund_total")))
    return {"id": integer(tax.get("id")), "total": amount, "subtotal": amount}


def _refused(text: str) -> BareWrong:
    return BareWrong(500, "woocommerce_rest_cannot_create_order_refund", text)
