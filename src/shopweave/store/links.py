"""Links: which records are the same item; history is kept."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from shopweave.model.record import Form, Kind
from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import apart, item, link, record


class Unlinked(Struct, frozen=True, kw_only=True):
    """A living record that is linked to no item."""

    id: int
    kind: Kind
    form: Form
    remote_id: str
    parent: str | None


class Candidate(Struct, frozen=True, kw_only=True):
    """An unlinked target record and an item that may be the same."""

    record: int
    item: int
    record_form: Form
    item_form: Form
    label: str


class Lone(Struct, frozen=True, kw_only=True):
    """Living records of a connection that are linked to no item: how many, and what some are called."""

    count: int
    labels: tuple[str, ...]


class Tie(Struct, frozen=True, kw_only=True):
    """One living link."""

    item: int
    connection: int
    record: int


ONE = Decimal(1)
_LIVES = link.c.until.is_(None)
_UNLINKED = (
    select(record.c.id, record.c.kind, record.c.form, record.c.remote_id, record.c.parent)
    .outerjoin(link, and_(link.c.record == record.c.id, _LIVES))
    .where(
        record.c.connection == bindparam("at"),
        record.c.kind.in_(many("kinds")),
        record.c.gone.is_(False),
        record.c.id > bindparam("after"),
        link.c.id.is_(None),
    )
    .order_by(record.c.id)
    .limit(bindparam("limit"))
)
_LONE = (
    select(record.c.sku, record.c.name, record.c.remote_id, func.count().over().label("number"))
    .outerjoin(link, and_(link.c.record == record.c.id, _LIVES))
    .where(
        record.c.connection == bindparam("at"),
        record.c.kind.in_(many("kinds")),
        record.c.gone.is_(False),
        link.c.id.is_(None),
    )
    .order_by(record.c.id)
    .limit(bindparam("limit"))
)
_ADD_ITEM = insert(item).returning(item.c.id, sort_by_parameter_order=True)
_ADD_LINK = insert(link)
_END_LINK = update(link).where(link.c.item == bindparam("one"), link.c.connection == bindparam("at"), _LIVES)
_TIES = (
    select(link.c.item, link.c.connection, link.c.record)
    .where(link.c.item.in_(many("ids")), _LIVES)
    .order_by(link.c.item, link.c.connection)
)
_TAKEN = select(link.c.item, link.c.record).where(
    link.c.connection == bindparam("at"),
    _LIVES,
    or_(link.c.item.in_(many("items")), link.c.record.in_(many("ids"))),
)
_LINKED_ITEMS = select(link.c.item).where(link.c.connection == bindparam("at"), _LIVES).order_by(link.c.item)
_COUNT = select(func.count()).where(link.c.connection == bindparam("at"), _LIVES)
_BY_REMOTE = (
    select(record.c.remote_id, link.c.item, record.c.id, record.c.form, record.c.gone)
    .join(link, and_(link.c.record == record.c.id, _LIVES))
    .where(
        record.c.connection == bindparam("at"),
        record.c.kind == bindparam("of"),
        record.c.remote_id.in_(many("ids")),
    )
)
_REMOTE_OF = (
    select(link.c.item, record.c.remote_id)
    .join(record, record.c.id == link.c.record)
    .where(
        link.c.item.in_(many("ids")), link.c.connection == bindparam("at"), _LIVES, record.c.gone.is_(False)
    )
)
_RECORD_OF = (
    select(link.c.item, link.c.record)
    .join(record, record.c.id == link.c.record)
    .where(
        link.c.item.in_(many("ids")), link.c.connection == bindparam("at"), _LIVES, record.c.gone.is_(False)
    )
)
_CHILDREN = select(item.c.id).where(item.c.parent.in_(many("ids"))).order_by(item.c.id)

_theirs, _ours = record.alias("theirs"), record.alias("ours")
_there, _here, _taken = link.alias("there"), link.alias("here"), link.alias("taken")
_PAIRS = (
    select(
        _theirs.c.id.label("record"),
        _here.c.item,
        _theirs.c.form.label("record_form"),
        _ours.c.form.label("item_form"),
        _ours.c.sku.label("label"),
    )
    .join_from(_theirs, _ours, _ours.c.connection == bindparam("source"))
    .join(_here, and_(_here.c.record == _ours.c.id, _here.c.until.is_(None)))
    .outerjoin(_there, and_(_there.c.record == _theirs.c.id, _there.c.until.is_(None)))
    .outerjoin(
        _taken,
        and_(
            _taken.c.item == _here.c.item,
            _taken.c.connection == bindparam("target"),
            _taken.c.until.is_(None),
        ),
    )
    .where(
        _theirs.c.connection == bindparam("target"),
        _theirs.c.gone.is_(False),
        _ours.c.gone.is_(False),
        _there.c.id.is_(None),
        _taken.c.id.is_(None),
        ~exists().where(apart.c.item == _here.c.item, apart.c.record == _theirs.c.id),
    )
    .order_by(_theirs.c.id, _here.c.item)
)
_BY_SKU = _PAIRS.where(_theirs.c.sku == _ours.c.sku, _theirs.c.sku.is_not(None))
_BY_GTIN = _PAIRS.where(
    _theirs.c.gtin == _ours.c.gtin, _theirs.c.gtin.is_not(None), _theirs.c.kind == _ours.c.kind
)
_MAY_BE = tuple(one.where(_here.c.item.in_(many("items"))) for one in (_BY_SKU, _BY_GTIN))
_BY_NAME = _PAIRS.where(
    _theirs.c.kind == Kind.CATEGORY.value, _ours.c.kind == Kind.CATEGORY.value, _theirs.c.name == _ours.c.name
).add_columns(_theirs.c.parent.label("record_parent"), _ours.c.parent.label("item_parent"))

_gone = record.alias("gone")
_RETURNED = (
    select(_taken.c.item)
    .join_from(_taken, _gone, and_(_gone.c.id == _taken.c.record, _gone.c.gone.is_(True)))
    .join(_here, and_(_here.c.item == _taken.c.item, _here.c.until.is_(None)))
    .join(
        _ours,
        and_(
            _ours.c.id == _here.c.record, _ours.c.connection == bindparam("source"), _ours.c.gone.is_(False)
        ),
    )
    .join(
        _theirs,
        and_(
            _theirs.c.connection == bindparam("target"),
            _theirs.c.sku == _ours.c.sku,
            _theirs.c.form == _ours.c.form,
            _theirs.c.gone.is_(False),
        ),
    )
    .outerjoin(_there, and_(_there.c.record == _theirs.c.id, _there.c.until.is_(None)))
    .where(
        _taken.c.connection == bindparam("target"),
        _taken.c.until.is_(None),
        _there.c.id.is_(None),
        _ours.c.sku.is_not(None),
        ~exists().where(apart.c.item == _taken.c.item, apart.c.record == _theirs.c.id),
    )
    .distinct()
    .order_by(_taken.c.item)
)


def unlinked(tx: Tx, connection: int, kinds: Sequence[Kind], after: int, limit: int) -> list[Unlinked]:
    """Give living records without an item, in order of their numbers."""
    parameters = {"at": connection, "kinds": [kind.value for kind in kinds], "after": after, "limit": limit}
    return [
        Unlinked(
            id=row.id, kind=Kind(row.kind), form=Form(row.form), remote_id=row.remote_id, parent=row.parent
        )
        for row in tx.rows(_UNLINKED, parameters)
    ]


def make_items(tx: Tx, workspace: int, connection: int, records: Sequence[Unlinked]) -> tuple[int, ...]:
    """Make an item for each source record and link the two; families come before their variations."""
    made: list[int] = []
    for kind in (Kind.CATEGORY, Kind.PRODUCT, Kind.VARIATION):
        batch = [one for one in records if one.kind is kind]
        if batch:
            made += _make_items(tx, workspace, connection, kind, batch)
    return tuple(made)


def _make_items(tx: Tx, workspace: int, connection: int, kind: Kind, batch: Sequence[Unlinked]) -> list[int]:
    families = [one.parent for one in batch if one.parent] if kind is Kind.VARIATION else []
    parents = items_by_remote(tx, connection, Kind.PRODUCT, families)
    kept = [one for one in batch if kind is not Kind.VARIATION or one.parent in parents]
    if not kept:
        return []
    values = [
        {
            "workspace": workspace,
            "form": one.form.value,
            "parent": parents[one.parent] if kind is Kind.VARIATION and one.parent else None,
            "created": tx.now,
        }
        for one in kept
    ]
    ids = [row.id for row in tx.rows(_ADD_ITEM, values)]
    add_links(tx, connection, list(zip(ids, [one.id for one in kept], strict=True)), "source")
    return ids


def add_links(
    tx: Tx, connection: int, pairs: Sequence[tuple[int, int]], how: str, factor: Decimal = ONE
) -> list[tuple[int, int]]:
    """Link items to records, as (item, record); gives those made, as another may have come first."""
    taken_items, taken_records = _taken_of(tx, connection, pairs)
    free = [pair for pair in pairs if pair[0] not in taken_items and pair[1] not in taken_records]
    if free:
        tx.run(
            _ADD_LINK,
            [
                {
                    "item": one,
                    "record": other,
                    "connection": connection,
                    "how": how,
                    "since": tx.now,
                    "factor": factor,
                }
                for one, other in free
            ],
        )
    return free


def _taken_of(tx: Tx, connection: int, pairs: Sequence[tuple[int, int]]) -> tuple[set[int], set[int]]:
    rows = [
        row
        for piece in chunks(list(pairs))
        for row in tx.rows(
            _TAKEN,
            {"at": connection, "items": [one for one, _ in piece], "ids": [other for _, other in piece]},
        )
    ]
    return {row.item for row in rows}, {row.record for row in rows}


def end_link(tx: Tx, item_id: int, connection: int) -> None:
    """End an item's link at a connection; the row stays as history."""
    tx.run(_END_LINK, {"one": item_id, "at": connection, "until": tx.now})


def end_lost_links(tx: Tx, source: int, target: int) -> int:
    """End links to records that are gone where a free living one has the SKU now; gives how many.

    Whoever made a product anew at the target, by hand or from a copy, has it under another id.
    """
    lost = [row.item for row in tx.rows(_RETURNED, {"source": source, "target": target})]
    for one in lost:
        end_link(tx, one, target)
    return len(lost)


def lone_records(tx: Tx, connection: int, kinds: Sequence[Kind], limit: int) -> Lone:
    """Give living records that are linked to no item, `limit` of them by SKU, name or id."""
    parameters = {"at": connection, "kinds": [kind.value for kind in kinds], "limit": limit}
    rows = tx.rows(_LONE, parameters)
    labels = tuple(row.sku or row.name or row.remote_id for row in rows)
    return Lone(count=int(rows[0].number) if rows else 0, labels=labels)


def ties(tx: Tx, items: Sequence[int]) -> list[Tie]:
    """Give the living links of items, at all connections."""
    rows = (row for piece in chunks(list(items)) for row in tx.rows(_TIES, {"ids": list(piece)}))
    return [Tie(item=row.item, connection=row.connection, record=row.record) for row in rows]


def linked_items(tx: Tx, connection: int) -> tuple[int, ...]:
    """Give the items linked at a connection."""
    return tuple(row.item for row in tx.rows(_LINKED_ITEMS, {"at": connection}))


def count_links(tx: Tx, connection: int) -> int:
    """Count the items linked at a connection."""
    return int(tx.scalar(_COUNT, {"at": connection}))


def items_by_remote(tx: Tx, connection: int, kind: Kind, remote_ids: Sequence[str]) -> dict[str, int]:
    """Give the items of records, by remote id."""
    pieces = chunks(sorted(set(remote_ids)))
    rows = (
        row
        for ids in pieces
        for row in tx.rows(_BY_REMOTE, {"at": connection, "of": kind.value, "ids": list(ids)})
    )
    return {row.remote_id: row.item for row in rows}


def remote_of_items(tx: Tx, connection: int, items: Sequence[int]) -> dict[int, str]:
    """Give the remote ids that items have at a connection, where their record lives."""
    pieces = chunks(sorted(set(items)))
    rows = (row for ids in pieces for row in tx.rows(_REMOTE_OF, {"at": connection, "ids": list(ids)}))
    return {row.item: row.remote_id for row in rows}


def records_of_items(tx: Tx, connection: int, items: Sequence[int]) -> dict[int, int]:
    """Give the living records that items have at a connection."""
    pieces = chunks(sorted(set(items)))
    rows = (row for ids in pieces for row in tx.rows(_RECORD_OF, {"at": connection, "ids": list(ids)}))
    return {row.item: row.record for row in rows}


def children(tx: Tx, items: Sequence[int]) -> tuple[int, ...]:
    """Give the variations of families."""
    return tuple(row.id for piece in chunks(list(items)) for row in tx.rows(_CHILDREN, {"ids": list(piece)}))


def candidates(tx: Tx, source: int, target: int, by: str) -> list[Candidate]:
    """Give pairs of unlinked target records and items of the source with the same `sku` or `gtin`."""
    rows = tx.rows(_BY_SKU if by == "sku" else _BY_GTIN, {"source": source, "target": target})
    return [
        Candidate(
            record=row.record,
            item=row.item,
            record_form=Form(row.record_form),
            item_form=Form(row.item_form),
            label=row.label or "",
        )
        for row in rows
    ]


def may_be_there(tx: Tx, source: int, target: int, items: Sequence[int]) -> set[int]:
    """Give those of unlinked items that share a code with an unlinked record of the target."""
    at = {"source": source, "target": target}
    pieces = [list(piece) for piece in chunks(list(items))]
    return {
        row.item for query in _MAY_BE for piece in pieces for row in tx.rows(query, {**at, "items": piece})
    }


def category_candidates(tx: Tx, source: int, target: int) -> list[tuple[Candidate, str | None, str | None]]:
    """Give pairs of categories of one name with their parents' remote ids there and here."""
    return [
        (
            Candidate(
                record=row.record,
                item=row.item,
                record_form=Form(row.record_form),
                item_form=Form(row.item_form),
                label=row.label or "",
            ),
            row.record_parent,
            row.item_parent,
        )
        for row in tx.rows(_BY_NAME, {"source": source, "target": target})
    ]
