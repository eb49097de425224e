"""Reading a shop that did not change, and storing what many records say."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from bench.figures import Figure, at_most, shown
from bench.stage import stage
from shopweave.flows.pull import Puller
from shopweave.hub.settings import load
from shopweave.lanes.snapshots import incoming
from shopweave.model.atoms import Atoms, AtomValue
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import Identity, Price
from shopweave.runtime.clock import SystemClock
from shopweave.runtime.opening import open_hub, open_store
from shopweave.store import connections, records
from shopweave.store.base import Tx
from shopweave.store.records import Incoming

PAGE = 1_000
LAYOUT = ("identity", "name", "regular_price")
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
Spent = tuple[float, int, int]


def measure(folder: Path, items: int) -> list[Figure]:
    """Sweep a shop of `items` simple products twice; the second time nothing moved."""
    with stage(folder, items, filled=True) as where:
        asyncio.run(_sweep(folder))
        where.seen()
        cpu, read, moved = asyncio.run(_sweep(folder))
        seen = where.seen()
    lists = [one for one in seen if one.method == "GET" and one.path.startswith("/wc/v3/products?")]
    # A page of 100 shows one row that the page before has shown.
    limit = -(-read // 100) + 1 + read // 9_900
    return [
        at_most(f"list requests for {read:,} unchanged products", len(lists), limit, "requests", "counted"),
        at_most("writes for them", sum(one.is_write for one in seen) + moved, 0, "writes", "counted"),
        at_most(
            "hub's CPU per unchanged product", cpu / read * 1e6, 100, "µs", "the sweep, hub's process only"
        ),
    ]


async def _sweep(folder: Path) -> Spent:
    opened = await open_hub(folder, load(folder))
    hub = opened.hub
    puller, shop = Puller(hub.store, hub.clock, hub.house), hub.port("shop")
    feed = next(one for one in shop.capabilities.feeds if one.name == "products")
    since, read, moved = hub.clock.monotonic(), 0, 0
    began = time.process_time()
    while True:
        pulled = await puller.step(shop.row.id, feed, since=since, sweep_after=timedelta(0), vanish=0.2)
        read, moved = read + pulled.read, moved + pulled.moved
        if pulled.done:
            break
    spent = time.process_time() - began
    await hub.stop()
    return spent, read, moved


def measure_merge(folder: Path, rows: int) -> list[Figure]:
    """Store `rows` records in pages, then the same pages again."""
    new, again = asyncio.run(_merge(folder, rows))
    share = 1_000_000 / rows
    timed = "merges and commits, pages made beforehand"
    scaled = "" if rows == 1_000_000 else f", from {rows:,}"
    return [
        shown(f"merge of 1,000,000 records, all new{scaled}", new * share, "s", timed),
        at_most(f"merge of 1,000,000 records, unchanged{scaled}", again * share, 15, "s", timed),
    ]


async def _merge(folder: Path, rows: int) -> tuple[float, float]:
    store = open_store(folder, "", SystemClock())
    number = await store.write(_connection)
    took = [0.0, 0.0]
    for sweep in (1, 2):
        for first in range(0, rows, PAGE):
            page = [row(one) for one in range(first, min(first + PAGE, rows))]
            began = time.perf_counter()
            await store.write(partial(_store, number, page, sweep))
            took[sweep - 1] += time.perf_counter() - began
    await store.close()
    return took[0], took[1]


def _store(connection: int, page: list[Incoming], sweep: int, tx: Tx) -> None:
    records.merge(tx, connection, page, sweep=sweep, began=tx.now)


def _connection(tx: Tx) -> int:
    connections.home(tx)
    return connections.ensure_connection(tx, "shop", "woocommerce", "live", LAYOUT).id


def row(number: int) -> Incoming:
    """Make the row of one invented product."""
    values: dict[str, AtomValue] = {
        "identity": Identity(sku=f"SKU-{number}"),
        "name": f"Product {number}",
        "regular_price": Price(amount=Decimal(number % 900) + 1),
    }
    record = RemoteRecord(
        kind=Kind.PRODUCT,
        form=Form.SIMPLE,
        remote_id=str(number),
        atoms=Atoms(values),
        modified=MOMENT,
    )
    return incoming(record, LAYOUT)
