"""Looking things up for people: items by SKU, changes by item."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import change, link, record

_ITEM = (
    select(link.c.item)
    .join(record, record.c.id == link.c.record)
    .where(record.c.sku == bindparam("code"), link.c.until.is_(None))
    .order_by(link.c.item)
    .limit(1)
)
_CHANGES = (
    select(change.c.id).where(change.c.item == bindparam("one")).order_by(change.c.id.desc()).limit(200)
)
_SKUS = (
    select(link.c.item, record.c.sku)
    .join(record, record.c.id == link.c.record)
    .where(link.c.item.in_(many("ids")), link.c.until.is_(None), record.c.sku.is_not(None))
    .order_by(link.c.item, record.c.id.desc())
)


def skus_of_items(tx: Tx, items: Sequence[int]) -> dict[int, str]:
    """Name items by the SKU that was read first."""
    rows = (row for piece in chunks(list(items)) for row in tx.rows(_SKUS, {"ids": list(piece)}))
    return {row.item: row.sku for row in rows}


def item_of_sku(tx: Tx, sku: str) -> int | None:
    """Give the item that a SKU names anywhere."""
    row = tx.one(_ITEM, {"code": sku.strip().casefold()})
    return None if row is None else int(row.item)


def changes_of_item(tx: Tx, item: int) -> list[int]:
    """Give the newest changes of an item."""
    return [row.id for row in tx.rows(_CHANGES, {"one": item})]
