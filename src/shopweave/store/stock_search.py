"""Looking for items that channels show: by SKU, and by what differs or waits."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, func, or_, select

from shopweave.store.base import Tx
from shopweave.store.tables import level, link, record, shelf

_WAITS = or_(shelf.c.generation > shelf.c.done, shelf.c.epoch.is_not(None))
_HELD = select(link.c.item).join(level, level.c.record == link.c.record)
SHOWS: dict[str, ColumnElement[bool]] = {
    "differ": or_(_WAITS, shelf.c.why.in_(["first", "unread", "doubt", "refused", "gone"])),
    "waiting": _WAITS,
    "held": link.c.item.in_(_HELD.where(level.c.held != "", link.c.until.is_(None))),
    "in doubt": or_(shelf.c.again.is_(True), shelf.c.why == "doubt"),
    "refused": shelf.c.why == "refused",
    "first": shelf.c.why == "first",
    "uncounted": shelf.c.why == "uncounted",
}
_TEXT = bindparam("text", type_=String())
_SPELT = func.substr(record.c.sku, 1, func.length(_TEXT)) == _TEXT
_SHOWN = (
    select(link.c.item)
    .join_from(shelf, record, record.c.id == shelf.c.record)
    .join(link, and_(link.c.record == record.c.id, link.c.until.is_(None)))
)


@cache
def _page(show: str, *, by_text: bool) -> Select[Any]:
    return (
        _SHOWN.where(link.c.item > bindparam("after"), *_conditions(show, by_text=by_text))
        .distinct()
        .order_by(link.c.item)
        .limit(bindparam("limit"))
    )


@cache
def _count(show: str, *, by_text: bool) -> Select[Any]:
    return _SHOWN.with_only_columns(func.count(link.c.item.distinct()), maintain_column_froms=True).where(
        *_conditions(show, by_text=by_text)
    )


def _conditions(show: str, *, by_text: bool) -> list[ColumnElement[bool]]:
    return [*((SHOWS[show],) if show else ()), *((_SPELT,) if by_text else ())]


def find_items(tx: Tx, text: str, show: str, after: int, limit: int) -> list[int]:
    """Give items that channels show, beyond item `after`; `text` is how their SKU begins."""
    values = {"text": text.casefold()} if text else {}
    rows = tx.rows(_page(show, by_text=bool(text)), {**values, "after": after, "limit": limit})
    return [int(row.item) for row in rows]


def count_items(tx: Tx, text: str) -> dict[str, int]:
    """Count items that channels show by what is to be said of them; "" counts all."""
    values = {"text": text.casefold()} if text else {}
    return {show: int(tx.scalar(_count(show, by_text=bool(text)), values) or 0) for show in ("", *SHOWS)}
