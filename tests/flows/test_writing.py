"""Stop all writing: nothing is sent, nothing is lost, reading goes on."""

import asyncio

from shopweave.cli.writing import told
from shopweave.hub import plans, runs, writing
from shopweave.hub.context import Hub
from shopweave.simulators.woocommerce import products
from shopweave.store import findings, outbox
from tests.worlds import World, play

FLOW = "till-to-shop"
RAISED = "UPDATE phppos_items SET unit_price = unit_price * 1.1, last_modified = datetime('now')"


def prices(world: World) -> dict[str, str]:
    return {one.sku: one.regular_price for one in products(world.shop)}


async def ran(hub: Hub) -> tuple[bool, runs.RunReport]:
    run = await runs.start(hub, FLOW, "test")
    await runs.finished(hub, run)
    calm = await runs.settled(hub)
    for plan in await plans.held(hub):
        await plans.approve(hub, plan.id, None, "test")
        calm = await runs.settled(hub)
    return calm, (await runs.reports(hub, [run]))[0]


def test_stopped_writing_outlives_the_process_and_nothing_is_lost(world: World) -> None:
    before = prices(world)
    world.shop.log.clear()

    async def first(hub: Hub) -> None:
        found = await writing.stop(hub, "Anna")
        assert (found.stopped, found.who) == (True, "Anna")
        assert (await writing.stop(hub, "Bert")).who == "Anna"
        world.sql(RAISED)
        calm, report = await ran(hub)
        assert not calm
        assert report.read > 0
        told = [one.code for one in await hub.store.read(findings.open_findings)]
        assert "LANE-020" in told

    async def second(hub: Hub) -> int:
        calm, _ = await ran(hub)
        assert not calm
        await asyncio.sleep(0.3)
        assert world.shop.log == []
        found = await writing.status(hub)
        assert found.who == "Anna"
        assert found.waiting["shop"] >= 5
        return found.waiting["shop"]

    async def third(hub: Hub, waited: int) -> None:
        shop = hub.port("shop").row.id
        assert await hub.store.read(lambda tx: outbox.left(tx, shop)) == waited
        found = await writing.go_on(hub, "Bert")
        assert not found.stopped
        assert await runs.settled(hub)
        assert (await writing.go_on(hub, "Bert")).waiting == {}
        told = [one.code for one in await hub.store.read(findings.open_findings)]
        assert "LANE-020" not in told

    play(world, first)
    waited = play(world, second)
    play(world, lambda hub: third(hub, waited))
    assert all(price != before[sku] for sku, price in prices(world).items())
    assert len(world.shop.log) == 1


def test_writing_stops_within_a_turn_of_a_lane(world: World) -> None:
    async def story(hub: Hub) -> None:
        await writing.stop(hub, "Anna")
        await writing.go_on(hub, "Anna")
        world.sql(RAISED)
        calm, report = await ran(hub)
        assert calm
        assert report.changed > 0

    play(world, story)


def test_what_stands_is_told_in_words() -> None:
    assert told(writing.Writing(stopped=False)) == ["The hub writes."]
    from datetime import UTC, datetime

    found = writing.Writing(
        stopped=True, who="Anna", since=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), waiting={"shop": 3}
    )
    assert told(found) == [
        "All writing is stopped since 2026-01-02 03:04:05 UTC by Anna.",
        "shop: 3 changes wait",
    ]


def test_one_connection_is_stopped_while_the_others_are_not(world: World) -> None:
    before = prices(world)

    async def story(hub: Hub) -> None:
        await writing.stop(hub, "Anna", "shop")
        await writing.stop(hub, "Bert")
        await writing.go_on(hub, "Bert")
        world.sql(RAISED)
        calm, _ = await ran(hub)
        assert not calm
        assert prices(world) == before
        found = await writing.status(hub)
        assert (found.stopped, found.at["shop"].who, found.paused) == (False, "Anna", found.waiting["shop"])
        assert any(line.startswith("Writing to shop is stopped since") for line in told(found))
        open_codes = [one.code for one in await hub.store.read(findings.open_findings)]
        assert ("LANE-020" in open_codes, "LANE-021" in open_codes) == (False, True)
        await writing.go_on(hub, "Anna", "shop")
        assert await runs.settled(hub)

    play(world, story)
    assert all(price != before[sku] for sku, price in prices(world).items())
