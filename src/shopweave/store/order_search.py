"""Looking for orders: by channel, target, state, time and text."""

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, String, and_, bindparam, func, not_, or_, select

from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.model.movement import Stage
from shopweave.store.base import Tx
from shopweave.store.orders import ROW, OrderRow, order_row
from shopweave.store.tables import Moment, customer_order, handover, movement, order_line

GONE = "ORD-030"


class Wanted(Struct, frozen=True, kw_only=True):
    """Which orders are looked for; what is empty does not count.

    `text` is a number, the channel's own id, or a SKU. `since` and `until` are about when it was placed.
    """

    connection: int = 0
    target: int = 0
    state: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


def _handed(*states: HandOverState) -> ColumnElement[bool]:
    found = select(handover.c.order).where(
        handover.c.state.in_([one.value for one in states]), handover.c.kind != HandOverKind.NEWS.value
    )
    return customer_order.c.id.in_(found)


_ASIDE = customer_order.c.id.in_(select(order_line.c.order).where(order_line.c.parked != ""))
_UNBOOKED = customer_order.c.id.in_(select(movement.c.order).where(movement.c.stage == Stage.OPEN.value))
_UNREADABLE = and_(customer_order.c.code != "", customer_order.c.code != GONE)
_PARKED = or_(_ASIDE, _handed(HandOverState.PARKED))
STATES: dict[str, ColumnElement[bool]] = {
    "needs you": or_(_handed(HandOverState.IN_DOUBT, HandOverState.REFUSED), _PARKED, _UNREADABLE),
    "waiting": _handed(HandOverState.WAITING, HandOverState.INTENT),
    "in doubt": _handed(HandOverState.IN_DOUBT),
    "refused": _handed(HandOverState.REFUSED),
    "parked": _PARKED,
    "unbooked": _UNBOOKED,
    "unreadable": _UNREADABLE,
    "done": and_(
        _handed(HandOverState.DONE),
        not_(_handed(*(one for one in HandOverState if one is not HandOverState.DONE))),
    ),
}
_TEXT, _FOLDED = bindparam("text", type_=String()), bindparam("folded", type_=String())
_PLACED = func.coalesce(customer_order.c.created, customer_order.c.first)
_FILTERS: dict[str, ColumnElement[bool]] = {
    "connection": customer_order.c.connection == bindparam("connection"),
    "target": customer_order.c.id.in_(
        select(handover.c.order).where(
            handover.c.connection == bindparam("target"), handover.c.kind != HandOverKind.NEWS.value
        )
    ),
    "since": bindparam("since", type_=Moment()) <= _PLACED,
    "until": bindparam("until", type_=Moment()) > _PLACED,
    "text": or_(
        customer_order.c.remote_id == _TEXT,
        func.substr(customer_order.c.number, 1, func.length(_TEXT)) == _TEXT,
        customer_order.c.id.in_(select(order_line.c.order).where(func.lower(order_line.c.sku) == _FOLDED)),
    ),
}


@cache
def _page(names: tuple[str, ...], state: str) -> Select[Any]:
    return (
        select(*ROW)
        .where(customer_order.c.id < bindparam("before"), *_conditions(names, state))
        .order_by(customer_order.c.id.desc())
        .limit(bindparam("limit"))
    )


@cache
def _count(names: tuple[str, ...], state: str) -> Select[Any]:
    return select(func.count()).select_from(customer_order).where(*_conditions(names, state))


def _conditions(names: tuple[str, ...], state: str) -> list[ColumnElement[bool]]:
    return [*(_FILTERS[name] for name in names), *((STATES[state],) if state else ())]


def find_orders(tx: Tx, wanted: Wanted, before: int, limit: int) -> list[OrderRow]:
    """Give the orders that are looked for, the newest first."""
    names, values = _used(wanted)
    rows = tx.rows(_page(names, wanted.state), {**values, "before": before, "limit": limit})
    return [order_row(row) for row in rows]


def count_states(tx: Tx, wanted: Wanted) -> dict[str, int]:
    """Count what is looked for by state; "" counts all. An order may be in several states."""
    names, values = _used(wanted)
    return {state: int(tx.scalar(_count(names, state), values) or 0) for state in ("", *STATES)}


def _used(wanted: Wanted) -> tuple[tuple[str, ...], dict[str, object]]:
    names = tuple(name for name in _FILTERS if getattr(wanted, name))
    values = {name: getattr(wanted, name) for name in names}
    if wanted.text:
        values["folded"] = wanted.text.casefold()
    return names, values
