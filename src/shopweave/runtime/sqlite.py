"""Foreign SQLite files as sessions of `runtime.sql`."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from shopweave.connector.transports import Row
from shopweave.model.errors import Configuration, HubError, NoAnswer, NotSent, Refused

BUSY_SECONDS = 5.0
_STEPS_BETWEEN_LOOKS = 10_000
_LATER = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_PROTOCOL")


class SqliteSession:
    """One connection to a file that must exist already."""

    def __init__(self, path: Path, timeout: float) -> None:
        self._place = f"sqlite:///{path}"
        self._timeout = timeout
        self._deadline = 0.0
        try:
            self._connection = sqlite3.connect(
                f"file:{quote(str(path))}?mode=rw",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
                timeout=min(timeout, BUSY_SECONDS),
            )
        except sqlite3.Error as error:
            raise meaning_of(error, self._place, committing=False) from error
        self._connection.row_factory = _row
        self._connection.set_progress_handler(self._is_late, _STEPS_BETWEEN_LOOKS)
        self.tx = SqliteTx(self._connection)

    def begin(self, *, read_only: bool) -> None:
        """Open a transaction; a reading one cannot write."""
        self._deadline = time.monotonic() + self._timeout
        self._connection.execute("PRAGMA foreign_keys=ON")
        self._connection.execute(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
        self._connection.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Make the transaction last."""
        self._connection.execute("COMMIT")

    def is_alive(self) -> bool:
        """Say yes: a file does not hang up."""
        return True

    def close(self) -> None:
        """Let go of the file; an open transaction is undone."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def meaning(self, error: BaseException, *, committing: bool) -> HubError | None:
        """Say what an error of the driver means, None for others."""
        if not isinstance(error, sqlite3.Error):
            return None
        return meaning_of(error, self._place, committing=committing)

    def _is_late(self) -> int:
        return int(time.monotonic() > self._deadline)


class SqliteTx:
    """An open transaction; floats come as `Decimal`, the shortest that means the same."""

    dialect = "sqlite"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Run a query and give all its rows."""
        found: list[Row] = self._connection.execute(statement, _bound(parameters)).fetchall()
        return found

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement and give the number of rows it touched."""
        return self._connection.execute(statement, _bound(parameters)).rowcount


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    names = (column[0] for column in cursor.description)
    return {name: _exact(value) for name, value in zip(names, values, strict=True)}


def _exact(value: Any) -> Any:
    return Decimal(repr(value)) if isinstance(value, float) else value


def _bound(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _plain(value) for name, value in (parameters or {}).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def meaning_of(error: sqlite3.Error, place: str, *, committing: bool) -> HubError:
    """Say what an error of SQLite means."""
    name: str = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_BUSY") or name == "SQLITE_INTERRUPT":
        what = "The database is busy." if name != "SQLITE_INTERRUPT" else "The statement took too long."
        return NotSent(what, code="SQL-114", where=place)
    if committing:
        return NoAnswer(f"The commit failed ({name}).", code="SQL-115", where=place)
    if name.startswith(_LATER):
        return NotSent(f"The database cannot work at present ({name}).", code="SQL-113", where=place)
    if name.startswith("SQLITE_CANTOPEN"):
        return Configuration(
            "There is no database file at this path.",
            code="SQL-104",
            where=place,
            remedy="Check the path and that this program may read and write the file.",
        )
    if name == "SQLITE_NOTADB":
        return Configuration("This file is not a database.", code="SQL-105", where=place)
    if str(error).startswith("no such"):
        return Configuration(
            f"The database lacks something: {error}.",
            code="SQL-106",
            where=place,
            remedy="Check the table prefix and the version of the system.",
        )
    return Refused(f"The database refuses a statement ({name}: {error}).", code="SQL-120", where=place)
