"""Lanes as rows: who owns each, since when, and until when it waits."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import bindparam, func, select, update

from shopweave.store.base import Tx
from shopweave.store.hiding import hidden
from shopweave.store.statements import many
from shopweave.store.stopping import is_stopped
from shopweave.store.tables import Moment, lane


class Lease(Struct, frozen=True, kw_only=True):
    """The right to write to a connection until `expires`, under the number `epoch`.

    `rings` is how often the lane had been rung when it was taken.
    """

    connection: int
    owner: str
    epoch: int
    expires: datetime
    rings: int = 0


class LaneRow(Struct, frozen=True, kw_only=True):
    """A lane as it stands; `stopped` when nothing may be written to it."""

    connection: int
    owner: str | None
    epoch: int
    expires: datetime | None
    not_before: datetime | None
    failures: int
    awake: bool
    wakes: int
    rings: int
    batch: int
    stopped: bool


_HERE = lane.c.connection == bindparam("at")
_READ = select(
    lane.c.connection,
    lane.c.owner,
    lane.c.epoch,
    lane.c.expires,
    lane.c.not_before,
    lane.c.failures,
    lane.c.awake,
    lane.c.wakes,
    lane.c.rings,
    lane.c.batch,
    is_stopped(lane.c.connection).label("stopped"),
).where(_HERE)
_RINGS = select(lane.c.rings).where(_HERE)
_RING = update(lane).where(_HERE, lane.c.awake.is_(True)).values(rings=lane.c.rings + 1)
_SET = update(lane).where(_HERE)
_LIFT = (
    update(lane)
    .where(_HERE, lane.c.lifts <= bindparam("now", type_=Moment()))
    .values(not_before=None, why_waiting="", lifts=None)
)
_SET_OWN = _SET.where(lane.c.owner == bindparam("me"), lane.c.epoch == bindparam("mine"))
_GIVE_BACK = update(lane).where(lane.c.owner == bindparam("me")).values(owner=None, expires=None)
_ALL = select(lane.c.connection).order_by(lane.c.connection)
_FAILURES = select(func.max(lane.c.failures)).where(lane.c.connection.in_(many("ids")))
_SLEEPING = update(lane).where(lane.c.awake.is_(True)).values(awake=False)


def read_lane(tx: Tx, connection: int) -> LaneRow:
    """Give a lane's row."""
    row = tx.one(_READ, {"at": connection})
    assert row is not None  # noqa: S101 - made with its connection
    return LaneRow(**{name: getattr(row, name) for name in LaneRow.__struct_fields__})


def take_lease(tx: Tx, connection: int, owner: str, seconds: float) -> Lease | None:
    """Take a lane that nobody owns, or whose lease is over; None while another owner lives."""
    row = read_lane(tx, connection)
    if row.owner not in (None, owner) and row.expires is not None and row.expires > tx.now:
        return None
    lease = Lease(
        connection=connection,
        owner=owner,
        epoch=row.epoch + 1,
        expires=tx.now + timedelta(seconds=seconds),
        rings=row.rings,
    )
    tx.run(_SET, {"at": connection, "owner": owner, "epoch": lease.epoch, "expires": lease.expires})
    return lease


def renew_lease(tx: Tx, lease: Lease, seconds: float) -> Lease | None:
    """Lengthen a lease that is still ours."""
    expires = tx.now + timedelta(seconds=seconds)
    held = tx.run(
        _SET_OWN, {"at": lease.connection, "me": lease.owner, "mine": lease.epoch, "expires": expires}
    )
    return (
        Lease(connection=lease.connection, owner=lease.owner, epoch=lease.epoch, expires=expires)
        if held
        else None
    )


def release_lease(tx: Tx, lease: Lease) -> bool:
    """Give a lane back; False when it was no longer ours."""
    parameters = {
        "at": lease.connection,
        "me": lease.owner,
        "mine": lease.epoch,
        "owner": None,
        "expires": None,
    }
    return bool(tx.run(_SET_OWN, parameters))


def release_all(tx: Tx, owner: str) -> int:
    """Give back all lanes of an owner that has ended; gives how many.

    What it was sending stays in doubt: intents carry their lease's end themselves.
    """
    return tx.run(_GIVE_BACK, {"me": owner})


def set_awake(tx: Tx, connection: int) -> int | None:
    """Note that a wake-up of the lane is on its way; give its number when it was asleep, else ring."""
    if tx.run(_RING, {"at": connection}):
        return None
    number = read_lane(tx, connection).wakes + 1
    count_wake(tx, connection, number)
    return number


def rings(tx: Tx, connection: int) -> int:
    """Say how often the lane was rung while it was awake, by whatever process."""
    return int(tx.scalar(_RINGS, {"at": connection}))


def count_wake(tx: Tx, connection: int, number: int) -> None:
    """Note the number of a wake-up that follows the present one."""
    tx.run(_SET, {"at": connection, "awake": True, "wakes": number})


def fall_asleep(tx: Tx, connection: int) -> None:
    """Note that no wake-up of the lane is on its way."""
    tx.run(_SET, {"at": connection, "awake": False})


def rest(
    tx: Tx, connection: int, until: datetime | None, why: str, failures: int, lifts: datetime | None = None
) -> None:
    """Let a lane stand still until a time, and say why; None lets it go on.

    From `lifts` on the rest ends as soon as the connection answers anybody.
    """
    values = {"not_before": until, "why_waiting": hidden(why), "failures": failures, "lifts": lifts}
    tx.run(_SET, {"at": connection, **values})


def lift(tx: Tx, connection: int) -> bool:
    """End a lane's rest that ends with an answer; False where there was none. Its failures still count."""
    return bool(tx.run(_LIFT, {"at": connection, "now": tx.now}))


def most_failures(tx: Tx, connections: Sequence[int]) -> int:
    """Say how often in a row the lane failed that failed most."""
    return int(tx.scalar(_FAILURES, {"ids": list(connections)}) or 0)


def set_batch(tx: Tx, connection: int, size: int) -> None:
    """Remember the batch size that a slow remote can bear; 0 is its full size."""
    tx.run(_SET, {"at": connection, "batch": size})


def all_lanes(tx: Tx) -> tuple[int, ...]:
    """Give the connections that have a lane."""
    return tuple(row.connection for row in tx.rows(_ALL))


def forget_wakes(tx: Tx) -> None:
    """Forget wake-ups of an engine whose rows are gone; whoever starts an engine wakes what has work."""
    tx.run(_SLEEPING)
