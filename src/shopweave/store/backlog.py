"""What waits at a connection, of all kinds of work: one statement for all, because lanes ask it often."""

from datetime import datetime

from sqlalchemy import literal, select

from shopweave.store import handovers, movements, outbox, ready, shelves
from shopweave.store.base import Tx

_ALWAYS = (outbox.NEXT_LOOK, handovers.NEXT_LOOK, shelves.NEXT_LOOK, shelves.NEXT_ORPHAN)
_SENDING = (ready.NEXT, handovers.NEXT_SEND, shelves.NEXT_MARK, movements.NEXT_BOOKING)
_NEXT = select(*(one.scalar_subquery() for one in (*_ALWAYS, *_SENDING)))
_NEXT_LOOK = select(*(one.scalar_subquery() for one in _ALWAYS))
_KINDS = (outbox, handovers, shelves, movements)
_LEFT = select(sum((kind.LEFT.scalar_subquery() for kind in _KINDS), literal(0)))


def next_due(tx: Tx, connection: int, epoch: int, *, stopped: bool = False) -> datetime | None:
    """Say when a lane has something to do next, None when nothing waits; a stopped one only looks up."""
    rows = tx.rows(_NEXT_LOOK if stopped else _NEXT, {"at": connection, "before": epoch})
    return min((moment for moment in rows[0] if moment is not None), default=None)


def left(tx: Tx, connection: int) -> int:
    """Count what is waiting or under way at a connection."""
    return int(tx.scalar(_LEFT, {"at": connection}) or 0)


def count_intents(tx: Tx) -> int:
    """Count what was written ahead of requests whose end is not recorded."""
    return sum(kind.count_intents(tx) for kind in _KINDS)
