"""Two tills as stands of the contract suite: a SQLite file, and a database of a real MariaDB."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pymysql

from shopweave.connector.contract import Ground, Samples, Stand
from shopweave.connector.declaration import Doors
from shopweave.connectors.phppos import CONNECTOR
from shopweave.model.record import Kind
from shopweave.model.values import Picture, tracked
from shopweave.runtime.clock import SystemIds, system_random
from shopweave.runtime.sql import ForeignSql, open_sql
from shopweave.simulators.catalogue import png
from tests.connectors.phppos.orders import hand_over, line
from tests.connectors.phppos.shop import (
    NOON,
    PASSWORD,
    Shop,
    mariadb_database,
    mariadb_shop,
    mariadb_user,
    sqlite_shop,
)
from tests.connectors.stands import live, no_doors
from tests.services import missing

FIRST_ATOMS = (
    "identity",
    "name",
    "long_text",
    "measures",
    "attributes#variation",
    "brand",
    "categories",
    "regular_price",
    "sale_price",
    "tax_class",
    "main_image",
    "gallery",
    "status",
    "node",
)
ORDER = hand_over(line("900001", 2, 20, "4.80"))
BAD_ORDERS = {
    "a foreign currency": hand_over(line("900001", 1), currency="SEK"),
    "an unknown product": hand_over(line("900001", 1), line("404", 1)),
    "a quantity below zero": hand_over(line("900001", -1)),
    "nothing to hand over": hand_over(line("900001", 0)),
    "a serialised item": hand_over(line("900002", 1)),
}
SAMPLES = Samples(
    feeds=("items", "keys", "categories"),
    enough=1_100,
    enough_orders=120,
    level=tracked(Decimal(7)),
    order=ORDER,
    later_order=hand_over(line("900001", 1, 10), reference="shop>till:1001:2"),
    bad_orders=BAD_ORDERS,
    picture=Picture(ref="file:1@2026-03-10 09:00:00"),
    no_picture=Picture(ref="file:77@2026-03-10 09:00:00"),
)
GIVEN = frozenset({"reads", "writes", "enough", "orders", "level", "picture", "no_picture"})


class TillHands:
    """People at the till."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.numbers, self.moments = shop, count(1), count(1)

    def fill(self, feed: str, count: int) -> tuple[str, ...]:
        ids = [next(self.numbers) for _ in range(count)]
        if feed == "categories":
            self._rows("categories (id, name)", [f"({key}, 'Node {key}')" for key in ids])
        else:
            cells = "'', '', 1, 10, '2026-03-10 09:00:00'"
            columns = (
                "items (item_id, name, description, long_description, cost_price, unit_price, last_modified)"
            )
            self._rows(columns, [f"({key}, 'Item {key}', {cells})" for key in ids])
        return tuple(str(key) for key in ids)

    def _rows(self, columns: str, rows: list[str]) -> None:
        for at in range(0, len(rows), 400):
            self.shop.sql(f"INSERT INTO phppos_{columns} VALUES {', '.join(rows[at : at + 400])}")

    def touch(self, feed: str, remote_id: str) -> None:
        moment = (NOON + timedelta(seconds=next(self.moments))).strftime("%Y-%m-%d %H:%M:%S")
        statement = "UPDATE phppos_items SET unit_price = unit_price + 1, last_modified = ? WHERE item_id = ?"
        self.shop.sql(statement, moment, int(remote_id))

    def remove(self, feed: str, remote_id: str) -> None:
        table, key = ("categories", "id") if feed == "categories" else ("items", "item_id")
        self.shop.sql(f"UPDATE phppos_{table} SET deleted = 1 WHERE {key} = ?", int(remote_id))

    def count(self, kind: Kind) -> int:
        table = "item_variations" if kind is Kind.VARIATION else "items"
        return int(self.shop.sql(f"SELECT COUNT(*) AS n FROM phppos_{table}")[0]["n"])


class TillBuyers:
    """People at the counter."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.numbers, self.moments = shop, count(1), count(1)
        shop.item(900001, quantity="10")
        shop.item(900002, quantity="10", is_serialized=1)

    def buy(self, count: int) -> tuple[str, ...]:
        return tuple(self._bought(next(self.numbers)) for _ in range(count))

    def _bought(self, sale: int) -> str:
        texts = dict.fromkeys(("comment", "discount_reason", "cc_ref_no"), "")
        people = {"employee_id": 1, "location_id": 1}
        self.shop.add("sales", sale_id=sale, sale_time="2026-03-10 11:00:00", total=10, **texts, **people)
        cells = {"quantity_purchased": 1, "item_cost_price": 1, "item_unit_price": 10, "subtotal": 10}
        self.shop.add("sales_items", sale_id=sale, item_id=900001, line=1, **cells)
        return str(sale)

    def change(self, order: str) -> None:
        moment = (NOON + timedelta(seconds=next(self.moments))).strftime("%Y-%m-%d %H:%M:%S")
        statement = "UPDATE phppos_sales SET deleted = 1, last_modified = ? WHERE sale_id = ?"
        self.shop.sql(statement, moment, int(order))

    def lose(self, order: str) -> bool:
        return False


def ground(shop: Shop, opened: list[ForeignSql], samples: Samples) -> Ground:
    shop.add("app_files", file_id=1, file_name="a.png", file_data=png(1), timestamp="2026-03-10 09:00:00")

    def sql(url: str) -> Any:
        opened.append(open_sql(url))
        return opened[-1]

    doors = Doors(http=no_doors().http, sql=sql, clock=shop.clock, ids=SystemIds(), random=system_random())
    return Ground(
        connector=CONNECTOR,
        settings={**shop.settings, "currency": "EUR"},
        doors=doors,
        samples=samples,
        hands=TillHands(shop),
        customers=TillBuyers(shop),
        taken=lambda: int(shop.sql("SELECT COUNT(*) AS n FROM phppos_sales")[0]["n"]),
        secrets=(PASSWORD,),
        first_atoms=FIRST_ATOMS,
    )


@asynccontextmanager
async def lite() -> AsyncIterator[Ground]:
    opened: list[ForeignSql] = []
    with tempfile.TemporaryDirectory() as folder, sqlite_shop(Path(folder) / "till.db") as shop:
        yield ground(shop, opened, SAMPLES)
        for one in opened:
            one.close()


class _Server:
    """The database of the suite on the server, made when it is first wanted, dropped with the process."""

    kept = ExitStack()
    names: tuple[str, str] | None = None

    @classmethod
    def open(cls) -> tuple[str, str]:
        if cls.names is None:
            try:
                database = cls.kept.enter_context(mariadb_database())
            except pymysql.err.OperationalError as error:
                missing("mariadb", str(error))
                raise
            cls.names = database, cls.kept.enter_context(mariadb_user(database, f"ALL ON {database}.*"))
        return cls.names


@asynccontextmanager
async def maria() -> AsyncIterator[Ground]:
    opened: list[ForeignSql] = []
    samples = Samples(
        **{name: getattr(SAMPLES, name) for name in Samples.__struct_fields__ if name != "wrong"},
        wrong=({"password": "wrong p@ss/word"}, {"user": "sw_test_nobody"}),
    )
    with mariadb_shop(*_Server.open()) as shop:
        yield ground(shop, opened, samples)
        for one in opened:
            one.close()


STANDS = {
    "sqlite": Stand(
        connector=CONNECTOR,
        settings={"path": "till.db"},
        open=lite,
        given=GIVEN,
        doors=no_doors(),
        speaks="sql",
    ),
    "mariadb": Stand(
        connector=CONNECTOR,
        settings={"host": "127.0.0.1", "user": "u", "password": PASSWORD, "database": "d"},
        open=maria,
        given=GIVEN | {"wrong"},
        doors=no_doors(),
        speaks="sql",
    ),
    **live("phppos", FIRST_ATOMS),
}
