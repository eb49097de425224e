"""What a saved row means to the feed. Pure."""

from msgspec import Struct

from shopweave.simulators.woocommerce.state import Row

_ASPECTS = (
    ("stock", ("stock_quantity", "stock_status", "manage_stock")),
    ("price", ("price", "regular_price", "sale_price")),
    ("image", ("images",)),
    ("category", ("categories", "brands", "tags")),
)
_SHELVES = ("product_cat", "product_brand", "product_tag")


class Cause(Struct, frozen=True, kw_only=True):
    """Something the feed tells of; `parent` is the family of a variation."""

    kind: str
    id: int
    what: str
    parent: int = 0


def cause(table: str, old: Row | None, new: Row | None) -> Cause | None:
    """Say what a change of a row is, None for what the feed does not tell of."""
    row = new if new is not None else old
    if row is None:
        return None
    if table == "product":
        kind = "variation" if row["type"] == "variation" else "product"
        return Cause(kind=kind, id=row["id"], what=_what(old, new), parent=row.get("parent_id") or 0)
    if table == "order":
        return Cause(kind="order", id=row["id"], what=_order(old, new))
    if table == "note":
        return Cause(kind="order", id=row["order"], what="content") if old is None else None
    if table == "refund":
        return Cause(kind="order", id=row["order"], what="refund")
    if table in ("coupon", "attribute"):
        return Cause(kind=table, id=row["id"], what=_end(old, new))
    if table == "media":
        what = _end(old, new)
        return Cause(kind="image", id=row["id"], what="image" if what == "content" else what)
    return _term(row, _end(old, new)) if table == "term" else None


def _term(row: Row, what: str) -> Cause | None:
    if row["taxonomy"] in _SHELVES:
        return Cause(kind="category", id=row["id"], what=what)
    if row["taxonomy"].startswith("pa_"):
        return Cause(kind="attribute", id=row["id"], what=what)
    return None


def _end(old: Row | None, new: Row | None) -> str:
    return "created" if old is None else "deleted" if new is None else "content"


def _what(old: Row | None, new: Row | None) -> str:
    if old is None or new is None:
        return _end(old, new)
    if (old["status"] == "trash") != (new["status"] == "trash"):
        return "trashed" if new["status"] == "trash" else "restored"
    for what, fields in _ASPECTS:
        if any(old.get(field) != new.get(field) for field in fields):
            return what
    return "content"


def _order(old: Row | None, new: Row | None) -> str:
    if old is None or new is None:
        return _end(old, new)
    if (old["status"] == "trash") != (new["status"] == "trash"):
        return "trashed" if new["status"] == "trash" else "restored"
    if new["date_paid"] and not old["date_paid"]:
        return "paid"
    return "status" if old["status"] != new["status"] else "content"
