"""A market that sells and a till that takes its orders over, with a hub between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import update

from shopweave.connector.declaration import Doors, find_connector
from shopweave.engine.local import LocalEngine
from shopweave.hub import runs
from shopweave.hub.context import Account, Hub, build_house
from shopweave.hub.settings import read
from shopweave.lanes.snapshots import incoming
from shopweave.model.atoms import Atoms
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Identity
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.opening import open_store
from shopweave.runtime.secrets import open_seal
from shopweave.store import connections, links, numbers, records, sweeps
from shopweave.store.base import Tx
from shopweave.store.tables import lane
from tests.services import postgres_url
from tests.trade.connector import STALLS, Stall
from tests.trade.installed import install
from tests.worlds import empty_hub

T = TypeVar("T")
SETTINGS = """
[hub]
database = "{database}"

[connections.market]
type = "stall"
stall = "market"
takes = false
sales = "hand-over"

[connections.till]
type = "stall"
stall = "till"
sells = false
{till}

[flows.market-orders]
kind = "orders"
source = "market"
target = "till"
{flow}
"""
STOCK = """
[flows.market-stock]
kind = "stock"
source = "till"
target = "market"
"""
GOODS = ("1", "2", "3")


class StallWorld:
    """Two stalls and a hub on one folder; the till keeps the stock of goods 1, 2 and 3."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.folder, self.database, self.clock = folder, database, SystemClock()
        self.till_lines = self.flow_lines = ""
        self.more = STOCK
        STALLS.clear()
        self.market = STALLS.setdefault("market", Stall())
        self.till = STALLS.setdefault("till", Stall())

    def settings(self) -> str:
        text = SETTINGS.format(database=self.database, till=self.till_lines, flow=self.flow_lines)
        return text + self.more

    @asynccontextmanager
    async def hub(
        self, *, wrap: Callable[[Any], Any] = lambda store: store, late: bool = False
    ) -> AsyncIterator[Hub]:
        """Open a hub, with goods linked and the ledger begun; `wrap` puts something before its store.

        One that opens `late` finds all leases of earlier ones run out.
        """
        settings = read(self.settings(), str(self.folder / "shopweave.toml"), {})
        file = self.folder / "hub.sqlite"
        if not settings.database and not file.exists():
            file.write_bytes(empty_hub())
        store = wrap(open_store(self.folder, settings.database, self.clock))
        doors = Doors(
            http=None,  # type: ignore[arg-type]
            sql=lambda url: None,  # type: ignore[arg-type, return-value]
            clock=self.clock,
            ids=SystemIds(),
            random=system_random(),
        )
        accounts = tuple(
            Account(
                name=one.name,
                mode="test",
                connector=find_connector(one.type),
                values=one.values,
                made=find_connector(one.type).make(one.values, doors),
            )
            for one in settings.connections
        )
        house = await store.write(lambda tx: build_house(tx, accounts, settings, self.clock))
        worker = SystemIds().new()
        engine = LocalEngine(store, self.clock, worker)
        hub = Hub(
            store=store,
            engine=engine,
            clock=self.clock,
            ids=SystemIds(),
            random=system_random(),
            settings=settings,
            house=house,
            worker=worker,
        )
        hub.open_seal = partial(open_seal, self.folder)
        await store.write(_lay)
        if late:
            await store.write(lambda tx: tx.run(update(lane).values(expires=tx.now)))
        await engine.take_over()
        try:
            await hub.start()
            yield hub
        finally:
            await hub.stop()

    async def run(self, hub: Hub, name: str = "market-orders") -> None:
        """Run the flow, and wait until what may be sent is sent."""
        await runs.finished(hub, await runs.start(hub, name, "test"))
        await runs.settled(hub)


def _lay(tx: Tx) -> None:
    """Give both stalls the same goods, linked, and begin the ledger of the till."""
    rows = {row.name: row.id for row in connections.all_connections(tx).values()}
    numbers.start_ledger(tx, rows["till"])
    if sweeps.living(tx, rows["till"], [Kind.PRODUCT]):
        return
    for at in (rows["till"], rows["market"]):
        found = [incoming(goods(key), ("identity",)) for key in GOODS]
        records.merge(tx, at, found, sweep=1, began=tx.now)
    till = links.unlinked(tx, rows["till"], [Kind.PRODUCT], 0, 9)
    made = links.make_items(tx, connections.home(tx), rows["till"], till)
    market = [one.id for one in links.unlinked(tx, rows["market"], [Kind.PRODUCT], 0, 9)]
    links.add_links(tx, rows["market"], list(zip(made, market, strict=True)), "sku")


def link_goods(tx: Tx, key: str) -> None:
    """Let both stalls have another goods, linked."""
    at = {row.name: row.id for row in connections.all_connections(tx).values()}
    for one in (at["till"], at["market"]):
        records.merge(tx, one, [incoming(goods(key), ("identity",))], sweep=1, began=tx.now)
    made = links.make_items(
        tx, connections.home(tx), at["till"], links.unlinked(tx, at["till"], [Kind.PRODUCT], 0, 9)
    )
    [found] = links.unlinked(tx, at["market"], [Kind.PRODUCT], 0, 9)
    links.add_links(tx, at["market"], [(made[0], found.id)], "sku")


def goods(key: str) -> RemoteRecord:
    """Give goods as a stall lists them."""
    return RemoteRecord(
        kind=Kind.PRODUCT,
        form=Form.SIMPLE,
        remote_id=key,
        atoms=Atoms({"identity": Identity(sku=f"sku-{key}")}),
    )


def play(world: StallWorld, story: Callable[[Hub], Awaitable[T]]) -> T:
    """Open a hub, play a story on it, close it."""

    async def whole() -> T:
        async with world.hub() as hub:
            return await story(hub)

    return asyncio.run(whole())


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make stalls known to hubs in which nothing rests long and doubts are looked up at once."""
    install(monkeypatch)
    soon: Any = lambda ended, lease_ends, longest: ended  # noqa: E731 - one expression
    for module in ("delivering", "handovers"):
        monkeypatch.setattr(f"shopweave.lanes.{module}.first_look", soon)
    monkeypatch.setattr("shopweave.lanes.doubts.SECOND_LOOK", timedelta())
    monkeypatch.setattr("shopweave.core.retry.backoff", lambda failures: 0.2 * failures)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def stalls(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StallWorld]:
    """Give two stalls and a hub on each database."""
    hasten(monkeypatch)
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url()) if request.param == "postgres" else ""
        yield StallWorld(tmp_path, url)
