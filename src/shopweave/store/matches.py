"""What is linked to nothing at a connection, what it may be, and where both are looked for."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import apart, link, record

DOUBTFUL, UNLINKED = "doubtful", "unlinked"
_SOLD = ("product", "variation")


class Match(Struct, frozen=True, kw_only=True):
    """An unlinked record and an item that shares its SKU or GTIN, with the item's own record.

    `taken` is the remote id of another record that the item is linked to at the same connection.
    """

    record: int
    item: int
    own: int
    taken: str


class Rival(Struct, frozen=True, kw_only=True):
    """An unlinked record with its keys, empty where it has none."""

    record: int
    sku: str
    gtin: str


_theirs, _ours, _other = record.alias("theirs"), record.alias("ours"), record.alias("other")
_there, _here, _taken = link.alias("there"), link.alias("here"), link.alias("taken")
_AT: BindParameter[int] = bindparam("at")
_LIVES_HERE = and_(_here.c.record == _ours.c.id, _here.c.until.is_(None))
_LIVES_TAKEN = and_(
    _taken.c.item == _here.c.item, _taken.c.connection == _theirs.c.connection, _taken.c.until.is_(None)
)
_SAME_SKU = and_(_ours.c.sku == _theirs.c.sku, _theirs.c.sku.is_not(None))
_SAME_GTIN = and_(_ours.c.gtin == _theirs.c.gtin, _theirs.c.gtin.is_not(None), _ours.c.kind == _theirs.c.kind)
_IS_OURS = and_(_ours.c.connection.in_(many("sources")), _ours.c.kind.in_(_SOLD), _ours.c.gone.is_(False))
_IS_APART = (
    exists().where(apart.c.item == _here.c.item, apart.c.record == _theirs.c.id).correlate(_here, _theirs)
)
_IS_TAKEN = exists().where(_LIVES_TAKEN).correlate(_here, _theirs)
_LONELY = (
    _theirs.c.connection == _AT,
    _theirs.c.kind.in_(_SOLD),
    _theirs.c.gone.is_(False),
    ~exists().where(_there.c.record == _theirs.c.id, _there.c.until.is_(None)),
)


def _fits(same: ColumnElement[bool]) -> Exists:
    """Say that a free item shares a key with a record, and nobody said that they are not the same."""
    return (
        select(_here.c.item)
        .join_from(_ours, _here, _LIVES_HERE)
        .where(_IS_OURS, same, ~_IS_TAKEN, ~_IS_APART)
        .correlate(_theirs)
        .exists()
    )


_FITS = or_(_fits(_SAME_SKU), _fits(_SAME_GTIN))
_SHOWS: dict[str, tuple[ColumnElement[bool], ...]] = {DOUBTFUL: (_FITS,), UNLINKED: (~_FITS,), "": ()}


@cache
def _page(show: str) -> Select[Any]:
    return (
        select(_theirs.c.id)
        .where(*_LONELY, *_SHOWS[show], _theirs.c.id > bindparam("after"))
        .order_by(_theirs.c.id)
        .limit(bindparam("limit"))
    )


@cache
def _count(show: str) -> Select[Any]:
    return select(func.count()).select_from(_theirs).where(*_LONELY, *_SHOWS[show])


def _matches(same: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            _theirs.c.id.label("record"),
            _here.c.item,
            _ours.c.id.label("own"),
            _other.c.remote_id.label("taken"),
        )
        .join_from(_theirs, _ours, and_(_IS_OURS, same))
        .join(_here, _LIVES_HERE)
        .outerjoin(_taken, _LIVES_TAKEN)
        .outerjoin(_other, _other.c.id == _taken.c.record)
        .where(_theirs.c.id.in_(many("ids")))
        .order_by(_theirs.c.id, _here.c.item)
    )


_BY_SKU, _BY_GTIN = _matches(_SAME_SKU), _matches(_SAME_GTIN)
_KEYS = select(_theirs.c.id, _theirs.c.sku, _theirs.c.gtin).where(
    *_LONELY, or_(_theirs.c.sku.in_(many("skus")), _theirs.c.gtin.in_(many("gtins")))
)
_NAMED = (
    select(_here.c.item, _ours.c.id.label("own"))
    .join_from(_ours, _here, _LIVES_HERE)
    .where(_IS_OURS, _ours.c.sku == bindparam("sku"))
    .order_by(_here.c.item)
)
_BY_REMOTE = (
    select(_theirs.c.id)
    .where(_theirs.c.connection == _AT, _theirs.c.kind.in_(_SOLD), _theirs.c.remote_id == bindparam("name"))
    .order_by(_theirs.c.id)
)
_OWN = (
    select(_here.c.item, _ours.c.id.label("own"))
    .join_from(_ours, _here, _LIVES_HERE)
    .where(_IS_OURS, _here.c.item.in_(many("ids")))
    .order_by(_here.c.item, _ours.c.id)
)
_TEXT = bindparam("text", type_=String())
_BEGINS = or_(func.substr(_ours.c.sku, 1, func.length(_TEXT)) == _TEXT, _ours.c.gtin == bindparam("gtin"))
_SOUGHT = (
    select(_ours.c.id)
    .where(_IS_OURS, _ours.c.id > bindparam("after"))
    .order_by(_ours.c.id)
    .limit(bindparam("limit"))
)


def waiting(tx: Tx, at: int, sources: Sequence[int], show: str, after: int, limit: int) -> list[int]:
    """Give living records that are linked to nothing: all, those that fit an item, or the others."""
    values = {"at": at, "sources": list(sources), "after": after, "limit": limit}
    return [int(row.id) for row in tx.rows(_page(show), values)]


def count_waiting(tx: Tx, at: int, sources: Sequence[int]) -> dict[str, int]:
    """Count what is linked to nothing, by whether it fits an item."""
    values = {"at": at, "sources": list(sources)}
    return {show: int(tx.scalar(_count(show), values) or 0) for show in (DOUBTFUL, UNLINKED)}


def matches(tx: Tx, ids: Sequence[int], sources: Sequence[int]) -> list[Match]:
    """Give the items that share SKU or GTIN with records, also those linked to others."""
    found: dict[tuple[int, int], Match] = {}
    for piece in chunks(list(ids)):
        for statement in (_BY_SKU, _BY_GTIN):
            for row in tx.rows(statement, {"ids": list(piece), "sources": list(sources)}):
                one = Match(record=row.record, item=row.item, own=row.own, taken=row.taken or "")
                found.setdefault((row.record, row.item), one)
    return [found[key] for key in sorted(found)]


def rivals(tx: Tx, at: int, skus: Sequence[str], gtins: Sequence[str]) -> list[Rival]:
    """Give all unlinked records of a connection that bear one of these."""
    rows = tx.rows(_KEYS, {"at": at, "skus": list(skus), "gtins": list(gtins)})
    return [Rival(record=row.id, sku=row.sku or "", gtin=row.gtin or "") for row in rows]


def items_of_sku(tx: Tx, sku: str, sources: Sequence[int]) -> list[tuple[int, int]]:
    """Give (item, its own record) of the items that a SKU names where items come from."""
    rows = tx.rows(_NAMED, {"sku": sku.strip().casefold(), "sources": list(sources)})
    return [(row.item, row.own) for row in rows]


def record_of_id(tx: Tx, at: int, remote_id: str) -> int | None:
    """Give the product or variation of a connection that has an id there."""
    row = tx.one(_BY_REMOTE, {"at": at, "name": remote_id})
    return None if row is None else int(row.id)


def own_records(tx: Tx, items: Sequence[int], sources: Sequence[int]) -> dict[int, int]:
    """Give for each item its record where items come from; of several the oldest."""
    found: dict[int, int] = {}
    for piece in chunks(list(items)):
        for row in tx.rows(_OWN, {"ids": list(piece), "sources": list(sources)}):
            found.setdefault(row.item, row.own)
    return found


@cache
def _sought(*, by_key: bool) -> Select[Any]:
    return _SOUGHT.where(_BEGINS) if by_key else _SOUGHT


def by_key(tx: Tx, connections: Sequence[int], text: str, gtin: str, after: int, limit: int) -> list[int]:
    """Give living records whose SKU begins so or whose GTIN is this, beyond record `after`."""
    values = {"sources": list(connections), "text": text, "gtin": gtin, "after": after, "limit": limit}
    return [int(row.id) for row in tx.rows(_sought(by_key=True), values)]


def one_by_one(tx: Tx, connections: Sequence[int], after: int, limit: int) -> list[int]:
    """Give living records beyond record `after`, to be looked at one by one."""
    values = {"sources": list(connections), "after": after, "limit": limit}
    return [int(row.id) for row in tx.rows(_sought(by_key=False), values)]
