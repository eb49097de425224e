"""From a stored callback to the first byte at another shop: idle, busy, and with many shops connected."""

import asyncio
import statistics
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import json

from bench.figures import Figure, at_most, shown
from bench.program import EXE, Program, address
from bench.sales import Buyer, Sale, begin
from bench.street import Street, Visit, street
from bench.writing import dearer

MUST = 0.3
SEEN_BY = 60.0
TIMED = "callback answered as stored, to the first byte at the other shop, less answers waited for"


def measure(folder: Path, *, shops: int, items: int, sales: int) -> list[Figure]:
    """Measure with two shops, idle and during a sync of all prices, then with many."""
    few, many = folder / "few", folder / "many"
    few.mkdir()
    many.mkdir()
    with street(few, 2, items, prices=True) as where, serving(where) as hub:
        idle = hub.latencies(sales, to=(2,))
        busy = _during_sync(hub, where, sales)
    with street(many, shops, max(sales + 10, 40)) as where, serving(where) as hub:
        first = hub.latencies(sales, to=(2,))
        every = hub.latencies(max(3, sales // 4), to=tuple(range(2, shops + 1)))
    return [
        *_figures("sale to the other shop, idle", idle),
        *_figures(f"the same during a sync of {items:,} prices there", busy),
        *_figures(f"the same with {shops} shops connected", first),
        shown(f"to each of {shops - 1} other shops, p95 of {len(every)}", p95(every), "s", TIMED),
    ]


def _figures(what: str, seconds: Sequence[float]) -> list[Figure]:
    return [
        shown(f"{what}, median of {len(seconds)}", statistics.median(seconds), "s", TIMED),
        at_most(f"{what}, p95", p95(seconds), MUST, "s", TIMED),
    ]


def p95(seconds: Sequence[float]) -> float:
    """Give what 95 of 100 are not above."""
    return sorted(seconds)[max(0, -(-len(seconds) * 95 // 100) - 1)]


class Serving:
    """A serving hub, and a buyer in its first shop."""

    def __init__(self, where: Street, buyer: Buyer) -> None:
        self._where, self._buyer = where, buyer

    def latencies(self, sales: int, to: Sequence[int], *, pause: float = 0.25) -> list[float]:
        """Sell single pieces one after the other; gives the seconds of each to each of the shops."""
        return asyncio.run(self._sell(sales, to, pause))

    async def _sell(self, count: int, to: Sequence[int], pause: float) -> list[float]:
        self._where.visits()
        sold = [await self._buyer.buy(pause) for _ in range(count)]
        visits: list[Visit] = []
        until = asyncio.get_running_loop().time() + SEEN_BY
        while None in (found := [_seconds(one, shop, visits) for one in sold for shop in to]):
            if asyncio.get_running_loop().time() > until:
                raise RuntimeError(f"{found.count(None)} of {len(found)} levels were not seen at other shops")
            await asyncio.sleep(0.2)
            visits += self._where.visits()
        return [seconds for seconds in found if seconds is not None]


def _seconds(sale: Sale, shop: int, visits: Sequence[Visit]) -> float | None:
    """Give how long the hub itself took until it wrote the level there.

    0 when it had read the order with an earlier one's, before it was told of it; None while nothing came.
    """
    wrote = next((one.came for one in visits if one.shop == shop and _shows(one, sale)), None)
    if wrote is None:
        return None
    asked = [one for one in visits if one.shop in (1, shop) and (_looks(one) or is_level(one))]
    waits = [(max(one.came, sale.stored), min(one.answered, wrote)) for one in asked]
    return max(0.0, wrote - sale.stored - covered(waits))


def _shows(visit: Visit, sale: Sale) -> bool:
    if visit.came < sale.bought or not is_level(visit):
        return False
    rows = json.decode(visit.body)
    return any(
        row.get("id") == sale.product and "stock_quantity" in row for row in rows.get("update", [rows])
    )


def _looks(visit: Visit) -> bool:
    return visit.method == "GET" and "/orders" in visit.path


def is_level(visit: Visit) -> bool:
    """Say whether a request writes levels."""
    return visit.method != "GET" and b"stock_quantity" in visit.body


def covered(pieces: Iterable[tuple[float, float]]) -> float:
    """Add up stretches of time, what overlaps once."""
    total, until = 0.0, float("-inf")
    for begun, ended in sorted(pieces):
        total += max(0.0, ended - max(begun, until))
        until = max(until, ended)
    return total


def _during_sync(hub: Serving, where: Street, sales: int) -> list[float]:
    """Sell while all prices are written to the second shop, as slowly as a real one takes them."""
    dearer(where.folder)
    where.delay(2, 1.0)
    command = [*EXE, "run", "prices", "--approve", "--json", "--dir", str(where.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as syncing:
        try:
            return hub.latencies(sales, to=(2,))
        finally:
            where.delay(2, 0.0)
            syncing.wait(300)


@contextmanager
def serving(where: Street) -> Iterator[Serving]:
    """Bring a hub into step with the street, then let it serve in a process of its own."""
    asyncio.run(begin(where.folder))
    program = Program(where.folder)
    hooks: list[dict[str, Any]] = program.call("hooks")["hooks"]
    hook = next(one for one in hooks if one["connection"] == "shop1")
    with program.running("serve", "--port", "0") as process:
        yield Serving(where, Buyer(where.urls[0], address(process), hook))
