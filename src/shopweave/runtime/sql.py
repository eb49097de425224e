"""Foreign databases: one function in one transaction, run in a thread, with honest errors."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote

from shopweave.connector.transports import Row, SqlTx
from shopweave.model.errors import Configuration, HubError
from shopweave.runtime.mysql import MysqlSession, read_address
from shopweave.runtime.sqlite import SqliteSession

T = TypeVar("T")
THREADS = 2
IDLE_SECONDS = 30.0


class Session(Protocol):
    """One open connection of a foreign database."""

    @property
    def tx(self) -> SqlTx:
        """Give the door to the open transaction."""
        ...

    def begin(self, *, read_only: bool) -> None:
        """Open a transaction."""
        ...

    def commit(self) -> None:
        """Make the transaction last."""
        ...

    def is_alive(self) -> bool:
        """Say whether the connection still answers."""
        ...

    def close(self) -> None:
        """Let go of the connection; an open transaction is undone."""
        ...

    def meaning(self, error: BaseException, *, committing: bool) -> HubError | None:
        """Say what an error of the driver means, None for errors that are not the driver's."""
        ...


class ForeignSql:
    """Run transactions in a few threads, on connections that are kept while they are used.

    `reads` and `writes` count transactions; a write is one that ran a statement other than a query.
    `place` names the database without its password.
    """

    def __init__(self, place: str, connect: Callable[[float], Session]) -> None:
        self.place = place
        self.reads = 0
        self.writes = 0
        self._connect = connect
        self._idle: list[tuple[float, float, Session]] = []
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def __repr__(self) -> str:
        return f"ForeignSql({self.place!r})"

    async def transact(self, work: Callable[[SqlTx], T], *, read_only: bool, timeout: float) -> T:
        """Run `work` and commit."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="shopweave-sql")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, lambda: self._transact(work, read_only=read_only, timeout=timeout)
        )

    def close(self) -> None:
        """End the threads and close what is idle; a later transaction opens again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)
        with self._lock:
            idle, self._idle = self._idle, []
        for _, _, session in idle:
            session.close()

    def _transact(self, work: Callable[[SqlTx], T], *, read_only: bool, timeout: float) -> T:
        session = self._take(timeout)
        committing = False
        tx = _Watched(session.tx)
        try:
            session.begin(read_only=read_only)
            result = work(tx)
            committing = not read_only
            session.commit()
        except BaseException as error:
            # A connection that failed once is not used again; closing it undoes the transaction.
            meaning = session.meaning(error, committing=committing)
            session.close()
            if meaning is None:
                raise
            raise meaning from error
        finally:
            self._count(tx)
        with self._lock:
            self._idle.append((time.monotonic(), timeout, session))
        return result

    def _count(self, tx: "_Watched") -> None:
        with self._lock:
            self.reads += not tx.wrote
            self.writes += tx.wrote

    def _take(self, timeout: float) -> Session:
        """Give an idle connection with the same time limit, or a new one."""
        while (kept := self._kept(timeout)) is not None:
            since, session = kept
            if time.monotonic() - since < IDLE_SECONDS and session.is_alive():
                return session
            session.close()
        return self._connect(timeout)

    def _kept(self, timeout: float) -> tuple[float, Session] | None:
        with self._lock:
            for place, (since, limit, session) in enumerate(self._idle):
                if limit == timeout:
                    del self._idle[place]
                    return since, session
        return None


class _Watched:
    """A transaction that remembers whether it ran more than queries."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self.dialect = tx.dialect
        self.wrote = False

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Run a query and give all its rows."""
        return self._tx.rows(statement, parameters)

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement and give the number of rows it touched."""
        self.wrote = True
        return self._tx.run(statement, parameters)


def open_sql(url: str) -> ForeignSql:
    """Open `sqlite:///path` or `mysql://user:password@host:port/database`; connects when first used.

    MySQL takes `?time_zone=` (UTC by default: its times never repeat), `?tls=1` and `?ssl_ca=path`.
    """
    scheme = url.partition("://")[0]
    if scheme == "sqlite":
        path = Path(unquote(url.removeprefix("sqlite:///")))
        return ForeignSql(f"sqlite:///{path}", lambda timeout: SqliteSession(path, timeout))
    if scheme == "mysql":
        address = read_address(url)
        return ForeignSql(address.place, lambda timeout: MysqlSession(address, timeout))
    raise Configuration(
        "This kind of database is not known.",
        code="SQL-101",
        remedy="Addresses start with mysql:// or sqlite:///.",
    )
