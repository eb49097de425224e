"""From the shop's JSON to orders: its own totals, never computed anew. Pure."""

import html
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from shopweave.connector.orders import BrokenOrder, RemoteOrder
from shopweave.connectors.woocommerce.records import mark, moment
from shopweave.model.order import (
    Address,
    Charge,
    ChargeKind,
    Coupon,
    Money,
    Order,
    OrderLine,
    OrderRevision,
    Payment,
    Refund,
    Totals,
)

Raw = Mapping[str, Any]
DRAFTS = ("checkout-draft", "auto-draft")
RESTOCKED = "_restock_refunded_items"
ZERO = Decimal(0)
ADDRESS = {
    "first_name": "first_name",
    "last_name": "last_name",
    "company": "company",
    "street": "address_1",
    "street_2": "address_2",
    "city": "city",
    "region": "state",
    "postcode": "postcode",
    "country": "country",
    "email": "email",
    "phone": "phone",
}
_UNREADABLE = (KeyError, TypeError, ValueError, ArithmeticError, AttributeError)


def read(raw: Any, *, restocked: bool) -> RemoteOrder | BrokenOrder:
    """Read an order, or say why it cannot be read; `restocked` believes what the shop put back."""
    whole = msgspec.json.encode(raw)
    try:
        return RemoteOrder(order=order(raw, restocked=restocked), raw=whole)
    except _UNREADABLE as error:
        key = str(raw.get("id") or "?") if isinstance(raw, dict) else "?"
        what = f"order {key} cannot be read: {type(error).__name__}: {error}"
        return BrokenOrder(order=key, code="WOO-131", what=what[:200], raw=whole)


def order(raw: Raw, *, restocked: bool) -> Order:
    """Read a whole order."""
    currency = _currency(raw)
    return Order(
        revision=OrderRevision(
            connection="",
            order=str(raw["id"]),
            status=str(raw["status"]),
            changed=_time(raw["date_modified_gmt"]),
            totals=_totals(raw, currency),
            lines=tuple(line(one, currency, restocked=restocked) for one in raw["line_items"]),
        ),
        number=str(raw.get("number") or raw["id"]),
        created=_time(raw["date_created_gmt"]),
        bill_to=address(raw.get("billing") or {}),
        ship_to=address(raw.get("shipping") or {}),
        charges=tuple(_charges(raw, currency)),
        coupons=tuple(_coupon(one, currency) for one in raw.get("coupon_lines") or ()),
        refunds=tuple(_refund(one, currency) for one in raw.get("refunds") or ()),
        payment=_payment(raw),
        note=str(raw.get("customer_note") or ""),
        guest=not raw.get("customer_id"),
        prices_include_tax=raw.get("prices_include_tax") is True,
        mark=mark(raw),
    )


def line(raw: Raw, currency: str, *, restocked: bool) -> OrderLine:
    """Read a line; one without a product names no record."""
    back = _meta(raw, RESTOCKED) if restocked else ""
    return OrderLine(
        line=str(raw["id"]),
        sku=str(raw.get("sku") or ""),
        quantity=amount(raw["quantity"]),
        total=Money(amount=amount(raw["total"]), currency=currency),
        given_back=amount(back or 0),
        remote_id=_remote_id(raw),
        name=html.unescape(str(raw.get("name") or "")),
        tax=amount(raw.get("total_tax") or 0),
    )


def _remote_id(raw: Raw) -> str:
    product, variation = raw.get("product_id") or 0, raw.get("variation_id") or 0
    if not product:
        return ""
    return f"{product}:{variation}" if variation else str(product)


def _totals(raw: Raw, currency: str) -> Totals:
    names = {"total": "total", "tax": "total_tax", "shipping": "shipping_total", "discount": "discount_total"}
    return Totals(
        **{ours: Money(amount=amount(raw[name]), currency=currency) for ours, name in names.items()}
    )


def _charges(raw: Raw, currency: str) -> Iterable[Charge]:
    for one in raw.get("shipping_lines") or ():
        name, code = str(one.get("method_title") or ""), str(one.get("method_id") or "")
        yield _charge(ChargeKind.SHIPPING, one, name, currency, code)
    for one in raw.get("fee_lines") or ():
        yield _charge(ChargeKind.FEE, one, str(one.get("name") or ""), currency)


def _charge(kind: ChargeKind, raw: Raw, name: str, currency: str, code: str = "") -> Charge:
    return Charge(
        kind=kind,
        line=str(raw["id"]),
        name=html.unescape(name),
        total=Money(amount=amount(raw.get("total") or 0), currency=currency),
        tax=Money(amount=amount(raw.get("total_tax") or 0), currency=currency),
        code=code,
    )


def _coupon(raw: Raw, currency: str) -> Coupon:
    return Coupon(
        code=str(raw["code"]), discount=Money(amount=amount(raw.get("discount") or 0), currency=currency)
    )


def _refund(raw: Raw, currency: str) -> Refund:
    """Read a refund; the shop writes it below zero."""
    total = Money(amount=abs(amount(raw["total"])), currency=currency)
    return Refund(refund=str(raw["id"]), total=total, reason=str(raw.get("reason") or ""))


def _payment(raw: Raw) -> Payment:
    return Payment(
        method=str(raw.get("payment_method") or ""),
        title=str(raw.get("payment_method_title") or ""),
        transaction=str(raw.get("transaction_id") or ""),
        paid=moment(raw.get("date_paid_gmt")),
    )


def address(raw: Raw) -> Address:
    """Read an address."""
    return Address(**{ours: str(raw.get(name) or "") for ours, name in ADDRESS.items()})


def amount(value: object) -> Decimal:
    """Read an amount or quantity exactly; raises `ValueError` for what is none."""
    found = Decimal(str(value))
    if not found.is_finite():
        raise ValueError(f"{value!r} is no amount")
    return found


def _currency(raw: Raw) -> str:
    found = str(raw["currency"] or "")
    if not found:
        raise ValueError("it names no currency")
    return found


def _time(value: object) -> datetime:
    found = moment(value)
    if found is None:
        raise ValueError("it names no time")
    return found


def _meta(raw: Raw, key: str) -> str:
    rows = (one for one in raw.get("meta_data") or () if one.get("key") == key)
    return next((str(one.get("value") or "") for one in rows), "")
