"""Forgetting who bought: what was received goes, and orders keep goods and sums."""

import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import json
from sqlalchemy import Row, and_, bindparam, or_, select, update

from shopweave.model.order import Order
from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import customer_order, order_revision
from shopweave.store.tracking import forget_numbers

Forget = Callable[[Order], Order]
SLICE = 200
_OF_BUYER = (
    select(customer_order.c.id)
    .where(customer_order.c.buyer == bindparam("who"))
    .order_by(customer_order.c.id)
)
_REVISIONS = (
    select(order_revision.c.order, order_revision.c.n, order_revision.c.body)
    .where(order_revision.c.order.in_(many("ids")))
    .order_by(order_revision.c.order, order_revision.c.n)
)
_OLD = (
    select(order_revision.c.order, order_revision.c.n, order_revision.c.body)
    .where(order_revision.c.read < bindparam("before"), order_revision.c.raw.is_not(None))
    .order_by(order_revision.c.read, order_revision.c.order, order_revision.c.n)
    .limit(SLICE)
)
_LESS = (
    update(order_revision)
    .where(order_revision.c.order == bindparam("of"), order_revision.c.n == bindparam("number"))
    .values(raw=None, body=bindparam("kept"))
)
_ERASED = (
    update(customer_order)
    .where(customer_order.c.id.in_(many("ids")))
    .values(erased=bindparam("at"), buyer="")
)
_WHOLLY_OLD = select(customer_order.c.id).where(
    customer_order.c.id.in_(many("ids")),
    ~select(order_revision.c.n)
    .where(and_(order_revision.c.order == customer_order.c.id, order_revision.c.raw.is_not(None)))
    .exists(),
    or_(customer_order.c.erased.is_(None), customer_order.c.buyer != ""),
)


def of_buyer(tx: Tx, key: str) -> list[int]:
    """Give the orders of a buyer; `key` is what stands for the e-mail address."""
    return [row.id for row in tx.rows(_OF_BUYER, {"who": key})] if key else []


def erase_orders(tx: Tx, ids: Sequence[int], forget: Forget) -> None:
    """Forget who bought in every revision of orders, and in what comes of them later."""
    for piece in chunks(list(ids)):
        _lessen(tx, tx.rows(_REVISIONS, {"ids": list(piece)}), forget)
        _end(tx, list(piece))


def forget_old(tx: Tx, before: datetime, forget: Forget) -> bool:
    """Forget who bought in a slice of revisions read before a time; False when none is left.

    An order all of whose revisions are that old is found by its buyer no more.
    """
    rows = tx.rows(_OLD, {"before": before})
    _lessen(tx, rows, forget)
    ids = sorted({row.order for row in rows})
    old = [row.id for row in tx.rows(_WHOLLY_OLD, {"ids": ids})] if ids else []
    if old:
        _end(tx, old)
    return len(rows) == SLICE


def _end(tx: Tx, ids: Sequence[int]) -> None:
    """Let nothing lead to the buyer of orders any more; a tracking number would, at the carrier."""
    tx.run(_ERASED, {"ids": ids, "at": tx.now})
    forget_numbers(tx, ids)


def _lessen(tx: Tx, rows: Sequence[Row[Any]], forget: Forget) -> None:
    changed = [{"of": row.order, "number": row.n, "kept": _less(row.body, forget)} for row in rows]
    if changed:
        tx.run(_LESS, changed)


def _less(body: bytes | None, forget: Forget) -> bytes | None:
    if body is None:
        return None
    order = json.decode(zlib.decompress(body), type=Order)
    return zlib.compress(json.encode(forget(order)), 1)
