"""What happens at the counter of a till: sales, voids, returns, counts; each with its stock and its log."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from shopweave.simulators.till.truth import number

_SALE = """INSERT INTO phppos_sales (sale_time, employee_id, sold_by_employee_id, location_id, register_id,
comment, discount_reason, cc_ref_no, payment_type, suspended, total_quantity_purchased, subtotal, total,
return_sale_id) VALUES (?, 1, 1, 1, 1, '', '', '', 'Cash', ?, ?, ?, ?, ?)"""
_LINE = """INSERT INTO phppos_sales_items (sale_id, item_id, line, item_variation_id, quantity_purchased,
damaged_qty, item_cost_price, item_unit_price, subtotal, total) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)"""
_PAYMENT = """INSERT INTO phppos_sales_payments (sale_id, payment_type, payment_amount, payment_date)
VALUES (?, 'Cash', ?, ?)"""
_PRICE = "SELECT unit_price, is_service FROM phppos_items WHERE item_id = ?"
_LINES = """SELECT item_id, item_variation_id, SUM(quantity_purchased) FROM phppos_sales_items
WHERE sale_id = ? GROUP BY item_id, item_variation_id ORDER BY item_id, item_variation_id"""
_LOG = """INSERT INTO phppos_inventory (trans_items, item_variation_id, trans_user, trans_date, trans_comment,
trans_inventory, location_id, trans_current_quantity) VALUES (?, ?, 1, ?, ?, ?, 1, ?)"""
_VOID = "UPDATE phppos_sales SET deleted = 1, deleted_by = 1, last_modified = ? WHERE sale_id = ?"
_EDIT = """UPDATE phppos_sales SET total_quantity_purchased = ?, subtotal = ?, total = ?, last_modified = ?
WHERE sale_id = ?"""
LAYAWAY, ESTIMATE = 1, 2
_NO_STOCK = (ESTIMATE,)
Good = tuple[int, int | None]


class Cashier:
    """Hands at the counter; goods are named by SKU, moments are the till's wall clock, UTC."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._path, isolation_level=None)
        try:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")
        finally:
            db.close()

    def sell(self, goods: Mapping[str, Decimal], now: datetime, *, suspended: int = 0) -> int:
        """Sell goods and give the number of the sale; an estimate takes no stock."""
        wanted = {good(sku): quantity for sku, quantity in goods.items()}
        with self._open() as db:
            sale = _add_sale(db, wanted, now, suspended=suspended)
            if suspended not in _NO_STOCK:
                for one, quantity in wanted.items():
                    _move(db, one, -quantity, f"POS {sale}", now)
        return sale

    def void(self, sale: int, now: datetime, *, web_too: bool = False) -> None:
        """Void a sale; its goods go back onto the shelves, once.

        Those of a web sale only at a till that is set to move stock for them.
        """
        with self._open() as db:
            query = "SELECT deleted, suspended, is_ecommerce FROM phppos_sales WHERE sale_id = ?"
            deleted, suspended, web = db.execute(query, (sale,)).fetchone()
            if deleted:
                return
            db.execute(_VOID, (_stamp(now), sale))
            if suspended not in _NO_STOCK and (web_too or not web):
                for one, quantity in _sold(db, sale).items():
                    _move(db, one, quantity, f"POS {sale}", now)

    def take_back(self, sale: int, goods: Mapping[str, Decimal], now: datetime) -> int:
        """Take goods of an earlier sale back and give the number of the return."""
        back = {good(sku): -quantity for sku, quantity in goods.items()}
        with self._open() as db:
            number_of_return = _add_sale(db, back, now, returns=sale)
            for one, quantity in back.items():
                _move(db, one, -quantity, f"POS {number_of_return}", now)
        return number_of_return

    def change(self, sale: int, goods: Mapping[str, Decimal], now: datetime) -> None:
        """Edit a sale: its lines are written anew, with numbers of their own."""
        wanted = {good(sku): quantity for sku, quantity in goods.items()}
        with self._open() as db:
            before = _sold(db, sale)
            db.execute("DELETE FROM phppos_sales_items WHERE sale_id = ?", (sale,))
            db.execute("DELETE FROM phppos_sales_payments WHERE sale_id = ?", (sale,))
            total = _add_lines(db, sale, wanted, now)
            units = str(sum(wanted.values(), Decimal(0)))
            db.execute(_EDIT, (units, str(total), str(total), _stamp(now), sale))
            for one in {**before, **wanted}:
                delta = before.get(one, Decimal(0)) - wanted.get(one, Decimal(0))
                _move(db, one, delta, f"POS {sale}", now)

    def count(self, sku: str, quantity: Decimal, now: datetime) -> None:
        """Set a quantity by hand, as after a count of the shelf."""
        with self._open() as db:
            one = good(sku)
            _move(db, one, quantity - _quantity(db, one), "Manual Edit of Quantity", now)

    def book(self, sku: str, delta: Decimal, comment: str, now: datetime) -> None:
        """Book goods out or in that were sold elsewhere, with what they were sold for in the log."""
        with self._open() as db:
            _move(db, good(sku), delta, comment, now)

    def quantity(self, sku: str) -> Decimal:
        """Give what is on the shelf."""
        with self._open() as db:
            return _quantity(db, good(sku))

    def booked(self, sale: int) -> Decimal:
        """Add up what the log says that a sale holds, whoever booked it."""
        query = """SELECT SUM(trans_inventory) FROM phppos_inventory
        WHERE trans_comment = 'POS ' || ? OR trans_comment LIKE 'HUB % POS ' || ?"""
        with self._open() as db:
            return -Decimal(number(db.execute(query, (sale, sale)).fetchone()[0] or 0))


def good(sku: str) -> Good:
    """Read a SKU as the till writes it: the item, or the item and its variation."""
    item, _, variation = sku.partition("-")
    return int(item), int(variation) if variation else None


def _add_sale(
    db: sqlite3.Connection,
    goods: Mapping[Good, Decimal],
    now: datetime,
    *,
    suspended: int = 0,
    returns: int | None = None,
) -> int:
    total = sum((_price(db, one) * quantity for one, quantity in goods.items()), Decimal(0))
    units = str(sum(goods.values(), Decimal(0)))
    row = (_stamp(now), suspended, units, str(total), str(total), returns)
    sale = db.execute(_SALE, row).lastrowid or 0
    _add_lines(db, sale, goods, now)
    return sale


def _add_lines(db: sqlite3.Connection, sale: int, goods: Mapping[Good, Decimal], now: datetime) -> Decimal:
    total = Decimal(0)
    for place, (one, quantity) in enumerate(goods.items(), start=1):
        price = _price(db, one)
        amount = price * quantity
        total += amount
        row = (sale, one[0], place, one[1], str(quantity), 0, str(price), str(amount), str(amount))
        db.execute(_LINE, row)
    db.execute(_PAYMENT, (sale, str(total), _stamp(now)))
    return total


def _price(db: sqlite3.Connection, one: Good) -> Decimal:
    return Decimal(str(db.execute(_PRICE, (one[0],)).fetchone()[0]))


def _sold(db: sqlite3.Connection, sale: int) -> dict[Good, Decimal]:
    return {(item, variation): Decimal(number(sum_)) for item, variation, sum_ in db.execute(_LINES, (sale,))}


def _row(one: Good) -> tuple[str, str, int]:
    if one[1] is None:
        return "phppos_location_items", "item_id", one[0]
    return "phppos_location_item_variations", "item_variation_id", one[1]


def _quantity(db: sqlite3.Connection, one: Good) -> Decimal:
    table, column, key = _row(one)
    query = f"SELECT quantity FROM {table} WHERE location_id = 1 AND {column} = ?"  # noqa: S608 - own names
    row = db.execute(query, (key,)).fetchone()
    return Decimal(number(row[0] or 0)) if row else Decimal(0)


def _move(db: sqlite3.Connection, one: Good, delta: Decimal, comment: str, now: datetime) -> None:
    if not delta or db.execute(_PRICE, (one[0],)).fetchone()[1]:
        return
    table, column, key = _row(one)
    after = str(_quantity(db, one) + delta)
    into = f"INSERT INTO {table} (location_id, {column}, quantity) VALUES (1, ?, ?)"  # noqa: S608 - own names
    db.execute(f"{into} ON CONFLICT DO UPDATE SET quantity = excluded.quantity", (key, after))
    db.execute(_LOG, (one[0], one[1], _stamp(now), comment, str(delta), after))
    db.execute("UPDATE phppos_items SET last_modified = ? WHERE item_id = ?", (_stamp(now), one[0]))
    if one[1] is not None:
        query = "UPDATE phppos_item_variations SET last_modified = ? WHERE id = ?"
        db.execute(query, (_stamp(now), one[1]))


def _stamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%d %H:%M:%S")
