"""5,000 changes: the hub beside a bare loop posting the same batches, and beside the official client."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import aiohttp
from msgspec import structs
from woocommerce import API

from bench.figures import Figure, at_least, at_most
from bench.stage import Seen, Stage, stage
from shopweave.demo.world import KEY, PASSWORD, SECRET, SIMULATORS
from shopweave.hub import plans, runs
from shopweave.hub.context import Hub
from shopweave.hub.settings import load
from shopweave.model.settings import ConnectionSettings, GuardLimits, HubSettings
from shopweave.runtime.opening import open_hub

AT_ONCE = 8
ONE_BY_ONE = 50
FLOW = "till-to-shop"


def measure(folder: Path, items: int, *, slow: bool = True) -> list[Figure]:
    """Measure in `folder` with `items` simple products; `slow` is as the contracts measured WooCommerce."""
    with stage(folder, items) as where:
        asyncio.run(_run(folder))
        where.seen()
        dearer(folder)
        if slow:
            where.slow_down()
        asyncio.run(_run(folder))
        writes = [one for one in where.seen() if one.is_write]
        ours = span(writes)
        asyncio.run(_bare(folder, writes))
        bare = span([one for one in where.seen() if one.is_write])
        single = _official(folder, where, writes)
    changed = sum(len(json.loads(one.body).get("update", [])) for one in writes)
    limit = -(-items // 100) + 1
    share = items / changed if changed else 0.0
    timed = f"first write at the shop to its last answer, {AT_ONCE} requests at once"
    return [
        at_most(f"requests for {items:,} changed prices", len(writes) * share, limit, "requests", "counted"),
        at_most("the same batches against a bare aiohttp loop", ours / bare, 1.3, "×", timed),
        at_least(
            "changes a second against the official client, one by one",
            (changed / ours) * single,
            20,
            "×",
            f"the same; {ONE_BY_ONE} calls of the client",
        ),
    ]


def span(seen: list[Seen]) -> float:
    """Give the seconds from the first arrival to the last answer."""
    return max(one.answered for one in seen) - min(one.came for one in seen)


def dearer(folder: Path) -> None:
    """Raise all prices of the till a little."""
    with closing(sqlite3.connect(folder / "till.sqlite")) as till:
        till.execute(
            "UPDATE phppos_items SET unit_price = round(unit_price * 1.1 + 0.05, 2),"
            " last_modified = datetime('now', '+1 second')"
        )
        till.commit()


def unguarded(settings: HubSettings) -> HubSettings:
    """Lift the limits: what a person approves is read again before it is written, which is not measured."""
    shops = tuple(_at_once(one) for one in settings.connections)
    limits = GuardLimits(share=1.0, price_move=9.0)
    flows = tuple(structs.replace(one, guard=limits) for one in settings.flows)
    return structs.replace(settings, flows=flows, connections=shops)


def _at_once(one: ConnectionSettings) -> ConnectionSettings:
    return (
        structs.replace(one, plain={**one.plain, "requests_at_once": AT_ONCE}) if one.name == "shop" else one
    )


async def _run(folder: Path) -> None:
    opened = await open_hub(folder, unguarded(load(folder)))
    try:
        await opened.hub.start()
        await _whole(opened.hub)
    finally:
        await opened.hub.stop()


async def _whole(hub: Hub) -> None:
    await runs.finished(hub, await runs.start(hub, FLOW, "bench"))
    await runs.settled(hub)
    while held := await plans.held(hub):
        for plan in held:
            await plans.approve(hub, plan.id, None, "bench")
        await runs.settled(hub)


def _shop(folder: Path) -> str:
    shop = next(one for one in load(folder).connections if one.name == "shop")
    return str(shop.values["url"])


async def _bare(folder: Path, writes: list[Seen]) -> None:
    """Post the batches again, as many at once as the hub may, with nothing around it."""
    password = (folder / SIMULATORS / PASSWORD).read_text("utf-8").strip()
    waiting = list(reversed(writes))
    headers = {
        "authorization": aiohttp.encode_basic_auth("hub", password),
        "content-type": "application/json",
    }

    async with aiohttp.ClientSession(headers=headers) as session:

        async def worker() -> None:
            while waiting:
                one = waiting.pop()
                url = f"{_shop(folder)}/wp-json{one.path}"
                async with session.request(one.method, url, data=one.body) as answer:
                    await answer.json()
                    answer.raise_for_status()

        await asyncio.gather(*(worker() for _ in range(AT_ONCE)))


def _official(folder: Path, where: Stage, writes: list[Seen]) -> float:
    """Give the seconds one change takes with the official client."""
    keep = folder / SIMULATORS
    key, secret = ((keep / name).read_text("utf-8").strip() for name in (KEY, SECRET))
    api = API(url=_shop(folder), consumer_key=key, consumer_secret=secret, timeout=30)
    changes = [change for one in writes for change in json.loads(one.body).get("update", [])][:ONE_BY_ONE]
    began = time.perf_counter()
    for change in changes:
        answer = api.put(f"products/{change['id']}", {"regular_price": change["regular_price"]})
        answer.raise_for_status()
    where.seen()
    return (time.perf_counter() - began) / len(changes)
