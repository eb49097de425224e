"""A sale of the till → an order; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from shopweave.connector.orders import BrokenOrder, RemoteOrder, Sells
from shopweave.connector.transports import Row
from shopweave.connectors.phppos.booking import Good
from shopweave.connectors.phppos.cells import code, flag, instant, number, stamp, text
from shopweave.connectors.phppos.salewriting import marks
from shopweave.connectors.phppos.settings import Rules
from shopweave.core.ledger import StateTable
from shopweave.model.order import (
    Address,
    Charge,
    ChargeKind,
    Money,
    Order,
    OrderLine,
    OrderRevision,
    Payment,
    Totals,
)

ZERO = Decimal(0)
SALE, LAYAWAY, ESTIMATE, HELD, QUOTE = "sale", "layaway", "estimate", "held", "quote"
VOIDED, RETURN, WEB = "voided", "return", "web"
_SUSPENDED = {0: SALE, 1: LAYAWAY, 2: ESTIMATE}
SELLS = Sells(
    table=StateTable(
        takes=frozenset({SALE, LAYAWAY, HELD}),
        gives_back=frozenset({VOIDED, ESTIMATE, QUOTE, RETURN, WEB}),
    ),
    statuses=(SALE, LAYAWAY, HELD, WEB),
    final=(VOIDED, RETURN),
)


class Sold(Struct, frozen=True, kw_only=True):
    """The rows of one sale; `returned` are rows of later sales that take goods of this one back."""

    sale: Row
    lines: Sequence[Row]
    returned: Sequence[Row]
    currency: str

    @property
    def raw(self) -> bytes:
        """Give the rows as they were read."""
        return msgspec.json.encode({"sale": _texts(self.sale), "lines": [_texts(row) for row in self.lines]})


def read_sale(sold: Sold, rules: Rules) -> RemoteOrder | BrokenOrder:
    """Make the order of a sale, or say why that cannot be."""
    try:
        return RemoteOrder(order=_order(sold, rules), raw=sold.raw)
    except (ValueError, ArithmeticError, TypeError) as error:
        what = f"A cell holds what its column should not ({error})."
        return BrokenOrder(order=str(sold.sale["sale_id"]), code="POS-020", what=what, raw=sold.raw)


def status_of(sold: Sold) -> str:
    """Say what a sale is: the word stands for what it does to stock."""
    sale = sold.sale
    if flag(sale["deleted"]):
        return VOIDED
    if flag(sale["is_ecommerce"]):
        return WEB
    if sale["return_sale_id"] and all((number(row["quantity_purchased"]) or ZERO) < 0 for row in sold.lines):
        return RETURN
    return _SUSPENDED.get(sale["suspended"], HELD if flag(sale["takes"]) else QUOTE)


def _order(sold: Sold, rules: Rules) -> Order:
    sale = sold.sale
    created = instant(sale["sold"], rules.zone)
    if created is None:
        raise ValueError("a sale without a moment")
    goods = [row for row in sold.lines if not flag(row["system_item"])]
    revision = OrderRevision(
        connection="",
        order=str(sale["sale_id"]),
        status=status_of(sold),
        changed=instant(sale["moment"], rules.zone) or created,
        totals=_totals(sold),
        lines=_lines(sold, rules, goods),
    )
    return Order(
        revision=revision,
        number=str(sale["sale_id"]),
        created=created,
        bill_to=_buyer(sale),
        charges=tuple(_charge(sold, row) for row in sold.lines if flag(row["system_item"])),
        payment=Payment(title=text(sale["payment_type"]), paid=created),
        note=text(sale["comment"]),
        guest=sale["customer_id"] is None,
        mark=next(iter(marks(text(sale["comment"]))), ""),
    )


def _totals(sold: Sold) -> Totals:
    nothing = _money(sold, ZERO)
    return Totals(
        total=_money(sold, sold.sale["total"]),
        tax=_money(sold, sold.sale["tax"]),
        shipping=nothing,
        discount=nothing,
    )


def _lines(sold: Sold, rules: Rules, goods: Sequence[Row]) -> tuple[OrderLine, ...]:
    """Name each line by what it sells: an edit at the till numbers the lines anew."""
    back = _given_back(sold)
    times: Counter[Good] = Counter()
    lines = []
    for row in goods:
        good, quantity = _good(row), _quantity(row)
        times[good] += 1
        share = min(max(quantity, ZERO), back.get(good, ZERO))
        back[good] = back.get(good, ZERO) - share
        lines.append(
            OrderLine(
                line=f"{sold.sale['sale_id']}/{good.remote_id}/{times[good]}",
                sku=_sku(rules, row),
                quantity=quantity,
                total=_money(sold, row["subtotal"]),
                tax=number(row["tax"]) or ZERO,
                given_back=share,
                remote_id=good.remote_id,
                name=text(row["name"]),
            )
        )
    return tuple(lines)


def _given_back(sold: Sold) -> dict[Good, Decimal]:
    """Add up what came back onto the shelves; what came back damaged did not."""
    found: dict[Good, Decimal] = {}
    for row in sold.returned:
        whole = -_quantity(row) - (number(row["damaged_qty"]) or ZERO)
        found[_good(row)] = found.get(_good(row), ZERO) + max(ZERO, whole)
    return found


def _good(row: Row) -> Good:
    return Good(item=row["item_id"], variation=row["item_variation_id"])


def _quantity(row: Row) -> Decimal:
    return (number(row["quantity_purchased"]) or ZERO) * (number(row["unit_quantity"]) or Decimal(1))


def _sku(rules: Rules, row: Row) -> str:
    if row["item_variation_id"] is None:
        return code(row[rules.sku_rule]) or ""
    if rules.sku_rule == "item_number":
        return code(row["variation_number"]) or ""
    stem = code(row[rules.sku_rule])
    return f"{stem}-{row['item_variation_id']}" if stem else ""


def _charge(sold: Sold, row: Row) -> Charge:
    shipped = row["product_id"] == "HUB-SHIPPING"
    return Charge(
        kind=ChargeKind.SHIPPING if shipped else ChargeKind.FEE,
        line=f"{sold.sale['sale_id']}/{row['line']}",
        name=text(row["description"]) or text(row["name"]),
        total=_money(sold, row["subtotal"]),
        tax=_money(sold, row["tax"]),
    )


def _buyer(sale: Row) -> Address:
    if sale["customer_id"] is None:
        return Address()
    return Address(
        first_name=text(sale["first_name"]),
        last_name=text(sale["last_name"]),
        company=text(sale["company_name"]),
        street=text(sale["address_1"]),
        street_2=text(sale["address_2"]),
        city=text(sale["city"]),
        region=text(sale["state"]),
        postcode=text(sale["zip"]),
        country=text(sale["country"]),
        email=text(sale["email"]),
        phone=text(sale["phone_number"]),
    )


def _money(sold: Sold, amount: Any) -> Money:
    return Money(amount=number(amount) or ZERO, currency=sold.currency)


def _texts(row: Row) -> Mapping[str, str | None]:
    return {name: None if value is None else stamp(value) for name, value in row.items()}
