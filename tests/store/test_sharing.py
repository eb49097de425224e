"""Writes that wait at the same time share one commit on SQLite; each stands or falls by itself."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, text

from shopweave.model.errors import Configuration
from shopweave.runtime.clock import SystemClock
from shopweave.store.base import Tx
from shopweave.store.sqlite import SqliteStore, make_engine

FULL = 2


class Gate:
    """A write that holds the writer until others wait behind it; `commits` counts those of the store."""

    def __init__(self, store: SqliteStore) -> None:
        self.commits = 0
        self._open = threading.Event()
        event.listen(store._write_engine, "commit", self._count)

    def _count(self, _: object) -> None:
        self.commits += 1

    def hold(self, tx: Tx) -> None:
        self._open.wait(10)

    def let_go(self) -> None:
        self._open.set()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[SqliteStore, Gate]]:
    engine = make_engine(folder / "hub.sqlite")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tally (number INTEGER UNIQUE)"))
    engine.dispose()
    store = SqliteStore(folder / "hub.sqlite", SystemClock())
    try:
        yield store, Gate(store)
    finally:
        await store.close()


def add(tx: Tx, number: int) -> bool:
    """Add a number; says whether this transaction will wait for the disk."""
    tx.run(text("INSERT INTO tally VALUES (:number)"), {"number": number})
    return int(tx.scalar(text("PRAGMA synchronous"))) >= FULL


def numbers(tx: Tx) -> list[int]:
    return [row.number for row in tx.rows(text("SELECT number FROM tally ORDER BY number"))]


def test_what_waits_is_committed_together_and_what_fails_is_left_out(tmp_path: Path) -> None:
    called: list[int] = []

    def work(number: int, tx: Tx) -> int:
        add(tx, number)
        tx.after_commit(lambda: called.append(number))
        if number % 5 == 0:
            raise Configuration("Not this one.", code="CFG-1")
        return number

    async def story() -> tuple[list[int | BaseException], list[int], int]:
        async with opened(tmp_path) as (store, gate):
            held = asyncio.create_task(store.write(gate.hold))
            await asyncio.sleep(0.05)
            waiting = [
                asyncio.create_task(store.write(lambda tx, n=n: work(n, tx)))  # type: ignore[misc]
                for n in (1, 2, 5, 3, 3, 4)
            ]
            await asyncio.sleep(0.05)
            gate.let_go()
            await held
            answers = await asyncio.gather(*waiting, return_exceptions=True)
            return answers, await store.read(numbers), gate.commits

    answers, kept, commits = asyncio.run(story())
    assert [one for one in answers if isinstance(one, int)] == [1, 2, 3, 4]
    assert isinstance(answers[2], Configuration)
    assert "UNIQUE" in str(answers[4])
    assert kept == [1, 2, 3, 4]
    assert called == [1, 2, 3, 4]
    assert commits == 2


@pytest.mark.parametrize("together", [True, False])
def test_one_that_must_be_on_the_disk_takes_those_beside_it_along(tmp_path: Path, *, together: bool) -> None:
    async def story() -> list[bool]:
        async with opened(tmp_path) as (store, gate):
            held = asyncio.create_task(store.write(gate.hold))
            await asyncio.sleep(0.05)
            plain = asyncio.create_task(store.write(lambda tx: add(tx, 1)))
            if not together:
                gate.let_go()
                await plain
            safe = asyncio.create_task(store.write_safe(lambda tx: add(tx, 2)))
            await asyncio.sleep(0.05)
            gate.let_go()
            await held
            found = list(await asyncio.gather(plain, safe))
            return [*found, await store.write(lambda tx: add(tx, 3))]

    assert asyncio.run(story()) == [together, True, False]


def test_a_line_too_long_for_one_transaction_is_carried_out_in_several(tmp_path: Path) -> None:
    def slow(number: int, tx: Tx) -> None:
        add(tx, number)
        threading.Event().wait(0.03)

    async def story() -> tuple[list[int], int]:
        async with opened(tmp_path) as (store, gate):
            held = asyncio.create_task(store.write(gate.hold))
            await asyncio.sleep(0.05)
            waiting = [
                asyncio.create_task(store.write(lambda tx, n=n: slow(n, tx)))  # type: ignore[misc]
                for n in range(4)
            ]
            await asyncio.sleep(0.05)
            gate.let_go()
            await asyncio.gather(held, *waiting)
            return await store.read(numbers), gate.commits

    assert asyncio.run(story()) == ([0, 1, 2, 3], 5)


def test_who_cannot_begin_tells_all_that_wait(tmp_path: Path) -> None:
    async def story() -> list[object]:
        async with opened(tmp_path) as (store, gate):
            held = asyncio.create_task(store.write(gate.hold))
            await asyncio.sleep(0.05)
            waiting = [asyncio.create_task(store.write(lambda tx: add(tx, 1))) for _ in range(2)]
            await asyncio.sleep(0.05)
            event.listen(store._write_engine, "begin", _refuse)
            gate.let_go()
            await held
            found = await asyncio.gather(*waiting, return_exceptions=True)
            event.remove(store._write_engine, "begin", _refuse)
            await store.write(lambda tx: add(tx, 7))
            return [*found, await store.read(numbers)]

    *told, kept = asyncio.run(story())
    assert [str(one) for one in told] == ["no more today"] * 2
    assert kept == [7]


def _refuse(_: object) -> None:
    raise RuntimeError("no more today")
