"""Numbers that put the requests to one connection in order, and what was read of it when."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, insert, select, update

from shopweave.store.base import Tx
from shopweave.store.statements import many
from shopweave.store.stock_tables import counter, ledger


class CounterRow(Struct, frozen=True, kw_only=True):
    """Where a connection stands.

    `pull` is the number at which its present pull began, `drained` where the last complete reading of its
    orders began. `unread` is set from an unclean start until the connection was read once.
    """

    number: int = 0
    pull: int = 0
    drained: int = 0
    unread: datetime | None = None


_HERE = counter.c.connection == bindparam("at")
_READ = select(counter.c.number, counter.c.pull, counter.c.drained, counter.c.unread).where(_HERE)
_UNREAD = select(counter.c.connection, counter.c.unread).where(
    counter.c.connection.in_(many("ids")), counter.c.unread.is_not(None)
)
_ADD = insert(counter)
_DRAW = (
    update(counter)
    .where(_HERE)
    .values(number=counter.c.number + 1)
    .returning(counter.c.number.label("drawn"))
)
_SET = update(counter).where(_HERE)
_ADD_LEDGER = insert(ledger)
_LEDGER = select(ledger.c.since).where(ledger.c.connection == bindparam("at"))


def draw(tx: Tx, connection: int) -> int:
    """Give the next number of a connection: for the beginning of a request, and for its end."""
    row = tx.one(_DRAW, {"at": connection})
    if row is None:
        tx.run(_ADD, {"connection": connection, "number": 1})
        return 1
    return int(row.drawn)


def read_counter(tx: Tx, connection: int) -> CounterRow:
    """Give where a connection stands."""
    row = tx.one(_READ, {"at": connection})
    return (
        CounterRow()
        if row is None
        else CounterRow(number=row.number, pull=row.pull, drained=row.drained, unread=row.unread)
    )


def unread(tx: Tx, connections: Sequence[int]) -> dict[int, datetime]:
    """Give which of these connections were not read since an unclean start, and since when."""
    return {row.connection: row.unread for row in tx.rows(_UNREAD, {"ids": list(connections)})}


def begin_pull(tx: Tx, connection: int) -> int:
    """Note that a pull begins; gives its number."""
    number = draw(tx, connection)
    tx.run(_SET, {"at": connection, "pull": number})
    return number


def note_drain(tx: Tx, connection: int, began: int) -> None:
    """Note that all orders are stored which a request that began at `began` could show."""
    tx.run(_SET, {"at": connection, "drained": began})


def note_unread(tx: Tx, connection: int) -> None:
    """Note that nothing is known of a connection since an unclean start, until it is read."""
    if not tx.run(_SET, {"at": connection, "unread": tx.now}):
        tx.run(_ADD, {"connection": connection, "unread": tx.now})


def note_read(tx: Tx, connection: int) -> None:
    """Note that a connection was read."""
    tx.run(_SET, {"at": connection, "unread": None})


def start_ledger(tx: Tx, master: int) -> datetime:
    """Give the moment from which on the sales of a master's goods are booked; the first call sets it."""
    since = ledger_start(tx, master)
    if since is None:
        # Orders are dated by whole seconds: one made in this very second is no history.
        since = tx.now.replace(microsecond=0)
        tx.run(_ADD_LEDGER, {"connection": master, "since": since})
    return since


def ledger_start(tx: Tx, master: int) -> datetime | None:
    """Give the moment from which on the sales of a master's goods are booked, None for never."""
    value: datetime | None = tx.scalar(_LEDGER, {"at": master})
    return value
