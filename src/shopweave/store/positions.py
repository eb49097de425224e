"""Where each feed stands; a position moves only in the transaction that stores its page."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, func, insert, select, update

from shopweave.store.base import Tx
from shopweave.store.tables import position


class PositionRow(Struct, frozen=True, kw_only=True):
    """Where a feed stands: `sweep` is the number of its present or last sweep."""

    position: str = ""
    done: bool = True
    sweep: int = 0
    sweeping: bool = False
    swept: datetime | None = None
    read: datetime | None = None


_HERE = (position.c.connection == bindparam("at")) & (position.c.feed == bindparam("of"))
_READ = select(
    position.c.position,
    position.c.done,
    position.c.sweep,
    position.c.sweeping,
    position.c.swept,
    position.c.read,
).where(_HERE)
_ADD = insert(position)
_MOVE = update(position).where(_HERE)


def read_position(tx: Tx, connection: int, feed: str) -> PositionRow:
    """Give where a feed stands; a feed never read stands at its beginning."""
    row = tx.one(_READ, {"at": connection, "of": feed})
    if row is None:
        return PositionRow()
    return PositionRow(
        position=row.position,
        done=row.done,
        sweep=row.sweep,
        sweeping=row.sweeping,
        swept=row.swept,
        read=row.read,
    )


def store_position(tx: Tx, connection: int, feed: str, row: PositionRow) -> None:
    """Move a feed's position."""
    values = {
        "position": row.position,
        "done": row.done,
        "sweep": row.sweep,
        "sweeping": row.sweeping,
        "swept": row.swept,
        "read": row.read,
    }
    if not tx.run(_MOVE, {"at": connection, "of": feed, **values}):
        tx.run(_ADD, {"connection": connection, "feed": feed, **values})


_NEWEST = select(func.max(position.c.sweep)).where(position.c.connection == bindparam("at"))


def newest_sweep(tx: Tx, connection: int) -> int:
    """Give the number of the newest sweep over any feed of a connection."""
    return int(tx.scalar(_NEWEST, {"at": connection}) or 0)
