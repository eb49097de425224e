"""Pieces that the first tables are made of."""

from typing import Any

import sqlalchemy as sa

MOMENT = sa.String(32)
LIVING: dict[str, Any] = {
    "unique": True,
    "sqlite_where": sa.text("until IS NULL"),
    "postgresql_where": sa.text("until IS NULL"),
}


def key() -> sa.Column[int]:
    """Make the key of a table: a number counted up."""
    return sa.Column("id", sa.Integer, primary_key=True, autoincrement=True)


def to(name: str, table: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[int]:
    """Make a column that refers to another table's key."""
    target = sa.ForeignKey(f"{table}.id")
    return sa.Column(name, sa.Integer, target, nullable=nullable, primary_key=primary_key)
