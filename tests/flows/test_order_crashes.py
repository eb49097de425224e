"""The process dies before and after each of its commits: no order is lost or doubled, no goods either."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from shopweave.hub.context import Hub
from shopweave.store import movements, orders
from shopweave.store.base import Tx
from tests.trade.orders import later, line, order
from tests.trade.world import StallWorld, stalls

__all__ = ["stalls"]
pytestmark = [pytest.mark.long(80), pytest.mark.uncounted]
TURN = 0.1


class Dead(BaseException):
    """The process is no more."""


class Dying:
    """A store whose process ends right before or after its `last`-th commit."""

    def __init__(self, store: Any, last: int, *, before: bool) -> None:
        self._store, self._last, self._before = store, last, before
        self.commits = 0
        self.dead = asyncio.Event()

    def _alive(self) -> None:
        if self.dead.is_set():
            raise Dead

    async def read(self, work: Callable[[Tx], Any]) -> Any:
        self._alive()
        return await self._store.read(work)

    async def write(self, work: Callable[[Tx], Any]) -> Any:
        return await self._commit(self._store.write, work)

    async def write_safe(self, work: Callable[[Tx], Any]) -> Any:
        return await self._commit(self._store.write_safe, work)

    async def _commit(self, write: Any, work: Callable[[Tx], Any]) -> Any:
        self._alive()
        self.commits += 1
        is_last = self.commits == self._last
        if not (is_last and self._before):
            done = await write(work)
        if is_last:
            self.dead.set()
        self._alive()
        return done

    async def close(self) -> None:
        await self._store.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def live(world: StallWorld, last: int, *, before: bool) -> int:
    """Run the flow in a process that dies at its `last`-th commit; gives how many commits there were."""
    stores: list[Dying] = []

    def wrap(store: Any) -> Dying:
        stores.append(Dying(store, last, before=before))
        return stores[-1]

    async def work() -> None:
        async with world.hub(wrap=wrap, late=True) as hub:
            running = asyncio.create_task(world.run(hub))
            dying = asyncio.create_task(stores[0].dead.wait())
            await asyncio.wait([running, dying], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)
            running.cancel()
            dying.cancel()
            await asyncio.gather(running, dying, return_exceptions=True)

    with contextlib.suppress(Dead, BaseExceptionGroup):
        await work()
    await stores[0].close()
    assert stores[0].dead.is_set() or stores[0].commits < last
    return stores[0].commits


async def end(world: StallWorld) -> dict[str, list[tuple[str, str, str]]]:
    """Run the flow to its end in a sound process; gives each order's movements."""

    def seen(tx: Tx) -> dict[str, list[tuple[str, str, str]]]:
        return {
            row.remote_id: [
                (one.movement.reference, str(one.movement.quantity), one.stage.value)
                for one in movements.of_orders(tx, [row.id])
            ]
            for row in orders.newest_orders(tx, 2**31 - 1, 99)
        }

    async def story(hub: Hub) -> dict[str, list[tuple[str, str, str]]]:
        await world.run(hub)
        await asyncio.sleep(0.1)
        await world.run(hub)
        return await hub.store.read(seen)

    async with world.hub(late=True) as hub:
        return await story(hub)


@pytest.mark.timeout(280)
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("first", range(3))
def test_a_process_that_dies_at_any_commit_loses_and_doubles_nothing(
    stalls: StallWorld, first: int, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopweave.lanes.turn.TURN", TURN)
    apart = 9 if stalls.database else 3
    stalls.till_lines, stalls.flow_lines = "updates = true", 'later_changes = "update"\ntell = ["reference"]'

    async def story() -> None:
        number, last, made = 0, first + 1, 1
        while made:
            number += 1
            keys = (f"{number}a", f"{number}b")
            old = order(keys[0], line(f"{number}1", "sku-1", "2"))
            stalls.market.sell(old)
            stalls.market.sell(order(keys[1], line(f"{number}2", "sku-2"), line(f"{number}3", "sku-3")))
            stalls.market.sell(later(old, lines=(line(f"{number}1", "sku-1", "1"),)))
            commits = await live(stalls, last, before=before)
            found = await end(stalls)
            assert sum(int(one[1]) for one in found[keys[0]]) == -1
            assert {one[2] for key in keys for one in found[key]} == {"acknowledged"}
            for key in keys:
                taken = [one for _, one in stalls.till.taken if one.order.revision.order == key]
                assert len([one for one in taken if not one.remote_id]) == 1, (last, key)
                assert taken[-1].order.revision.lines[0].quantity == 1
            assert {one.order for one in stalls.market.told} >= set(keys)
            made = commits >= last
            last += apart
        assert number > 12 // apart

    asyncio.run(story())
