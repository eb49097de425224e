"""A database that takes nothing any more ends the in-process engine: nobody waits for it for ever."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from shopweave.engine.local import LocalEngine
from shopweave.engine.port import Json, RunRequest
from shopweave.model.errors import Unavailable
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.opening import open_store
from shopweave.store.base import Store, Tx
from tests.worlds import empty_hub

T = TypeVar("T")
FULL = Unavailable("full", code="STORE-017")


class Filling:
    """A store whose disk gets full, or that is lost as a whole."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.full = self.lost = False

    async def read(self, work: Callable[[Tx], T]) -> T:
        if self.lost:
            raise FULL
        return await self._store.read(work)

    async def write(self, work: Callable[[Tx], T]) -> T:
        if self.full or self.lost:
            raise FULL
        return await self._store.write(work)

    write_safe = write

    async def close(self) -> None:
        await self._store.close()


def play(folder: Path, story: Callable[[LocalEngine, Filling], Awaitable[None]]) -> None:
    async def whole() -> None:
        (folder / "hub.sqlite").write_bytes(empty_hub())
        store = Filling(open_store(folder, "", SystemClock()))
        engine = LocalEngine(store, SystemClock(), "me")
        try:
            async with asyncio.timeout(20):
                await story(engine, store)
        finally:
            store.full = store.lost = False
            await engine.stop()
            await store.close()

    asyncio.run(whole())


async def _ended(engine: LocalEngine) -> Unavailable:
    while True:
        try:
            engine.check()
        except Unavailable as error:
            return error
        await asyncio.sleep(0.01)


def test_a_step_whose_failure_cannot_be_noted_is_not_begun_again(tmp_path: Path) -> None:
    begun: list[Json] = []

    async def story(engine: LocalEngine, store: Filling) -> None:
        async def step(state: Json) -> Json:
            begun.append(state)
            store.full = True
            raise FULL

        engine.register("work", step)
        await store.write(lambda tx: engine.enqueue(tx, RunRequest(id="1", name="work", queue="flow")))
        await engine.start()
        assert await _ended(engine) is FULL
        await asyncio.sleep(0.1)

    play(tmp_path, story)
    assert len(begun) == 1


def test_who_waits_hears_that_the_database_is_gone(tmp_path: Path) -> None:
    async def story(engine: LocalEngine, store: Filling) -> None:
        engine.check()
        store.lost = True
        await engine.start()
        assert await _ended(engine) is FULL

    play(tmp_path, story)


def test_an_engine_that_works_has_nothing_to_say(tmp_path: Path) -> None:
    async def story(engine: LocalEngine, _: Filling) -> None:
        await engine.start()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await _ended(engine)

    play(tmp_path, story)
