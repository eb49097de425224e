"""What waits at a connection, of all kinds of work."""

from datetime import datetime

from shopweave.store import handovers, movements, outbox, shelves
from shopweave.store.base import Tx


def next_due(tx: Tx, connection: int, epoch: int, *, stopped: bool = False) -> datetime | None:
    """Say when a lane has something to do next, None when nothing waits; a stopped one only looks up."""
    found = (
        outbox.next_due(tx, connection, epoch, stopped=stopped),
        handovers.next_due(tx, connection, epoch, stopped=stopped),
        shelves.next_due(tx, connection, epoch, stopped=stopped),
        movements.next_due(tx, connection, stopped=stopped),
    )
    return min((one for one in found if one is not None), default=None)


def left(tx: Tx, connection: int) -> int:
    """Count what is waiting or under way at a connection."""
    return sum(kind.left(tx, connection) for kind in (outbox, handovers, shelves, movements))


def count_intents(tx: Tx) -> int:
    """Count what was written ahead of requests whose end is not recorded."""
    return outbox.count_intents(tx) + handovers.count_intents(tx) + shelves.count_intents(tx)
