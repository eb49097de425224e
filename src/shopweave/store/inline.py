"""The store of a storm: on the caller's loop, without threads, watched at every transaction."""

import sqlite3
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection, Engine, NullPool

from shopweave.model.seams import Clock
from shopweave.store.base import Tx
from shopweave.store.sqlite import durably, make_engine_of, open_file, set_synchronous

T = TypeVar("T")
FULL = 2
_PATH: ContextVar[Path] = ContextVar("path")


class Watch(Protocol):
    """Who is told of transactions; may raise to end a life there."""

    async def before(self, kind: str) -> None:
        """Hear that a transaction is about to begin."""
        ...

    def inside(self, kind: str) -> None:
        """Hear that its work is done and it is about to commit; raising rolls it back."""
        ...

    def committed(self, *, is_safe: bool) -> None:
        """Hear that it was committed, on the disk if safe; must not raise."""
        ...

    async def after(self, kind: str) -> None:
        """Hear that it is over."""
        ...

    async def read(self, statements: int) -> None:
        """Hear what was read; what is decided on it may be late."""
        ...


class InlineStore:
    """A store on a file whose log is never checkpointed, so that a power cut can take a part of it."""

    def __init__(self, path: Path, clock: Clock, watch: Watch) -> None:
        self._clock, self._watch = clock, watch
        self._writer, self._reader = _connect(path, read_only=False), _connect(path, read_only=True)
        raw = self._writer.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            raw.execute("PRAGMA wal_autocheckpoint=0").close()
        self.statements = 0

    async def read(self, work: Callable[[Tx], T]) -> T:
        """Run `work` in a transaction that cannot write."""
        await self._watch.before("read")
        tx, value = self._transact(self._reader, work, "read")
        await self._watch.read(tx.statements)
        return value

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit."""
        return await self._write(work, "commit")

    async def write_safe(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit to the disk."""
        return await self._write(work, "safe commit")

    def peek(self, work: Callable[[Tx], T]) -> T:
        """Read without being watched, for those who judge."""
        counted = self.statements
        try:
            return self._transact(self._reader, work, "read")[1]
        finally:
            self.statements = counted

    async def close(self) -> None:
        """Close the file."""
        self.shut()

    def shut(self) -> None:
        """Close the file at once, as the end of a process does."""
        self._reader.close()
        self._writer.close()

    async def _write(self, work: Callable[[Tx], T], kind: str) -> T:
        await self._watch.before(kind)
        if kind == "safe commit":
            tx, value = self._transact_safely(work, kind)
        else:
            tx, value = self._transact(self._writer, work, kind)
            self._watch.committed(is_safe=False)
        for call in tx.calls:
            call()
        await self._watch.after(kind)
        return value

    def _transact_safely(self, work: Callable[[Tx], T], kind: str) -> tuple[Tx, T]:
        durably(self._writer)
        try:
            done = self._transact(self._writer, work, kind)
            self._watch.committed(is_safe=_is_safe(self._writer))
        finally:
            set_synchronous(self._writer, "NORMAL")
        return done

    def _transact(self, connection: Connection, work: Callable[[Tx], T], kind: str) -> tuple[Tx, T]:
        tx = Tx(connection, self._clock.now())
        try:
            with connection.begin():
                value = work(tx)
                if kind != "read":
                    self._watch.inside(kind)
        finally:
            self.statements += tx.statements
        return tx, value


@cache
def _engine(*, read_only: bool) -> Engine:
    """Make the engine for the files of all storms of a process: each statement is compiled but once."""
    opening = partial(_open, read_only=read_only)
    return make_engine_of(opening, "storm", read_only=read_only, pool=NullPool)


def _open(*, read_only: bool) -> sqlite3.Connection:
    return open_file(_PATH.get(), read_only=read_only)


def _connect(path: Path, *, read_only: bool) -> Connection:
    token = _PATH.set(path)
    try:
        return _engine(read_only=read_only).connect()
    finally:
        _PATH.reset(token)


def _is_safe(connection: Connection) -> bool:
    raw = connection.connection.driver_connection
    return isinstance(raw, sqlite3.Connection) and raw.execute("PRAGMA synchronous").fetchone()[0] == FULL
