"""The store on one SQLite file: one writer in turn, three readers beside it."""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter, time
from typing import Any, Generic, TypeVar

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
# Seconds after which a transaction takes no further write that waits: a commit must not keep others for long.
LONGEST = 0.02
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
    if connection.dialect.name == "sqlite":
        _raw(connection).execute(f"PRAGMA synchronous={mode}").close()


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - opened above
    return raw


class Waiting(Generic[T]):
    """A write that waits for its turn: what to do, and whom to tell."""

    def __init__(self, work: Callable[[Tx], T], *, safe: bool) -> None:
        self.loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[T] = self.loop.create_future()
        self.safe, self._work = safe, work
        self._done: tuple[T, Tx] | None = None
        self._error: BaseException | None = None

    def carry_out(self, connection: Connection, now: datetime) -> int:
        """Do it in the open transaction; gives how many statements it took."""
        tx = Tx(connection, now)
        try:
            with explaining_file(writes=True):
                self._done = (self._work(tx), tx)
        except BaseException as error:
            self._error = error
            raise
        return tx.statements

    def tell(self, broken: BaseException | None) -> None:
        """Tell, on its loop, what became of it once the whole is committed or `broken`."""
        error = self._error or broken
        if error is not None:
            _fail(self.answer, error)
        elif self._done is not None:
            _give(self.answer, *self._done)


class SqliteStore:
    """A store on a file; `statements` and `longest_write` (seconds) are kept for the metrics.

    Writes that wait at the same time share one commit, each behind a savepoint of its own: the disk is waited
    for once, and one that fails takes nothing of the others with it.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._write_engine = make_engine(path)
        self._read_engine = make_engine(path, read_only=True)
        self._writes: SimpleQueue[Waiting[Any] | None] = SimpleQueue()
        self._reads: SimpleQueue[Job | None] = SimpleQueue()
        self._waits: tuple[sqlite3.Connection | None, bool] = (None, False)
        self.statements = 0
        self.longest_write = 0.0
        readers = (threading.Thread(target=_work, args=(self._reads,), daemon=True) for _ in range(READERS))
        self._threads = [threading.Thread(target=self._write_on, daemon=True), *readers]
        for thread in self._threads:
            thread.start()

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction that cannot write."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def job() -> None:
            try:
                value, tx = self._look(work)
            except BaseException as error:  # noqa: BLE001 - handed to the caller as it is
                loop.call_soon_threadsafe(_fail, answer, error)
            else:
                loop.call_soon_threadsafe(_give, answer, value, tx)

        self._reads.put(job)
        return await answer

    def _look(self, work: Callable[[Tx], T]) -> tuple[T, Tx]:
        with explaining_file(writes=False), self._read_engine.connect() as connection, connection.begin():
            tx = Tx(connection, self._clock.now())
            value = work(tx)
        self.statements += tx.statements
        return value, tx

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit."""
        return await self._submit(Waiting(work, safe=False))

    async def write_safe(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit to the disk."""
        return await self._submit(Waiting(work, safe=True))

    async def _submit(self, write: Waiting[T]) -> T:
        self._writes.put(write)
        return await write.answer

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

    def _write_on(self) -> None:
        """Carry out writes as they come, until the store is closed."""
        line: deque[Waiting[Any]] = deque()
        ends = False
        while not ends or line:
            ends = _line_up(self._writes, line) or ends
            if line:
                self._commit(line)

    def _commit(self, line: deque[Waiting[Any]]) -> None:
        """Carry out the first of a line in one transaction, as many as take no longer than one may.

        Where none can be begun, all that wait are told.
        """
        begun, done, broken = perf_counter(), list[Waiting[Any]](), None
        try:
            with explaining_file(writes=True), self._write_engine.connect() as connection:
                self._wait_for_disk(connection, safe=any(one.safe for one in line))
                with connection.begin():
                    self._carry_out(connection, line, done, begun + LONGEST)
        except BaseException as error:  # noqa: BLE001 - handed to the callers as it is
            broken = error
            if not done:
                done.extend(line)
                line.clear()
        self.longest_write = max(self.longest_write, perf_counter() - begun)
        for loop, own in groupby(done, lambda one: one.loop):
            loop.call_soon_threadsafe(_tell, loop, list(own), broken)

    def _carry_out(
        self, connection: Connection, line: deque[Waiting[Any]], done: list[Waiting[Any]], until: float
    ) -> None:
        is_alone = len(line) == 1
        while line and (not done or perf_counter() < until):
            done.append(line.popleft())
            if is_alone:
                self.statements += done[-1].carry_out(connection, self._clock.now())
            else:
                self._carry_out_apart(connection, done[-1])

    def _carry_out_apart(self, connection: Connection, one: Waiting[Any]) -> None:
        """Carry out one of several: if it fails the others stay."""
        raw = _raw(connection)
        raw.execute("SAVEPOINT one").close()
        try:
            self.statements += one.carry_out(connection, self._clock.now())
        except BaseException:  # noqa: BLE001 - its caller is told
            raw.execute("ROLLBACK TO one").close()
        raw.execute("RELEASE one").close()

    def _wait_for_disk(self, connection: Connection, *, safe: bool) -> None:
        """Have the next commit wait for the disk or not; asked again of a connection that is new."""
        raw = _raw(connection)
        if self._waits != (raw, safe):
            set_synchronous(connection, "FULL" if safe else "NORMAL")
            self._waits = (raw, safe)


def _line_up(writes: "SimpleQueue[Waiting[Any] | None]", line: deque[Waiting[Any]]) -> bool:
    """Put what waits into a line, waiting if there is none; True when the store is being closed."""
    while not line or not writes.empty():
        if (one := writes.get()) is None:
            return True
        line.append(one)
    return False


def _work(queue: "SimpleQueue[Job | None]") -> None:
    while (job := queue.get()) is not None:
        job()


def _tell(
    loop: asyncio.AbstractEventLoop, done: Sequence[Waiting[Any]], broken: BaseException | None
) -> None:
    """Tell each by itself: what one calls after its commit may fail."""
    for one in done:
        loop.call_soon(one.tell, broken)


def _give(answer: "asyncio.Future[T]", value: T, tx: Tx) -> None:
    for call in tx.calls:
        call()
    if not answer.done():
        answer.set_result(value)


def _fail(answer: "asyncio.Future[T]", error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
