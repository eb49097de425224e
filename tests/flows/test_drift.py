"""What the shop's staff move is put right: as often as it was written, not as often as it was planned."""

from shopweave.hub import runs, writing
from shopweave.hub.context import Hub
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.truth import edit
from shopweave.store import marks
from tests.worlds import World, play

FLOW = "till-to-shop"


def by_hand(world: World) -> str:
    """Let the staff rename a product; gives its SKU."""
    key = min(world.shop.state.products)
    edit(world.shop, key, name="By hand")
    return str(world.shop.state.products[key]["sku"])


def name_of(world: World, sku: str) -> str:
    return next(one.name for one in products(world.shop) if one.sku == sku)


async def planned(hub: Hub) -> None:
    await runs.finished(hub, await runs.start(hub, FLOW, "test"))


def test_what_waits_is_planned_as_often_as_need_be_and_still_sent(world: World) -> None:
    async def story(hub: Hub) -> str:
        await writing.stop(hub, "Anna")
        sku, target = by_hand(world), hub.flow(FLOW).row.target
        for _ in range(4):
            await hub.store.write(lambda tx: marks.mark_items(tx, target, range(1, 50)))
            await planned(hub)
        await writing.go_on(hub, "Anna")
        assert await runs.settled(hub)
        await world.run(hub, FLOW)
        return sku

    assert name_of(world, play(world, story)) != "By hand"


def test_what_is_moved_a_third_time_is_left(world: World) -> None:
    async def story(hub: Hub) -> list[str]:
        shown = []
        for _ in range(3):
            sku = by_hand(world)
            await world.run(hub, FLOW)
            shown.append(name_of(world, sku))
        return shown

    shown = play(world, story)
    assert [one == "By hand" for one in shown] == [False, False, True]
