"""Fifty shops of one hub: each gets its turn, and one that hangs keeps no other waiting."""

import asyncio
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from bench.figures import Figure, at_least, at_most
from bench.latency import Serving, is_level, p95, serving
from bench.program import Program
from bench.street import Street, Visit, street
from shopweave.runtime.clock import SystemClock
from shopweave.simulators.till import Cashier, truth

ANSWER, HANGS, PATIENCE = 1.0, 60.0, 300.0


def measure(folder: Path, *, shops: int, items: int, sales: int) -> list[Figure]:
    """Change all levels at once and count the writes of each shop; then let the last shop hang."""
    with street(folder, shops, items, at_once=1) as where, serving(where) as hub:
        counts = _counts(where, shops)
        others = tuple(range(2, shops))
        where.delay(0, 0.0)
        calm = _sold(hub, sales, others)
        where.delay(shops, HANGS)
        stuck = _sold(hub, sales, others)
        where.delay(0, 0.0)
    timed = f"writes until the first shop has all of its {items:,} levels, {ANSWER} s an answer"
    return [
        at_least(f"Jain index of writes over {shops} shops", jain(counts), 0.95, "", timed),
        at_most(
            f"a shop that hangs {HANGS:g} s moves the others' p95 of {len(calm)}",
            p95(stuck) / p95(calm),
            1.1,
            "×",
            "sale to level at every other shop, less answers waited for",
        ),
    ]


def jain(counts: Sequence[int]) -> float:
    """Give how evenly something is spread: 1 when all have the same, 1/n when one has all."""
    squares = sum(one**2 for one in counts)
    return sum(counts) ** 2 / (len(counts) * squares) if squares else 0.0


def _sold(hub: Serving, sales: int, to: tuple[int, ...]) -> list[float]:
    hub.latencies(2, to)
    return hub.latencies(sales, to)


def _counts(where: Street, shops: int) -> list[int]:
    """Count all goods at the till anew, and give the writes of each shop until the first one is done."""
    cashier, now = Cashier(where.folder / "till.sqlite"), SystemClock().now()
    goods = [one.sku for one in truth(where.folder / "till.sqlite") if one.stock is not None]
    for sku in goods:
        cashier.count(sku, cashier.quantity(sku) - Decimal(1), now)
    where.visits()
    where.delay(0, ANSWER)
    Program(where.folder).call("run", "stock1")
    writes = asyncio.run(_writes(where, shops))
    return _evenly(writes, shops)


def _evenly(writes: Sequence[Visit], shops: int) -> list[int]:
    """Count the writes of each shop until the first one is done."""
    own = {shop: [one.came for one in writes if one.shop == shop] for shop in range(1, shops + 1)}
    most = max(len(times) for times in own.values())
    done = min(times[-1] for times in own.values() if len(times) == most)
    return [sum(one <= done for one in times) for times in own.values()]


async def _writes(where: Street, shops: int) -> list[Visit]:
    """Give all writes of levels, once none has come for a while."""
    found: list[Visit] = []
    until, quiet = time.monotonic() + PATIENCE, 0
    while quiet < 20 and time.monotonic() < until:
        await asyncio.sleep(0.25)
        fresh = [one for one in where.visits() if is_level(one)]
        quiet = 0 if fresh or len({one.shop for one in found}) < shops else quiet + 1
        found += fresh
    return sorted(found, key=lambda one: one.came)
