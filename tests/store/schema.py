"""Two databases side by side: one made by the steps, one from the tables the program works with."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Integer, MetaData, Table, inspect, text

from shopweave.engine.tables import metadata as engine_tables
from shopweave.store.base import Database
from shopweave.store.migrating import upgrade
from shopweave.store.tables import metadata

NOT_OURS = {"alembic_version"}


def shape(engine: Database) -> dict[str, Any]:
    """Give all that a database says of its tables, by table."""
    found = inspect(engine)
    return {name: _table(found, name) for name in found.get_table_names() if name not in NOT_OURS}


def _table(found: Any, name: str) -> dict[str, Any]:
    columns = {
        one["name"]: (str(one["type"]), one["nullable"], str(one["default"]))
        for one in found.get_columns(name)
    }
    indexes = {
        one["name"]: (tuple(one["column_names"]), bool(one["unique"]), _options(one))
        for one in found.get_indexes(name)
    }
    keys = sorted(
        (tuple(one["constrained_columns"]), one["referred_table"], tuple(one["referred_columns"]))
        for one in found.get_foreign_keys(name)
    )
    return {
        "columns": columns,
        "key": found.get_pk_constraint(name)["constrained_columns"],
        "unique": sorted(tuple(one["column_names"]) for one in found.get_unique_constraints(name)),
        "indexes": indexes,
        "references": keys,
    }


def _options(index: Any) -> tuple[str, ...]:
    """Give what an index has beside its columns, such as which rows it is for."""
    options = index.get("dialect_options", {}).items()
    return tuple(f"{name}: {value}" for name, value in options if not name.endswith("_include"))


def differences(stepped: Database, direct: Database, tables: Iterable[MetaData] = ()) -> list[str]:
    """Name what the steps make otherwise than the tables of the program; the second database is empty."""
    upgrade(stepped)
    for one in tables or (metadata, engine_tables):
        one.create_all(direct)
    ours, theirs = shape(stepped), shape(direct)
    return [
        f"{name}: {ours.get(name)} but {theirs.get(name)}"
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    ]


def copy_rows(source: Database, target: Database) -> None:
    """Copy all rows from one database to another of the same step."""
    tables = MetaData()
    tables.reflect(target)
    with source.connect() as read, target.begin() as write:
        for table in tables.sorted_tables:
            rows = [dict(row) for row in read.execute(table.select()).mappings()]
            if rows and table.name not in NOT_OURS:
                write.execute(table.insert(), rows)
                _count_on(write, table)


def _count_on(connection: Connection, table: Table) -> None:
    """Let a server's numbers go on after those that were copied."""
    keys = list(table.primary_key)
    if len(keys) == 1 and isinstance(keys[0].type, Integer) and not keys[0].foreign_keys:
        name = f"pg_get_serial_sequence('\"{table.name}\"', '{keys[0].name}')"
        connection.execute(text(f'SELECT setval({name}, max("{keys[0].name}")) FROM "{table.name}"'))


def count_rows(engine: Database) -> dict[str, int]:
    """Count the rows of each table that has any."""
    tables = MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        counts = {
            table.name: len(connection.execute(table.select()).all())
            for table in tables.sorted_tables
            if table.name not in NOT_OURS
        }
    return {name: count for name, count in counts.items() if count}


def write_step(folder: Path, number: str, before: str, *lines: str) -> None:
    """Write a step file; each line is a statement of its `upgrade`."""
    body = "\n".join(f"    {line}" for line in lines)
    text = f'"""Step {number} of a test."""\nrevision = "{number}"\ndown_revision = "{before}"\n\n\ndef upgrade(op):\n{body}\n'
    (folder / f"step_{number}_test.py").write_text(text)
