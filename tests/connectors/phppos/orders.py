"""Orders of a web shop, as the hub hands them to a till."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shopweave.connector.orders import HandOver, HandOverLine
from shopweave.model.order import (
    Address,
    Charge,
    ChargeKind,
    Money,
    Order,
    OrderLine,
    OrderRevision,
    Payment,
    Refund,
    Totals,
)
from shopweave.model.record import Kind

BUYER = Address(first_name="Aino", last_name="Virtanen", email="aino@example.test", street="Katu 1")


def eur(amount: object) -> Money:
    return Money(amount=Decimal(str(amount)), currency="EUR")


def line(
    remote_id: str = "5",
    quantity: object = 2,
    total: object = 20,
    tax: object = 0,
    *,
    name: str = "",
    given_back: object = 0,
    sends: object = None,
) -> HandOverLine:
    """Make a line; `sends` is the quantity at the till where that is not the line's own."""
    own = OrderLine(
        line=f"l{remote_id}{name}",
        sku=remote_id,
        name=name or f"Item {remote_id}",
        quantity=Decimal(str(quantity)),
        total=eur(total),
        tax=Decimal(str(tax)),
        given_back=Decimal(str(given_back)),
    )
    kept = own.quantity - own.given_back if sends is None else Decimal(str(sends))
    kind = Kind.VARIATION if ":" in remote_id else Kind.PRODUCT
    return HandOverLine(line=own, kind=kind, remote_id=remote_id, quantity=kept)


def shipping(total: object, tax: object = 0) -> Charge:
    return Charge(kind=ChargeKind.SHIPPING, line="s1", name="Parcel", total=eur(total), tax=eur(tax))


def hand_over(
    *lines: HandOverLine,
    total: object = None,
    reference: str = "shop>till:1001:1",
    order: str = "1001",
    remote_id: str = "",
    status: str = "processing",
    currency: str = "EUR",
    charges: tuple[Charge, ...] = (),
    refunds: tuple[Refund, ...] = (),
    **more: Any,
) -> HandOver:
    paid = sum((one.line.total.amount + one.line.tax for one in lines), Decimal(0))
    paid += sum((one.total.amount + one.tax.amount for one in charges), Decimal(0))
    money = Money(amount=paid if total is None else Decimal(str(total)), currency=currency)
    revision = OrderRevision(
        connection="shop",
        order=order,
        status=status,
        changed=datetime(2026, 3, 10, 11, tzinfo=UTC),
        totals=Totals(total=money, tax=eur(0), shipping=eur(0), discount=eur(0)),
        lines=tuple(one.line for one in lines),
    )
    whole = Order(
        revision=revision,
        number=order,
        created=datetime(2026, 3, 10, 10, tzinfo=UTC),
        bill_to=BUYER,
        charges=charges,
        refunds=refunds,
        payment=Payment(method="stripe", title="Card", transaction="ch_1"),
        **more,
    )
    return HandOver(reference=reference, order=whole, lines=lines, remote_id=remote_id)
