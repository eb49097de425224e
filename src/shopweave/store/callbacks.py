"""Callbacks as they came in: where they point, and whether that was looked at since."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from shopweave.store.base import Tx
from shopweave.store.columns import Moment, number, table, to
from shopweave.store.statements import chunks, many

WAITING, DONE, REFUSED = "waiting", "done", "refused"
LATE = timedelta(hours=1)
SLICE = 500

hook = table(
    "hook",
    to("connection", "connection", primary_key=True),
    Column("path", String(64), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("made", Moment, nullable=False),
    UniqueConstraint("path"),
)
callback = table(
    "callback",
    number(),
    to("connection", "connection"),
    Column("identity", String(64), nullable=False),
    Column("topic", String(120), nullable=False),
    Column("about", String(16), nullable=False, server_default=""),
    Column("remote_id", String(120), nullable=False, server_default=""),
    Column("state", String(12), nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("at", Moment, nullable=False),
    Column("settled", Moment),
    Column("code", String(24), nullable=False, server_default=""),
    Column("body", LargeBinary),
    Index("callback_identity", "connection", "identity"),
    Index("callback_waiting", "connection", "state", "about", "remote_id"),
)


class HookRow(Struct, frozen=True, kw_only=True):
    """Where callbacks of a connection come in; the secret is sealed."""

    connection: int
    path: str
    sealed: str


class NewCallback(Struct, frozen=True, kw_only=True):
    """A callback to be stored; what was refused keeps its body for a person to look at."""

    connection: int
    identity: str
    topic: str
    about: str = ""
    remote_id: str = ""
    code: str = ""
    body: bytes | None = None

    @property
    def state(self) -> str:
        """Say how it begins: with nothing to look at there is nothing to wait for."""
        if self.code:
            return REFUSED
        return WAITING if self.about else DONE


class Side(Struct, frozen=True):
    """Callbacks about one thing, or about all others."""

    about: str
    is_other: bool = False


class Counts(Struct, frozen=True, kw_only=True):
    """How many callbacks were accepted, and for how many that was looked at or is still to be."""

    accepted: int
    processed: int
    waiting: int


_HERE = callback.c.connection == bindparam("at_connection")
_HOOKS = select(hook.c.connection, hook.c.path, hook.c.sealed).order_by(hook.c.connection)
_ADD_HOOK = insert(hook)
_KNOWN = (
    select(callback.c.id, callback.c.identity, callback.c.state, callback.c.at)
    .where(_HERE, callback.c.identity.in_(many("names")))
    .order_by(callback.c.id)
)
_ADD = insert(callback)
_AGAIN = (
    update(callback)
    .where(callback.c.id == bindparam("key"))
    .values(times=callback.c.times + bindparam("more"))
)
_SIDES = {False: callback.c.about == bindparam("of"), True: callback.c.about != bindparam("of")}
_ABOUTS = {
    is_other: select(callback.c.about, callback.c.remote_id, func.max(callback.c.id).label("newest"))
    .where(_HERE, callback.c.state == WAITING, side)
    .group_by(callback.c.about, callback.c.remote_id)
    .order_by(func.min(callback.c.id))
    .limit(bindparam("most"))
    for is_other, side in _SIDES.items()
}
_FIRST = {
    is_other: select(callback.c.id).where(_HERE, callback.c.state == WAITING, side).limit(1)
    for is_other, side in _SIDES.items()
}
_LOOKED_AT = (
    update(callback)
    .where(
        _HERE,
        callback.c.state == WAITING,
        callback.c.about == bindparam("of"),
        callback.c.remote_id.in_(many("ids")),
        callback.c.id <= bindparam("newest"),
    )
    .values(state=DONE, settled=bindparam("settled_at"))
)
_LEFT = select(func.count()).select_from(callback).where(_HERE, callback.c.state == WAITING)
_COUNTS = select(callback.c.state, func.sum(callback.c.times).label("number")).group_by(callback.c.state)
_OLD = (
    select(callback.c.id)
    .where(callback.c.state != WAITING, callback.c.at < bindparam("before"))
    .order_by(callback.c.id)
    .limit(SLICE)
)
_DELETE = delete(callback).where(callback.c.id.in_(many("ids")))


def hooks(tx: Tx) -> tuple[HookRow, ...]:
    """Give where callbacks come in."""
    rows = tx.rows(_HOOKS)
    return tuple(HookRow(connection=row.connection, path=row.path, sealed=row.sealed) for row in rows)


def add_hook(tx: Tx, made: HookRow) -> None:
    """Open a way in for a connection."""
    values = {"connection": made.connection, "path": made.path, "sealed": made.sealed, "made": tx.now}
    tx.run(_ADD_HOOK, values)


def add_callbacks(tx: Tx, connection: int, arrived: Sequence[NewCallback]) -> int:
    """Store callbacks of one connection; gives how many came again an hour or more after the first.

    The same one twice while it waits is one row: looking once is enough for both.
    """
    times = Counter(one.identity for one in arrived)
    first = {one.identity: one for one in reversed(arrived)}
    waiting, late = _known(tx, connection, list(first))
    for identity in first:
        if identity in waiting:
            tx.run(_AGAIN, {"key": waiting[identity], "more": times[identity]})
    fresh = [one for identity, one in first.items() if identity not in waiting]
    if fresh:
        tx.run(_ADD, [_values(one, times[one.identity], tx.now) for one in fresh])
    return late


def _known(tx: Tx, connection: int, identities: Sequence[str]) -> tuple[dict[str, int], int]:
    waiting: dict[str, int] = {}
    oldest: dict[str, datetime] = {}
    for piece in chunks(identities):
        for row in tx.rows(_KNOWN, {"at_connection": connection, "names": list(piece)}):
            oldest.setdefault(row.identity, row.at)
            if row.state == WAITING:
                waiting[row.identity] = row.id
    return waiting, sum(tx.now - moment > LATE for moment in oldest.values())


def _values(one: NewCallback, times: int, now: datetime) -> dict[str, object]:
    return {
        "connection": one.connection,
        "identity": one.identity,
        "topic": one.topic[:120],
        "about": one.about,
        "remote_id": one.remote_id[:120],
        "state": one.state,
        "times": times,
        "at": now,
        "settled": None if one.state == WAITING else now,
        "code": one.code,
        "body": one.body,
    }


def waiting_abouts(tx: Tx, connection: int, side: Side, most: int) -> list[tuple[str, str, int]]:
    """Give (about, remote id, newest row) of what is to be looked at, the oldest first."""
    values = {"at_connection": connection, "of": side.about, "most": most}
    rows = tx.rows(_ABOUTS[side.is_other], values)
    return [(row.about, row.remote_id, int(row.newest)) for row in rows]


def is_waiting(tx: Tx, connection: int, side: Side) -> bool:
    """Say whether any of them is to be looked at."""
    return tx.scalar(_FIRST[side.is_other], {"at_connection": connection, "of": side.about}) is not None


def looked_at(tx: Tx, connection: int, about: str, ids: Sequence[str], newest: int) -> None:
    """Note that these were read after the row `newest` had come in."""
    for piece in chunks(list(ids)):
        values = {"of": about, "ids": list(piece), "newest": newest, "settled_at": tx.now}
        tx.run(_LOOKED_AT, {"at_connection": connection, **values})


def left(tx: Tx, connection: int) -> int:
    """Count what waits to be looked at."""
    return int(tx.scalar(_LEFT, {"at_connection": connection}) or 0)


def counts(tx: Tx) -> Counts:
    """Count callbacks over all connections; those of the last days."""
    found = {row.state: int(row.number) for row in tx.rows(_COUNTS)}
    waiting, done = found.get(WAITING, 0), found.get(DONE, 0)
    return Counts(accepted=waiting + done, processed=done, waiting=waiting)


def forget_callbacks(tx: Tx, age: timedelta) -> int:
    """Delete a slice of callbacks that were settled and are older than `age`; gives how many."""
    ids = [row.id for row in tx.rows(_OLD, {"before": tx.now - age})]
    return tx.run(_DELETE, {"ids": ids}) if ids else 0
