"""The store on SQLite: nothing is lost, nothing is written by readers, order is kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shopweave.runtime.clock import SystemClock
from shopweave.store.base import Tx
from shopweave.store.sqlite import SqliteStore, make_engine

Story = Callable[[SqliteStore], Awaitable[Any]]


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    engine = make_engine(path)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (number INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))
    engine.dispose()
    store = SqliteStore(path, SystemClock())
    try:
        yield store
    finally:
        await store.close()


def play(path: Path, story: Story) -> Any:
    async def whole() -> Any:
        async with opened(path / "a.sqlite") as store:
            return await story(store)

    return asyncio.run(whole())


def count(tx: Tx) -> int:
    return int(tx.scalar(text("SELECT number FROM counter")))


def add(tx: Tx) -> None:
    number = count(tx)
    tx.run(text("UPDATE counter SET number = :number"), {"number": number + 1})


def test_twelve_hundred_increments_all_arrive(tmp_path: Path) -> None:
    async def story(store: SqliteStore) -> int:
        async def worker(safe: bool) -> None:
            for _ in range(300):
                await (store.write_safe(add) if safe else store.write(add))

        await asyncio.gather(*(worker(number % 2 == 0) for number in range(4)))
        return await store.read(count)

    assert play(tmp_path, story) == 1200


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    async def story(store: SqliteStore) -> int:
        with pytest.raises(OperationalError, match="readonly"):
            await store.read(add)
        return await store.read(count)

    assert play(tmp_path, story) == 0


def test_what_fails_leaves_nothing_and_calls_nobody(tmp_path: Path) -> None:
    called: list[int] = []

    def broken(tx: Tx) -> None:
        add(tx)
        tx.after_commit(lambda: called.append(1))
        raise ValueError("no")

    async def story(store: SqliteStore) -> int:
        with pytest.raises(ValueError, match="no"):
            await store.write(broken)
        return await store.read(count)

    assert play(tmp_path, story) == 0
    assert called == []


def test_calls_come_after_the_commit(tmp_path: Path) -> None:
    order: list[str] = []

    def work(tx: Tx) -> None:
        add(tx)
        tx.after_commit(lambda: order.append("called"))
        order.append("worked")

    async def story(store: SqliteStore) -> None:
        await store.write(work)

    play(tmp_path, story)
    assert order == ["worked", "called"]


def test_a_cancelled_caller_leaves_a_whole_transaction(tmp_path: Path) -> None:
    async def story(store: SqliteStore) -> int:
        task = asyncio.create_task(store.write(add))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await store.write(add)
        return await store.read(count)

    assert play(tmp_path, story) == 2


def test_the_time_of_a_transaction_is_the_clocks(tmp_path: Path) -> None:
    async def story(store: SqliteStore) -> datetime:
        return await store.read(lambda tx: tx.now)

    assert abs((play(tmp_path, story) - datetime.now(UTC)).total_seconds()) < 5


def test_statements_and_the_longest_write_are_counted(tmp_path: Path) -> None:
    async def story(store: SqliteStore) -> tuple[int, float]:
        before = store.statements
        await store.write(add)
        return store.statements - before, store.longest_write

    statements, longest = play(tmp_path, story)
    assert statements == 2
    assert longest > 0
