"""A till at which somebody else books: what its log holds is read with the quantity, in one statement."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

import pytest

from shopweave.connector.transports import Row, SqlTx
from shopweave.connectors.phppos import CONNECTOR
from shopweave.model.movement import Witness
from shopweave.model.record import Kind
from shopweave.model.values import tracked
from shopweave.runtime.sql import ForeignSql

from .shop import Shop, read, root, run

T = TypeVar("T")


def log(shop: Shop, item: int, comment: str, variation: int | None = None, **cells: object) -> None:
    fixed = {"trans_user": 1, "location_id": 1, "trans_date": "2026-03-10 11:00:00", "trans_inventory": -1}
    shop.add(
        "inventory",
        trans_items=item,
        item_variation_id=variation,
        trans_comment=comment,
        **{**fixed, **cells},
    )


def test_who_books_decides_how_a_booking_is_proven() -> None:
    known = [CONNECTOR.capabilities({"booked_by": one}).keeps for one in ("hub", "another")]
    assert [one.witness for one in known if one] == [Witness.LEVEL, Witness.LOG_POSITION]


def test_references_in_the_log_come_with_the_level(shop: Shop) -> None:
    shop.add("locations", location_id=2, name="Not for sale")
    shop.item(5, quantity="8")
    shop.item(6)
    shop.variation(6, 61, quantity="3")
    log(shop, 5, "ERP shop:77:1 and shop:78:12")
    log(shop, 5, "shop:79:1", trans_date="2025-12-01 11:00:00")
    log(shop, 5, "shop:80:1", location_id=2)
    log(shop, 5, "POS 17")
    log(shop, 6, "shop:81:1", 61)
    till = shop.till(booked_by="another", publish_locations=("1",))
    for records in (read(till).records.values(), run(till.by_ids(Kind.PRODUCT, ("5",)))):
        one = next(one for one in records if one.remote_id == "5")
        assert (one.level, one.logged) == (tracked(Decimal(8)), frozenset({"shop:77:1", "shop:78:12"}))
    (own,) = run(till.by_ids(Kind.VARIATION, ("6:61",)))
    assert (own.level, own.logged) == (tracked(Decimal(3)), frozenset({"shop:81:1"}))


def test_where_the_hub_books_the_log_is_not_read(shop: Shop) -> None:
    shop.item(5, quantity="8")
    log(shop, 5, "shop:77:1")
    assert read(shop.till()).records["5"].logged == frozenset()


class Watched:
    """A transaction in which something happens before every query."""

    def __init__(self, tx: SqlTx, before: Callable[[], None]) -> None:
        self._tx, self._before, self.dialect = tx, before, tx.dialect

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        self._before()
        return self._tx.rows(statement, parameters)

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        return self._tx.run(statement, parameters)


class Busy:
    """A door through which every query meets another booking."""

    def __init__(self, door: ForeignSql, before: Callable[[], None]) -> None:
        self._door, self._before = door, before

    async def transact(self, work: Callable[[SqlTx], T], *, read_only: bool, timeout: float) -> T:
        return await self._door.transact(
            lambda tx: work(Watched(tx, self._before)), read_only=read_only, timeout=timeout
        )


@pytest.mark.mariadb
def test_a_booking_in_the_midst_of_a_read_shows_in_both_or_in_neither(maria: Shop, database: str) -> None:
    maria.item(5, quantity="10")
    booked = count(1)

    def book() -> None:
        with root(database=database) as connection, connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("UPDATE phppos_location_items SET quantity = quantity - 1 WHERE item_id = 5")
            cursor.execute(
                "INSERT INTO phppos_inventory (trans_items, trans_user, location_id, trans_date, trans_comment)"
                " VALUES (5, 1, 1, '2026-03-10 11:00:00', %s)",
                (f"shop:{next(booked)}:1",),
            )
            cursor.execute("COMMIT")

    maria.door = lambda opened: Busy(opened, book)
    till = maria.till(booked_by="another")
    for _ in range(3):
        (one,) = run(till.by_ids(Kind.PRODUCT, ("5",)))
        assert one.level == tracked(Decimal(10 - len(one.logged)))
    assert next(booked) > 10
