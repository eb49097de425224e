"""From a stored hand-over to what is put on the wire."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from shopweave.connector.orders import HandOver, HandOverLine, OrderNews
from shopweave.core.handing import wanted_there
from shopweave.lanes.ways import Way
from shopweave.model.order import Order, OrderLine
from shopweave.model.record import Kind
from shopweave.store import movements, order_lines, orders, tracking
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow
from shopweave.store.order_lines import LineRow, There


class Parcel(Struct, frozen=True, kw_only=True):
    """A hand-over with the order it carries; `missing` names lines that mean nothing at the target."""

    row: HandOverRow
    way: Way
    number: str
    hand_over: HandOver | None = None
    news: OrderNews | None = None
    missing: tuple[str, ...] = ()


def pack_order(tx: Tx, way: Way, row: HandOverRow, order: Order) -> Parcel:
    """Give an order as its target is to take it."""
    stored = {one.line: one for one in order_lines.lines_of(tx, [row.order])}
    items = [one.item for one in stored.values() if one.item is not None]
    there = order_lines.there(tx, way.target, items) if way.has_records else {}
    lines: list[HandOverLine] = []
    missing: list[str] = []
    for line in order.revision.lines:
        packed = _line(way, order, line, stored.get(line.line), there)
        if packed is None:
            missing.append(line.sku or line.name or line.line)
        else:
            lines.append(packed)
    hand_over = HandOver(
        reference=row.reference,
        order=order,
        lines=tuple(lines),
        remote_id=row.remote_id,
        warehouse=_warehouse(tx, way, row) if way.books else "",
    )
    return Parcel(row=row, way=way, number=order.number, hand_over=hand_over, missing=tuple(missing))


def _warehouse(tx: Tx, way: Way, row: HandOverRow) -> str:
    """Give where an order's goods leave from, as it was decided when the order was stored."""
    own = (one.movement.warehouse for one in movements.of_orders(tx, [row.order]) if one.master == way.target)
    return next((place for place in own if place), "")


def _line(
    way: Way, order: Order, line: OrderLine, stored: LineRow | None, there: dict[int, There]
) -> HandOverLine | None:
    quantity = wanted_there(order, line, way.table, way.statuses, way.final)
    if not way.has_records:
        return HandOverLine(line=line, kind=_kind(line), remote_id=line.remote_id, quantity=quantity)
    if stored is None or stored.item not in there or stored.parked:
        return None
    record = there[stored.item]
    base = quantity * stored.factor
    units = base / record.factor
    if units * record.factor != base or not _is_whole(base, record.factor):
        return None
    return HandOverLine(line=line, kind=Kind(record.kind), remote_id=record.remote_id, quantity=units)


def _is_whole(base: Decimal, factor: Decimal) -> bool:
    return factor == 1 or base % factor == 0


def _kind(line: OrderLine) -> Kind:
    return Kind.VARIATION if ":" in line.remote_id else Kind.PRODUCT


def pack_news(tx: Tx, way: Way, row: HandOverRow) -> Parcel:
    """Give what a channel is told of an order that its target has; its status once, for people move it on."""
    stored = orders.by_ids(tx, [row.order])[row.order]
    is_first = not tracking.is_told(tx, row.order, way.flow, row.reference)
    news = OrderNews(
        order=stored.remote_id,
        status=way.done_status if "status" in way.tell and is_first else "",
        tracking=tracking.of_order(tx, row.order, way.flow) if "tracking" in way.tell else "",
        reference=f"{way.target_name} {row.remote_id}" if "reference" in way.tell else "",
    )
    return Parcel(row=row, way=way, number=stored.number, news=news)


def way_of(ways: Sequence[Way], row: HandOverRow) -> Way | None:
    """Give the flow of a hand-over; None when the settings have it no more."""
    return next((way for way in ways if way.flow == row.flow), None)
