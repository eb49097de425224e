"""What sweeps met: which records a complete one has not seen, and the tokens of key sweeps."""

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, bindparam, func, select, update

from shopweave.model.record import Kind
from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import record

_UNSEEN = (
    select(record.c.id, record.c.kind, record.c.remote_id)
    .where(
        record.c.connection == bindparam("at"),
        record.c.kind.in_(many("kinds")),
        record.c.sweep < bindparam("number"),
        record.c.gone.is_(False),
    )
    .order_by(record.c.id)
)
_LIVING = select(func.count()).where(
    record.c.connection == bindparam("at"), record.c.kind.in_(many("kinds")), record.c.gone.is_(False)
)
_heir = record.alias("heir")
_REPLACED = (
    select(record.c.id)
    .join(_heir, and_(_heir.c.connection == record.c.connection, _heir.c.sku == record.c.sku))
    .where(
        record.c.connection == bindparam("at"),
        record.c.sweep < bindparam("number"),
        record.c.gone.is_(False),
        _heir.c.sweep >= bindparam("number"),
        _heir.c.gone.is_(False),
    )
    .distinct()
)
_TOKENS = select(record.c.remote_id, record.c.token).where(
    record.c.connection == bindparam("at"),
    record.c.kind == bindparam("of"),
    record.c.remote_id.in_(many("ids")),
)
_TOKEN = update(record).where(
    record.c.connection == bindparam("at"),
    record.c.kind == bindparam("of"),
    record.c.remote_id == bindparam("one"),
)
_MET = (
    update(record)
    .where(
        record.c.connection == bindparam("at"),
        record.c.kind == bindparam("of"),
        record.c.remote_id.in_(many("ids")),
    )
    .values(sweep=bindparam("number"))
)


def unseen(tx: Tx, connection: int, kinds: Sequence[Kind], sweep: int) -> list[tuple[int, Kind, str]]:
    """Give the living records that sweep number `sweep` has not met."""
    parameters = {"at": connection, "kinds": [kind.value for kind in kinds], "number": sweep}
    return [(row.id, Kind(row.kind), row.remote_id) for row in tx.rows(_UNSEEN, parameters)]


def replaced(tx: Tx, connection: int, sweep: int) -> set[int]:
    """Give the living records that sweep number `sweep` has not met, but another with their SKU."""
    return {row.id for row in tx.rows(_REPLACED, {"at": connection, "number": sweep})}


def living(tx: Tx, connection: int, kinds: Sequence[Kind]) -> int:
    """Count the records that are not gone."""
    return int(tx.scalar(_LIVING, {"at": connection, "kinds": [kind.value for kind in kinds]}))


def tokens(tx: Tx, connection: int, kind: Kind, ids: Sequence[str]) -> dict[str, str]:
    """Give the tokens that a key sweep last stored."""
    pieces = chunks(list(ids))
    rows = (
        row
        for ids in pieces
        for row in tx.rows(_TOKENS, {"at": connection, "of": kind.value, "ids": list(ids)})
    )
    return {row.remote_id: row.token for row in rows}


def store_tokens(tx: Tx, connection: int, kind: Kind, fresh: Mapping[str, str]) -> None:
    """Store the tokens of records that were read."""
    if fresh:
        tx.run(
            _TOKEN,
            [
                {"at": connection, "of": kind.value, "one": key, "token": token}
                for key, token in fresh.items()
            ],
        )


def meet_keys(tx: Tx, connection: int, kind: Kind, remote_ids: Sequence[str], sweep: int) -> None:
    """Note that a key sweep met these records."""
    for piece in chunks(list(remote_ids)):
        tx.run(_MET, {"at": connection, "of": kind.value, "ids": list(piece), "number": sweep})
