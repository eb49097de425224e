"""Snapshots: what each system last said of each of its records."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from msgspec import Struct, structs
from sqlalchemy import Row, and_, bindparam, insert, or_, select, update

from shopweave.core.prints import plain
from shopweave.model.atoms import Atoms, decode, encode
from shopweave.model.change import ChangeState
from shopweave.model.record import Form, Kind
from shopweave.model.values import Level
from shopweave.store.base import Tx
from shopweave.store.positions import newest_sweep
from shopweave.store.statements import chunks, many
from shopweave.store.tables import change, record


class Incoming(Struct, frozen=True, kw_only=True):
    """A record as read, ready to be stored; `name` is the folded name of records found by name."""

    kind: Kind
    form: Form
    remote_id: str
    parent: str | None
    name: str | None
    sku: str | None
    gtin: str | None
    mark: str
    prints: bytes
    atoms: Atoms
    level: str
    quantity: str | None
    modified: datetime | None
    changes_at: datetime | None
    gone: bool


class Snapshot(Struct, frozen=True, kw_only=True):
    """A stored record."""

    id: int
    connection: int
    kind: Kind
    form: Form
    remote_id: str
    parent: str | None
    prints: bytes
    atoms: Atoms
    gone: bool
    gtin: str | None = None


class Merged(Struct, frozen=True, kw_only=True):
    """What a page did: records that moved (new ones too), known ones that were stored, and counts."""

    moved: tuple[int, ...] = ()
    read: tuple[int, ...] = ()
    created: int = 0
    equal: int = 0
    stale: int = 0


def pack(atoms: Atoms) -> bytes:
    """Compress atoms for the body column."""
    return zlib.compress(encode(atoms), 1)


def unpack(body: bytes) -> Atoms:
    """Read what `pack` wrote."""
    return decode(zlib.decompress(body))


_BUSY = (
    select(change.c.target)
    .where(
        change.c.target.in_(many("ids")),
        or_(
            change.c.state.in_([ChangeState.INTENT.value, ChangeState.IN_DOUBT.value]),
            change.c.settled >= bindparam("began"),
        ),
    )
    .distinct()
)
_ADD = insert(record)
_CHANGE = update(record).where(record.c.id == bindparam("key"))
_SEEN = (
    update(record)
    .where(record.c.id.in_(many("ids")))
    .values(sweep=bindparam("number"), seen=bindparam("at"), missing=False, again=False)
)
_AGAIN = update(record).where(record.c.id.in_(many("ids"))).values(again=True, sweep=bindparam("number"))
_COLUMNS = (
    "form",
    "parent",
    "name",
    "sku",
    "gtin",
    "mark",
    "prints",
    "changes_at",
    "gone",
)
# A level is no atom: one that moved is stored, and matters to no flow of items.
_LEVEL = ("level", "quantity")


_of_incoming = attrgetter(*_COLUMNS)
_level_of = attrgetter(*_LEVEL)
_AT = (
    record.c.connection == bindparam("at"),
    record.c.kind == bindparam("of"),
    record.c.remote_id.in_(many("ids")),
)
_STATED = [record.c[name] for name in (*_COLUMNS, *_LEVEL)]
_KNOWN = select(record.c.id, record.c.remote_id, *_STATED, record.c.sweep, record.c.seen).where(*_AT)
_IDS = select(record.c.id).where(*_AT).order_by(record.c.id)


def merge(tx: Tx, connection: int, incoming: Sequence[Incoming], *, sweep: int, began: datetime) -> Merged:
    """Store records read by a request that began at `began`.

    A record with a write under way, or settled since then, keeps its newer snapshot and is read again; so
    does one that another reader has stored since then, if it shows something else now.
    """
    total = Merged()
    for kind in dict.fromkeys(one.kind for one in incoming):
        for piece in chunks([one for one in incoming if one.kind is kind]):
            total = _added(total, _merge(tx, connection, kind, piece, sweep=sweep, began=began))
    return total


def _added(a: Merged, b: Merged) -> Merged:
    return Merged(
        moved=a.moved + b.moved,
        read=a.read + b.read,
        created=a.created + b.created,
        equal=a.equal + b.equal,
        stale=a.stale + b.stale,
    )


def _merge(
    tx: Tx, connection: int, kind: Kind, incoming: Sequence[Incoming], *, sweep: int, began: datetime
) -> Merged:
    latest = {one.remote_id: one for one in incoming}
    known = {
        row.remote_id: row
        for row in tx.rows(_KNOWN, {"at": connection, "of": kind.value, "ids": list(latest)})
    }
    stale = stale_records(tx, [row.id for row in known.values()], began)
    created: list[Incoming] = []
    moved: list[tuple[int, Incoming]] = []
    equal: list[tuple[int, Incoming]] = []
    for remote_id, one in latest.items():
        row = known.get(remote_id)
        if row is None:
            created.append(one)
        elif row.id not in stale:
            if _stands(row, one):
                equal.append((row.id, one))
            elif _was_read_since(row, began, tx.now):
                stale.add(row.id)
            else:
                moved.append((row.id, one))
    if created:
        tx.run(_ADD, [_values(one, connection, sweep, tx.now) for one in created])
    for key, one in moved:
        tx.run(_CHANGE, {"key": key, **_values(one, connection, sweep, tx.now)})
    _relevel(tx, [(key, one) for key, one in equal if _level_of(known[one.remote_id]) != _level_of(one)])
    if equal:
        tx.run(_SEEN, {"ids": [key for key, _ in equal], "number": sweep, "at": tx.now})
    if stale:
        tx.run(_AGAIN, {"ids": sorted(stale), "number": sweep})
    fresh = _ids(tx, connection, kind, [one.remote_id for one in created])
    return Merged(
        moved=tuple(key for key, _ in moved) + fresh,
        read=tuple(key for key, _ in (*moved, *equal)),
        created=len(created),
        equal=len(equal),
        stale=len(stale),
    )


def _relevel(tx: Tx, rows: Sequence[tuple[int, Incoming]]) -> None:
    if rows:
        tx.run(_CHANGE, [{"key": key, "level": one.level, "quantity": one.quantity} for key, one in rows])


def stale_records(tx: Tx, ids: Sequence[int], began: datetime) -> set[int]:
    """Give the records whose snapshot is newer than a request that began at `began`."""
    return {row.target for row in tx.rows(_BUSY, {"ids": list(ids), "began": began})} if ids else set()


def _ids(tx: Tx, connection: int, kind: Kind, remote_ids: Sequence[str]) -> tuple[int, ...]:
    if not remote_ids:
        return ()
    rows = tx.rows(_IDS, {"at": connection, "of": kind.value, "ids": list(remote_ids)})
    return tuple(row.id for row in rows)


def _stands(row: Row[Any], one: Incoming) -> bool:
    return row[2:-4] == _of_incoming(one)


def _was_read_since(row: Row[Any], began: datetime, now: datetime) -> bool:
    """Say whether a snapshot may be newer; one from the future was stored before a clock was set back."""
    return bool(began < row.seen <= now)


def _values(one: Incoming, connection: int, sweep: int, now: datetime) -> dict[str, Any]:
    values = structs.asdict(one)
    values["body"] = pack(values.pop("atoms"))
    values["kind"], values["form"] = one.kind.value, one.form.value
    return {**values, "connection": connection, "sweep": sweep, "seen": now, "missing": False, "again": False}


_SNAPSHOT = select(
    record.c.id,
    record.c.connection,
    record.c.kind,
    record.c.form,
    record.c.remote_id,
    record.c.parent,
    record.c.prints,
    record.c.body,
    record.c.gone,
    record.c.gtin,
)
_BY_ID = _SNAPSHOT.where(record.c.id.in_(many("ids"))).order_by(record.c.id)
_BY_REMOTE = _SNAPSHOT.where(
    record.c.connection == bindparam("at"),
    record.c.kind == bindparam("of"),
    record.c.remote_id.in_(many("ids")),
).order_by(record.c.id)
_BY_NAME = (
    select(record.c.name, record.c.remote_id)
    .where(
        and_(
            record.c.connection == bindparam("at"),
            record.c.kind == bindparam("of"),
            record.c.name.in_(many("names")),
            record.c.gone.is_(False),
        )
    )
    .order_by(record.c.id.desc())
)
_TO_READ = (
    select(record.c.kind, record.c.remote_id)
    .where(
        record.c.connection == bindparam("at"),
        or_(record.c.again.is_(True), record.c.changes_at <= bindparam("now")),
    )
    .order_by(record.c.id)
    .limit(bindparam("limit"))
)
_GONE = update(record).where(record.c.id == bindparam("key")).values(gone=True, again=False)
_KEEP = update(record).where(record.c.id == bindparam("key")).values(missing=True)


def snapshot(row: Row[Any]) -> Snapshot:
    """Read a stored record."""
    return Snapshot(
        id=row.id,
        connection=row.connection,
        kind=Kind(row.kind),
        form=Form(row.form),
        remote_id=row.remote_id,
        parent=row.parent,
        prints=row.prints,
        atoms=unpack(row.body),
        gone=row.gone,
        gtin=row.gtin,
    )


def snapshots(tx: Tx, ids: Sequence[int]) -> dict[int, Snapshot]:
    """Give stored records by number."""
    found = (row for piece in chunks(sorted(set(ids))) for row in tx.rows(_BY_ID, {"ids": list(piece)}))
    return {row.id: snapshot(row) for row in found}


def by_remote_ids(tx: Tx, connection: int, kind: Kind, remote_ids: Sequence[str]) -> dict[str, Snapshot]:
    """Give stored records by their remote ids."""
    rows = (
        row
        for piece in chunks(list(remote_ids))
        for row in tx.rows(_BY_REMOTE, {"at": connection, "of": kind.value, "ids": list(piece)})
    )
    return {row.remote_id: snapshot(row) for row in rows}


def ids_by_name(tx: Tx, connection: int, kind: Kind, names: Sequence[str]) -> Mapping[str, str]:
    """Give remote ids by folded name; of equal names the oldest record counts."""
    if not names:
        return {}
    return {
        row.name: row.remote_id
        for row in tx.rows(_BY_NAME, {"at": connection, "of": kind.value, "names": list(names)})
    }


def to_read_again(tx: Tx, connection: int, now: datetime, limit: int) -> list[tuple[Kind, str]]:
    """Give records that must be read by id: skipped as stale, or due to change by themselves."""
    rows = tx.rows(_TO_READ, {"at": connection, "now": now, "limit": limit})
    return [(Kind(row.kind), row.remote_id) for row in rows]


_MADE = _ADD.returning(record.c.id, sort_by_parameter_order=True)


def store_answer(tx: Tx, connection: int, one: Incoming) -> tuple[int, bytes | None]:
    """Store what the other side said of one record after a write; give its number and its former prints."""
    return store_answers(tx, connection, [one])[0]


def store_answers(tx: Tx, connection: int, incoming: Sequence[Incoming]) -> list[tuple[int, bytes | None]]:
    """Store what the other side said of records of one kind; give number and former prints of each."""
    known: dict[str, Row[Any]] = {}
    for piece in chunks(incoming):
        ids = {"at": connection, "of": piece[0].kind.value, "ids": [one.remote_id for one in piece]}
        known |= {row.remote_id: row for row in tx.rows(_KNOWN, ids)}
    there = [(known[one.remote_id], one) for one in incoming if one.remote_id in known]
    if there:
        tx.run(
            _CHANGE, [{"key": row.id, **_values(one, connection, row.sweep, tx.now)} for row, one in there]
        )
    new = {one.remote_id: one for one in incoming if one.remote_id not in known}
    made = dict(zip(new, _made(tx, connection, list(new.values())), strict=True))
    former = {row.remote_id: (int(row.id), bytes(row.prints)) for row, _ in there}
    return [former.get(one.remote_id) or (made[one.remote_id], None) for one in incoming]


def _made(tx: Tx, connection: int, new: Sequence[Incoming]) -> list[int]:
    """Store records that no list has shown yet; the sweep under way need not meet them."""
    if not new:
        return []
    sweep = newest_sweep(tx, connection)
    return [row.id for row in tx.rows(_MADE, [_values(one, connection, sweep, tx.now) for one in new])]


_PRINTS = select(record.c.id, record.c.prints).where(record.c.id.in_(many("ids")))


def set_level(tx: Tx, key: int, shown: Level) -> None:
    """Note the level that a record shows since it was written."""
    quantity = None if shown.quantity is None else plain(shown.quantity)
    tx.run(_CHANGE, {"key": key, "level": shown.state, "quantity": quantity})


def prints_of(tx: Tx, ids: Sequence[int]) -> dict[int, bytes]:
    """Give the prints of records."""
    pieces = chunks(list(ids))
    return {row.id: row.prints for piece in pieces for row in tx.rows(_PRINTS, {"ids": list(piece)})}


def set_gone(tx: Tx, ids: Sequence[int]) -> None:
    """Note that records are gone."""
    if ids:
        tx.run(_GONE, [{"key": key} for key in ids])
