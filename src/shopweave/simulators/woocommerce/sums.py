"""The money of an order: totals and taxes from its lines, in the shop's rounding."""

from collections.abc import Iterable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import Struct

from shopweave.simulators.woocommerce.state import Row

CENT = Decimal("0.01")
KINDS = ("line_items", "shipping_lines", "fee_lines")


class Sums(Struct, frozen=True, kw_only=True):
    """What an order comes to, tax apart."""

    goods: Decimal
    discount: Decimal
    discount_tax: Decimal
    shipping: Decimal
    shipping_tax: Decimal
    fees: Decimal
    cart_tax: Decimal

    @property
    def tax(self) -> Decimal:
        """Give all tax."""
        return self.cart_tax + self.shipping_tax

    @property
    def total(self) -> Decimal:
        """Give what the buyer pays."""
        return self.goods + self.fees + self.shipping + self.tax


def money(value: Any) -> Decimal:
    """Read an amount as WooCommerce does: what is none counts as 0."""
    text = "".join(one for one in str(value if value is not None else "") if one in "0123456789.-")
    try:
        return Decimal(text or "0")
    except ArithmeticError:
        return Decimal(0)


def shown(value: Decimal, places: int = 2) -> str:
    """Write an amount with fixed decimals."""
    return format(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")


def plain(value: Decimal) -> str:
    """Write a number without trailing zeros."""
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "") else text


def rounded(value: Decimal) -> Decimal:
    """Round to the cent."""
    return value.quantize(CENT, ROUND_HALF_UP)


def taxes(line: Row, kind: str, rates: Iterable[Row], field: str, *, included: bool) -> dict[int, Decimal]:
    """Give the tax of one line by rate, rounded down at the half where prices include tax."""
    if line.get("tax_status") == "none":
        return {}
    way = ROUND_HALF_DOWN if included else ROUND_HALF_UP
    amount = money(line.get(field, line["total"]))
    wanted = line.get("tax_class") or "standard"
    found: dict[int, Decimal] = {}
    for rate in rates:
        fits = rate["shipping"] if kind == "shipping_lines" else rate["class"] == wanted
        if fits:
            found[rate["id"]] = (amount * money(rate["rate"]) / 100).quantize(CENT, way)
    return found


def sums(order: Row) -> Sums:
    """Add up an order."""
    included, rates = order["prices_include_tax"], order["rates"]

    def tax(kind: str, field: str = "total") -> Decimal:
        found = (taxes(line, kind, rates, field, included=included) for line in order[kind])
        return sum((sum(one.values(), Decimal(0)) for one in found), Decimal(0))

    def total(kind: str, field: str = "total") -> Decimal:
        return sum((rounded(money(line[field])) for line in order[kind]), Decimal(0))

    return Sums(
        goods=total("line_items"),
        discount=total("line_items", "subtotal") - total("line_items"),
        discount_tax=tax("line_items", "subtotal") - tax("line_items"),
        shipping=total("shipping_lines"),
        shipping_tax=tax("shipping_lines"),
        fees=total("fee_lines"),
        cart_tax=tax("line_items") + tax("fee_lines"),
    )


def discounted(order: Row, coupons: Iterable[Row]) -> None:
    """Take coupons off the lines; the discount of each is noted at its line."""
    for line in order["line_items"] if order["coupon_lines"] else ():
        line["total"] = line["subtotal"]
    for used, coupon in zip(order["coupon_lines"], coupons, strict=True):
        used["discount"] = plain(sum(_taken(order, coupon), Decimal(0)))


def _taken(order: Row, coupon: Row) -> Iterable[Decimal]:
    whole = sum((money(line["total"]) for line in order["line_items"]), Decimal(0))
    amount = money(coupon["amount"])
    for line in order["line_items"]:
        total = money(line["total"])
        if coupon["discount_type"] == "percent":
            off = rounded(total * amount / 100)
        elif coupon["discount_type"] == "fixed_product":
            off = amount * line["quantity"]
        else:
            off = rounded(amount * total / whole) if whole else Decimal(0)
        off = min(off, total)
        line["total"] = plain(total - off)
        yield off
