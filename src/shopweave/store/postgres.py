"""The store on PostgreSQL: short transactions, each safe on the disk when it returns.

Writers come one after the other as on SQLite, by one thread here and a lock of the transaction between
processes: what is decided on rows that were read is then right without locking each of them.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError

from shopweave.model.errors import HubError, Unavailable
from shopweave.model.seams import Clock
from shopweave.store.base import Tx

T = TypeVar("T")
READERS = 4
_READ_ONLY = text("SET TRANSACTION READ ONLY")
_ALONE = text("SELECT pg_advisory_xact_lock(7305)")
_OURS = text("SELECT pg_try_advisory_lock(7306)")
_NOT_ALONE = text("SELECT pg_advisory_unlock(7306)")
_PATIENCE = text("SET lock_timeout = '5s'")
_STANDING = "SET idle_in_transaction_session_timeout = '15s'"
_SHARED = text("SELECT pg_advisory_lock_shared(7306)")
_NOBODY = text("SELECT pg_try_advisory_xact_lock(7306)")
_STILL = text("SELECT 1")
_SOME_PATIENCE = text("SET LOCAL lock_timeout = '30s'")


def make_postgres(url: str, *, spare: int = 10) -> Engine:
    """Make an engine for `postgresql://…`, through psycopg; `spare` connections come and go with the work."""
    driver = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(driver, pool_size=READERS + 2, max_overflow=spare, pool_pre_ping=True)
    event.listen(engine, "connect", _bound)
    return engine


def _bound(raw: Any, _: Any) -> None:
    """Let the server end a transaction that stands still: a stopped process must not keep others waiting."""
    raw.execute(_STANDING)
    raw.commit()


def hold_all_writing(connection: Connection) -> None:
    """Let nobody else write until this transaction ends; who reads may keep it waiting for half a minute."""
    connection.execute(_SOME_PATIENCE)
    connection.execute(_ALONE)


def is_worked_on(connection: Connection) -> bool:
    """Say whether somebody works on the database; if not, nobody begins before this transaction ends."""
    return not connection.scalar(_NOBODY)


class StoreBusy(HubError):
    """Another process works on this database."""

    CODE = "STORE-004"


class PostgresStore:
    """A store on a database server; `write` and `write_safe` are the same there."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._clock = clock
        self._engine = make_postgres(url)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._held: Connection | None = None
        self._lost = False
        self.statements = 0
        self.longest_write = 0.0

    def hold(self, *, shared: bool = False) -> bool:
        """Be the only one who works on this database, or one of several; raises `StoreBusy` otherwise.

        Says whether nobody else worked on it at that moment. Who shares waits a little for a short command.
        """
        held = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            alone = bool(held.scalar(_OURS))
            if shared:
                held.execute(_PATIENCE)
                held.execute(_SHARED)
            if shared and alone:
                held.execute(_NOT_ALONE)
        except OperationalError:
            alone, shared = False, False
        if not alone and not shared:
            held.close()
            raise StoreBusy(remedy="Wait until it has ended, or stop it.")
        self._held = held
        return alone

    async def is_held(self) -> bool:
        """Say whether the server still knows that this process works; its lock goes with its session."""
        return await asyncio.get_running_loop().run_in_executor(None, self._still_held)

    def _still_held(self) -> bool:
        if self._held is None or self._lost:
            return not self._lost
        try:
            self._held.execute(_STILL)
        except DBAPIError:
            self._lost = True
        return not self._lost

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction that cannot write."""
        return await self._submit(work, read_only=True)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit."""
        return await self._submit(work, read_only=False)

    async def write_safe(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit."""
        return await self._submit(work, read_only=False)

    async def close(self) -> None:
        """Finish what is under way and close the connections."""
        await asyncio.get_running_loop().run_in_executor(None, self.shut_down)

    def shut_down(self) -> None:
        """Close, and wait for what is under way; for callers outside a loop."""
        self._readers.shutdown()
        self._writer.shutdown()
        if self._held is not None:
            self._held.invalidate()
            self._held.close()
        self._engine.dispose()

    async def _submit(self, work: Callable[[Tx], T], *, read_only: bool) -> T:
        loop = asyncio.get_running_loop()
        threads = self._readers if read_only else self._writer
        running = loop.run_in_executor(threads, lambda: self._transact(work, read_only=read_only))
        value, tx = await asyncio.shield(running)
        for call in tx.calls:
            call()
        return value

    def _transact(self, work: Callable[[Tx], T], *, read_only: bool) -> tuple[T, Tx]:
        begun = perf_counter()
        try:
            with self._engine.begin() as connection:
                connection.execute(_READ_ONLY if read_only else _ALONE)
                tx = Tx(connection, self._clock.now())
                value = work(tx)
        except DBAPIError as error:
            if not isinstance(error, OperationalError) and not error.connection_invalidated:
                raise
            what = "The hub's database does not answer."
            raise Unavailable(what, code="STORE-010", remedy="Look at the PostgreSQL server.") from error
        if not read_only:
            self.longest_write = max(self.longest_write, perf_counter() - begun)
        self.statements += tx.statements
        return value, tx
