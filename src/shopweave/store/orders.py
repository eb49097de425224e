"""Orders as rows: every revision as it was received, and the newest that could be read."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct, json
from sqlalchemy import Row, and_, bindparam, insert, select, update

from shopweave.model.order import Order
from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import customer_order, order_revision


class OrderRow(Struct, frozen=True, kw_only=True):
    """An order as it stands.

    `revision` is the newest that could be read, 0 for none, `newest` the newest that came. `code` and `what`
    say why that one could not be read.
    """

    id: int
    connection: int
    remote_id: str
    number: str
    status: str
    changed: datetime | None
    created: datetime | None
    mark: str
    currency: str
    total: Decimal | None
    revision: int
    newest: int
    final: bool
    first: datetime
    read: datetime
    code: str
    what: str
    erased: datetime | None


class Arrived(Struct, frozen=True, kw_only=True):
    """An order that came, mapped or not; `final` when nothing moves any more."""

    remote_id: str
    raw: bytes
    order: Order | None = None
    final: bool = False
    code: str = ""
    what: str = ""


class RevisionRow(Struct, frozen=True, kw_only=True):
    """One revision; `order` is None where it could not be read, or was erased."""

    n: int
    status: str
    changed: datetime | None
    read: datetime
    code: str
    raw: bytes
    order: Order | None


_NAMES = OrderRow.__struct_fields__
ROW = tuple(customer_order.c[name] for name in _NAMES)
_BY_REMOTE = (
    select(*ROW)
    .where(customer_order.c.connection == bindparam("at"), customer_order.c.remote_id.in_(many("ids")))
    .order_by(customer_order.c.id)
)
_BY_ID = select(*ROW).where(customer_order.c.id.in_(many("ids"))).order_by(customer_order.c.id)
_ADD = insert(customer_order).returning(customer_order.c.id, sort_by_parameter_order=True)
_SET = update(customer_order).where(customer_order.c.id == bindparam("key"))
_SEEN = update(customer_order).where(customer_order.c.id.in_(many("ids"))).values(read=bindparam("at"))
_GONE = (
    update(customer_order)
    .where(customer_order.c.id.in_(many("ids")))
    .values(read=bindparam("at"), final=True, code="ORD-030", what="its channel has it no more")
)
_OTHER_STATUS = (
    select(customer_order.c.id)
    .where(
        customer_order.c.connection == bindparam("at"),
        customer_order.c.final.is_(False),
        customer_order.c.revision > 0,
        customer_order.c.status.not_in(many("known")),
    )
    .limit(1)
)
_ADD_REVISION = insert(order_revision)
_CURRENT = (
    select(order_revision.c.order, order_revision.c.body)
    .join(
        customer_order,
        and_(customer_order.c.id == order_revision.c.order, customer_order.c.revision == order_revision.c.n),
    )
    .where(order_revision.c.order.in_(many("ids")))
)
_ONE_BODY = select(order_revision.c.body).where(
    order_revision.c.order == bindparam("of"), order_revision.c.n == bindparam("number")
)
_RAW = select(order_revision.c.raw).where(
    order_revision.c.order == bindparam("of"), order_revision.c.n == bindparam("number")
)
_REVISIONS = (
    select(order_revision).where(order_revision.c.order == bindparam("of")).order_by(order_revision.c.n)
)
_OPEN = (
    select(customer_order.c.remote_id)
    .where(
        customer_order.c.connection == bindparam("at"),
        customer_order.c.final.is_(False),
        customer_order.c.read < bindparam("before"),
    )
    .order_by(customer_order.c.read, customer_order.c.id)
    .limit(bindparam("limit"))
)
_NEWEST = (
    select(*ROW)
    .where(customer_order.c.id < bindparam("before"))
    .order_by(customer_order.c.id.desc())
    .limit(bindparam("limit"))
)
_NAMED = (
    select(*ROW)
    .where((customer_order.c.remote_id == bindparam("name")) | (customer_order.c.number == bindparam("name")))
    .order_by(customer_order.c.id)
)


def buyer_key(email: str) -> str:
    """Give what stands for an e-mail address, so that its orders are found without storing it again."""
    folded = email.strip().casefold()
    return hashlib.sha256(folded.encode()).hexdigest() if folded else ""


def by_remote_ids(tx: Tx, connection: int, ids: Sequence[str]) -> dict[str, OrderRow]:
    """Give stored orders by their remote ids."""
    pieces = chunks(list(ids))
    rows = (row for piece in pieces for row in tx.rows(_BY_REMOTE, {"at": connection, "ids": list(piece)}))
    return {row.remote_id: order_row(row) for row in rows}


def by_ids(tx: Tx, ids: Sequence[int]) -> dict[int, OrderRow]:
    """Give stored orders by number."""
    pieces = chunks(sorted(set(ids)))
    return {row.id: order_row(row) for piece in pieces for row in tx.rows(_BY_ID, {"ids": list(piece)})}


def named(tx: Tx, name: str) -> list[OrderRow]:
    """Give the orders that bear a name: the channel's own id, or the number people see."""
    return [order_row(row) for row in tx.rows(_NAMED, {"name": name})]


def newest_orders(tx: Tx, before: int, limit: int) -> list[OrderRow]:
    """Give orders, the newest first."""
    return [order_row(row) for row in tx.rows(_NEWEST, {"before": before, "limit": limit})]


def order_row(row: Row[Any]) -> OrderRow:
    """Make an order of its columns."""
    return OrderRow(**{name: getattr(row, name) for name in _NAMES})


def current(tx: Tx, ids: Sequence[int]) -> dict[int, Order]:
    """Give orders as they were last read; those that could never be, or were erased, are absent."""
    pieces = chunks(sorted(set(ids)))
    rows = (row for piece in pieces for row in tx.rows(_CURRENT, {"ids": list(piece)}))
    return {row.order: _read(row.body) for row in rows if row.body is not None}


def at_revision(tx: Tx, order: int, n: int) -> Order | None:
    """Give an order as one of its revisions had it."""
    body = tx.scalar(_ONE_BODY, {"of": order, "number": n})
    return None if body is None else _read(body)


def revisions(tx: Tx, order: int) -> list[RevisionRow]:
    """Give all revisions of an order, the oldest first."""
    return [
        RevisionRow(
            n=row.n,
            status=row.status,
            changed=row.changed,
            read=row.read,
            code=row.code,
            raw=b"" if row.raw is None else zlib.decompress(row.raw),
            order=None if row.body is None else _read(row.body),
        )
        for row in tx.rows(_REVISIONS, {"of": order})
    ]


def is_stored_raw(tx: Tx, order: int, n: int, raw: bytes) -> bool:
    """Say whether a revision was received in just this form."""
    stored = tx.scalar(_RAW, {"of": order, "number": n})
    return stored is not None and zlib.decompress(stored) == raw


def _read(body: bytes) -> Order:
    return json.decode(zlib.decompress(body), type=Order)


def open_orders(tx: Tx, connection: int, before: datetime, limit: int) -> list[str]:
    """Give orders that may still move and were not read since `before`, by remote id."""
    rows = tx.rows(_OPEN, {"at": connection, "before": before, "limit": limit})
    return [row.remote_id for row in rows]


def note_seen(tx: Tx, ids: Sequence[int]) -> None:
    """Note that these were read and had not changed."""
    for piece in chunks(list(ids)):
        tx.run(_SEEN, {"ids": list(piece), "at": tx.now})


def note_gone(tx: Tx, ids: Sequence[int]) -> None:
    """Note that a channel no longer has these: nothing more will move."""
    for piece in chunks(list(ids)):
        tx.run(_GONE, {"ids": list(piece), "at": tx.now})


def has_other_status(tx: Tx, connection: int, known: Sequence[str]) -> bool:
    """Say whether a channel has an open order whose status is none of these."""
    return tx.one(_OTHER_STATUS, {"at": connection, "known": list(known)}) is not None


def store(
    tx: Tx, connection: int, known: Mapping[str, OrderRow], arrived: Sequence[Arrived]
) -> dict[str, int]:
    """Store a revision of each order, new ones with their rows; gives their numbers by remote id."""
    fresh = [one for one in arrived if one.remote_id not in known]
    numbers = {key: row.id for key, row in known.items()}
    if fresh:
        rows = tx.rows(_ADD, [_first(one, connection, tx) for one in fresh])
        numbers |= {one.remote_id: row.id for one, row in zip(fresh, rows, strict=True)}
    for one in arrived:
        if one.remote_id in known:
            row = known[one.remote_id]
            tx.run(_SET, {"key": row.id, **_values(one, row.newest + 1, tx.now)})
    if arrived:
        tx.run(_ADD_REVISION, [_revision(one, numbers, known, tx.now) for one in arrived])
    return numbers


def _first(one: Arrived, connection: int, tx: Tx) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(("number", "status", "mark", "currency", "buyer"), "")
    blank |= dict.fromkeys(("changed", "created", "total")) | {"revision": 0, "final": False}
    values = {**blank, **_values(one, 1, tx.now)}
    return {**values, "connection": connection, "remote_id": one.remote_id, "first": tx.now}


def _values(one: Arrived, n: int, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"newest": n, "read": now, "code": one.code, "what": one.what}
    if one.order is None:
        return values
    revision = one.order.revision
    return {
        **values,
        "number": one.order.number,
        "status": revision.status,
        "changed": revision.changed,
        "created": one.order.created,
        "mark": one.order.mark,
        "currency": revision.totals.total.currency,
        "total": revision.totals.total.amount,
        "buyer": buyer_key(one.order.bill_to.email),
        "revision": n,
        "final": one.final,
    }


def _revision(
    one: Arrived, numbers: Mapping[str, int], known: Mapping[str, OrderRow], now: datetime
) -> dict[str, Any]:
    row = known.get(one.remote_id)
    return {
        "order": numbers[one.remote_id],
        "n": 1 if row is None else row.newest + 1,
        "status": one.order.revision.status if one.order else "",
        "changed": one.order.revision.changed if one.order else None,
        "read": now,
        "raw": zlib.compress(one.raw, 1),
        "body": zlib.compress(json.encode(one.order), 1) if one.order else None,
        "code": one.code[:24],
    }
