"""An order → the rows of a sale, to the cent as the shop computed them; pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from shopweave.connector.orders import HandOver, HandOverLine
from shopweave.connectors.phppos.booking import Good, good_of
from shopweave.model.order import Charge, ChargeKind, Order

ZERO = Decimal(0)
_CENT = Decimal("0.01")
_CELL = Decimal("0.0000000001")
_DIGITS = (Decimal(1), Decimal("0.1"), Decimal("0.01"), Decimal("0.001"))
SHIPPING, FEE = "shipping", "fee"


class SaleLine(Struct, frozen=True, kw_only=True):
    """One row of a sale; `subtotal` is without tax, `percent` the rate that makes its tax."""

    good: Good
    name: str
    quantity: Decimal
    price: Decimal
    subtotal: Decimal
    tax: Decimal
    percent: Decimal

    @property
    def total(self) -> Decimal:
        """Give what the buyer pays for it."""
        return self.subtotal + self.tax


def sale_lines(order: HandOver, extras: Mapping[str, int]) -> tuple[SaleLine, ...]:
    """Give the rows of a sale; `extras` are the items that shipping and fees are sold as.

    A last row holds what the shop's total, less what was paid back, differs from the others' sum.
    """
    lines = [_goods(one) for one in order.lines if one.quantity]
    lines += [_charge(one, extras) for one in order.order.charges if one.total.amount or one.tax.amount]
    difference = due(order.order) - sum((one.total for one in lines), ZERO)
    if difference:
        lines.append(_line(Good(item=extras[FEE]), "Difference", Decimal(1), difference, ZERO))
    return tuple(lines)


def due(order: Order) -> Decimal:
    """Give what the buyer pays in the end: the shop's total less what was paid back."""
    paid_back = sum((abs(one.total.amount) for one in order.refunds), ZERO)
    return order.revision.totals.total.amount - paid_back


def wants(order: HandOver, stocked: frozenset[Good]) -> dict[Good, Decimal]:
    """Add up what leaves the shelves, by item and variation."""
    found: dict[Good, Decimal] = {}
    for one in order.lines:
        good = good_of(one.remote_id)
        if good in stocked:
            found[good] = found.get(good, ZERO) + one.quantity
    return found


def extra_kinds(order: HandOver) -> tuple[str, ...]:
    """Say which items beside goods the sale needs."""
    places = {SHIPPING: -1, FEE: -2}
    used = {one.good.item for one in sale_lines(order, places)}
    return tuple(kind for kind, place in places.items() if place in used)


def shortest_percent(subtotal: Decimal, tax: Decimal) -> Decimal:
    """Give the rate with the fewest digits that makes this tax of this amount, to the cent."""
    if not subtotal or not tax:
        return ZERO
    exact = tax * 100 / subtotal
    rounded = [exact.quantize(digits, ROUND_HALF_UP) for digits in _DIGITS]
    return next((one for one in rounded if _cents(subtotal * one / 100) == _cents(tax)), rounded[-1])


def payments(order: HandOver, kind: str) -> Sequence[Mapping[str, object]]:
    """Give the cells of the payment rows; what costs nothing needs none."""
    amount = due(order.order)
    if not amount:
        return ()
    return ({"payment_type": kind, "payment_amount": amount, "ref_no": order.order.payment.transaction},)


def _goods(one: HandOverLine) -> SaleLine:
    line = one.line
    kept = (line.quantity - line.given_back) / line.quantity if line.quantity else Decimal(1)
    subtotal, tax = _cents(line.total.amount * kept), _cents(line.tax * kept)
    if kept == 1:
        subtotal, tax = line.total.amount, line.tax
    return _line(good_of(one.remote_id), line.name, one.quantity, subtotal, tax)


def _charge(charge: Charge, extras: Mapping[str, int]) -> SaleLine:
    kind = SHIPPING if charge.kind is ChargeKind.SHIPPING else FEE
    good = Good(item=extras[kind])
    return _line(good, charge.name, Decimal(1), charge.total.amount, charge.tax.amount)


def _line(good: Good, name: str, quantity: Decimal, subtotal: Decimal, tax: Decimal) -> SaleLine:
    return SaleLine(
        good=good,
        name=name,
        quantity=quantity,
        price=(subtotal / quantity).quantize(_CELL, ROUND_HALF_UP),
        subtotal=subtotal,
        tax=tax,
        percent=shortest_percent(subtotal, tax),
    )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
