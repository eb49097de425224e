"""Links through time: what is made anew is found again, and what is linked to nothing is told."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, update

from shopweave.flows.pull import LEAST_VANISHED
from shopweave.hub.context import Hub
from shopweave.model.finding import Finding
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.truth import trash
from shopweave.store import explains, findings
from shopweave.store.base import Tx
from shopweave.store.tables import link, position
from tests.worlds import World, play

FLOW = "till-to-shop"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A shop of so many products that all of them missing at once is not believed."""
    found = World(tmp_path, LEAST_VANISHED + 1, simple=True)
    play(found, lambda hub: found.run(hub, FLOW))
    return found


async def sweep(world: World, hub: Hub) -> None:
    """Read everything there is, and let what is held go."""
    await hub.store.write(lambda tx: tx.run(update(position).values(swept=None)))
    await world.run(hub, FLOW)


def links_of(tx: Tx, sku: str) -> list[bool]:
    """Say of each link that an item ever had at the shop whether it lives."""
    item = explains.item_of_sku(tx, sku)
    rows = tx.rows(
        select(link.c.until).where(link.c.item == item, link.c.how != "source").order_by(link.c.id)
    )
    return [row.until is None for row in rows]


def told(found: Sequence[Finding], code: str) -> list[Finding]:
    return [one for one in found if one.code == code]


@pytest.mark.pain("seed:itoolshub")
@pytest.mark.pain("libracore/WooCommerceConnector#34")
def test_a_shop_that_was_wiped_and_made_anew_is_linked_again_by_sku(world: World) -> None:
    sold = {one.sku for one in products(world.shop)}
    for one in products(world.shop):
        world.shop.products.remove(world.shop.state.products[one.id])
    play(world, lambda hub: sweep(world, hub))
    assert products(world.shop) == ()
    for good in world.goods.products:
        world.shop.products.create({"name": "Made anew", "sku": str(good.number), "status": "publish"})

    async def story(hub: Hub) -> list[bool]:
        await sweep(world, hub)
        assert told(await hub.store.read(findings.open_findings), "PULL-020") == []
        assert told(await hub.store.read(findings.open_findings), "LINK-022") == []
        return await hub.store.read(lambda tx: links_of(tx, "1"))

    assert play(world, story)[-2:] == [False, True]
    names = {one.sku: one.name for one in products(world.shop)}
    assert len(names) == len(products(world.shop))
    assert "Made anew" not in {names[sku] for sku in sold}


@pytest.mark.pain("facebook/facebook-for-woocommerce#2367")
def test_a_product_that_was_put_into_the_trash_and_taken_out_again_goes_on(world: World) -> None:
    row = world.shop.state.products[next(one.id for one in products(world.shop) if one.sku == "1")]
    trash(world.shop, row["id"])
    play(world, lambda hub: sweep(world, hub))
    world.shop.products.update(row, {"status": "publish"})
    world.sql("UPDATE phppos_items SET name = 'New', last_modified = datetime('now') WHERE item_id = 1")
    play(world, lambda hub: world.run(hub, FLOW))
    assert [one.name for one in products(world.shop) if one.sku == "1"] == ["New"]


@pytest.mark.pain("allegro/allegro-api#8148")
def test_what_a_shop_sells_and_no_till_knows_is_one_finding_until_it_is_over(world: World) -> None:
    rows = [world.shop.products.create({"name": "Old", "sku": f"OLD-{number}"}) for number in (1, 2)]

    async def story(hub: Hub) -> list[Finding]:
        await world.run(hub, FLOW)
        return told(await hub.store.read(findings.open_findings), "LINK-022")

    [found] = play(world, story)
    assert (found.count, found.about, found.connection) == (2, ("old-1", "old-2"), "shop")
    for row in rows:
        world.shop.products.remove(row)
    play(world, lambda hub: sweep(world, hub))
    assert play(world, story) == []


def test_what_may_be_there_already_is_not_made_a_second_time_until_that_is_clear(tmp_path: Path) -> None:
    world, gtin = World(tmp_path, 6, simple=True), "6430000000016"
    one = world.shop.products.create({"name": "In sizes", "sku": "1", "type": "variable"})
    world.shop.products.create({"name": "Of two", "sku": "TWO", "global_unique_id": gtin})
    world.sql("DELETE FROM phppos_additional_item_numbers WHERE item_id IN (2, 3)")
    world.sql("INSERT INTO phppos_additional_item_numbers (item_id, item_number) VALUES (3, ?)", gtin)
    world.sql(
        "UPDATE phppos_items SET item_number = CASE item_id WHEN 2 THEN ? END WHERE item_id IN (2, 3)", gtin
    )

    async def story(hub: Hub) -> None:
        await world.run(hub, FLOW)
        assert {found.sku for found in products(world.shop)} == {"1", "TWO", "4", "5", "6"}
        found = await hub.store.read(findings.open_findings)
        assert {(one.code, one.count) for one in found if one.code in ("LINK-020", "LINK-021")} == {
            ("LINK-020", 1),
            ("LINK-021", 2),
        }
        assert not [one for one in found if one.code.startswith("WOO ")]
        world.http.log.clear()
        await world.run(hub, FLOW)
        assert not [line for line in world.http.log if line.startswith("POST")]
        world.shop.products.update(world.shop.state.products[one["id"]], {"sku": "OLD"})
        await world.run(hub, FLOW)
        assert {found.sku for found in products(world.shop)} == {"OLD", "1", "TWO", "4", "5", "6"}
        assert not told(await hub.store.read(findings.open_findings), "LINK-020")

    play(world, story)


def test_variations_of_what_may_be_there_already_come_with_it_once_that_is_clear(tmp_path: Path) -> None:
    world = World(tmp_path, 14)
    family = next(one for one in world.goods.products if one.choices)
    one = world.shop.products.create({"name": "Of one size", "sku": str(family.number)})

    async def story(hub: Hub) -> None:
        await world.run(hub, FLOW)
        assert not [found for found in products(world.shop) if found.parent_sku == str(family.number)]
        world.shop.products.update(world.shop.state.products[one["id"]], {"sku": "OLD"})
        await world.run(hub, FLOW)
        below = [found for found in products(world.shop) if found.parent_sku == str(family.number)]
        assert len(below) == len(family.choices)

    play(world, story)
