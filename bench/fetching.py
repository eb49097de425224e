"""Ten thousand orders: the hub reads and durably stores them, the official client only reads them."""

import asyncio
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

from msgspec import json
from woocommerce import API

from bench.figures import Figure, at_most
from bench.sales import begin
from bench.street import KEY, SECRET, Street, street
from shopweave.connector.paging import Place
from shopweave.connectors.woocommerce.orders import Stand
from shopweave.connectors.woocommerce.ways import Way
from shopweave.flows.stepping import STEP
from shopweave.hub.settings import load
from shopweave.runtime.opening import open_hub
from shopweave.store import positions
from shopweave.store.base import Tx
from shopweave.store.positions import PositionRow

DATABASE, KEPT, FEED = "hub.sqlite", "hub.kept", "orders"
PAGE, LONG_AGO = 100, datetime(2020, 1, 1, tzinfo=UTC)


def measure(folder: Path, orders: int) -> list[Figure]:
    """Read all orders of a shop, with nothing and with 150 ms before each answer."""
    with street(folder, 1, 30) as where:
        asyncio.run(begin(folder))
        shutil.copyfile(folder / DATABASE, folder / KEPT)
        where.sell(orders)
        return [_figure(where, orders, seconds) for seconds in (0.0, 0.15)]


def _figure(where: Street, orders: int, seconds: float) -> Figure:
    shutil.copyfile(where.folder / KEPT, where.folder / DATABASE)
    where.delay(0, seconds)
    official = _official(where, orders)
    ours = asyncio.run(_ours(where.folder, orders))
    return at_most(
        f"fetch and durably store {orders:,} orders at {seconds * 1000:g} ms against the official client",
        ours / official,
        1.0,
        "×",
        "first request to last commit; the client: first request to last page read, nothing stored",
    )


def _official(where: Street, orders: int) -> float:
    api = API(url=where.urls[0], consumer_key=KEY, consumer_secret=SECRET, timeout=30)
    began, found, page = time.perf_counter(), 0, 1
    while found < orders:
        asked = {"per_page": PAGE, "page": page, "orderby": "id", "order": "asc"}
        answer = api.get("orders", params=asked)
        answer.raise_for_status()
        found, page = found + len(answer.json()), page + 1
    return time.perf_counter() - began


async def _ours(folder: Path, orders: int) -> float:
    opened = await open_hub(folder, load(folder))
    hub = opened.hub
    shop = hub.port("shop1").row.id
    try:
        await hub.store.write(lambda tx: _long_ago(tx, shop))
        began, read = time.perf_counter(), 0
        while True:
            page = await hub.reader.pages(shop, hub.clock.monotonic() + STEP, hub.clock)
            read += page.stored.read
            if page.done:
                break
        took = time.perf_counter() - began
    finally:
        await hub.stop()
    if read < orders:
        raise RuntimeError(f"{read} of {orders} orders were read")
    return took


def _long_ago(tx: Tx, connection: int) -> None:
    """Let the next window begin before all orders."""
    place = Place(lower=LONG_AGO, done=True)
    stand = Stand(place=place, way=Way.CURRENT, chosen=tx.now)
    row = PositionRow(position=json.encode(stand).decode(), done=True)
    positions.store_position(tx, connection, FEED, row)
