"""The store on one SQLite file: one writer in turn, three readers beside it."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter, time
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, Pool, PoolProxiedConnection, QueuePool, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from shopweave.model.seams import Clock
from shopweave.store.base import Tx
from shopweave.store.opening import explaining_file

T = TypeVar("T")
Job = Callable[[], None]
READERS = 3
# Lists of another length are other statements; the driver's own 128 would be compiled again and again.
PREPARED = 1_000
# More than the hub has statements, so that each is compiled once.
COMPILED = 2_000
_PRAGMAS = ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON")


class Writing(SQLiteDialect_pysqlite):
    """SQLite whose transactions begin as we say, and not as the driver thinks, with the right to write.

    An event of the engine would do it too, but costs something at each statement.
    """

    supports_statement_cache = True
    begins = "BEGIN IMMEDIATE"

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin a transaction."""
        raw = dbapi_connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - opened below
        raw.execute(self.begins).close()


class Reading(Writing):
    """SQLite whose transactions only read."""

    supports_statement_cache = True
    begins = "BEGIN"


registry.register("sqlite.writing", __name__, "Writing")
registry.register("sqlite.reading", __name__, "Reading")


def make_engine(path: Path, *, read_only: bool = False, synchronous: str = "NORMAL") -> Engine:
    """Make an engine on a file."""
    opening = partial(open_file, path, read_only=read_only, synchronous=synchronous)
    return make_engine_of(opening, str(path), read_only=read_only, pool=QueuePool)


def make_engine_of(
    opening: Callable[[], sqlite3.Connection], name: str, *, read_only: bool, pool: type[Pool]
) -> Engine:
    """Make an engine whose connections are opened by a function."""
    url = URL.create(f"sqlite+{'reading' if read_only else 'writing'}", database=name)
    return create_engine(url, creator=opening, poolclass=pool, query_cache_size=COMPILED)


def open_file(path: Path, *, read_only: bool, synchronous: str = "NORMAL") -> sqlite3.Connection:
    """Open a file, with the settings that the hub relies on."""
    raw = sqlite3.connect(
        path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=PREPARED
    )
    tell_time(raw)
    for pragma in (*_PRAGMAS, f"synchronous={synchronous}", *(["query_only=ON"] if read_only else [])):
        raw.execute(f"PRAGMA {pragma}").close()
    return raw


def tell_time(raw: sqlite3.Connection) -> None:
    """Give a connection `unixepoch`; SQLite before 3.42 has not the form that the engine's tables ask for."""
    if sqlite3.sqlite_version_info < (3, 42):
        raw.create_function("unixepoch", -1, _unixepoch)


def _unixepoch(*asked: str) -> float:
    """Answer `unixepoch('subsec')`; another question gets an error, not a wrong time."""
    if asked != ("subsec",):
        raise ValueError(asked)
    return time()


def durably(connection: Connection) -> None:
    """Make the next commit of this connection, and with it all earlier ones, survive a power cut."""
    set_synchronous(connection, "FULL")


@contextmanager
def references_free(connection: Connection) -> Iterator[None]:
    """Let tables be taken away and made anew in the next transaction, which survives a power cut."""
    durably(connection)
    _set_references(connection, "OFF")
    try:
        yield
    finally:
        _set_references(connection, "ON")
        set_synchronous(connection, "NORMAL")


def _set_references(connection: Connection, mode: str) -> None:
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        raw.execute(f"PRAGMA foreign_keys={mode}").close()


def set_synchronous(connection: Connection, mode: str) -> None:
    """Set the safety level of a connection that is between transactions."""
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        raw.execute(f"PRAGMA synchronous={mode}").close()


class SqliteStore:
    """A store on a file; `statements` and `longest_write` (seconds) are kept for the metrics."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._write_engine = make_engine(path)
        self._read_engine = make_engine(path, read_only=True)
        self._writes: SimpleQueue[Job | None] = SimpleQueue()
        self._reads: SimpleQueue[Job | None] = SimpleQueue()
        self.statements = 0
        self.longest_write = 0.0
        queues = (self._writes, *(self._reads for _ in range(READERS)))
        self._threads = [threading.Thread(target=_work, args=(queue,), daemon=True) for queue in queues]
        for thread in self._threads:
            thread.start()

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction that cannot write."""
        return await self._submit(self._reads, lambda: self._transact(self._read_engine, work, safe=False))

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit."""
        return await self._submit(self._writes, lambda: self._timed(work, safe=False))

    async def write_safe(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit to the disk."""
        return await self._submit(self._writes, lambda: self._timed(work, safe=True))

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        await asyncio.get_running_loop().run_in_executor(None, self.shut_down)

    def shut_down(self) -> None:
        """Close, and wait for what is queued; for callers outside a loop."""
        self._writes.put(None)
        for _ in range(READERS):
            self._reads.put(None)
        for thread in self._threads:
            thread.join()
        self._write_engine.dispose()
        self._read_engine.dispose()

    async def _submit(self, queue: "SimpleQueue[Job | None]", call: Callable[[], tuple[T, Tx]]) -> T:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                value, tx = call()
            except BaseException as error:  # noqa: BLE001 - handed to the caller as it is
                loop.call_soon_threadsafe(_fail, answer, error)
            else:
                loop.call_soon_threadsafe(_give, answer, value, tx)

        queue.put(job)
        return await answer

    def _timed(self, work: Callable[[Tx], T], *, safe: bool) -> tuple[T, Tx]:
        begun = perf_counter()
        try:
            return self._transact(self._write_engine, work, safe=safe)
        finally:
            self.longest_write = max(self.longest_write, perf_counter() - begun)

    def _transact(self, engine: Engine, work: Callable[[Tx], T], *, safe: bool) -> tuple[T, Tx]:
        with explaining_file(writes=engine is self._write_engine), engine.connect() as connection:
            if safe:
                durably(connection)
            try:
                with connection.begin():
                    tx = Tx(connection, self._clock.now())
                    value = work(tx)
            finally:
                if safe:
                    set_synchronous(connection, "NORMAL")
            self.statements += tx.statements
            return value, tx


def _work(queue: "SimpleQueue[Job | None]") -> None:
    while (job := queue.get()) is not None:
        job()


def _give(answer: "asyncio.Future[T]", value: T, tx: Tx) -> None:
    for call in tx.calls:
        call()
    if not answer.done():
        answer.set_result(value)


def _fail(answer: "asyncio.Future[T]", error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
