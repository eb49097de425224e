"""Orders for tests, in few words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from shopweave.model.order import Address, Money, Order, OrderLine, OrderRevision, Totals


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


def line(key: str, sku: str, quantity: str = "1", remote_id: str = "", back: str = "0") -> OrderLine:
    """Give a line of the goods `sku`; its record is called like it unless told otherwise."""
    return OrderLine(
        line=key,
        sku=sku,
        quantity=Decimal(quantity),
        total=money("10"),
        given_back=Decimal(back),
        remote_id=remote_id or sku.removeprefix("sku-"),
        name=f"Goods {sku}",
    )


def order(
    key: str,
    *lines: OrderLine,
    status: str = "processing",
    currency: str = "EUR",
    email: str = "",
    mark: str = "",
) -> Order:
    """Give an order made now; its connection is for the hub to fill in."""
    now = datetime.now(UTC)
    zero = money("0", currency)
    totals = Totals(total=money("10", currency), tax=zero, shipping=zero, discount=zero)
    revision = OrderRevision(
        connection="", order=key, status=status, changed=now, totals=totals, lines=tuple(lines)
    )
    buyer = Address(first_name="Aino", last_name="Ostaja", street="Kauppatori 1", email=email)
    return Order(revision=revision, number=f"#{key}", created=now, bill_to=buyer, ship_to=buyer, mark=mark)


def later(one: Order, *, status: str = "", lines: tuple[OrderLine, ...] | None = None) -> Order:
    """Give an order as it is a moment later."""
    old = one.revision
    return replace(
        one,
        revision=replace(
            old,
            status=status or old.status,
            lines=old.lines if lines is None else lines,
            changed=old.changed + timedelta(seconds=1),
        ),
    )
