"""A day of trade in the demo: buyers buy and staff sell while the hub keeps both sides in step."""

from asyncio import create_task
from collections.abc import Callable

from shopweave.demo.buyers import Buyers
from shopweave.demo.world import World
from shopweave.hub import runs, stock
from shopweave.hub.context import Hub
from shopweave.runtime.clock import seeded

ORDERS, STOCK = "shop-orders", "till-stock"
LAST = 3


async def trade(hub: Hub, world: World, orders: int, say: Callable[[str], None]) -> bool:
    """Let buyers place so many orders, and run both flows until nothing of them is left to do."""
    for _ in range(2):
        calm = await _round(hub)
        await stock.release_first(hub, "demo")
    say(f"buyers place {orders} orders")
    buyers = Buyers(world.shop, world.till_path, hub.clock, seeded(orders))
    buying = create_task(buyers.buy(orders))
    while not buying.done():
        await _round(hub)
        world.flush()
    placed = await buying
    say(f"{placed} orders were placed")
    for _ in range(LAST):
        calm = await _round(hub)
    world.flush()
    return calm and placed == orders


async def _round(hub: Hub) -> bool:
    calm = True
    for name in (ORDERS, STOCK):
        await runs.finished(hub, await runs.start(hub, name, "demo"))
        calm = await runs.settled(hub)
    return calm
