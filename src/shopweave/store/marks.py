"""Marks: flow and item that may be out of step; marking and un-marking never lose an edit."""

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, func, select, text, update

from shopweave.store.base import Tx
from shopweave.store.outbox import FLYING
from shopweave.store.statements import chunks, many
from shopweave.store.tables import Moment, change, dirty, flow

_MARK = """
INSERT INTO dirty (flow, item, generation, done, since)
SELECT f.id, l.item, 1, 0, :now FROM link l JOIN flow f ON f.kind = 'items' AND {flows}
WHERE l.until IS NULL AND {which}
ON CONFLICT (flow, item) DO UPDATE SET generation = dirty.generation + 1,
  since = CASE WHEN dirty.done >= dirty.generation THEN excluded.since ELSE dirty.since END
"""
_GROUP = (
    "f.target IN (SELECT g.target FROM flow g WHERE g.kind = 'items'"
    " AND (g.source = l.connection OR g.target = l.connection))"
)
_NOW = bindparam("now", type_=Moment())
_MARK_RECORDS = text(_MARK.format(flows=_GROUP, which="l.record IN :ids")).bindparams(many("ids"), _NOW)
_MARK_ITEMS = text(
    _MARK.format(flows="f.target = :target", which="l.connection = f.source AND l.item IN :ids")
).bindparams(many("ids"), _NOW)
_OPEN = dirty.c.generation > dirty.c.done
_TAKE = (
    select(dirty.c.item, dirty.c.generation)
    .where(dirty.c.flow == bindparam("of"), _OPEN, dirty.c.item > bindparam("after"))
    .order_by(dirty.c.item)
    .limit(bindparam("limit"))
)
_DONE = (
    update(dirty)
    .where(
        dirty.c.flow == bindparam("of"), dirty.c.item == bindparam("one"), dirty.c.done < bindparam("up_to")
    )
    .values(done=bindparam("up_to"))
)
_DEALT_WITH = select(dirty.c.item, dirty.c.done).where(
    dirty.c.flow == bindparam("of"), dirty.c.item.in_(many("ids"))
)
_COUNT = select(func.count()).select_from(dirty).where(dirty.c.flow == bindparam("of"), _OPEN)
_FLIES = exists().where(
    change.c.connection == flow.c.target, change.c.item == dirty.c.item, change.c.state.in_(FLYING)
)
_READY = (
    select(dirty.c.item)
    .select_from(dirty.join(flow, flow.c.id == dirty.c.flow))
    .where(dirty.c.flow == bindparam("of"), _OPEN, ~_FLIES)
    .limit(1)
)
_TOUCHED = (
    select(flow.c.id)
    .where(
        flow.c.target.in_(
            select(flow.c.target).where(
                (flow.c.source == bindparam("at")) | (flow.c.target == bindparam("at"))
            )
        )
    )
    .order_by(flow.c.id)
)
_OPEN_FLOWS = (
    select(dirty.c.flow).where(_OPEN, dirty.c.item.in_(many("ids"))).distinct().order_by(dirty.c.flow)
)


def mark_records(tx: Tx, ids: Sequence[int]) -> int:
    """Mark the items of records that moved, in every flow they matter to."""
    return sum(tx.run(_MARK_RECORDS, {"ids": list(piece), "now": tx.now}) for piece in chunks(list(ids)))


def mark_items(tx: Tx, target: int, items: Sequence[int]) -> int:
    """Mark items in every flow of one target."""
    pieces = chunks(list(items))
    return sum(tx.run(_MARK_ITEMS, {"ids": list(piece), "now": tx.now, "target": target}) for piece in pieces)


def flows_touched(tx: Tx, connection: int) -> tuple[int, ...]:
    """Give the flows that records of a connection matter to."""
    return tuple(row.id for row in tx.rows(_TOUCHED, {"at": connection}))


def open_marks(tx: Tx, flow_id: int, after: int, limit: int) -> dict[int, int]:
    """Give marked items above `after` and the generation of their marks, in order of item."""
    rows = tx.rows(_TAKE, {"of": flow_id, "after": after, "limit": limit})
    return {row.item: row.generation for row in rows}


def clear_marks(tx: Tx, flow_id: int, seen: dict[int, int]) -> None:
    """Note that marks up to these generations are dealt with; a newer mark stays open."""
    if seen:
        tx.run(_DONE, [{"of": flow_id, "one": item, "up_to": number} for item, number in seen.items()])


def are_open(tx: Tx, flow_id: int, seen: dict[int, int]) -> bool:
    """Say whether nobody has dealt with any of these marks, or with newer ones, since they were seen."""
    pieces = chunks(list(seen))
    rows = (row for piece in pieces for row in tx.rows(_DEALT_WITH, {"of": flow_id, "ids": list(piece)}))
    return all(row.done < seen[row.item] for row in rows)


def count_marks(tx: Tx, flow_id: int) -> int:
    """Count the items marked in a flow."""
    return int(tx.scalar(_COUNT, {"of": flow_id}) or 0)


def has_ready(tx: Tx, flow_id: int) -> bool:
    """Say whether an item is marked that can be weighed now.

    One with a request under way or in doubt is woken by its settlement, by nothing else.
    """
    return tx.one(_READY, {"of": flow_id}) is not None


def flows_with_marks(tx: Tx, items: Sequence[int]) -> tuple[int, ...]:
    """Give the flows in which any of these items is marked."""
    return tuple(row.flow for row in tx.rows(_OPEN_FLOWS, {"ids": list(items)})) if items else ()
