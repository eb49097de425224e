"""Movements: the stock ledger as rows; only their stage ever changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, and_, bindparam, func, insert, select, update

from shopweave.model.movement import Booking, Movement, Stage
from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import connection, link, movement, record

HUB, REFUSED, ELSEWHERE = "hub", "refused", "elsewhere"
SLICE = 5_000
UNSETTLED = (Stage.OPEN.value, Stage.SENT.value, Stage.IN_DOUBT.value, Stage.ACKNOWLEDGED.value)


class Entry(Struct, frozen=True, kw_only=True):
    """A movement as it stands; `way` is how it reaches the master, `who` the person who settled it.

    A way that is `refused` was the hub's own, and the master would not book it. One that others book is open
    with the number at which a reading `ended` that showed it, and `moved` is when that was.
    """

    id: int
    order: int
    master: int
    movement: Movement
    stage: Stage
    way: str
    handover: int | None
    began: int | None
    ended: int | None
    made: datetime
    moved: datetime
    who: str

    @property
    def booking(self) -> Booking:
        """Give it as the ledger's decisions take it."""
        is_ours = self.way != ELSEWHERE
        return Booking(
            movement=self.movement, stage=self.stage, began=self.began, ended=self.ended, is_ours=is_ours
        )


class Due(Struct, frozen=True, kw_only=True):
    """A movement that the hub is to book, and the record it moves; `factor` base units in one of its own."""

    entry: Entry
    kind: str
    remote_id: str
    factor: Decimal


class Ledger(Struct, frozen=True, kw_only=True):
    """What new movements have in common."""

    connection: int
    order: int
    master: int
    way: str
    stage: Stage = Stage.OPEN


_ALL = select(movement, connection.c.name.label("channel")).join(
    connection, connection.c.id == movement.c.connection
)
_OF_ORDERS = _ALL.where(movement.c.order.in_(many("ids"))).order_by(movement.c.order, movement.c.id)
_BY_ID = _ALL.where(movement.c.id.in_(many("ids"))).order_by(movement.c.id)
_OF_HANDOVER = _ALL.where(movement.c.handover == bindparam("of")).order_by(movement.c.id)
_OF_ITEMS = _ALL.where(
    movement.c.master == bindparam("at"),
    movement.c.item.in_(many("ids")),
    movement.c.stage.in_(UNSETTLED),
).order_by(movement.c.item, movement.c.id)
_PLACES_LEFT = select(movement.c.item, movement.c.warehouse, movement.c.quantity).where(
    movement.c.master == bindparam("at"),
    movement.c.item.in_(many("ids")),
    movement.c.stage.in_(UNSETTLED),
)
_SETTLED = (
    _ALL.where(
        movement.c.master == bindparam("at"),
        movement.c.item == bindparam("of"),
        movement.c.stage.in_((Stage.ABSORBED.value, Stage.VOID.value)),
    )
    .order_by(movement.c.moved.desc(), movement.c.id.desc())
    .limit(bindparam("limit"))
)
_AGED = (
    _ALL.where(
        movement.c.stage == Stage.OPEN.value,
        movement.c.made < bindparam("before"),
        movement.c.ended.is_(None),
    )
    .order_by(movement.c.made, movement.c.id)
    .limit(bindparam("limit"))
)
_ELSEWHERE = (
    _ALL.where(
        movement.c.master == bindparam("at"),
        movement.c.connection == bindparam("channel"),
        movement.c.stage == Stage.OPEN.value,
        movement.c.way == ELSEWHERE,
    )
    .order_by(movement.c.made, movement.c.id)
    .limit(SLICE)
)
# Movements of items without a record at the master wait until they have one.
_BOOKABLE = and_(
    movement.c.master == bindparam("at"),
    movement.c.way == HUB,
    link.c.item == movement.c.item,
    link.c.connection == movement.c.master,
    link.c.until.is_(None),
    record.c.id == link.c.record,
    record.c.gone.is_(False),
)
_UNBOOKED = movement.c.stage.in_((Stage.OPEN.value, Stage.IN_DOUBT.value))
_TO_BOOK = (
    select(
        movement,
        connection.c.name.label("channel"),
        record.c.kind.label("kind"),
        record.c.remote_id.label("remote_id"),
        link.c.factor.label("units"),
    )
    .where(_BOOKABLE, _UNBOOKED, connection.c.id == movement.c.connection)
    .order_by(movement.c.id)
    .limit(bindparam("limit"))
)
_FLYING = movement.c.stage.in_((Stage.OPEN.value, Stage.IN_DOUBT.value, Stage.SENT.value))
NEXT_BOOKING = select(func.min(movement.c.made)).where(_BOOKABLE, _FLYING)
LEFT = select(func.count()).select_from(movement).where(_BOOKABLE, _FLYING)
_SENT = select(movement.c.id).where(
    movement.c.master == bindparam("at"), movement.c.way == HUB, movement.c.stage == Stage.SENT.value
)
_INTENTS = (
    select(func.count())
    .select_from(movement)
    .where(movement.c.way == HUB, movement.c.stage == Stage.SENT.value)
)
_ADD = insert(movement)
_SET = update(movement).where(movement.c.id.in_(many("ids")))


def add(tx: Tx, ledger: Ledger, movements: Sequence[Movement]) -> None:
    """Append movements of one order."""
    add_all(tx, [(ledger, movements)])


def add_all(tx: Tx, found: Iterable[tuple[Ledger, Sequence[Movement]]]) -> None:
    """Append the movements of several orders."""
    rows = [_values(one, ledger, tx.now) for ledger, movements in found for one in movements]
    if rows:
        tx.run(_ADD, rows)


def _values(one: Movement, ledger: Ledger, now: datetime) -> dict[str, Any]:
    return {
        "connection": ledger.connection,
        "order": ledger.order,
        "master": ledger.master,
        "way": ledger.way,
        "stage": ledger.stage.value,
        "line": one.line,
        "n": one.n,
        "item": int(one.item),
        "warehouse": one.warehouse,
        "factor": one.factor,
        "quantity": one.quantity,
        "made": now,
        "moved": now,
    }


def _entry(row: Row[Any]) -> Entry:
    found = Movement(
        connection=row.channel,
        line=row.line,
        n=row.n,
        item=str(row.item),
        warehouse=row.warehouse,
        quantity=Decimal(row.quantity),
        factor=Decimal(row.factor),
    )
    plain = ("id", "order", "master", "way", "handover", "began", "ended", "made", "moved", "who")
    return Entry(movement=found, stage=Stage(row.stage), **{name: getattr(row, name) for name in plain})


def of_orders(tx: Tx, orders: Sequence[int]) -> list[Entry]:
    """Give all movements of orders, in the order in which they were made."""
    pieces = chunks(sorted(set(orders)))
    return [_entry(row) for piece in pieces for row in tx.rows(_OF_ORDERS, {"ids": list(piece)})]


def of_items(tx: Tx, master: int, items: Sequence[int]) -> list[Entry]:
    """Give the movements of items that a master's level is not known to contain."""
    pieces = chunks(sorted(set(items)))
    return [_entry(row) for piece in pieces for row in tx.rows(_OF_ITEMS, {"at": master, "ids": list(piece)})]


def places_left(tx: Tx, master: int, items: Sequence[int]) -> list[tuple[int, str, Decimal]]:
    """Give the same as item, warehouse and quantity: of goods much ordered there are many."""
    pieces = chunks(sorted(set(items)))
    rows = (row for piece in pieces for row in tx.rows(_PLACES_LEFT, {"at": master, "ids": list(piece)}))
    return [(row.item, row.warehouse, row.quantity) for row in rows]


def settled(tx: Tx, master: int, item: int, limit: int) -> list[Entry]:
    """Give the movements of an item that are in a master's level or void, those settled last first."""
    return [_entry(row) for row in tx.rows(_SETTLED, {"at": master, "of": item, "limit": limit})]


def of_handover(tx: Tx, handover: int) -> list[Entry]:
    """Give the movements that a hand-over books."""
    return [_entry(row) for row in tx.rows(_OF_HANDOVER, {"of": handover})]


def by_ids(tx: Tx, ids: Sequence[int]) -> list[Entry]:
    """Give movements by number."""
    return [_entry(row) for piece in chunks(list(ids)) for row in tx.rows(_BY_ID, {"ids": list(piece)})]


def aged(tx: Tx, before: datetime, limit: int) -> list[Entry]:
    """Give movements that were made before a time and that nobody has begun to book."""
    return [_entry(row) for row in tx.rows(_AGED, {"before": before, "limit": limit})]


def elsewhere(tx: Tx, master: int, channel: int) -> list[Entry]:
    """Give the oldest movements of a channel that others are to book, and are not known to have."""
    return [_entry(row) for row in tx.rows(_ELSEWHERE, {"at": master, "channel": channel})]


def set_stage(tx: Tx, ids: Sequence[int], stage: Stage, **values: Any) -> None:
    """Move movements to a stage, with what else is to be noted of them."""
    for piece in chunks(list(ids)):
        tx.run(_SET, {"ids": list(piece), "stage": stage.value, "moved": tx.now, **values})


def to_book(tx: Tx, master: int, limit: int) -> list[Due]:
    """Give the oldest movements that the hub is to book at a master, those in doubt among them."""
    return [
        Due(entry=_entry(row), kind=row.kind, remote_id=row.remote_id, factor=row.units)
        for row in tx.rows(_TO_BOOK, {"at": master, "limit": limit})
    ]


def sent(tx: Tx, master: int) -> list[int]:
    """Give the movements that the hub was booking at a master."""
    return [row.id for row in tx.rows(_SENT, {"at": master})]


def count_intents(tx: Tx) -> int:
    """Count those whose booking by the hub was written ahead, and its end is not recorded."""
    return int(tx.scalar(_INTENTS) or 0)
