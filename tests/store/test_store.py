"""The store, the same on both databases: nothing is lost, nothing is written by readers."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shopweave.runtime.clock import SystemClock
from shopweave.runtime.opening import open_store
from shopweave.store.base import Tx
from shopweave.store.postgres import PostgresStore, StoreBusy, make_postgres
from shopweave.store.sqlite import SqliteStore, make_engine
from tests.services import postgres_url

Either = SqliteStore | PostgresStore
Story = Callable[[Either], Awaitable[Any]]
Play = Callable[[Story], Any]


@pytest.fixture(params=["sqlite", "postgres"])
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Play]:
    """Play a story on a fresh store of each database."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url()) if request.param == "postgres" else ""
        yield partial(_play, tmp_path, url)


def _play(folder: Path, url: str, story: Story) -> Any:
    engine = make_postgres(url) if url else make_engine(folder / "hub.sqlite")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tally (number INTEGER)"))
        connection.execute(text("INSERT INTO tally VALUES (0)"))
    engine.dispose()

    async def whole() -> Any:
        store = open_store(folder, url, SystemClock())
        try:
            return await story(store)
        finally:
            await store.close()

    return asyncio.run(whole())


def count(tx: Tx) -> int:
    return int(tx.scalar(text("SELECT number FROM tally")))


def add(tx: Tx) -> None:
    number = count(tx)
    tx.run(text("UPDATE tally SET number = :number"), {"number": number + 1})


def test_twelve_hundred_increments_all_arrive(play: Play) -> None:
    async def story(store: Either) -> int:
        async def worker(safe: bool) -> None:
            for _ in range(300):
                await (store.write_safe(add) if safe else store.write(add))

        await asyncio.gather(*(worker(number % 2 == 0) for number in range(4)))
        return await store.read(count)

    assert play(story) == 1200


def test_a_reader_cannot_write(play: Play) -> None:
    async def story(store: Either) -> int:
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await store.read(add)
        return await store.read(count)

    assert play(story) == 0


def test_what_fails_leaves_nothing_and_calls_nobody(play: Play) -> None:
    called: list[int] = []

    def broken(tx: Tx) -> None:
        add(tx)
        tx.after_commit(lambda: called.append(1))
        raise ValueError("no")

    async def story(store: Either) -> int:
        with pytest.raises(ValueError, match="no"):
            await store.write(broken)
        return await store.read(count)

    assert play(story) == 0
    assert called == []


def test_calls_come_after_the_commit(play: Play) -> None:
    order: list[str] = []

    def work(tx: Tx) -> None:
        add(tx)
        tx.after_commit(lambda: order.append("called"))
        order.append("worked")

    async def story(store: Either) -> None:
        await store.write(work)

    play(story)
    assert order == ["worked", "called"]


def test_a_cancelled_caller_leaves_a_whole_transaction(play: Play) -> None:
    async def story(store: Either) -> int:
        task = asyncio.create_task(store.write(add))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await store.write(add)
        return await store.read(count)

    assert play(story) == 2


def test_the_time_of_a_transaction_is_the_clocks(play: Play) -> None:
    async def story(store: Either) -> datetime:
        return await store.read(lambda tx: tx.now)

    assert abs((play(story) - datetime.now(UTC)).total_seconds()) < 5


def test_statements_and_the_longest_write_are_counted(play: Play) -> None:
    async def story(store: Either) -> tuple[int, float]:
        before = store.statements
        await store.write(add)
        return store.statements - before, store.longest_write

    statements, longest = play(story)
    assert statements == 2
    assert longest > 0


def test_a_database_server_is_worked_on_by_one_alone_or_by_several_who_share(tmp_path: Path) -> None:
    async def whole(url: str) -> None:
        stores = [PostgresStore(url, SystemClock()) for _ in range(4)]
        assert stores[0].hold()
        for shared in (False, True):
            with pytest.raises(StoreBusy):
                stores[1].hold(shared=shared)
        await stores[0].close()
        assert stores[1].hold(shared=True)
        assert not stores[2].hold(shared=True)
        with pytest.raises(StoreBusy):
            stores[3].hold()
        for store in stores[1:]:
            await store.close()

    with postgres_url() as url:
        asyncio.run(whole(url))
