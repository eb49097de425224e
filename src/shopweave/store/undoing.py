"""What an undo reads: the changes of a run, and what was written to the same records since."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, func, or_, select

from shopweave.model.change import ChangeState
from shopweave.store.base import Tx
from shopweave.store.outbox import FLYING, HELD, WAITING, Change, read_change
from shopweave.store.plans import drop_plan, set_run
from shopweave.store.statements import chunks, many
from shopweave.store.tables import change, plan

KIND = "undo"
ABANDONED = timedelta(hours=1)

_OF_RUN = (
    select(change)
    .where(change.c.run == bindparam("key"), change.c.id > bindparam("after"))
    .order_by(change.c.id)
    .limit(bindparam("limit"))
)
_FIRST = select(func.min(change.c.id)).where(change.c.run == bindparam("key"))
_OF_ITEMS = (
    select(change)
    .where(
        change.c.item.in_(many("ids")),
        change.c.connection == bindparam("at"),
        change.c.id >= bindparam("first"),
        change.c.state.in_([ChangeState.DONE.value, WAITING, HELD, *FLYING]),
    )
    .order_by(change.c.id)
)
_UNDOING = (
    select(plan.c.id)
    .where(plan.c.kind == KIND, plan.c.undoes == bindparam("key"), plan.c.state == "held")
    .order_by(plan.c.id)
)
_ABANDONED = (
    select(plan.c.id, plan.c.run)
    .where(
        plan.c.kind == KIND,
        plan.c.state == "making",
        or_(plan.c.made < bindparam("before"), plan.c.undoes == bindparam("key")),
    )
    .order_by(plan.c.id)
)


def run_changes(tx: Tx, run: int, after: int, limit: int) -> list[Change]:
    """Give the next changes of a run."""
    return [read_change(row) for row in tx.rows(_OF_RUN, {"key": run, "after": after, "limit": limit})]


def first_change(tx: Tx, run: int) -> int:
    """Give the number of a run's first change."""
    return int(tx.scalar(_FIRST, {"key": run}) or 0)


def same_items(tx: Tx, connection: int, items: Sequence[int], first: int) -> list[Change]:
    """Give what was written or waits to be written to items since change `first`, that one too."""
    return [
        read_change(row)
        for piece in chunks(list(items))
        for row in tx.rows(_OF_ITEMS, {"at": connection, "ids": list(piece), "first": first})
    ]


def held_undos(tx: Tx, run: int) -> list[int]:
    """Give the plans that undo a run and wait for a person."""
    return [row.id for row in tx.rows(_UNDOING, {"key": run})]


def drop_abandoned(tx: Tx, run: int = 0) -> int:
    """Take back undo plans whose maker died, and every unfinished one of `run`, and end their runs."""
    found = tx.rows(_ABANDONED, {"before": tx.now - ABANDONED, "key": run})
    for row in found:
        drop_plan(tx, row.id)
        set_run(tx, row.run, state="failed", ended=tx.now, error="The command that planned this was ended.")
    return len(found)
