"""Pieces that all tables are made of."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Dialect, ForeignKey, Integer, MetaData, String, Table, TypeDecorator

metadata = MetaData()


@lru_cache(256)
def written(moment: datetime) -> str:
    """Write an aware time; a page of rows bears the same one."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Moment(TypeDecorator[datetime]):
    """An aware UTC time as text of fixed width, so that it sorts as written."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the time with microseconds and `Z`."""
        return None if value is None else written(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read it back."""
        return None if value is None else datetime.fromisoformat(value)


class Quantity(TypeDecorator[Decimal]):
    """A decimal number as text, so that nothing is rounded."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """Write the number without exponent."""
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read it back."""
        return None if value is None else Decimal(value)


def table(name: str, *parts: Any) -> Table:
    """Make a table."""
    return Table(name, metadata, *parts)


def number() -> Column[int]:
    """Make the key of a table: a number counted up."""
    return Column("id", Integer, primary_key=True, autoincrement=True)


def of_workspace() -> Column[int]:
    """Make the column that says whose row it is."""
    return Column("workspace", Integer, ForeignKey("workspace.id"), nullable=False)


def to(name: str, target: str, *, nullable: bool = False, primary_key: bool = False) -> Column[int]:
    """Make a column that refers to another table's key."""
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=nullable, primary_key=primary_key)
