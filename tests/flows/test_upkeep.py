"""Upkeep: lost wake-ups are made anew, old rows go, and nothing that is needed goes with them."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select, update

from shopweave.engine.port import RunQuery
from shopweave.engine.tables import schedule, task
from shopweave.hub import plans, runs, upkeep, writing
from shopweave.hub.context import Hub
from shopweave.hub.schedules import set_schedules
from shopweave.simulators.woocommerce import products
from shopweave.store import connections, explains, marks, stopping
from shopweave.store.base import Tx
from shopweave.store.tables import change, flow, lane, request
from tests.worlds import World, play

FLOW = "till-to-shop"
RAISED = "UPDATE phppos_items SET unit_price = unit_price * 1.1, last_modified = datetime('now')"


def counted(tx: Tx) -> tuple[int, int]:
    changes = tx.scalar(select(func.count()).select_from(change))
    return int(changes or 0), int(tx.scalar(select(func.count()).select_from(request)) or 0)


def age(tx: Tx, days: int) -> None:
    """Make everything that was written older."""
    old = tx.now - timedelta(days=days)
    tx.run(update(change).values(created=old, settled=old))
    tx.run(update(request).values(at=old))


def test_changes_and_requests_go_after_thirty_days_and_not_before(world: World) -> None:
    async def story(hub: Hub) -> None:
        before = await hub.store.read(counted)
        assert min(before) > 5
        await hub.store.write(lambda tx: age(tx, 29))
        await hub.upkeep.forget()
        assert await hub.store.read(counted) == before
        await hub.store.write(lambda tx: age(tx, 31))
        last = await hub.store.read(lambda tx: tx.scalar(select(func.max(change.c.id))))
        await hub.store.write(
            lambda tx: tx.run(update(change).where(change.c.id == last).values(state="waiting", settled=None))
        )
        await hub.upkeep.forget()
        assert await hub.store.read(counted) == (1, 1)

    play(world, story)


def test_what_lost_its_wake_up_is_woken_and_what_is_awake_is_left(world: World) -> None:
    def _sleep(tx: Tx) -> None:
        tx.run(update(lane).values(awake=True))
        tx.run(update(flow).values(awake=True))
        tx.run(task.delete())

    async def story() -> None:
        async with world.hub(start=False) as hub:
            assert await hub.upkeep.wake_sleepers() == 0
            await hub.store.write(_mark)
            await hub.store.write(_sleep)
            assert await hub.upkeep.wake_sleepers() >= 1
            live = await hub.engine.runs(RunQuery(statuses=("waiting",)))
            assert {run.partition for run in live} >= {f"flow:{hub.flow(FLOW).row.id}"}
            assert await hub.upkeep.wake_sleepers() == 0

    def _mark(tx: Tx) -> None:
        item = explains.item_of_sku(tx, "1")
        assert item is not None
        at = next(row.target for row in connections.all_flows(tx).values())
        marks.mark_items(tx, at, [item])

    asyncio.run(story())


def test_a_lane_whose_wake_up_was_lost_sends_what_waits(world: World) -> None:
    before = {one.sku: one.regular_price for one in products(world.shop)}

    async def story(hub: Hub) -> None:
        await writing.stop(hub, "Anna")
        world.sql(RAISED)
        run = await runs.start(hub, FLOW, "test")
        await runs.finished(hub, run)
        await runs.settled(hub)
        for plan in await plans.held(hub):
            await plans.approve(hub, plan.id, None, "test")
            await runs.settled(hub)
        await hub.store.write(stopping.go_on)
        assert await hub.upkeep.wake_sleepers() >= 1
        assert await runs.settled(hub)

    play(world, story)
    assert all(one.regular_price != before[one.sku] for one in products(world.shop))


def test_the_clock_starts_the_upkeep(world: World) -> None:
    async def story(hub: Hub) -> None:
        await set_schedules(hub)

        def make_due(tx: Tx) -> None:
            due = schedule.c.name == upkeep.UPKEEP
            tx.run(schedule.update().where(due).values(next=tx.now - timedelta(seconds=1)))

        await hub.store.write(make_due)
        await set_schedules(hub)
        async with asyncio.timeout(20):
            while not await hub.engine.runs(RunQuery(name=upkeep.UPKEEP, statuses=("done",))):
                await asyncio.sleep(0.05)

    play(world, story)
