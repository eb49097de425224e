"""The in-process engine: durable, in order, taken over when its owner died."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from shopweave.engine.local import LocalEngine
from shopweave.engine.port import Json, RunQuery, RunRequest, Schedule
from shopweave.engine.tables import metadata
from shopweave.runtime.clock import SystemClock
from shopweave.store.sqlite import SqliteStore, make_engine


class Life:
    """One life of an engine, and what its steps did."""

    def __init__(self, store: SqliteStore, owner: str) -> None:
        self.store, self.engine = store, LocalEngine(store, SystemClock(), owner)
        self.done: list[str] = []
        self.most = self.running = 0
        self.engine.register("count", self.count)
        self.engine.register("fail", self.fail)
        self.engine.register("hang", self.hang)

    async def count(self, state: Json) -> Json:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.005)
        self.running -= 1
        number = int(str(state.get("number", 0))) + 1
        self.done.append(f"{state['name']}{number}")
        return {**state, "number": number, "done": number >= int(str(state["until"]))}

    async def fail(self, state: Json) -> Json:
        raise ValueError("broken")

    async def hang(self, state: Json) -> Json:
        self.done.append("hanging")
        await asyncio.Event().wait()
        return state

    async def start(self, run_id: str, name: str = "count", partition: str = "", until: int = 2) -> None:
        state: Json = {"name": run_id, "until": until}
        run = RunRequest(id=run_id, name=name, queue="lanes", partition=partition, state=state)
        await self.store.write(lambda tx: self.engine.enqueue(tx, run))

    async def status(self, run_id: str) -> str:
        found = await self.engine.runs(RunQuery(ids=(run_id,)))
        return found[0].status if found else ""

    async def until(self, run_id: str, status: str) -> None:
        async with asyncio.timeout(5):
            while await self.status(run_id) != status:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    engine = make_engine(path / "e.sqlite")
    metadata.create_all(engine)
    engine.dispose()
    store = SqliteStore(path / "e.sqlite", SystemClock())
    try:
        yield store
    finally:
        await store.close()


def play(path: Path, story: Callable[[Life], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        async with opened(path) as store:
            life = Life(store, "one")
            await life.engine.start()
            try:
                return await story(life)
            finally:
                await life.engine.stop()

    return asyncio.run(whole())


def test_a_run_takes_its_steps_in_order(tmp_path: Path) -> None:
    async def story(life: Life) -> list[str]:
        await life.start("a", until=3)
        await life.until("a", "done")
        return life.done

    assert play(tmp_path, story) == ["a1", "a2", "a3"]


def test_the_same_id_twice_is_one_run(tmp_path: Path) -> None:
    async def story(life: Life) -> list[str]:
        await life.start("a", until=1)
        await life.start("a", until=1)
        await life.until("a", "done")
        return life.done

    assert play(tmp_path, story) == ["a1"]


def test_runs_of_one_partition_come_one_after_the_other(tmp_path: Path) -> None:
    async def story(life: Life) -> tuple[list[str], int]:
        for name in "abc":
            await life.start(name, partition="p")
        await life.until("c", "done")
        return life.done, life.most

    assert play(tmp_path, story) == (["a1", "a2", "b1", "b2", "c1", "c2"], 1)


def test_partitions_run_beside_each_other(tmp_path: Path) -> None:
    async def story(life: Life) -> int:
        for name in "abcd":
            await life.start(name, partition=name)
        for name in "abcd":
            await life.until(name, "done")
        return life.most

    assert play(tmp_path, story) > 1


def test_a_failing_run_says_why_and_lets_the_next_go(tmp_path: Path) -> None:
    async def story(life: Life) -> str:
        await life.start("bad", name="fail", partition="p")
        await life.start("good", partition="p")
        await life.until("good", "done")
        return (await life.engine.runs(RunQuery(ids=("bad",))))[0].error

    assert play(tmp_path, story) == "ValueError: broken"


def test_a_cancelled_run_ends_in_its_step(tmp_path: Path) -> None:
    async def story(life: Life) -> str:
        await life.start("a", name="hang", partition="p")
        async with asyncio.timeout(5):
            while not life.done:
                await asyncio.sleep(0.01)
        await life.engine.cancel("a")
        await life.start("b", partition="p")
        await life.until("b", "done")
        return await life.status("a")

    assert play(tmp_path, story) == "cancelled"


def test_what_rolls_back_starts_nothing(tmp_path: Path) -> None:
    async def story(life: Life) -> str:
        def broken(tx: Any) -> None:
            life.engine.enqueue(
                tx, RunRequest(id="a", name="count", queue="lanes", state={"name": "a", "until": 1})
            )
            raise ValueError

        try:
            await life.store.write(broken)
        except ValueError:
            return await life.status("a")
        return "?"

    assert play(tmp_path, story) == ""


def test_a_run_goes_on_in_the_next_life_at_its_step(tmp_path: Path) -> None:
    async def whole() -> tuple[list[str], list[str]]:
        async with opened(tmp_path) as store:
            first = Life(store, "one")
            await first.engine.start()
            await first.start("a", until=40)
            while len(first.done) < 3:
                await asyncio.sleep(0.001)
            await first.engine.stop()
            second = Life(store, "two")
            await second.engine.start()
            await second.until("a", "done")
            await second.engine.stop()
            return first.done, second.done

    first, second = asyncio.run(whole())
    assert second[-1] == "a40"
    assert int(second[0][1:]) in (len(first), len(first) + 1)


def test_what_a_dead_owner_held_is_taken_over(tmp_path: Path) -> None:
    async def whole() -> str:
        async with opened(tmp_path) as store:
            dead = Life(store, "dead")
            await dead.engine.start()
            await dead.start("a", name="hang", partition="p")
            while not dead.done:
                await asyncio.sleep(0.001)
            heir = Life(store, "heir")
            heir.engine.register("hang", heir.count)
            await heir.engine.take_over()
            await heir.engine.start()
            await heir.until("a", "done")
            await heir.engine.stop()
            await dead.engine.stop()
            return heir.done[-1]

    assert asyncio.run(whole()) == "a2"


def test_schedules_start_runs_by_the_clock(tmp_path: Path) -> None:
    async def story(life: Life) -> int:
        schedule = Schedule(
            name="s", cron="* * * * *", zone="UTC", run="count", state={"name": "s", "until": 1}
        )
        await life.engine.schedule((schedule,))
        await life.store.write(_make_due)
        life.engine._bell.set()
        async with asyncio.timeout(5):
            while not life.done:
                await asyncio.sleep(0.01)
        return len(life.done)

    assert play(tmp_path, story) == 1


def _make_due(tx: Any) -> None:
    from datetime import timedelta

    from shopweave.engine.tables import schedule

    tx.run(schedule.update().values(next=tx.now - timedelta(seconds=1)))
