"""Callbacks about orders are looked at beside all others, and wait for none of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from shopweave.connector.callbacks import ORDER
from shopweave.flows.callbacks import SIDES, Listener, Settle
from shopweave.hub.context import Hub
from shopweave.store import callbacks
from shopweave.store.base import Tx
from shopweave.store.callbacks import NewCallback
from tests.trade.world import StallWorld, play, stalls

__all__ = ["stalls"]


class Hanging:
    """Reads products, and does not come back before it is let go."""

    def __init__(self) -> None:
        self.gate, self.begun = asyncio.Event(), asyncio.Event()

    async def look(self, _: int, __: object, ___: Sequence[str], read: Any) -> None:
        self.begun.set()
        await self.gate.wait()
        assert read is not None


def test_an_order_is_looked_at_while_a_read_of_products_hangs(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        puller, seen = Hanging(), asyncio.Event()
        at = next(iter(hub.house.ports))
        listener = Listener(hub.store, hub.engine, hub.clock, hub.house, puller, lambda *_: None)  # type: ignore[arg-type]

        async def orders(_: int, ids: Sequence[str], settle: Settle) -> None:
            assert ids == ["7"]
            await hub.store.write(settle)
            seen.set()

        def arrives(tx: Tx, about: str, key: str) -> None:
            new = NewCallback(connection=at, identity=key, topic=about, about=about, remote_id=key)
            listener.store(tx, {at: [new]})

        def waiting(tx: Tx) -> dict[str, bool]:
            return {name: callbacks.is_waiting(tx, at, side) for name, side in SIDES.items()}

        listener.read_orders_with(orders)
        listener.prompt.open()
        await hub.store.write(lambda tx: arrives(tx, "product", "1"))
        await puller.begun.wait()
        await hub.store.write(lambda tx: arrives(tx, ORDER, "7"))
        async with asyncio.timeout(20):
            await seen.wait()
        assert await hub.store.read(waiting) == {"orders": False, "records": True}
        await listener.prompt.stop()

    play(stalls, story)
