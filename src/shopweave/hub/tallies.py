"""How many orders were read, handed over and booked."""

from shopweave.hub.context import Hub
from shopweave.store import tallies
from shopweave.store.tallies import Tally

__all__ = ["Tally", "count_orders", "newest_order"]


async def newest_order(hub: Hub) -> int:
    """Give the number of the newest order, 0 if there is none."""
    return await hub.store.read(tallies.newest_order)


async def count_orders(hub: Hub, after: int) -> Tally:
    """Count the orders that came after one."""
    return await hub.store.read(lambda tx: tallies.tally(tx, after))
