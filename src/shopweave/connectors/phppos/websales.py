"""Orders taken over as web sales: the sale, its rows and its stock in one transaction.

The log says what a sale has taken so far, whoever booked it: taking an order over, and telling of its later
change, both bring that sum to what the order wants. So the same call twice books once.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec.structs import replace

from shopweave.connector.orders import Taken
from shopweave.connector.transports import Row
from shopweave.connectors.phppos.booking import (
    Desk,
    Good,
    Held,
    good_of,
    level,
    lock_stock,
    move,
    open_desk,
    read_stock,
    touch,
)
from shopweave.connectors.phppos.cells import number, stamp
from shopweave.connectors.phppos.configured import sale_prefix
from shopweave.connectors.phppos.salerefusals import Known, read_known, refusal
from shopweave.connectors.phppos.salerows import ZERO, wants
from shopweave.connectors.phppos.salewriting import (
    VOIDED,
    Selling,
    add_sale,
    marks,
    order_number,
    rewrite,
    rows_of,
    void,
)
from shopweave.connectors.phppos.schema import Database
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Configuration
from shopweave.model.values import Level

_TABLES = ("sales", "sales_items", "sales_items_taxes", "sales_payments")

_BY_ORDER = "SELECT s.sale_id, s.comment FROM phppos_sales s WHERE s.ecommerce_order_id = :order"
_BY_LOG = """
SELECT n.trans_comment FROM phppos_inventory n
WHERE n.trans_items IN :items* AND n.trans_date >= :since AND n.trans_comment LIKE :start ESCAPE '!'
"""
_SALE = """
SELECT s.sale_id, s.comment, s.deleted, s.ecommerce_status, s.sale_time, s.location_id FROM phppos_sales s
WHERE s.sale_id = :sale
"""
_ITEMS = "SELECT i.item_id FROM phppos_items i WHERE i.item_id IN :ids* ORDER BY i.item_id"
_LOG_OF_SALE = """
SELECT n.trans_items, n.item_variation_id, n.trans_comment, n.trans_inventory FROM phppos_inventory n
WHERE n.location_id = :location AND n.trans_date >= :since
  AND (n.trans_comment = :own OR n.trans_comment LIKE :hub)
"""
_COMMENTED = re.compile(r"HUB (.*) POS (\d+)", re.DOTALL)


def take(db: Database, selling: Selling) -> Taken | WriteRefused:
    """Take an order over, or its later change, in the open transaction."""
    _need_tables(db)
    desk = open_desk(db, selling.reading, selling.order.warehouse)
    known = read_known(db, selling.goods, selling.reading.rules.selling.currency)
    if selling.order.remote_id:
        return _change(desk, selling, known)
    return _found(desk, selling, known) or _new(desk, selling, known)


def find(db: Database, selling: Selling) -> Taken | None:
    """Look for a sale that bears the reference; a level read after it holds what it booked."""
    _need_tables(db)
    desk = open_desk(db, selling.reading, selling.order.warehouse)
    return _found(desk, selling, read_known(db, selling.goods, selling.reading.rules.selling.currency))


def _need_tables(db: Database) -> None:
    missing = [db.schema.prefix + table for table in _TABLES if not db.schema.has(table)]
    if missing or not db.schema.has("sales", "ecommerce_order_id"):
        raise Configuration(
            "This till keeps no web sales that the hub knows how to book.",
            code="POS-018",
            remedy="Check the version of the till, and that the user may SELECT from the tables of sales.",
        )


def _found(desk: Desk, selling: Selling, known: Known) -> Taken | None:
    sale = _sale_by_comment(desk, selling) or _sale_by_log(desk, selling)
    if sale is None:
        return None
    return Taken(remote_id=str(sale), levels=_levels(desk, read_stock(desk, known.stocked), known.stocked))


def _sale_by_comment(desk: Desk, selling: Selling) -> int | None:
    rows = desk.db.rows(_BY_ORDER, {"order": order_number(selling.order)})
    return next((row["sale_id"] for row in rows if selling.mark in marks(row["comment"])), None)


def _sale_by_log(desk: Desk, selling: Selling) -> int | None:
    """Find the sale by its stock where somebody wrote over its comment."""
    start = re.sub(r"([!%_])", r"!\1", f"HUB {selling.mark} POS ") + "%"
    items = tuple(sorted({one.item for one in selling.goods}))
    for row in desk.db.rows(_BY_LOG, {"items": items, "since": desk.since, "start": start}):
        found = _COMMENTED.fullmatch(row["trans_comment"])
        if found and found[1] == selling.mark and desk.db.rows(_SALE, {"sale": int(found[2])}):
            return int(found[2])
    return None


def _new(desk: Desk, selling: Selling, known: Known) -> Taken | WriteRefused:
    refused = refusal(selling.order, known)
    if refused is not None:
        return refused
    held = lock_stock(desk, known.stocked)
    lines = rows_of(desk, selling)
    # Whoever hands the same order over at the same time stands before these locks, or has gone through.
    desk.db.locked(_ITEMS, {"ids": tuple(sorted({one.good.item for one in lines}))})
    if (found := _found(desk, selling, known)) is not None:
        return found
    sale = add_sale(desk, selling, lines, known)
    _bring(desk, selling, sale, held, {}, wants(selling.order, known.stocked))
    return Taken(remote_id=str(sale), levels=_levels(desk, held, known.stocked))


def _change(desk: Desk, selling: Selling, known: Known) -> Taken | WriteRefused:
    rows = desk.db.locked(_SALE, {"sale": good_of(selling.order.remote_id).item})
    if not rows:
        return WriteRefused(number=0, code="POS-057", what="The till no longer has the sale of this order.")
    wanted = wants(selling.order, known.stocked)
    refused = _change_refused(selling, known, rows[0])
    if refused is not None:
        return refused
    desk = replace(desk, location=rows[0]["location_id"])
    taken = _taken(desk, rows[0])
    held = lock_stock(desk, {*known.stocked, *taken})
    sale = int(rows[0]["sale_id"])
    _bring(desk, selling, sale, held, taken, wanted)
    if any(one.quantity for one in selling.order.lines):
        rewrite(desk, selling, rows[0], known)
    else:
        void(desk, selling, rows[0])
    return Taken(remote_id=str(sale), levels=_levels(desk, held, {*known.stocked, *taken}))


def _change_refused(selling: Selling, known: Known, sale: Row) -> WriteRefused | None:
    if not any(one.quantity for one in selling.order.lines):
        return None
    if sale["deleted"] and sale["ecommerce_status"] != VOIDED:
        return WriteRefused(
            number=0,
            code="POS-056",
            what="The sale was voided at the till, but the order goes on.",
            remedy="Cancel the order in the shop, or book it at the till by hand.",
        )
    return refusal(selling.order, known, is_change=True)


def _taken(desk: Desk, sale: Row) -> dict[Good, Decimal]:
    """Add up what the log says that the sale has taken, by the hub and by the till's own hands."""
    own = f"{sale_prefix(desk.db)} {sale['sale_id']}"
    wanted = {"own": own, "hub": f"HUB % POS {sale['sale_id']}", "location": desk.location}
    found: dict[Good, Decimal] = {}
    for row in desk.db.rows(_LOG_OF_SALE, {**wanted, "since": min(stamp(sale["sale_time"]), desk.since)}):
        good = Good(item=row["trans_items"], variation=row["item_variation_id"])
        found[good] = found.get(good, ZERO) - (number(row["trans_inventory"]) or ZERO)
    return found


def _bring(
    desk: Desk,
    selling: Selling,
    sale: int,
    held: Held,
    taken: Mapping[Good, Decimal],
    wanted: Mapping[Good, Decimal],
) -> None:
    """Move what the sale has taken to what the order wants."""
    comment = f"HUB {selling.mark} POS {sale}"
    moved = []
    for good in sorted({*taken, *wanted}, key=lambda one: (one.variation is not None, one.target)):
        delta = taken.get(good, ZERO) - wanted.get(good, ZERO)
        if delta:
            move(desk, held, good, delta, comment)
            moved.append(good)
    touch(desk, moved)


def _levels(desk: Desk, held: Held, goods: Iterable[Good]) -> dict[str, Level]:
    return {one.remote_id: level(desk, held, one) for one in goods}
