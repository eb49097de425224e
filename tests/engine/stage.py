"""Both engines on each database: one life after the other on the same ground."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from dbos import DBOS

from shopweave.engine.dbos import DbosEngine
from shopweave.engine.local import LocalEngine
from shopweave.engine.port import Json, RunQuery, RunRequest, RunState
from shopweave.engine.system import System, file_database, server_database
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.upgrading import bring_up
from shopweave.store.base import Database, Tx
from shopweave.store.postgres import PostgresStore
from shopweave.store.sqlite import SqliteStore

T = TypeVar("T")
KINDS = ("local", "dbos", "dbos-postgres")


class ShiftedClock(SystemClock):
    """The real clock, put forward or back."""

    shift = timedelta()

    def now(self) -> datetime:
        return super().now() + self.shift

    def put(self, moment: datetime) -> None:
        self.shift = moment - super().now()


class Ground:
    """A database, and what the steps of all lives on it did."""

    def __init__(self, kind: str, folder: Path, url: str) -> None:
        self.kind, self.folder, self.url = kind, folder, url
        self.clock = ShiftedClock()
        self.done: list[str] = []
        self.crash_at: tuple[int, str] = (0, "")
        self.crashed = asyncio.Event()
        self.go_on = asyncio.Event()
        bring_up(folder, url, self.clock, held=True)

    def store(self) -> SqliteStore | PostgresStore:
        if self.url:
            return PostgresStore(self.url, self.clock)
        return SqliteStore(self.folder / "hub.sqlite", self.clock)

    def database(self) -> Database:
        return server_database(self.url) if self.url else file_database(self.folder / "hub.sqlite")


class Life:
    """One life of an engine."""

    def __init__(self, ground: Ground, owner: str) -> None:
        self.ground, self.store = ground, ground.store()
        self.engine: LocalEngine | DbosEngine
        if ground.kind == "local":
            self.engine = LocalEngine(self.store, ground.clock, owner)
        else:
            self.engine = DbosEngine(self.store, ground.clock, owner, System(ground.database()))
        self.most = self.running = 0
        for name in ("count", "fail", "hang", "gated", "follow"):
            self.engine.register(name, getattr(self, name))

    async def count(self, state: Json) -> Json:
        """Count to `until`; each step leaves its mark, and may be cut off before it or after it."""
        self.running += 1
        self.most = max(self.most, self.running)
        number = int(str(state.get("number", 0))) + 1
        await self._cut(number, "before")
        await asyncio.sleep(0.01)
        self.ground.done.append(f"{state['name']}{number}")
        await self._cut(number, "after")
        self.running -= 1
        return {**state, "number": number, "done": number >= int(str(state["until"]))}

    async def _cut(self, number: int, where: str) -> None:
        if self.ground.crash_at == (number, where):
            self.ground.crash_at = (0, "")
            self.ground.crashed.set()
            await asyncio.Event().wait()

    async def fail(self, state: Json) -> Json:
        raise ValueError("broken: password=hunter2")

    async def hang(self, state: Json) -> Json:
        self.ground.done.append("hanging")
        await asyncio.Event().wait()
        return state

    async def gated(self, state: Json) -> Json:
        self.running += 1
        self.most = max(self.most, self.running)
        await self.ground.go_on.wait()
        self.running -= 1
        return {**state, "done": True}

    async def follow(self, state: Json) -> Json:
        """Queue a successor behind itself, in the transaction that ends its work."""
        left = int(str(state["left"]))
        self.ground.done.append(f"follow{left}")
        if left:
            await self.add(f"follow{left - 1}", name="follow", partition="p", state={"left": left - 1})
        self.ground.done.append(f"end{left}")
        return {**state, "done": True}

    async def add(
        self,
        run_id: str,
        *,
        name: str = "count",
        queue: str = "lanes",
        partition: str = "",
        until: int = 2,
        state: Json | None = None,
    ) -> None:
        run = RunRequest(
            id=run_id,
            name=name,
            queue=queue,
            partition=partition,
            state=state or {"name": run_id, "until": until},
        )
        await self.store.write(lambda tx: self.engine.enqueue(tx, run))

    async def state(self, run_id: str) -> RunState | None:
        found = await self.engine.runs(RunQuery(ids=(run_id,)))
        return found[0] if found else None

    async def until(self, run_id: str, *statuses: str) -> RunState:
        async with asyncio.timeout(20):
            while (now := await self.state(run_id)) is None or now.status not in statuses:
                await asyncio.sleep(0.02)
        return now

    async def when(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.01)

    async def write(self, work: Callable[[Tx], T]) -> T:
        return await self.store.write(work)

    async def end(self) -> None:
        await self.engine.stop()
        await self.store.close()

    async def die(self) -> None:
        """End as a killed process does: nothing is given back, nothing more is noted."""
        if isinstance(self.engine, LocalEngine):
            tasks = [*self.engine._running.values(), self.engine._main]
        else:
            self.engine._loop = None
            tasks = [*self.engine._under_way.values(), self.engine._ticking]
        for task in tasks:
            assert task is not None
            task.cancel()
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)
        if isinstance(self.engine, DbosEngine):
            await asyncio.to_thread(lambda: DBOS.destroy(destroy_registry=True))
            self.engine._system.close()
        await self.store.close()


Story = Callable[[Life], Awaitable[Any]]


def play(ground: Ground, story: Story) -> Any:
    """Play a story in one life that starts and ends as it should."""

    async def whole() -> Any:
        life = Life(ground, "one")
        await life.engine.start()
        try:
            return await story(life)
        finally:
            await life.end()

    return asyncio.run(whole())
