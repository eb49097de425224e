"""A store with a till and two shops that sell the same items, for tests of stock."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from shopweave.lanes.snapshots import incoming
from shopweave.model.atoms import Atoms
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import UNKNOWN, Identity, Level
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.opening import open_store
from shopweave.store import connections, links, records
from shopweave.store.base import Tx
from shopweave.store.postgres import PostgresStore
from shopweave.store.sqlite import SqliteStore
from tests.services import postgres_url

Either = SqliteStore | PostgresStore
Story = Callable[[Either], Awaitable[Any]]
Play = Callable[[Story], Any]


class Ground(Struct, frozen=True, kw_only=True):
    """The numbers of the connections, and of the items, which are called 1, 2, 3 everywhere."""

    till: int
    shop: int
    other: int
    items: tuple[int, ...]


def shown(key: str, level: Level = UNKNOWN) -> RemoteRecord:
    """Give a product as a feed shows it."""
    return RemoteRecord(
        kind=Kind.PRODUCT,
        form=Form.SIMPLE,
        remote_id=key,
        atoms=Atoms({"identity": Identity(sku=f"sku-{key}")}),
        level=level,
    )


def lay(tx: Tx, count: int = 3, shop_level: Level = UNKNOWN) -> Ground:
    """Make a till and two shops that sell `count` items."""
    keys = [str(number) for number in range(1, count + 1)]
    numbers = []
    for name in ("till", "shop", "other"):
        row = connections.ensure_connection(tx, name, "fake", "test", ("identity",))
        numbers.append(row.id)
        found = [incoming(shown(key, UNKNOWN if name == "till" else shop_level), row.layout) for key in keys]
        records.merge(tx, row.id, found, sweep=1, began=tx.now)
    till, shop, other = numbers
    made = links.make_items(
        tx, connections.home(tx), till, links.unlinked(tx, till, [Kind.PRODUCT], 0, count)
    )
    for at in (shop, other):
        ids = [one.id for one in links.unlinked(tx, at, [Kind.PRODUCT], 0, count)]
        links.add_links(tx, at, list(zip(made, ids, strict=True)), "sku")
    return Ground(till=till, shop=shop, other=other, items=made)


@pytest.fixture(params=["sqlite", "postgres"])
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Play]:
    """Play a story on a fresh store of each database."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url()) if request.param == "postgres" else ""
        yield partial(_play, tmp_path, url)


def _play(folder: Path, url: str, story: Story) -> Any:
    async def whole() -> Any:
        store = open_store(folder, url, SystemClock())
        try:
            return await story(store)
        finally:
            await store.close()

    return asyncio.run(whole())
