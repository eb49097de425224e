"""Orders as a channel shows them: one frozen revision at a time."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct


class Money(Struct, frozen=True, kw_only=True):
    """An amount with its currency (ISO 4217)."""

    amount: Decimal
    currency: str


class OrderLine(Struct, frozen=True, kw_only=True):
    """What was sold on one line; `line` is the remote's id, unique at its connection.

    `remote_id` names the record that was sold as its feed does (`parent:id` for variations), empty where the
    line names none. `total` is after discounts and without tax. `given_back` is what an explicit rule or a
    person returned to stock, in the line's own units.
    """

    line: str
    sku: str
    quantity: Decimal
    total: Money
    given_back: Decimal = Decimal(0)
    remote_id: str = ""
    name: str = ""
    tax: Decimal = Decimal(0)


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


class Address(Struct, frozen=True, kw_only=True):
    """Where a buyer lives or wants the goods; empty texts where the shop knows nothing."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    street: str = ""
    street_2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""


class ChargeKind(StrEnum):
    """What is paid for beside goods."""

    SHIPPING = "shipping"
    FEE = "fee"


class Charge(Struct, frozen=True, kw_only=True):
    """Shipping or a fee, without tax; `code` is the shop's name of the method."""

    kind: ChargeKind
    line: str
    name: str
    total: Money
    tax: Money
    code: str = ""


class Coupon(Struct, frozen=True, kw_only=True):
    """A coupon that was used; its discount is part of the lines' totals already."""

    code: str
    discount: Money


class Refund(Struct, frozen=True, kw_only=True):
    """Money given back; what it says of goods is never believed."""

    refund: str
    total: Money
    reason: str = ""


class Payment(Struct, frozen=True, kw_only=True):
    """How the buyer pays; `paid` is None until it is."""

    method: str = ""
    title: str = ""
    transaction: str = ""
    paid: datetime | None = None


class Order(Struct, frozen=True, kw_only=True):
    """A whole order as its channel shows it.

    `mark` is the hub's reference when the hub made the order: such an order is never a source. `guest` when
    the buyer has no account there. `prices_include_tax` says how the buyer saw the prices; totals of lines
    and charges are without tax in any case, as the shop computed them.
    """

    revision: OrderRevision
    number: str
    created: datetime
    bill_to: Address = Address()
    ship_to: Address = Address()
    charges: tuple[Charge, ...] = ()
    coupons: tuple[Coupon, ...] = ()
    refunds: tuple[Refund, ...] = ()
    payment: Payment = Payment()
    note: str = ""
    guest: bool = True
    prices_include_tax: bool = False
    mark: str = ""
