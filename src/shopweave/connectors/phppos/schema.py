"""The till's tables as they are in this version, and statements fitted to them.

Statements are written with the usual names. `phppos_` stands for the prefix, `[i.weight_unit]` for a column
that some versions lack (it reads NULL there), `WALL(x)` for a moment as the till's own clock showed it,
and `:ids*` for a list.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from shopweave.connector.transports import Row, SqlTx
from shopweave.model.errors import Configuration

ALIASES: Mapping[str, str] = {
    "i": "items",
    "v": "item_variations",
    "li": "location_items",
    "lv": "location_item_variations",
    "c": "categories",
    "p": "categories",
    "m": "manufacturers",
    "s": "sales",
    "k": "sales_items",
    "t": "sale_types",
}
NEEDED = ("items", "item_variations", "categories", "locations", "location_items", "location_item_variations")
_OPTIONAL = re.compile(r"\[(\w+)\.(\w+)\]")
_WALL = re.compile(r"WALL\(([\w.]+)\)")
_NUMERIC = re.compile(r"(?:tiny|small|medium|big)?int|decimal|float|double|numeric", re.IGNORECASE)
_LIST = re.compile(r":(\w+)\*")

_COLUMNS_MYSQL = """
SELECT table_name AS table_name, column_name AS column_name, data_type AS type,
  CASE WHEN is_nullable = 'NO' AND column_default IS NULL AND extra NOT LIKE '%auto_increment%'
  THEN 1 ELSE 0 END AS needed
FROM information_schema.columns WHERE table_schema = DATABASE()
"""
_COLUMNS_SQLITE = """
SELECT t.name AS table_name, c.name AS column_name, c.type AS type,
  CASE WHEN c."notnull" = 1 AND c.dflt_value IS NULL AND c.pk = 0 THEN 1 ELSE 0 END AS needed
FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'
"""


class Schema(Struct, frozen=True, kw_only=True):
    """What the database has: columns with types by table, table names without prefix.

    `needed` are the columns that want a value in every new row.
    """

    prefix: str
    dialect: str
    columns: Mapping[str, Mapping[str, str]]
    needed: Mapping[str, tuple[str, ...]] = {}
    others: tuple[str, ...] = ()

    def has(self, table: str, column: str = "") -> bool:
        """Say whether the table, or that column of it, is there."""
        return table in self.columns and (not column or column in self.columns[table])

    def missing(self) -> tuple[str, ...]:
        """List the tables nothing works without."""
        return tuple(self.prefix + table for table in NEEDED if table not in self.columns)

    def blanks(self, table: str) -> Mapping[str, Any]:
        """Give empty values for the columns that want one."""
        return {
            column: 0 if _NUMERIC.match(self.columns[table][column]) else ""
            for column in self.needed.get(table, ())
        }

    def has_whole_variations(self) -> bool:
        """Say whether quantities of variations are whole numbers, as before version 19."""
        kind = self.columns["location_item_variations"].get("quantity", "")
        return kind.lower().startswith("int")

    def fitted(self, statement: str) -> str:
        """Write a statement for this database."""

        def column(found: re.Match[str]) -> str:
            return f"{found[1]}.{found[2]}" if self.has(ALIASES[found[1]], found[2]) else "NULL"

        def wall(found: re.Match[str]) -> str:
            if self.dialect == "sqlite":
                return found[1]
            return f"CONVERT_TZ({found[1]}, @@session.time_zone, @@global.time_zone)"

        return _WALL.sub(wall, _OPTIONAL.sub(column, statement)).replace("phppos_", self.prefix)


class Database:
    """One open transaction of a till whose tables are known."""

    def __init__(self, tx: SqlTx, schema: Schema) -> None:
        self._tx = tx
        self.schema = schema
        self.dialect = tx.dialect

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Run a query; one that asks for members of an empty list is not sent."""
        given = dict(parameters or {})
        names = tuple(dict.fromkeys(_LIST.findall(statement)))
        if any(not given[name] for name in names):
            return ()
        text = self.schema.fitted(statement)
        for name in names:
            members = {f"{name}{place}": member for place, member in enumerate(given.pop(name))}
            text = text.replace(f":{name}*", "(" + ", ".join(f":{key}" for key in members) + ")")
            given.update(members)
        return self._tx.rows(text, given)

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement."""
        return self._tx.run(self.schema.fitted(statement), parameters)

    def locked(self, statement: str, parameters: Mapping[str, Any]) -> Sequence[Row]:
        """Run a query and lock its rows; SQLite has locked everything already."""
        return self.rows(statement + (" FOR UPDATE" if self.dialect == "mysql" else ""), parameters)

    def insert(self, table: str, cells: Mapping[str, Any]) -> int:
        """Make a row and give its number.

        What this version has no column for is left out; what it wants beside that is left empty.
        """
        known = self.schema.columns[table]
        row = {**self.schema.blanks(table), **{name: cells[name] for name in cells if name in known}}
        columns = ", ".join(f"`{name}`" for name in row)
        marks = ", ".join(f":{name}" for name in row)
        into = f"INSERT INTO phppos_{table} ({columns}) VALUES ({marks})"  # noqa: S608 - names of its schema
        self.run(into, row)
        number = "LAST_INSERT_ID()" if self.dialect == "mysql" else "last_insert_rowid()"
        return int(self._tx.rows(f"SELECT {number} AS number")[0]["number"])


def read_schema(tx: SqlTx, prefix: str) -> Schema:
    """Look which tables and columns this version has."""
    found: dict[str, dict[str, str]] = {}
    needed: dict[str, tuple[str, ...]] = {}
    others: set[str] = set()
    for row in tx.rows(_COLUMNS_SQLITE if tx.dialect == "sqlite" else _COLUMNS_MYSQL):
        table = str(row["table_name"])
        if table.startswith(prefix):
            name, column = table.removeprefix(prefix), str(row["column_name"])
            found.setdefault(name, {})[column] = str(row["type"])
            if row["needed"]:
                needed[name] = (*needed.get(name, ()), column)
        else:
            others.add(table)
    return Schema(
        prefix=prefix, dialect=tx.dialect, columns=found, needed=needed, others=tuple(sorted(others))
    )


def open_database(tx: SqlTx, schema: Schema) -> Database:
    """Give the transaction, or raise `Configuration` naming the tables that are not there."""
    missing = schema.missing()
    if missing:
        raise Configuration(
            f"The database lacks the tables {', '.join(missing)}.",
            code="POS-010",
            remedy=missing_remedy(schema),
        )
    return Database(tx, schema)


def missing_remedy(schema: Schema) -> str:
    """Say what to do about missing tables, from the tables that are there."""
    prefixes = sorted(
        name.removesuffix("location_items") for name in schema.others if name.endswith("location_items")
    )
    if prefixes:
        return f"Tables with the prefix '{prefixes[0]}' are there: set it as table prefix."
    if "ospos_items" in schema.others:
        return "This is an opensourcepos database, which has other tables."
    if not schema.columns:
        return (
            "Check the name of the database, the table prefix and that the user may SELECT from its tables."
        )
    return "Check that the user may SELECT from all tables of the till."
