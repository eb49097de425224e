"""What channels are expected to show, record by record; marks say which may have to be written."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, and_, bindparam, case, delete, func, or_, select, text, update

from shopweave.core.shelf import Shelf
from shopweave.model.movement import Reading
from shopweave.model.record import Kind
from shopweave.model.values import Level
from shopweave.store.base import Tx
from shopweave.store.hiding import hidden
from shopweave.store.levels import as_level
from shopweave.store.statements import chunks, many
from shopweave.store.tables import Moment, link, record, shelf


class ShelfRow(Struct, frozen=True, kw_only=True):
    """A selling record as it stands: what is expected, what was written, and what is under way.

    `wanted` is the level last written or under way; `why` says why a marked one was not written.
    """

    record: int
    connection: int
    item: int
    kind: Kind
    remote_id: str
    factor: Decimal
    label: str
    shelf: Shelf
    not_before: datetime | None
    misses: int
    read_at: datetime | None
    wanted: Level | None
    written_at: datetime | None
    request: int | None
    epoch: int | None
    lease_ends: datetime | None
    sent: datetime | None
    generation: int
    done: int
    since: datetime
    drifted: int
    why: str
    code: str
    what: str

    @property
    def parent(self) -> str:
        """Give the family's remote id, empty for plain products."""
        return self.remote_id.partition(":")[0] if self.kind is Kind.VARIATION else ""

    @property
    def is_unanswered(self) -> bool:
        """Say whether the last write has no answer: it may still take effect, and no reading counts."""
        return self.sent is not None and (self.written_at is None or self.written_at < self.sent)


_PLAIN = (
    "not_before",
    "misses",
    "read_at",
    "written_at",
    "request",
    "epoch",
    "lease_ends",
    "sent",
    "generation",
    "done",
    "since",
    "drifted",
    "why",
    "code",
    "what",
)
_FURNISH = """
INSERT INTO shelf (record, connection, expected, expected_quantity, again, not_before, since)
SELECT r.id, r.connection, r.level, r.quantity, r.level = 'unknown',
  CASE WHEN r.level = 'unknown' THEN :now ELSE NULL END, :now
FROM record r JOIN link l ON l.record = r.id AND l.until IS NULL
JOIN link s ON s.item = l.item AND s.connection = :source AND s.until IS NULL
WHERE r.connection = :at AND r.kind IN ('product', 'variation') AND r.form IN ('simple', 'variation')
  AND NOT EXISTS (SELECT 1 FROM shelf h WHERE h.record = r.id)
"""
_NOW = bindparam("now", type_=Moment())
_FURNISH_ALL = text(_FURNISH).bindparams(_NOW)
_FURNISH_ITEMS = text(f"{_FURNISH} AND l.item IN :ids").bindparams(_NOW, many("ids"))
# A write that nobody can be sending any more tells nothing of a record that is linked no more.
_CLEAR = delete(shelf).where(
    shelf.c.connection == bindparam("at"),
    or_(shelf.c.epoch.is_(None), shelf.c.lease_ends < bindparam("now", type_=Moment())),
    shelf.c.record.not_in(
        select(link.c.record).where(link.c.connection == bindparam("at"), link.c.until.is_(None))
    ),
)
_DROP = delete(shelf).where(shelf.c.record.in_(many("ids")))
_OTHERS = delete(shelf).where(shelf.c.connection.not_in(many("kept")))
_OWN = [one for one in shelf.c if one.name != "connection"]
_TIED = (
    select(shelf.c.record)
    .join_from(shelf, record, record.c.id == shelf.c.record)
    .join(link, and_(link.c.record == record.c.id, link.c.until.is_(None)))
)
_ROWS = _TIED.with_only_columns(
    *_OWN,
    shelf.c.connection,
    link.c.item,
    link.c.factor,
    record.c.kind,
    record.c.remote_id,
    record.c.sku,
    maintain_column_froms=True,
)
_HERE = shelf.c.connection == bindparam("at")
_OPEN = shelf.c.generation > shelf.c.done
_IDLE = shelf.c.epoch.is_(None)
_MARKED = (
    _ROWS.where(_HERE, _OPEN, _IDLE, record.c.gone.is_(False))
    .order_by(shelf.c.since, shelf.c.record)
    .limit(bindparam("limit"))
)
_BY_RECORDS = _ROWS.where(shelf.c.record.in_(many("ids"))).order_by(shelf.c.record)
_BY_REMOTE = _ROWS.where(
    _HERE, record.c.kind == bindparam("of"), record.c.remote_id.in_(many("ids"))
).order_by(shelf.c.record)
_OF_ITEMS = _ROWS.where(link.c.item.in_(many("ids"))).order_by(link.c.item, shelf.c.connection)
_SEEN = _ROWS.where(_HERE, shelf.c.seen.is_not(None)).order_by(shelf.c.record)
_DUE = shelf.c.again.is_(True) & _IDLE & (shelf.c.not_before <= bindparam("now"))
_TO_READ = (
    _ROWS.where(_HERE, _DUE, record.c.gone.is_(False))
    .order_by(shelf.c.not_before, shelf.c.record)
    .limit(bindparam("limit"))
)
_ORPHANS = _ROWS.where(_HERE, shelf.c.epoch < bindparam("before")).order_by(shelf.c.record)
_LIVING = _TIED.where(_HERE, record.c.gone.is_(False))
NEXT_LOOK = _LIVING.with_only_columns(func.min(shelf.c.not_before), maintain_column_froms=True).where(
    shelf.c.again.is_(True), _IDLE
)
NEXT_ORPHAN = select(func.min(shelf.c.sent)).where(_HERE, shelf.c.epoch < bindparam("before"))
NEXT_MARK = _LIVING.with_only_columns(func.min(shelf.c.since), maintain_column_froms=True).where(_OPEN, _IDLE)
_UNREAD = shelf.c.again.is_(True) & shelf.c.not_before.is_not(None)
LEFT = _LIVING.with_only_columns(func.count(), maintain_column_froms=True).where(
    or_(_OPEN, _UNREAD, shelf.c.epoch.is_not(None))
)
_INTENTS = select(func.count()).where(shelf.c.epoch.is_not(None))
_SET = update(shelf).where(shelf.c.record == bindparam("key"))
_MARK = (
    update(shelf)
    .values(
        generation=shelf.c.generation + 1,
        since=case(
            (shelf.c.generation > shelf.c.done, shelf.c.since), else_=bindparam("now", type_=Moment())
        ),
    )
    .returning(shelf.c.connection)
)
_MARK_ITEMS = _MARK.where(
    shelf.c.record.in_(select(link.c.record).where(link.c.item.in_(many("ids")), link.c.until.is_(None)))
)
_MARK_RECORDS = _MARK.where(shelf.c.record.in_(many("ids")))
_MARK_WHY = (
    update(shelf)
    .where(_HERE, shelf.c.why.in_(many("whys")))
    .values(generation=shelf.c.generation + 1, since=bindparam("now", type_=Moment()))
)
_SAME = update(shelf).where(shelf.c.record.in_(many("ids"))).values(seen_ended=bindparam("number"))
_DONE = (
    update(shelf)
    .where(shelf.c.record == bindparam("key"))
    .values(done=bindparam("up_to"), why=bindparam("reason"))
)
_DRIFT = update(shelf).where(shelf.c.record.in_(many("ids"))).values(drifted=shelf.c.drifted + 1)
_REOPEN = (
    update(shelf)
    .where(shelf.c.record.in_(many("ids")))
    .values(generation=shelf.c.generation + 1, epoch=None, lease_ends=None)
)
_COUNT_WHY = (
    select(shelf.c.why, func.count().label("number"))
    .where(_HERE, shelf.c.why != "")
    .group_by(shelf.c.why)
    .order_by(shelf.c.why)
)


def _row(row: Row[Any]) -> ShelfRow:
    seen = None
    if row.seen is not None:
        level = as_level(row.seen, row.seen_quantity)
        seen = Reading(level=level, began=row.seen_began, ended=row.seen_ended)
    return ShelfRow(
        record=row.record,
        connection=row.connection,
        item=row.item,
        kind=Kind(row.kind),
        remote_id=row.remote_id,
        factor=row.factor,
        label=row.sku or "",
        shelf=Shelf(
            expected=as_level(row.expected, row.expected_quantity),
            seen=seen,
            wrote=row.wrote,
            stale=row.stale,
            sold=row.sold,
            flying=row.epoch is not None,
            again=row.again,
            same=row.seen_ended if seen is None else 0,
        ),
        wanted=None if row.wanted is None else as_level(row.wanted, row.wanted_quantity),
        **{name: getattr(row, name) for name in _PLAIN},
    )


def furnish(tx: Tx, source: int, target: int, items: Sequence[int] | None = None) -> int:
    """Make shelves for records of a target that are linked to a master's, marked; gives how many."""
    parameters = {"source": source, "at": target, "now": tx.now}
    if items is None:
        tx.run(_CLEAR, {"at": target, "now": tx.now})
        return tx.run(_FURNISH_ALL, parameters)
    return sum(tx.run(_FURNISH_ITEMS, {**parameters, "ids": list(piece)}) for piece in chunks(list(items)))


def drop(tx: Tx, ids: Sequence[int]) -> None:
    """Forget the shelves of records."""
    for piece in chunks(list(ids)):
        tx.run(_DROP, {"ids": list(piece)})


def keep_only(tx: Tx, channels: Sequence[int]) -> None:
    """Forget the shelves of all but these channels."""
    tx.run(_OTHERS, {"kept": list(channels)})


def mark(tx: Tx, items: Sequence[int]) -> tuple[int, ...]:
    """Mark the shelves of items at all channels; gives the channels whose lanes are to be woken."""
    pieces = chunks(sorted(set(items)))
    rows = (row for piece in pieces for row in tx.rows(_MARK_ITEMS, {"ids": list(piece), "now": tx.now}))
    return tuple(sorted({int(row.connection) for row in rows}))


def mark_records(tx: Tx, ids: Sequence[int]) -> int:
    """Mark shelves by record; gives how many."""
    pieces = chunks(list(ids))
    return sum(len(tx.rows(_MARK_RECORDS, {"ids": list(piece), "now": tx.now})) for piece in pieces)


def mark_held_back(tx: Tx, connection: int, whys: Sequence[str]) -> int:
    """Mark what was not written for these reasons; gives how many."""
    return tx.run(_MARK_WHY, {"at": connection, "whys": list(whys), "now": tx.now})


def clear_marks(tx: Tx, seen: Sequence[tuple[ShelfRow, str]]) -> None:
    """Note that marks are dealt with up to what was seen, each with the reason why nothing was written."""
    if seen:
        tx.run(_DONE, [{"key": one.record, "up_to": one.generation, "reason": why} for one, why in seen])


def held_back(tx: Tx, connection: int) -> dict[str, int]:
    """Count what was not written, by reason."""
    return {row.why: int(row.number) for row in tx.rows(_COUNT_WHY, {"at": connection})}


def marked(tx: Tx, connection: int, limit: int) -> list[ShelfRow]:
    """Give marked shelves with nothing under way, the oldest marks first."""
    return [_row(row) for row in tx.rows(_MARKED, {"at": connection, "limit": limit})]


def by_records(tx: Tx, ids: Sequence[int]) -> list[ShelfRow]:
    """Give shelves by record."""
    pieces = chunks(list(ids))
    return [_row(row) for piece in pieces for row in tx.rows(_BY_RECORDS, {"ids": list(piece)})]


def by_remote(tx: Tx, connection: int, kind: Kind, remote_ids: Sequence[str]) -> list[ShelfRow]:
    """Give shelves by the remote ids of their records."""
    return [
        _row(row)
        for piece in chunks(list(remote_ids))
        for row in tx.rows(_BY_REMOTE, {"at": connection, "of": kind.value, "ids": list(piece)})
    ]


def of_items(tx: Tx, items: Sequence[int]) -> list[ShelfRow]:
    """Give the shelves of items at all channels."""
    return [_row(row) for piece in chunks(list(items)) for row in tx.rows(_OF_ITEMS, {"ids": list(piece)})]


def waiting_for_orders(tx: Tx, connection: int) -> list[ShelfRow]:
    """Give shelves with a reading that waits until the orders up to it are stored."""
    return [_row(row) for row in tx.rows(_SEEN, {"at": connection})]


def to_read(tx: Tx, connection: int, limit: int) -> list[ShelfRow]:
    """Give shelves whose level must be read by id now."""
    return [_row(row) for row in tx.rows(_TO_READ, {"at": connection, "now": tx.now, "limit": limit})]


def orphans(tx: Tx, connection: int, epoch: int) -> list[ShelfRow]:
    """Give shelves whose write an earlier owner of the lane left behind."""
    return [_row(row) for row in tx.rows(_ORPHANS, {"at": connection, "before": epoch})]


def count_intents(tx: Tx) -> int:
    """Count the levels written ahead of requests whose end is not recorded."""
    return int(tx.scalar(_INTENTS) or 0)


def left(tx: Tx, connection: int) -> int:
    """Count the shelves that are marked, under way, or to be read again."""
    return int(tx.scalar(LEFT, {"at": connection}) or 0)


def count_drift(tx: Tx, ids: Sequence[int]) -> None:
    """Count once more that these levels were moved by others."""
    for piece in chunks(list(ids)):
        tx.run(_DRIFT, {"ids": list(piece)})


def reopen(tx: Tx, ids: Sequence[int]) -> None:
    """Take intents back of which surely nothing came, and mark what they were about again."""
    for piece in chunks(list(ids)):
        tx.run(_REOPEN, {"ids": list(piece)})


def learn(tx: Tx, rows: Sequence[tuple[ShelfRow, Shelf]], **values: Any) -> None:
    """Store what is expected now, with what else is to be noted of each."""
    noted = {key: hidden(value) if isinstance(value, str) else value for key, value in values.items()}
    if rows:
        tx.run(_SET, [{"key": row.record, **_columns(known), **noted} for row, known in rows])


def _columns(known: Shelf) -> dict[str, Any]:
    seen = known.seen
    return {
        "expected": known.expected.state,
        "expected_quantity": known.expected.quantity,
        "seen": None if seen is None else seen.level.state,
        "seen_quantity": None if seen is None else seen.level.quantity,
        "seen_began": 0 if seen is None else seen.began,
        "seen_ended": known.same if seen is None else seen.ended,
        "wrote": known.wrote,
        "stale": known.stale,
        "sold": known.sold,
        "again": known.again,
    }


def note_same(tx: Tx, ids: Sequence[int], ended: int) -> None:
    """Note that a reading that ended at this number showed just what was expected."""
    for piece in chunks(list(ids)):
        tx.run(_SAME, {"ids": list(piece), "number": ended})


def intend(
    tx: Tx, rows: Sequence[tuple[ShelfRow, Level]], epoch: int, lease_ends: datetime, request: int
) -> None:
    """Store ahead which levels are about to be written."""
    tx.run(
        _SET,
        [
            {
                "key": row.record,
                "wanted": wanted.state,
                "wanted_quantity": wanted.quantity,
                "done": row.generation,
                "epoch": epoch,
                "lease_ends": lease_ends,
                "sent": tx.now,
                "request": request,
                "why": "",
            }
            for row, wanted in rows
        ],
    )
