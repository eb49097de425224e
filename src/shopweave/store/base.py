"""Transactions: one call is one transaction, given as a function of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.sql.base import Executable

T = TypeVar("T")
Database = Engine
Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Tx:
    """An open transaction; `now` is the wall clock when it began."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.dialect = connection.dialect.name
        self.calls: list[Callable[[], None]] = []
        self.statements = 0

    def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[Row[Any]]:
        """Run a statement and give all its rows."""
        self.statements += 1
        return self.connection.execute(statement, parameters or {}).all()

    def one(self, statement: Executable, parameters: Parameters | None = None) -> Row[Any] | None:
        """Run a statement and give its first row."""
        self.statements += 1
        return self.connection.execute(statement, parameters or {}).first()

    def scalar(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """Run a statement and give the first value of its first row."""
        self.statements += 1
        return self.connection.execute(statement, parameters or {}).scalar()

    def run(self, statement: Executable, parameters: Parameters | None = None) -> int:
        """Run a statement, once or for each set of parameters, and give the number of rows it touched."""
        self.statements += 1
        result = self.connection.execute(statement, parameters or {})
        return int(getattr(result, "rowcount", 0))

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call this on the loop once the transaction is committed."""
        self.calls.append(call)


class Store(Protocol):
    """Run functions in transactions; `write_safe` is on the disk when it returns."""

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction that cannot write."""
        ...

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit."""
        ...

    async def write_safe(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit so that a power cut loses nothing of it."""
        ...

    async def close(self) -> None:
        """Finish what is under way and close."""
        ...
