"""A till for tests: the tables of PHP Point Of Sale in SQLite or MariaDB, and hands to fill them."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import pymysql

from shopweave.connector.declaration import Doors
from shopweave.connector.roles import Page
from shopweave.connector.settings import Setting
from shopweave.connectors.phppos import CONNECTOR, Till
from shopweave.model.record import KeyRow, Kind, RemoteRecord
from shopweave.runtime.clock import SystemIds, system_random
from shopweave.runtime.http import AiohttpTransport
from shopweave.runtime.sql import ForeignSql, open_sql
from shopweave.simulators.till.schema import statements as till_tables

T = TypeVar("T")
NOON = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)
PASSWORD = "till p@ss"

DDL = """
CREATE TABLE phppos_locations (location_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name TEXT,
  deleted INT(1) DEFAULT 0);
CREATE TABLE phppos_ecommerce_locations (location_id INT NOT NULL PRIMARY KEY);
CREATE TABLE phppos_app_config (`key` VARCHAR(255) NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE phppos_app_files (file_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  file_name VARCHAR(255) NOT NULL, file_data LONGBLOB NOT NULL,
  timestamp TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP);
CREATE TABLE phppos_employees (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, person_id INT NOT NULL UNIQUE);
CREATE TABLE phppos_manufacturers (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  deleted INT(1) NOT NULL DEFAULT 0, name VARCHAR(255) NOT NULL);
CREATE TABLE phppos_categories (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, parent_id INT NULL,
  name VARCHAR(255) NOT NULL, deleted INT(1) NOT NULL DEFAULT 0, system_category INT(1) DEFAULT 0,
  exclude_from_e_commerce INT(1) NOT NULL DEFAULT 0,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE phppos_tax_classes (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL);
CREATE TABLE phppos_tax_classes_taxes (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  tax_class_id INT NOT NULL, name VARCHAR(255) NOT NULL, percent DECIMAL(15,3) NOT NULL,
  cumulative INT(1) NOT NULL DEFAULT 0);
CREATE TABLE phppos_items (item_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL,
  item_number VARCHAR(255) NULL UNIQUE, product_id VARCHAR(255) NULL UNIQUE, category_id INT NULL,
  manufacturer_id INT NULL, description TEXT NOT NULL, long_description LONGTEXT NOT NULL,
  cost_price DECIMAL(23,10) NOT NULL, unit_price DECIMAL(23,10) NOT NULL, promo_price DECIMAL(23,10) NULL,
  start_date DATE NULL, end_date DATE NULL, tax_included INT(1) NOT NULL DEFAULT 0, tax_class_id INT NULL,
  weight DECIMAL(23,10) NULL, weight_unit VARCHAR(255) NULL, length DECIMAL(23,10) NULL,
  width DECIMAL(23,10) NULL, height DECIMAL(23,10) NULL, is_service INT(1) NOT NULL DEFAULT 0,
  system_item INT(1) NOT NULL DEFAULT 0, item_inactive INT(1) DEFAULT 0, deleted INT(1) NOT NULL DEFAULT 0,
  is_serialized TINYINT(1) NOT NULL DEFAULT 0, only_integer INT(1) NOT NULL DEFAULT 0,
  is_ecommerce INT(1) DEFAULT 1, ecommerce_product_id VARCHAR(255) NULL,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, main_image_id INT NULL);
CREATE TABLE phppos_item_variations (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, item_id INT NOT NULL,
  name VARCHAR(255) DEFAULT '', item_number VARCHAR(255) NULL UNIQUE, unit_price DECIMAL(23,10) NULL,
  deleted INT(1) NOT NULL DEFAULT 0, is_ecommerce INT(1) NOT NULL DEFAULT 1,
  last_modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  FOREIGN KEY (item_id) REFERENCES phppos_items (item_id));
CREATE TABLE phppos_attributes (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, item_id INT NULL,
  name VARCHAR(255) NOT NULL);
CREATE TABLE phppos_attribute_values (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, attribute_id INT NOT NULL,
  name VARCHAR(255) NOT NULL);
CREATE TABLE phppos_item_variation_attribute_values (attribute_value_id INT NOT NULL,
  item_variation_id INT NOT NULL, PRIMARY KEY (attribute_value_id, item_variation_id));
CREATE TABLE phppos_additional_item_numbers (item_id INT NOT NULL, item_number VARCHAR(255) NOT NULL UNIQUE,
  item_variation_id INT NULL, PRIMARY KEY (item_id, item_number));
CREATE TABLE phppos_item_images (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  alt_text VARCHAR(255) NOT NULL DEFAULT '', item_id INT NULL, item_variation_id INT NULL, image_id INT NULL);
CREATE TABLE phppos_items_secondary_categories (item_id INT NOT NULL, category_id INT NOT NULL,
  PRIMARY KEY (item_id, category_id));
CREATE TABLE phppos_location_items (location_id INT NOT NULL, item_id INT NOT NULL,
  location VARCHAR(255) NOT NULL DEFAULT '', unit_price DECIMAL(23,10) NULL, promo_price DECIMAL(23,10) NULL,
  start_date DATE NULL, end_date DATE NULL, quantity DECIMAL(23,10) DEFAULT 0,
  PRIMARY KEY (location_id, item_id), FOREIGN KEY (item_id) REFERENCES phppos_items (item_id));
CREATE TABLE phppos_location_item_variations (item_variation_id INT NOT NULL, location_id INT NOT NULL,
  quantity DECIMAL(23,10) NULL, PRIMARY KEY (item_variation_id, location_id));
CREATE TABLE phppos_inventory (trans_id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, trans_items INT NOT NULL,
  item_variation_id INT NULL, trans_user INT NOT NULL DEFAULT 0,
  trans_date TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, trans_comment TEXT NOT NULL,
  trans_inventory DECIMAL(23,10) NOT NULL DEFAULT 0, location_id INT NOT NULL,
  trans_current_quantity DECIMAL(23,10) NULL,
  FOREIGN KEY (trans_items) REFERENCES phppos_items (item_id),
  FOREIGN KEY (trans_user) REFERENCES phppos_employees (person_id))
"""
SALES = (
    "people",
    "customers",
    "sale_types",
    "registers",
    "sales",
    "sales_items",
    "sales_items_taxes",
    "sales_payments",
)
TABLES = (*re.findall(r"CREATE TABLE (\w+)", DDL), *(f"phppos_{name}" for name in SALES))
PERSON = (
    "first_name",
    "last_name",
    "full_name",
    "phone_number",
    "email",
    "address_1",
    "address_2",
    "city",
    "state",
    "zip",
    "country",
    "comments",
)
ITEM = {"description": "", "long_description": "", "cost_price": "1", "unit_price": "10"}


def statements(dialect: str) -> list[str]:
    made = DDL
    if dialect == "sqlite":
        made = made.replace("INT NOT NULL AUTO_INCREMENT PRIMARY KEY", "INTEGER PRIMARY KEY")
        made = made.replace(" ON UPDATE CURRENT_TIMESTAMP", "")
        return [*made.split(";"), *_sales(dialect)]
    end = " ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_ci"
    return [*(statement + end for statement in made.split(";")), *_sales(dialect)]


def _sales(dialect: str) -> list[str]:
    """Give the tables of sales, as the simulated till has them."""
    names = tuple(f"CREATE TABLE phppos_{name} (" for name in SALES)
    return [one for one in till_tables(dialect) if one.startswith(names)]


class FixedClock:
    """A wall clock that stands until it is set."""

    def __init__(self) -> None:
        self.time = NOON

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOON).total_seconds()

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Shop:
    """A till's database with direct hands on it, and the connection under test."""

    def __init__(self, dialect: str, connection: Any, settings: Mapping[str, Setting]) -> None:
        self.dialect = dialect
        self.settings = dict(settings)
        self.clock = FixedClock()
        self.transports: list[ForeignSql] = []
        self.door: Callable[[ForeignSql], Any] = lambda opened: opened
        self._connection = connection
        self.add("locations", location_id=1, name="Default")
        self.add("people", person_id=1, **dict.fromkeys(PERSON, ""))
        self.add("employees", person_id=1)
        for number, name in enumerate(("sale", "layaway", "estimate", "E-Commerce")):
            self.sql("INSERT INTO phppos_sale_types (id, name, sort) VALUES (?, ?, 0)", number, name)
        self.add("registers", register_id=1, location_id=1, name="Default")

    def sql(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        """Run a statement; values are written `?`."""
        if self.dialect == "sqlite":
            cursor = self._connection.execute(statement, values)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        with self._connection.cursor() as cursor:
            cursor.execute(statement.replace("%", "%%").replace("?", "%s"), values)
            return list(cursor.fetchall())

    def add(self, table: str, **cells: Any) -> None:
        columns, marks = ", ".join(cells), ", ".join("?" for _ in cells)
        self.sql(f"INSERT INTO phppos_{table} ({columns}) VALUES ({marks})", *cells.values())

    def item(
        self, item_id: int, *, quantity: Any = None, modified: str = "2026-03-10 09:00:00", **cells: Any
    ) -> None:
        columns = {"name": f"Item {item_id}", **ITEM, **cells}
        self.add("items", item_id=item_id, last_modified=modified, **columns)
        if quantity is not None:
            self.add("location_items", location_id=1, item_id=item_id, quantity=quantity)

    def variation(
        self,
        item_id: int,
        number: int,
        *,
        quantity: Any = None,
        modified: str = "2026-03-10 09:00:00",
        **cells: Any,
    ) -> None:
        self.add("item_variations", id=number, item_id=item_id, last_modified=modified, **cells)
        if quantity is not None:
            self.add("location_item_variations", location_id=1, item_variation_id=number, quantity=quantity)

    def till(self, **settings: Setting) -> Till:
        """Connect to it, through the test's own door if there is one."""

        def sql(url: str) -> Any:
            self.transports.append(open_sql(url))
            return self.door(self.transports[-1])

        doors = Doors(
            http=AiohttpTransport(self.clock),
            sql=sql,
            clock=self.clock,
            ids=SystemIds(),
            random=system_random(),
        )
        made: Till = CONNECTOR.make({**self.settings, **settings}, doors)
        return made

    def close(self) -> None:
        for transport in self.transports:
            transport.close()


def run(work: Awaitable[T]) -> T:
    async def whole() -> T:
        return await work

    return asyncio.run(whole())


async def pages(till: Till, feed: str, position: str, *, sweep: bool) -> list[Page]:
    found: list[Page] = []
    while not found or not found[-1].done:
        found.append(await till.page(feed, position, sweep=sweep))
        position, sweep = found[-1].position, False
        assert len(found) < 100, "the feed never ends"
    return found


class Turn:
    """All pages of one window or sweep."""

    def __init__(self, found: list[Page]) -> None:
        self.pages = found
        self.position = found[-1].position
        self.records = {record.remote_id: record for page in found for record in page.records}
        self.keys: dict[tuple[Kind, str], str] = {
            (key.kind, key.remote_id): key.token for page in found for key in page.keys
        }
        self.broken = {broken.remote_id: broken for page in found for broken in page.broken}


def read(till: Till, feed: str = "items", position: str = "", *, sweep: bool = False) -> Turn:
    return Turn(run(pages(till, feed, position, sweep=sweep)))


def one(till: Till, remote_id: str) -> RemoteRecord:
    """Read one record by id."""
    kind = Kind.VARIATION if ":" in remote_id else Kind.PRODUCT
    (record,) = run(till.by_ids(kind, (remote_id,)))
    return record


def keys_of(rows: Iterator[KeyRow]) -> dict[str, str]:
    return {row.remote_id: row.token for row in rows}


@contextmanager
def sqlite_shop(path: Path) -> Iterator[Shop]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    for statement in statements("sqlite"):
        connection.execute(statement)
    shop = Shop("sqlite", connection, {"path": str(path)})
    yield shop
    shop.close()
    connection.close()


def root(**options: Any) -> "pymysql.Connection[Any]":
    return pymysql.connect(
        host="127.0.0.1",
        user="root",
        password="",
        autocommit=True,
        charset="utf8mb4",
        cursorclass=pymysql.cursors.DictCursor,
        **options,
    )


@contextmanager
def mariadb_database() -> Iterator[str]:
    """Make a database with the till's tables and a user who may do everything in it."""
    name = f"sw_test_till_{uuid4().hex[:8]}"
    with root() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        cursor.execute(f"USE {name}")
        for statement in statements("mysql"):
            cursor.execute(statement)
        try:
            yield name
        finally:
            cursor.execute(f"DROP DATABASE {name}")


@contextmanager
def mariadb_user(name: str, *grants: str) -> Iterator[str]:
    """Make a user with these rights."""
    user = f"sw_test_{uuid4().hex[:8]}"
    with root() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER '{user}'@'%'")
        cursor.execute(f"SET PASSWORD FOR '{user}'@'%%' = PASSWORD(%s)", (PASSWORD,))
        for grant in grants:
            cursor.execute(f"GRANT {grant} TO '{user}'@'%'")
        try:
            yield user
        finally:
            cursor.execute(f"DROP USER '{user}'@'%'")


def mariadb_settings(database: str, user: str, **settings: Setting) -> dict[str, Setting]:
    return {"host": "127.0.0.1", "user": user, "password": PASSWORD, "database": database, **settings}


@contextmanager
def mariadb_shop(database: str, user: str) -> Iterator[Shop]:
    with root(database=database) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION time_zone = '+00:00'")
            cursor.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
            cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute("SET FOREIGN_KEY_CHECKS = 1")
        shop = Shop("mysql", connection, mariadb_settings(database, user))
        yield shop
        shop.close()


Work = Callable[[Shop], None]
