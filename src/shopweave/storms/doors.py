"""The doors of one life: its clock, its network, foreign databases and its own store's watch."""

import sqlite3
from asyncio import timeout
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from shopweave.connector.transports import HttpStream, Row, SqlTx
from shopweave.model.errors import Fenced, HubError, NoAnswer, NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Random
from shopweave.storms.life import Life
from shopweave.storms.loop import pause
from shopweave.storms.outside import START, Outside

T = TypeVar("T")
JITTER = 0.004
# One transaction in ten waits for a disk that has others to serve.
BUSY, BUSY_SHARE = 0.4, 0.1


class LifeClock:
    """The hub's clock; sleeping is a call like others."""

    def __init__(self, world: Outside, life: Life) -> None:
        self._world, self._life = world, life

    def now(self) -> datetime:
        """Give the hub's wall clock."""
        return START + timedelta(seconds=self._world.loop.time() + self._world.skies.hub_ahead)

    def monotonic(self) -> float:
        """Give the loop's time."""
        return self._world.loop.time()

    async def sleep(self, seconds: float) -> None:
        """Wait; a life that ended meanwhile does not wake."""
        await self._life.alive()
        await pause(seconds)
        await self._life.alive()


class DrawnIds:
    """Identifiers from the storm's chance."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def new(self) -> str:
        """Give a new identifier of 32 hexadecimal digits."""
        return f"{self._random.randint(0, 2**128 - 1):032x}"


class Network:
    """HTTP to the world's systems; a request under way outlives its sender."""

    def __init__(self, world: Outside, life: Life) -> None:
        self._world, self._life = world, life

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send and read the whole answer."""
        changes = request.method != "GET"
        await self._life.at("before request")
        if changes:
            await self._life.at("before change")
        if request.not_after is not None and self._world.loop.time() > request.not_after:
            raise Fenced
        coming = self._world.send(request, self._life.number)
        try:
            async with timeout(request.timeout):
                answer = await coming
        except TimeoutError:
            await self._life.alive()
            raise NoAnswer from None
        except HubError:
            await self._life.alive()
            raise
        await self._life.at("after request")
        if changes:
            await self._life.at("after change")
        return answer

    @asynccontextmanager
    async def stream(self, request: HttpRequest) -> AsyncIterator[HttpStream]:
        """Send and read the answer in pieces."""
        yield _Whole(await self.send(request))


class _Whole:
    def __init__(self, answer: HttpResponse) -> None:
        self.status, self.headers, self._body = answer.status, answer.headers, answer.body

    async def read(self, size: int = 65_536) -> bytes:
        """Read the next piece."""
        piece, self._body = self._body[:size], self._body[size:]
        return piece


class SqlDoor:
    """A foreign database, reached over a network that may fail."""

    def __init__(self, world: Outside, life: Life, place: str, path: Path) -> None:
        self._world, self._life, self._place = world, life, place
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = _row

    async def transact(self, work: Callable[[SqlTx], T], *, read_only: bool, timeout: float) -> T:
        """Run `work` in one transaction."""
        await self._life.at("before request")
        if not read_only:
            await self._life.at("before change")
        await pause(self._world.random.uniform(0.005, 0.05))
        await self._life.alive()
        if self._world.strikes(self._place):
            raise NotSent
        value = self._work(work, read_only=read_only)
        if not read_only and self._world.strikes(self._place):
            raise NoAnswer
        if not read_only:
            self._world.log.append(f"{self._world.loop.time():.6f} {self._place} changed")
        await self._life.at("after request")
        if not read_only:
            await self._life.at("after change")
        return value

    def _work(self, work: Callable[[SqlTx], T], *, read_only: bool) -> T:
        self._db.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
        ends = "ROLLBACK"
        try:
            value = work(_Tx(self._db))
            ends = ends if read_only else "COMMIT"
        finally:
            self._db.execute(ends)
        return value

    def close(self) -> None:
        """Close the file."""
        self._db.close()


class _Tx:
    dialect = "sqlite"

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Run a query."""
        found: list[Row] = self._db.execute(statement, _bound(parameters)).fetchall()
        return found

    def run(self, statement: str, parameters: Mapping[str, Any] | None = None) -> int:
        """Run a statement."""
        return self._db.execute(statement, _bound(parameters)).rowcount


def _bound(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _plain(value) for name, value in (parameters or {}).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return format(value, "f") if isinstance(value, Decimal) else value


def _row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> Row:
    names = (column[0] for column in cursor.description)
    exact = (Decimal(repr(value)) if isinstance(value, float) else value for value in values)
    return dict(zip(names, exact, strict=True))


class StoreWatch:
    """Points and jitter of one life's store; tells the disk what was committed."""

    def __init__(self, world: Outside, life: Life, committed: Callable[[bool], None]) -> None:
        self._world, self._life, self._committed = world, life, committed

    async def before(self, kind: str) -> None:
        """Wait a moment, so that transactions of different tasks mix."""
        if kind != "read":
            await self._life.at(f"before {kind}")
        busy = self._world.random.random() < BUSY_SHARE
        await pause(self._world.random.uniform(0.0, BUSY if busy else JITTER))
        await self._life.alive()

    def inside(self, kind: str) -> None:
        """Pass the point at which a death rolls back."""
        self._life.passing(f"inside {kind}")

    def committed(self, *, is_safe: bool) -> None:
        """Tell the disk."""
        self._committed(is_safe)

    async def after(self, kind: str) -> None:
        """Pass the point at which a death keeps what was committed."""
        await self._life.at(f"after {kind}")

    async def read(self, statements: int) -> None:
        """Take the time of a slow machine over what was read; others go on meanwhile."""
        if slow := self._world.slow:
            await pause(self._world.random.uniform(0.0, slow * statements))
            await self._life.alive()
