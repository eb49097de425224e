"""An order as a document: the form in which it leaves the hub, whichever way; pure.

`docs/reference/order.md` describes it for those who read it.
"""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from msgspec import Struct

from shopweave.connector.orders import HandOver, HandOverLine
from shopweave.model.order import Address, Charge, Money

FORM = "shopweave.order/1"


class DocumentLine(Struct, frozen=True, kw_only=True):
    """A line; `quantity` is what it takes now, `ordered` what was bought, `total` without tax."""

    line: str
    sku: str
    name: str
    quantity: Decimal
    ordered: Decimal
    given_back: Decimal
    total: Decimal
    tax: Decimal


class DocumentCharge(Struct, frozen=True, kw_only=True):
    """Shipping or a fee, without tax."""

    kind: str
    line: str
    name: str
    code: str
    total: Decimal
    tax: Decimal


class DocumentCoupon(Struct, frozen=True, kw_only=True):
    """A coupon; its discount is part of the lines' totals."""

    code: str
    discount: Decimal


class DocumentRefund(Struct, frozen=True, kw_only=True):
    """Money given back."""

    refund: str
    total: Decimal
    reason: str


class DocumentPayment(Struct, frozen=True, kw_only=True):
    """How the buyer pays; `paid` is null until it is."""

    method: str
    title: str
    transaction: str
    paid: str | None


class DocumentTotals(Struct, frozen=True, kw_only=True):
    """The shop's own totals."""

    total: Decimal
    tax: Decimal
    shipping: Decimal
    discount: Decimal


class Document(Struct, frozen=True, kw_only=True):
    """A whole order; `previous` is the receiver's id of the order when it is told of a later change."""

    format: str
    reference: str
    event: str
    previous: str | None
    channel: str
    order: str
    number: str
    status: str
    created: str
    changed: str
    currency: str
    prices_include_tax: bool
    totals: DocumentTotals
    lines: tuple[DocumentLine, ...]
    charges: tuple[DocumentCharge, ...]
    coupons: tuple[DocumentCoupon, ...]
    refunds: tuple[DocumentRefund, ...]
    payment: DocumentPayment
    bill_to: Address
    ship_to: Address
    note: str


def document(hand_over: HandOver) -> Document:
    """Write an order as a document; the same order gives the same text."""
    order, revision = hand_over.order, hand_over.order.revision
    payment = order.payment
    return Document(
        format=FORM,
        reference=hand_over.reference,
        event="changed" if hand_over.remote_id else "new",
        previous=hand_over.remote_id or None,
        channel=revision.connection,
        order=revision.order,
        number=order.number,
        status=revision.status,
        created=moment(order.created),
        changed=moment(revision.changed),
        currency=revision.totals.total.currency,
        prices_include_tax=order.prices_include_tax,
        totals=DocumentTotals(
            total=_plain(revision.totals.total),
            tax=_plain(revision.totals.tax),
            shipping=_plain(revision.totals.shipping),
            discount=_plain(revision.totals.discount),
        ),
        lines=tuple(_line(one) for one in hand_over.lines),
        charges=tuple(_charge(one) for one in order.charges),
        coupons=tuple(DocumentCoupon(code=one.code, discount=_plain(one.discount)) for one in order.coupons),
        refunds=tuple(
            DocumentRefund(refund=one.refund, total=_plain(one.total), reason=one.reason)
            for one in order.refunds
        ),
        payment=DocumentPayment(
            method=payment.method,
            title=payment.title,
            transaction=payment.transaction,
            paid=moment(payment.paid) if payment.paid else None,
        ),
        bill_to=order.bill_to,
        ship_to=order.ship_to,
        note=order.note,
    )


def encoded(whole: Document) -> bytes:
    """Write a document as JSON; amounts and quantities are texts."""
    return msgspec.json.encode(whole)


def moment(value: datetime) -> str:
    """Write a moment in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(one: HandOverLine) -> DocumentLine:
    return DocumentLine(
        line=one.line.line,
        sku=one.line.sku,
        name=one.line.name,
        quantity=_number(one.quantity),
        ordered=_number(one.line.quantity),
        given_back=_number(one.line.given_back),
        total=_plain(one.line.total),
        tax=_number(one.line.tax),
    )


def _charge(one: Charge) -> DocumentCharge:
    return DocumentCharge(
        kind=one.kind.value,
        line=one.line,
        name=one.name,
        code=one.code,
        total=_plain(one.total),
        tax=_plain(one.tax),
    )


def _plain(money: Money) -> Decimal:
    return _number(money.amount)


def _number(value: Decimal) -> Decimal:
    """Write a number without an exponent."""
    return Decimal(format(value, "f"))
