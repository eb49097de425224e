"""What other processes hand in: rows of the in-process engine that DBOS takes over, and their ends.

A command writes such rows without importing DBOS; a run that a killed command left behind is one too.
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import bindparam, select, update

from shopweave.engine.port import RunRequest
from shopweave.engine.tables import task
from shopweave.store.base import Tx

HANDED = "dbos"
ENDED = ("done", "failed", "cancelled")

_OPEN = task.c.status.in_(["waiting", "running"])
_NEW = select(task).where(_OPEN, task.c.owner.is_(None)).order_by(task.c.number).limit(100)
_TAKEN = (
    update(task)
    .where(task.c.number == bindparam("key"), task.c.owner.is_(None))
    .values(owner=HANDED, status="running", changed=bindparam("at"))
)
_HANDED = select(task.c.number, task.c.id).where(_OPEN, task.c.owner == HANDED).order_by(task.c.number)
_END = update(task).where(task.c.number == bindparam("key"))
_LEFT = update(task).where(task.c.status == "running", task.c.owner != HANDED).values(owner=None)
_ANY = select(task.c.number).where(_OPEN).limit(1)


def has_any(tx: Tx) -> bool:
    """Say whether there is anything to take in or to end."""
    return tx.one(_ANY) is not None


def take_in(tx: Tx, enqueue: Callable[[Tx, RunRequest], None], state: Callable[[Tx, str], str]) -> None:
    """Start what was handed in, and note what has ended of it."""
    for row in tx.rows(_HANDED):
        status = state(tx, row.id)
        if status in ENDED:
            tx.run(_END, {"key": row.number, "status": status, "changed": tx.now})
    for row in tx.rows(_NEW):
        run = RunRequest(
            id=row.id,
            name=row.name,
            queue=row.queue,
            partition=row.partition,
            state=msgspec.json.decode(row.state),
        )
        enqueue(tx, run)
        tx.run(_TAKEN, {"key": row.number, "at": tx.now})


def free_left(tx: Tx) -> None:
    """Free what in-process engines had under way; called when they are known to be dead."""
    tx.run(_LEFT)
