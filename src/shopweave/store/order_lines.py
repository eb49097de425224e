"""Lines of orders, and the items they mean."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct, structs
from sqlalchemy import and_, bindparam, delete, insert, select

from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import link, order_line, record


class LineRow(Struct, frozen=True, kw_only=True):
    """One line of an order as it stands.

    `factor` is how many base units one of the line's has; `parked` says why it moves nothing.
    """

    order: int
    line: str
    connection: int
    sku: str
    name: str
    remote_id: str
    quantity: Decimal
    item: int | None
    factor: Decimal
    parked: str


class Meaning(Struct, frozen=True, kw_only=True):
    """The item that a channel's record stands for; `factor` base units in one of the record's."""

    item: int
    factor: Decimal


_NAMES = LineRow.__struct_fields__
_LINES = select(*(order_line.c[name] for name in _NAMES))
_OF_ORDERS = _LINES.where(order_line.c.order.in_(many("ids"))).order_by(order_line.c.order, order_line.c.line)
_OTHERS = select(order_line.c.line, order_line.c.order).where(
    order_line.c.connection == bindparam("at"), order_line.c.line.in_(many("lines"))
)
_DROP = delete(order_line).where(order_line.c.order.in_(many("ids")))
_ADD = insert(order_line)
_PARKED = (
    select(order_line.c.order)
    .where(
        order_line.c.connection == bindparam("at"),
        order_line.c.parked != "",
        order_line.c.order > bindparam("after"),
    )
    .distinct()
    .order_by(order_line.c.order)
    .limit(bindparam("limit"))
)
_LIVES = link.c.until.is_(None)
_SELLABLE = record.c.kind.in_(["product", "variation"])
_MEANT = (
    select(record.c.remote_id, record.c.sku, link.c.item, link.c.factor)
    .join(link, and_(link.c.record == record.c.id, _LIVES))
    .where(record.c.connection == bindparam("at"), _SELLABLE, record.c.form != "family")
)
_BY_REMOTE = _MEANT.where(record.c.remote_id.in_(many("ids")))
_BY_SKU = (
    select(record.c.sku, link.c.item)
    .join(link, and_(link.c.record == record.c.id, _LIVES))
    .where(record.c.sku.in_(many("skus")), _SELLABLE, record.c.form != "family", record.c.gone.is_(False))
    .distinct()
)
_THERE = (
    select(link.c.item, link.c.factor, link.c.record, record.c.kind, record.c.remote_id)
    .join(record, record.c.id == link.c.record)
    .where(
        link.c.connection == bindparam("at"), link.c.item.in_(many("ids")), _LIVES, record.c.gone.is_(False)
    )
)


class There(Struct, frozen=True, kw_only=True):
    """The record of an item at a target."""

    record: int
    kind: str
    remote_id: str
    factor: Decimal


def lines_of(tx: Tx, orders: Sequence[int]) -> list[LineRow]:
    """Give the lines of orders."""
    pieces = chunks(sorted(set(orders)))
    rows = (row for piece in pieces for row in tx.rows(_OF_ORDERS, {"ids": list(piece)}))
    return [LineRow(**{name: getattr(row, name) for name in _NAMES}) for row in rows]


def owners(tx: Tx, connection: int, lines: Sequence[str]) -> dict[str, set[int]]:
    """Give the orders in which lines of these ids are stored; there should be one each."""
    found: dict[str, set[int]] = {}
    for piece in chunks(sorted(set(lines))):
        for row in tx.rows(_OTHERS, {"at": connection, "lines": list(piece)}):
            found.setdefault(row.line, set()).add(row.order)
    return found


def store_lines(tx: Tx, orders: Sequence[int], lines: Sequence[LineRow]) -> None:
    """Store the lines of orders in place of those there were."""
    for piece in chunks(sorted(set(orders))):
        tx.run(_DROP, {"ids": list(piece)})
    if lines:
        tx.run(_ADD, [structs.asdict(one) for one in lines])


def parked_orders(tx: Tx, connection: int, after: int, limit: int) -> list[int]:
    """Give orders of a channel with a parked line, a slice at a time."""
    rows = tx.rows(_PARKED, {"at": connection, "after": after, "limit": limit})
    return [row.order for row in rows]


def meanings(tx: Tx, connection: int, ids: Sequence[str]) -> dict[str, Meaning]:
    """Give what a channel's records stand for, by remote id."""
    found: dict[str, Meaning] = {}
    for piece in chunks(sorted(set(ids))):
        for row in tx.rows(_BY_REMOTE, {"at": connection, "ids": list(piece)}):
            found[row.remote_id] = Meaning(item=row.item, factor=row.factor)
    return found


def items_by_sku(tx: Tx, skus: Sequence[str]) -> dict[str, int]:
    """Give items by folded SKU, wherever it stands; those whose SKU means several items are left out."""
    found: dict[str, set[int]] = {}
    for piece in chunks(sorted(set(skus))):
        for row in tx.rows(_BY_SKU, {"skus": list(piece)}):
            found.setdefault(row.sku, set()).add(row.item)
    return {sku: items.pop() for sku, items in found.items() if len(items) == 1}


def there(tx: Tx, connection: int, items: Sequence[int]) -> dict[int, There]:
    """Give the records that items have at a target."""
    pieces = chunks(sorted(set(items)))
    rows = (row for piece in pieces for row in tx.rows(_THERE, {"at": connection, "ids": list(piece)}))
    return {
        row.item: There(record=row.record, kind=row.kind, remote_id=row.remote_id, factor=row.factor)
        for row in rows
    }
