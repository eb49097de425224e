"""The till's sales as orders, page by page: new ones, changed ones, and those the stock log names."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from msgspec.structs import replace

from shopweave.connector.orders import BrokenOrder, OrderPage, RemoteOrder
from shopweave.connector.transports import Row
from shopweave.connectors.phppos.cells import stamp, text
from shopweave.connectors.phppos.configured import currency_of, sale_prefix
from shopweave.connectors.phppos.feeds import Reading
from shopweave.connectors.phppos.idfeed import Numbers, advance
from shopweave.connectors.phppos.positions import EARLIEST
from shopweave.connectors.phppos.saleorders import Sold, read_sale
from shopweave.connectors.phppos.salespots import SaleSpot, past, read_spot, rewound, write_spot
from shopweave.connectors.phppos.schema import Database
from shopweave.model.errors import Configuration

PER_PAGE = 100
LOG_PER_PAGE = 500
_LOOK_BACK = 200
_TABLES = ("sales", "sales_items", "sale_types")

_ENDS = """
SELECT (SELECT MAX(s.sale_id) FROM phppos_sales s) AS sale,
  (SELECT MAX(n.trans_id) FROM phppos_inventory n) AS log,
  (SELECT MAX(c.last_modified) FROM phppos_sales c WHERE c.last_modified <= :horizon) AS moment
"""
_NEW = "SELECT s.sale_id FROM phppos_sales s WHERE s.sale_id > :last ORDER BY s.sale_id LIMIT :size"
_LATE = "SELECT s.sale_id FROM phppos_sales s WHERE s.sale_id IN :asked*"
_LOG = """
SELECT n.trans_id, n.trans_comment FROM phppos_inventory n WHERE n.trans_id > :last
ORDER BY n.trans_id LIMIT :size
"""
_LATE_LOG = "SELECT n.trans_id, n.trans_comment FROM phppos_inventory n WHERE n.trans_id IN :asked*"
_CHANGED = """
SELECT s.sale_id, s.last_modified AS moment FROM phppos_sales s
WHERE s.last_modified >= :moment AND (s.last_modified > :moment OR s.sale_id > :after)
ORDER BY s.last_modified, s.sale_id LIMIT :size
"""
_ORIGINALS = """
SELECT s.return_sale_id AS sale_id FROM phppos_sales s
WHERE s.sale_id IN :ids* AND [s.return_sale_id] IS NOT NULL
"""
_SALES = """
SELECT s.sale_id, WALL(s.sale_time) AS sold, WALL(s.last_modified) AS moment, s.customer_id, s.comment,
  s.suspended, s.deleted, s.is_ecommerce, s.subtotal, s.tax, s.total, s.payment_type,
  [s.return_sale_id] AS return_sale_id, [s.ecommerce_status] AS ecommerce_status,
  COALESCE([t.remove_quantity], 0) AS takes,
  q.first_name, q.last_name, q.email, q.phone_number, q.address_1, q.address_2, q.city, q.state, q.zip,
  q.country, u.company_name
FROM phppos_sales s LEFT JOIN phppos_sale_types t ON t.id = s.suspended
LEFT JOIN phppos_people q ON q.person_id = s.customer_id
LEFT JOIN phppos_customers u ON u.person_id = s.customer_id
WHERE s.sale_id IN :ids* ORDER BY s.sale_id
"""
_LINES = """
SELECT k.sale_id, k.item_id, k.line, k.item_variation_id, k.description, k.quantity_purchased,
  k.unit_quantity, k.subtotal, k.tax, i.name, i.item_number, i.product_id, i.is_service,
  COALESCE([i.system_item], 0) AS system_item, v.item_number AS variation_number
FROM phppos_sales_items k JOIN phppos_items i ON i.item_id = k.item_id
LEFT JOIN phppos_item_variations v ON v.id = k.item_variation_id
WHERE k.sale_id IN :ids* ORDER BY k.sale_id, k.line, k.item_id
"""
_RETURNED = """
SELECT s.return_sale_id AS sale_id, k.item_id, k.item_variation_id, k.quantity_purchased, k.unit_quantity,
  COALESCE([k.damaged_qty], 0) AS damaged_qty
FROM phppos_sales s JOIN phppos_sales_items k ON k.sale_id = s.sale_id
WHERE s.return_sale_id IN :ids* AND s.deleted = 0 AND s.suspended = 0 AND k.quantity_purchased < 0
"""


def sales_page(db: Database, reading: Reading, position: str, overlap: timedelta) -> OrderPage:
    """Read the next page of sales; an empty position begins now."""
    _need_tables(db)
    if not position:
        return OrderPage(position=write_spot(_beginning(db, reading)), done=True)
    spot = read_spot(position)
    ids: set[int] = set()
    spot, more_new = _new(db, reading, spot, ids)
    spot, more_logged = _logged(db, reading, spot, ids)
    spot, more_changed = _changed(db, reading, spot, ids)
    done = not (more_new or more_logged or more_changed)
    if done:
        spot = rewound(spot, reading.now, overlap)
    ids.update(row["sale_id"] for row in db.rows(_ORIGINALS, {"ids": tuple(sorted(ids))}))
    orders, broken = _orders(db, reading, ids)
    return OrderPage(orders=orders, broken=broken, position=write_spot(spot), done=done)


def sales_by_ids(db: Database, reading: Reading, ids: Iterable[int]) -> OrderPage:
    """Read sales by number."""
    _need_tables(db)
    orders, broken = _orders(db, reading, ids)
    return OrderPage(orders=orders, broken=broken, done=True)


def _need_tables(db: Database) -> None:
    missing = [db.schema.prefix + table for table in _TABLES if not db.schema.has(table)]
    if missing:
        raise Configuration(
            f"The tables {', '.join(missing)} are not there, so no sales can be read.",
            code="POS-019",
            remedy="Check the version of the till, and that the user may SELECT from the tables of sales.",
        )


def _beginning(db: Database, reading: Reading) -> SaleSpot:
    """Begin behind what is there; numbers that are missing just before the end may still show."""
    ends = db.rows(_ENDS, {"horizon": reading.horizon})[0]
    sale, log = ends["sale"] or 0, ends["log"] or 0
    before = SaleSpot(
        sales=Numbers(last=max(0, sale - _LOOK_BACK)), log=Numbers(last=max(0, log - _LOOK_BACK))
    )
    sales = [row["sale_id"] for row in _after(db, _NEW, before.sales, _LOOK_BACK)]
    logged = [row["trans_id"] for row in _after(db, _LOG, before.log, _LOOK_BACK)]
    spot = SaleSpot(
        sales=advance(before.sales, sales, reading.now), log=advance(before.log, logged, reading.now)
    )
    moment = stamp(ends["moment"]) or EARLIEST
    return rewound(past(spot, moment, 0, reading.now), reading.now, timedelta())


def _after(db: Database, query: str, numbers: Numbers, size: int) -> Sequence[Row]:
    return db.rows(query, {"last": numbers.last, "size": size})


def _new(db: Database, reading: Reading, spot: SaleSpot, ids: set[int]) -> tuple[SaleSpot, bool]:
    fresh = _after(db, _NEW, spot.sales, PER_PAGE)
    rows = [*fresh, *db.rows(_LATE, {"asked": spot.sales.asked})]
    found = [row["sale_id"] for row in rows]
    ids.update(found)
    numbers = advance(spot.sales, found, reading.now)
    return replace(spot, sales=numbers), len(fresh) == PER_PAGE


def _logged(db: Database, reading: Reading, spot: SaleSpot, ids: set[int]) -> tuple[SaleSpot, bool]:
    """Find the sales whose goods moved, whether or not the till dated the sale."""
    fresh = _after(db, _LOG, spot.log, LOG_PER_PAGE)
    rows = [*fresh, *db.rows(_LATE_LOG, {"asked": spot.log.asked})]
    own = re.compile(rf"(?:^|\s)(?:{re.escape(sale_prefix(db))}|POS) (\d+)\s*$")
    named = (own.search(text(row["trans_comment"])) for row in rows)
    ids.update(int(one[1]) for one in named if one)
    numbers = advance(spot.log, [row["trans_id"] for row in rows], reading.now)
    return replace(spot, log=numbers), len(fresh) == LOG_PER_PAGE


def _changed(db: Database, reading: Reading, spot: SaleSpot, ids: set[int]) -> tuple[SaleSpot, bool]:
    rows = db.rows(_CHANGED, {"moment": spot.moment, "after": spot.after, "size": PER_PAGE})
    ids.update(row["sale_id"] for row in rows)
    for row in rows:
        spot = past(spot, stamp(row["moment"]), row["sale_id"], reading.now)
    return spot, len(rows) == PER_PAGE


def _orders(
    db: Database, reading: Reading, numbers: Iterable[int]
) -> tuple[tuple[RemoteOrder, ...], tuple[BrokenOrder, ...]]:
    ids = {"ids": tuple(sorted(numbers))}
    lines = _by_sale(db.rows(_LINES, ids))
    returned = _by_sale(db.rows(_RETURNED, ids))
    currency = reading.rules.selling.currency or currency_of(db)
    found = [
        read_sale(
            Sold(
                sale=row,
                lines=lines[row["sale_id"]],
                returned=returned[row["sale_id"]],
                currency=currency,
            ),
            reading.rules,
        )
        for row in db.rows(_SALES, ids)
    ]
    good = tuple(one for one in found if isinstance(one, RemoteOrder))
    return good, tuple(one for one in found if isinstance(one, BrokenOrder))


def _by_sale(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["sale_id"]].append(row)
    return groups
