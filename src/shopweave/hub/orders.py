"""Orders for people: lists, the whole story of one, and what a person can decide."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.model.errors import Configuration
from shopweave.model.handover import HandOverState
from shopweave.store import explains, handovers, movements, order_lines, orders, requests
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow
from shopweave.store.order_lines import LineRow
from shopweave.store.orders import OrderRow

PAGE = 50
_NEWEST = 2**31 - 1
_OPEN = (HandOverState.WAITING, HandOverState.IN_DOUBT)


class OrderView(Struct, frozen=True, kw_only=True):
    """An order in one line; `name` means no other, `targets` says how each of its hand-overs stands."""

    name: str
    channel: str
    order: str
    number: str
    status: str
    created: datetime | None
    total: Decimal | None
    currency: str
    targets: dict[str, str]
    lines: int
    parked: int
    problem: str


class RevisionView(Struct, frozen=True, kw_only=True):
    """One state of an order as its channel showed it, and when the hub read it."""

    n: int
    status: str
    changed: datetime | None
    read: datetime
    problem: str


class LineView(Struct, frozen=True, kw_only=True):
    """One line; `parked` says why it moves nothing, `lacks` where its item has no product.

    `remote_id` is what it names at its channel, if a person may choose the item of that.
    """

    line: str
    sku: str
    name: str
    quantity: Decimal
    parked: str
    remote_id: str = ""
    item: int | None = None
    lacks: tuple[str, ...] = ()


class MovementView(Struct, frozen=True, kw_only=True):
    """One difference of the stock ledger, and how far it has come; `line` is the order line that made it."""

    reference: str
    line: str
    sku: str
    quantity: Decimal
    stage: str
    way: str
    made: datetime
    moved: datetime
    who: str


class HandOverView(Struct, frozen=True, kw_only=True):
    """One hand-over with its last request."""

    target: str
    kind: str
    n: int
    reference: str
    state: str
    remote_id: str
    tracking: str
    attempts: int
    look_ups: int
    created: datetime
    next: datetime | None
    sent: datetime | None
    settled: datetime | None
    why: str
    request: str


class OrderStory(Struct, frozen=True, kw_only=True):
    """Everything known about an order, but nothing about who bought; `erased` once that was forgotten."""

    order: OrderView
    erased: datetime | None
    revisions: tuple[RevisionView, ...]
    lines: tuple[LineView, ...]
    movements: tuple[MovementView, ...]
    hand_overs: tuple[HandOverView, ...]


async def list_orders(hub: Hub, before: int = _NEWEST, limit: int = PAGE) -> tuple[OrderView, ...]:
    """Give orders, the newest first."""
    return await hub.store.read(lambda tx: order_views(tx, hub, orders.newest_orders(tx, before, limit)))


async def story(hub: Hub, name: str) -> OrderStory:
    """Tell all that happened to an order; raises `Configuration` where the name means none or several."""
    return await hub.store.read(lambda tx: _story(tx, hub, find(tx, hub, name)))


def find(tx: Tx, hub: Hub, name: str) -> OrderRow:
    """Give the order of a name: its id or number, or both with the channel: `shop:1234`."""
    channel, _, rest = name.partition(":")
    there = [one for one in orders.named(tx, rest) if _channel(hub, one) == channel] if rest else []
    found = [one for one in there if one.remote_id == rest] or there or orders.named(tx, name)
    if not found:
        text = f"There is no order '{name}'."
        raise Configuration(text, code="ORD-404", remedy="'shopweave orders list' shows them.")
    if len(found) > 1:
        names = ", ".join(f"{_channel(hub, one)}:{one.remote_id}" for one in found)
        raise Configuration(
            f"Several orders are called '{name}'.", code="ORD-405", remedy=f"Say which: {names}."
        )
    return found[0]


def _channel(hub: Hub, row: OrderRow) -> str:
    port = hub.house.ports.get(row.connection)
    return port.row.name if port is not None else str(row.connection)


def order_views(tx: Tx, hub: Hub, rows: list[OrderRow]) -> tuple[OrderView, ...]:
    """Give orders for people."""
    keys = [row.id for row in rows]
    states: dict[int, dict[str, str]] = {}
    for one in handovers.of_orders(tx, keys):
        if one.kind.value != "news":
            states.setdefault(one.order, {})[_target(hub, one)] = one.state.value
    lines: dict[int, list[LineRow]] = {}
    for line in order_lines.lines_of(tx, keys):
        lines.setdefault(line.order, []).append(line)
    return tuple(_view(hub, row, states.get(row.id, {}), lines.get(row.id, [])) for row in rows)


def _view(hub: Hub, row: OrderRow, targets: dict[str, str], lines: list[LineRow]) -> OrderView:
    channel = _channel(hub, row)
    return OrderView(
        name=f"{channel}:{row.remote_id}",
        channel=channel,
        order=row.remote_id,
        number=row.number,
        status=row.status,
        created=row.created,
        total=row.total,
        currency=row.currency,
        targets=targets,
        lines=len(lines),
        parked=sum(bool(one.parked) for one in lines),
        problem=f"{row.what} ({row.code})" if row.code else "",
    )


def _target(hub: Hub, row: HandOverRow) -> str:
    port = hub.house.ports.get(row.connection)
    return port.row.name if port is not None else str(row.connection)


def _story(tx: Tx, hub: Hub, row: OrderRow) -> OrderStory:
    found = order_lines.lines_of(tx, [row.id])
    return OrderStory(
        order=order_views(tx, hub, [row])[0],
        erased=row.erased,
        revisions=tuple(
            RevisionView(n=one.n, status=one.status, changed=one.changed, read=one.read, problem=one.code)
            for one in orders.revisions(tx, row.id)
        ),
        lines=_lines(tx, hub, row, found),
        movements=_movements(tx, row, {one.line: one.sku for one in found}),
        hand_overs=tuple(_hand_over(tx, hub, one) for one in handovers.of_orders(tx, [row.id])),
    )


def _lines(tx: Tx, hub: Hub, row: OrderRow, found: list[LineRow]) -> tuple[LineView, ...]:
    items = [one.item for one in found if one.item is not None]
    waiting = [one for one in handovers.of_orders(tx, [row.id]) if one.state is HandOverState.PARKED]
    there = {_target(hub, one): order_lines.there(tx, one.connection, items) for one in waiting}
    return tuple(
        LineView(
            line=one.line,
            sku=one.sku,
            name=one.name,
            quantity=one.quantity,
            parked=one.parked,
            remote_id=one.remote_id if one.parked and one.item is None else "",
            item=one.item,
            lacks=tuple(
                name for name, known in there.items() if one.item is not None and one.item not in known
            ),
        )
        for one in found
    )


def _movements(tx: Tx, row: OrderRow, skus: dict[str, str]) -> tuple[MovementView, ...]:
    found = movements.of_orders(tx, [row.id])
    known = explains.skus_of_items(tx, [int(one.movement.item) for one in found])
    return tuple(
        MovementView(
            reference=one.movement.reference,
            line=one.movement.line,
            sku=skus.get(one.movement.line) or known.get(int(one.movement.item), ""),
            quantity=one.movement.quantity,
            stage=one.stage.value,
            way=one.way,
            made=one.made,
            moved=one.moved,
            who=one.who,
        )
        for one in found
    )


def _hand_over(tx: Tx, hub: Hub, one: HandOverRow) -> HandOverView:
    found = requests.requests(tx, [one.request]) if one.request else []
    return HandOverView(
        target=_target(hub, one),
        kind=one.kind.value,
        n=one.n,
        reference=one.reference,
        state=one.state.value,
        remote_id=one.remote_id,
        tracking=one.tracking,
        attempts=one.attempts,
        look_ups=one.look_ups,
        created=one.created,
        next=one.not_before if one.state in _OPEN else None,
        sent=one.sent,
        settled=one.settled,
        why=" ".join(part for part in (one.what, f"({one.code})" if one.code else "", one.remedy) if part),
        request=_request(found[0]) if found else "",
    )


def _request(one: requests.RequestRow) -> str:
    answer = one.error or (f"{one.status}" if one.status else "")
    ended = f", ended {one.ended:%Y-%m-%d %H:%M:%S}" if one.ended else ", not ended"
    return " ".join(part for part in (one.method, one.url, "→", answer) if part) + ended
