"""Pairs of item and record that are not the same, as people said; they are never linked by themselves."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, select

from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import apart, record

NOT_SAME, UNLINKED = "not same", "unlinked"
Pair = tuple[int, int]


class Apart(Struct, frozen=True, kw_only=True):
    """One pair, who said so and when; `why` is *not same*, or *unlinked* where it was linked before."""

    item: int
    record: int
    why: str
    who: str
    since: datetime


_ALL = select(apart).order_by(apart.c.item, apart.c.record)
_OF_ITEMS = _ALL.where(apart.c.item.in_(many("ids")))
_OF_RECORDS = _ALL.where(apart.c.record.in_(many("ids")))
_HERE = record.c.connection == bindparam("at")
_MEANT = (
    select(apart.c.item, record.c.remote_id)
    .join(record, record.c.id == apart.c.record)
    .where(_HERE, record.c.remote_id.in_(many("ids")))
)
_UNLINKED_AT = (
    select(apart.c.item)
    .join(record, record.c.id == apart.c.record)
    .where(_HERE, apart.c.item.in_(many("ids")), apart.c.why == UNLINKED)
    .distinct()
)
_ADD = insert(apart)
_DROP = delete(apart).where(apart.c.item == bindparam("one"), apart.c.record == bindparam("other"))


def set_apart(tx: Tx, pairs: Sequence[Pair], why: str, who: str) -> None:
    """Remember that items and records are not the same, in place of what was said of them before."""
    bring_together(tx, pairs)
    if pairs:
        said = {"why": why, "who": who, "since": tx.now}
        tx.run(_ADD, [{"item": one, "record": other, **said} for one, other in pairs])


def bring_together(tx: Tx, pairs: Sequence[Pair]) -> None:
    """Forget that items and records are not the same."""
    if pairs:
        tx.run(_DROP, [{"one": one, "other": other} for one, other in pairs])


def of_items(tx: Tx, items: Sequence[int]) -> list[Apart]:
    """Give what items are not."""
    return [_row(row) for piece in chunks(list(items)) for row in tx.rows(_OF_ITEMS, {"ids": list(piece)})]


def of_records(tx: Tx, ids: Sequence[int]) -> list[Apart]:
    """Give what records are not."""
    return [_row(row) for piece in chunks(list(ids)) for row in tx.rows(_OF_RECORDS, {"ids": list(piece)})]


def _row(row: object) -> Apart:
    return Apart(**{name: getattr(row, name) for name in Apart.__struct_fields__})


def not_meant(tx: Tx, connection: int, remote_ids: Sequence[str]) -> set[tuple[str, int]]:
    """Give (remote id, item) of a connection's records that do not stand for items, whatever their SKU."""
    return {
        (row.remote_id, row.item)
        for piece in chunks(sorted(set(remote_ids)))
        for row in tx.rows(_MEANT, {"at": connection, "ids": list(piece)})
    }


def taken_off(tx: Tx, connection: int, items: Sequence[int]) -> set[int]:
    """Give those items that a person took off a connection."""
    return {
        row.item
        for piece in chunks(list(items))
        for row in tx.rows(_UNLINKED_AT, {"at": connection, "ids": list(piece)})
    }
