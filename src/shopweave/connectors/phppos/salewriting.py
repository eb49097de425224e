"""The rows of a web sale: written when an order is taken over, and anew when it changes."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from msgspec import Struct

from shopweave.connector.orders import HandOver
from shopweave.connector.transports import Row
from shopweave.connectors.phppos.booking import Desk, Good, good_of
from shopweave.connectors.phppos.cells import plain, short
from shopweave.connectors.phppos.extras import customer_of, extra_items, register_of
from shopweave.connectors.phppos.feeds import Reading
from shopweave.connectors.phppos.salerefusals import Known
from shopweave.connectors.phppos.salerows import ZERO, SaleLine, extra_kinds, payments, sale_lines

VOIDED = "hub-voided"
_CLEAR = (
    "DELETE FROM phppos_sales_items_taxes WHERE sale_id = :sale",
    "DELETE FROM phppos_sales_items WHERE sale_id = :sale",
    "DELETE FROM phppos_sales_payments WHERE sale_id = :sale",
)


class Selling(Struct, frozen=True, kw_only=True):
    """An order to take over, and with which settings."""

    order: HandOver
    reading: Reading

    @property
    def mark(self) -> str:
        """Give the reference as the till can hold it."""
        return plain(self.order.reference)

    @property
    def goods(self) -> tuple[Good, ...]:
        """Give what the lines name, each once."""
        return tuple(dict.fromkeys(good_of(one.remote_id) for one in self.order.lines))


def marks(comment: str) -> tuple[str, ...]:
    """Give the references that stand in the comment of a sale, the first one first."""
    return tuple(line[4:] for line in comment.splitlines() if line.startswith("HUB "))


def order_number(order: HandOver) -> int:
    """Give the number that the sale keeps for the order: the shop's own, else one made of its name."""
    name = order.order.revision.order
    if name.isascii() and name.isdigit() and int(name) < 2**63:
        return int(name)
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) >> 1


def rows_of(desk: Desk, selling: Selling) -> tuple[SaleLine, ...]:
    """Give the rows that the sale is to have."""
    items = extra_items(desk, selling.reading.rules.selling, extra_kinds(selling.order))
    return sale_lines(selling.order, items)


def _sums(selling: Selling, lines: Sequence[SaleLine], known: Known) -> Mapping[str, Any]:
    return {
        "total_quantity_purchased": sum((one.quantity for one in selling.order.lines), ZERO),
        "subtotal": sum((one.subtotal for one in lines), ZERO),
        "tax": sum((one.tax for one in lines), ZERO),
        "total": sum((one.total for one in lines), ZERO),
        "profit": sum((_profit(one, known) for one in lines), ZERO),
        "payment_type": selling.reading.rules.selling.payment,
        "ecommerce_status": short(selling.order.order.revision.status),
    }


def add_sale(desk: Desk, selling: Selling, lines: Sequence[SaleLine], known: Known) -> int:
    """Make the sale with its rows, and give its number."""
    sale = desk.db.insert("sales", _head(desk, selling, lines, known))
    _write_rows(desk, selling, sale, lines, known)
    return sale


def _head(desk: Desk, selling: Selling, lines: Sequence[SaleLine], known: Known) -> Mapping[str, Any]:
    order, rules = selling.order.order, selling.reading.rules.selling
    where = f"{order.revision.connection} #{order.number}"
    return {
        **_sums(selling, lines, known),
        "sale_time": desk.now,
        "customer_id": customer_of(desk, rules, order.bill_to),
        "employee_id": desk.employee,
        "sold_by_employee_id": desk.employee,
        "location_id": desk.location,
        "register_id": register_of(desk, rules),
        "comment": f"HUB {selling.mark}\n{plain(where)}",
        "is_ecommerce": 1,
        "ecommerce_order_id": order_number(selling.order),
    }


def _write_rows(desk: Desk, selling: Selling, sale: int, lines: Sequence[SaleLine], known: Known) -> None:
    for place, one in enumerate(lines, start=1):
        key = {"sale_id": sale, "item_id": one.good.item, "line": place}
        desk.db.insert("sales_items", {**key, **_cells(one, known)})
        if one.percent:
            name = {"name": known.tax_name(one.good.item, one.percent)}
            desk.db.insert("sales_items_taxes", {**key, **name, "percent": one.percent, "cumulative": 0})
    for cells in payments(selling.order, selling.reading.rules.selling.payment):
        desk.db.insert("sales_payments", {**cells, "sale_id": sale, "payment_date": desk.now})


def _cells(line: SaleLine, known: Known) -> Mapping[str, Any]:
    return {
        "item_variation_id": line.good.variation,
        "description": plain(line.name),
        "quantity_purchased": line.quantity,
        "item_cost_price": known.costs.get(line.good, ZERO),
        "item_unit_price": line.price,
        "regular_item_unit_price_at_time_of_sale": line.price,
        "subtotal": line.subtotal,
        "tax": line.tax,
        "total": line.total,
        "profit": _profit(line, known),
    }


def _profit(line: SaleLine, known: Known) -> Decimal:
    return line.subtotal - known.costs.get(line.good, ZERO) * line.quantity


def rewrite(desk: Desk, selling: Selling, sale: Row, known: Known) -> None:
    """Write the rows anew, as the till does when a sale is edited."""
    lines = rows_of(desk, selling)
    for statement in _CLEAR:
        desk.db.run(statement, {"sale": sale["sale_id"]})
    _write_rows(desk, selling, sale["sale_id"], lines, known)
    _set_head(desk, selling, sale, {**_sums(selling, lines, known), "deleted": 0, "deleted_by": None})


def void(desk: Desk, selling: Selling, sale: Row) -> None:
    """Void the sale; one that somebody voided at the till stays so in his name."""
    if sale["deleted"]:
        _set_head(desk, selling, sale, {})
    else:
        _set_head(
            desk, selling, sale, {"deleted": 1, "deleted_by": desk.employee, "ecommerce_status": VOIDED}
        )


def _set_head(desk: Desk, selling: Selling, sale: Row, cells: Mapping[str, Any]) -> None:
    comment = sale["comment"]
    if selling.mark not in marks(comment):
        comment = f"{comment}\nHUB {selling.mark}"
    row = {**cells, "comment": comment, "last_modified": desk.now}
    kept = ", ".join(f"{name} = :{name}" for name in row if desk.db.schema.has("sales", name))
    statement = f"UPDATE phppos_sales SET {kept} WHERE sale_id = :sale"  # noqa: S608 - names of its schema
    desk.db.run(statement, {**row, "sale": sale["sale_id"]})
