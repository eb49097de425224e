"""Orders as a channel shows them: one frozen revision at a time."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct


class Money(Struct, frozen=True, kw_only=True):
    """An amount with its currency (ISO 4217)."""

    amount: Decimal
    currency: str


class OrderLine(Struct, frozen=True, kw_only=True):
    """What was sold on one line; `line` is the remote's id, unique at its connection.

    `given_back` is what an explicit rule or a person returned to stock, in the line's own units.
    """

    line: str
    sku: str
    quantity: Decimal
    total: Money
    given_back: Decimal = Decimal(0)


class Totals(Struct, frozen=True, kw_only=True):
    """The shop's own totals; never computed anew."""

    total: Money
    tax: Money
    shipping: Money
    discount: Money


class OrderRevision(Struct, frozen=True, kw_only=True):
    """An order as it was shown once; `changed` is the remote's own time stamp."""

    connection: str
    order: str
    status: str
    changed: datetime
    totals: Totals
    lines: tuple[OrderLine, ...]
