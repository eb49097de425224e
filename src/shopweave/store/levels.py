"""What masters have on hand: the level that counts for each of their records, and what waits beside it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct, json
from sqlalchemy import Row, and_, bindparam, func, insert, select, update

from shopweave.model.movement import Reading
from shopweave.model.record import Kind
from shopweave.model.values import UNKNOWN, Level
from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import level, link, record

ZEROS, RAISE = "zeros", "raise"
Places = tuple[tuple[str, Decimal], ...]


class LevelRow(Struct, frozen=True, kw_only=True):
    """One record of a master with the level that counts, in the record's own units.

    `held` says why the last reading, `read`, does not count; `zeroed` is the pull that took it to nothing.
    `unexplained` is what no booking explains of the last change, which was read at `changed`. `unclear` is a
    later reading that may or may not contain a booking in doubt.
    """

    record: int
    remote_id: str
    item: int | None
    factor: Decimal = Decimal(1)
    on_hand: Reading | None = None
    at: datetime | None = None
    zeroed: int | None = None
    held: str = ""
    read: Level = UNKNOWN
    unexplained: Decimal | None = None
    changed: datetime | None = None
    unclear: Reading | None = None
    gone: bool = False
    label: str = ""


_COLUMNS = (
    record.c.id.label("record"),
    record.c.remote_id,
    record.c.sku,
    record.c.gone,
    link.c.item,
    link.c.factor,
    level.c.state,
    level.c.quantity,
    level.c.began,
    level.c.ended,
    level.c.at,
    level.c.zeroed,
    level.c.held,
    level.c.read_state,
    level.c.read_quantity,
    level.c.places,
    level.c.read_places,
    level.c.unexplained,
    level.c.changed,
    level.c.unclear_quantity,
    level.c.unclear_places,
    level.c.unclear_began,
    level.c.unclear_ended,
)
_LIVES = link.c.until.is_(None)
_KNOWN = (
    select(*_COLUMNS)
    .select_from(record)
    .outerjoin(link, and_(link.c.record == record.c.id, _LIVES))
    .outerjoin(level, level.c.record == record.c.id)
    .where(
        record.c.connection == bindparam("at"),
        record.c.kind == bindparam("of"),
        record.c.remote_id.in_(many("ids")),
    )
    .order_by(record.c.id)
)
_STORED = select(*_COLUMNS).join_from(level, record, level.c.record == record.c.id)
_OF_ITEMS = (
    _STORED.join(link, and_(link.c.record == record.c.id, _LIVES))
    .where(link.c.connection == bindparam("at"), link.c.item.in_(many("ids")))
    .order_by(link.c.item)
)
_SET_ASIDE = (
    _STORED.outerjoin(link, and_(link.c.record == record.c.id, _LIVES))
    .where(level.c.connection == bindparam("at"), level.c.held != "")
    .order_by(level.c.record)
)
_ZEROED = (
    _STORED.outerjoin(link, and_(link.c.record == record.c.id, _LIVES))
    .where(level.c.connection == bindparam("at"), level.c.zeroed == bindparam("pull"))
    .order_by(level.c.record)
)
_COUNT = select(func.count()).where(level.c.connection == bindparam("at"))
_ADD = insert(level)
_CHANGE = update(level).where(level.c.record == bindparam("key"))
_TOUCH = update(level).where(level.c.record.in_(many("ids")))
_READ_AGAIN = update(record).where(record.c.id.in_(many("ids"))).values(again=True)


def as_level(state: str | None, quantity: Decimal | None, places: str | None = None) -> Level:
    """Make a level of its columns."""
    if state is None:
        return UNKNOWN
    held = json.decode(places, type=Places) if places else ()
    return Level(state=state, quantity=quantity, places=held)


def _places(level: Level) -> str | None:
    return json.encode(level.places).decode() if level.places else None


def _row(row: Row[Any]) -> LevelRow:
    if row.state is None:
        return LevelRow(
            record=row.record, remote_id=row.remote_id, item=row.item, gone=row.gone, label=row.sku or ""
        )
    return LevelRow(
        record=row.record,
        remote_id=row.remote_id,
        item=row.item,
        factor=row.factor or Decimal(1),
        on_hand=Reading(
            level=as_level(row.state, row.quantity, row.places), began=row.began, ended=row.ended
        ),
        at=row.at,
        zeroed=row.zeroed,
        held=row.held,
        read=as_level(row.read_state, row.read_quantity, row.read_places),
        unexplained=row.unexplained,
        changed=row.changed,
        unclear=_unclear(row),
        gone=row.gone,
        label=row.sku or "",
    )


def _unclear(row: Row[Any]) -> Reading | None:
    if row.unclear_quantity is None:
        return None
    level = as_level("tracked", row.unclear_quantity, row.unclear_places)
    return Reading(level=level, began=row.unclear_began, ended=row.unclear_ended)


def level_rows(tx: Tx, connection: int, kind: Kind, remote_ids: Sequence[str]) -> dict[str, LevelRow]:
    """Give stored records with their levels, those without one too, by remote id."""
    rows = (
        row
        for piece in chunks(list(remote_ids))
        for row in tx.rows(_KNOWN, {"at": connection, "of": kind.value, "ids": list(piece)})
    )
    return {row.remote_id: _row(row) for row in rows}


def of_items(tx: Tx, connection: int, items: Sequence[int]) -> dict[int, LevelRow]:
    """Give the levels that items have at a master."""
    rows = (
        row
        for piece in chunks(list(items))
        for row in tx.rows(_OF_ITEMS, {"at": connection, "ids": list(piece)})
    )
    return {row.item: _row(row) for row in rows}


def held_levels(tx: Tx, connection: int) -> list[LevelRow]:
    """Give the records of a master whose last reading waits for a person."""
    return [_row(row) for row in tx.rows(_SET_ASIDE, {"at": connection})]


def zeroed_in(tx: Tx, connection: int, pull: int) -> list[LevelRow]:
    """Give the records that a pull took to nothing."""
    return [_row(row) for row in tx.rows(_ZEROED, {"at": connection, "pull": pull})]


def count_levels(tx: Tx, connection: int) -> int:
    """Count the records whose level is known at a master."""
    return int(tx.scalar(_COUNT, {"at": connection}) or 0)


def store_levels(tx: Tx, connection: int, rows: Sequence[LevelRow], *, new: Sequence[int]) -> None:
    """Store levels; `new` are the records that had none."""
    values = [_values(one, tx.now) for one in rows if one.on_hand is not None]
    added = [{**one, "connection": connection} for one in values if one["record"] in new]
    if added:
        tx.run(_ADD, added)
    changed = [{**one, "key": one.pop("record")} for one in values if one["record"] not in new]
    if changed:
        tx.run(_CHANGE, changed)


def _values(one: LevelRow, now: datetime) -> dict[str, Any]:
    on_hand = one.on_hand or Reading(level=UNKNOWN, began=0, ended=0)
    return {
        "record": one.record,
        "state": on_hand.level.state,
        "quantity": on_hand.level.quantity,
        "places": _places(on_hand.level),
        "began": on_hand.began,
        "ended": on_hand.ended,
        "at": now,
        "zeroed": one.zeroed,
        "held": one.held,
        "read_state": one.read.state,
        "read_quantity": one.read.quantity,
        "read_places": _places(one.read),
        "unexplained": one.unexplained,
        "changed": one.changed,
        **_unclear_values(one.unclear),
    }


def _unclear_values(one: Reading | None) -> dict[str, Any]:
    return {
        "unclear_quantity": one.level.quantity if one else None,
        "unclear_places": _places(one.level) if one else None,
        "unclear_began": one.began if one else None,
        "unclear_ended": one.ended if one else None,
    }


def note_unclear(tx: Tx, record: int, reading: Reading) -> None:
    """Keep a reading of which nobody knows what it contains beside the level that counts."""
    tx.run(_CHANGE, [{"key": record, **_unclear_values(reading)}])


def explain_change(tx: Tx, record: int, left: Decimal) -> None:
    """Note how much of a level's last change is still unexplained."""
    tx.run(_CHANGE, [{"key": record, "unexplained": left}])


def touch(tx: Tx, ids: Sequence[int], began: int, ended: int) -> None:
    """Note that a later reading showed the same levels."""
    for piece in chunks(list(ids)):
        tx.run(_TOUCH, {"ids": list(piece), "began": began, "ended": ended, "at": tx.now})


def read_again(tx: Tx, ids: Sequence[int]) -> None:
    """Ask for records to be read once more by id."""
    for piece in chunks(list(ids)):
        tx.run(_READ_AGAIN, {"ids": list(piece)})
