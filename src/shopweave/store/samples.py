"""What happened over time: how much waited, sampled every five minutes, and what was sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import Column, String, bindparam, delete, func, literal_column, select, text, type_coerce
from sqlalchemy.sql.functions import Function

from shopweave.store import overviews
from shopweave.store.access import sample
from shopweave.store.base import Tx
from shopweave.store.columns import Moment
from shopweave.store.tables import request

SLOT = timedelta(minutes=5)
_BUSY = ("waiting", "intent", "in doubt")


class Beat(Struct, frozen=True, kw_only=True):
    """What one connection did in a stretch of time, named by the beginning of its written moments."""

    connection: int
    stretch: str
    number: int
    items: int = 0


_TAKE = text("""
INSERT INTO sample (connection, at, waiting, held) VALUES (:connection, :at, :waiting, :held)
ON CONFLICT (connection, at) DO UPDATE SET waiting = excluded.waiting, held = excluded.held
""").bindparams(bindparam("at", type_=Moment()))
_FORGET = delete(sample).where(sample.c.at < bindparam("before"))


def take(tx: Tx, connections: Sequence[int]) -> None:
    """Note what waits at each connection now; taken again in the same five minutes it replaces the first."""
    counted = {(one.connection, one.state): one.number for one in overviews.counts(tx)}
    at = datetime.fromtimestamp(tx.now.timestamp() // SLOT.seconds * SLOT.seconds, tx.now.tzinfo)
    rows = [
        {
            "connection": key,
            "at": at,
            "waiting": sum(counted.get((key, state), 0) for state in _BUSY),
            "held": counted.get((key, "held"), 0),
        }
        for key in connections
    ]
    if rows:
        tx.run(_TAKE, rows)


def forget(tx: Tx, age: timedelta) -> int:
    """Delete samples of more than `age` ago."""
    return tx.run(_FORGET, {"before": tx.now - age})


def waited(tx: Tx, since: datetime, length: int) -> list[Beat]:
    """Give the most that waited in each stretch; `length` is how many letters of a moment name one."""
    stretch = _stretch(sample.c.at, length)
    query = (
        select(sample.c.connection, stretch.label("stretch"), func.max(sample.c.waiting).label("number"))
        .where(sample.c.at >= bindparam("since"))
        .group_by(sample.c.connection, stretch)
        .order_by(sample.c.connection, stretch)
    )
    return [
        Beat(connection=row.connection, stretch=row.stretch, number=int(row.number))
        for row in tx.rows(query, {"since": since})
    ]


def sent(tx: Tx, connection: int, since: datetime, length: int) -> list[Beat]:
    """Count a connection's write requests, and what they carried, in each stretch."""
    stretch = _stretch(request.c.at, length)
    query = (
        select(
            stretch.label("stretch"),
            func.count().label("number"),
            func.sum(request.c["items"]).label("carried"),
        )
        .where(request.c.connection == bindparam("of"), request.c.at >= bindparam("since"))
        .group_by(stretch)
        .order_by(stretch)
    )
    return [
        Beat(connection=connection, stretch=row.stretch, number=int(row.number), items=int(row.carried))
        for row in tx.rows(query, {"of": connection, "since": since})
    ]


def _stretch(moment: Column[datetime], length: int) -> Function[str]:
    """Cut a moment; PostgreSQL must see the same text wherever it stands, so the length is written out."""
    return func.substr(type_coerce(moment, String), literal_column("1"), literal_column(str(length)))
