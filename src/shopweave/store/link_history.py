"""Links one by one: the living one of an item or record, and all there ever were."""

from datetime import datetime
from decimal import Decimal

from msgspec import Struct
from sqlalchemy import bindparam, select

from shopweave.store.base import Tx
from shopweave.store.tables import link


class Living(Struct, frozen=True, kw_only=True):
    """An item's living link at a connection: since when, and how it was made."""

    record: int
    factor: Decimal
    how: str
    since: datetime


class Past(Struct, frozen=True, kw_only=True):
    """A link that an item has or had; `until` is None for one that lives."""

    connection: int
    record: int
    factor: Decimal
    how: str
    since: datetime
    until: datetime | None


_LIVES = link.c.until.is_(None)
_LIVING = select(link.c.record, link.c.factor, link.c.how, link.c.since).where(
    link.c.item == bindparam("one"), link.c.connection == bindparam("at"), _LIVES
)
_OWNER = select(link.c.item).where(link.c.record == bindparam("of"), _LIVES)
_HISTORY = (
    select(*(link.c[name] for name in Past.__struct_fields__))
    .where(link.c.item == bindparam("one"))
    .order_by(link.c.id)
)


def living(tx: Tx, item_id: int, connection: int) -> Living | None:
    """Give an item's living link at a connection."""
    row = tx.one(_LIVING, {"one": item_id, "at": connection})
    return None if row is None else Living(record=row.record, factor=row.factor, how=row.how, since=row.since)


def owner(tx: Tx, record_id: int) -> int | None:
    """Give the item that a record is linked to."""
    row = tx.one(_OWNER, {"of": record_id})
    return None if row is None else int(row.item)


def history(tx: Tx, item_id: int) -> list[Past]:
    """Give all links of an item, the oldest first."""
    rows = tx.rows(_HISTORY, {"one": item_id})
    return [Past(**{name: getattr(row, name) for name in Past.__struct_fields__}) for row in rows]
