"""What users of other systems suffer, tried on the whole chain where no other test does it already."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from shopweave.hub import runs, stock
from shopweave.hub.context import Hub
from shopweave.hub.settings.templates import DEMO
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.truth import edit
from shopweave.store.base import Tx
from shopweave.store.tables import position
from tests.worlds import World, play

FLOW, LEVELS = "till-to-shop", "till-stock"
STOCK = f"""
[flows.{LEVELS}]
kind = "stock"
source = "till"
target = "shop"
"""
SETTINGS = DEMO.replace('url = "{shop}"', 'sales = "never"\nurl = "{shop}"') + STOCK


async def level(world: World, hub: Hub) -> None:
    """Run the flow of stock and let its first levels go."""
    await runs.finished(hub, await runs.start(hub, LEVELS, "test"))
    await runs.settled(hub)
    await stock.release_first(hub, "test")
    assert await runs.settled(hub)


def forget_sweeps(tx: Tx) -> None:
    """Let everything be read again."""
    tx.run(update(position).values(swept=None))


@pytest.fixture
def stocked(tmp_path: Path) -> World:
    """A world whose shop has the till's products and levels."""
    found = World(tmp_path, 6, simple=True, settings=SETTINGS)

    async def story(hub: Hub) -> None:
        await found.run(hub, FLOW)
        await level(found, hub)

    play(found, story)
    return found


def levels(world: World) -> dict[str, int | None]:
    return {one.sku: one.stock for one in products(world.shop)}


def key(world: World, sku: str) -> int:
    return next(one.id for one in products(world.shop) if one.sku == sku)


@pytest.mark.pain("woocommerce/woocommerce#40060")
@pytest.mark.pain("woocommerce/woocommerce#44273")
@pytest.mark.parametrize("quantity", [-2, 77])
@pytest.mark.parametrize("dates", [True, False], ids=["dates move", "dates stay"])
def test_a_level_the_shop_moved_is_put_right_whether_or_not_its_date_moves(
    stocked: World, quantity: int, dates: bool
) -> None:
    before = levels(stocked)
    stocked.shop.products.stock_moves_date = dates
    edit(stocked.shop, key(stocked, "1"), stock_quantity=quantity)

    async def story(hub: Hub) -> None:
        if not dates:
            await hub.store.write(forget_sweeps)
        await level(stocked, hub)

    play(stocked, story)
    assert levels(stocked) == before


def bodies(world: World) -> list[Any]:
    """Keep the bodies of all writes to the shop from now on."""
    sent: list[Any] = []

    def watch(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "GET" and request.body:
            sent.append(json.loads(request.body))
        return answer()

    world.http.fault = watch
    return sent


@pytest.mark.pain("seed:itoolshub-7.2")
def test_a_text_that_is_edited_carries_neither_stock_nor_price(tmp_path: Path) -> None:
    world = World(tmp_path, 6, simple=True)
    play(world, lambda hub: world.run(hub, FLOW))
    edit(world.shop, key(world, "1"), manage_stock=True, stock_quantity=5)
    sent = bodies(world)
    world.sql(
        "UPDATE phppos_items SET long_description = 'Better words', last_modified = datetime('now') "
        "WHERE item_id = 1"
    )
    play(world, lambda hub: world.run(hub, FLOW))
    [[row]] = [body["update"] for body in sent]
    assert sorted(row) == ["description", "id"]
    assert levels(world)["1"] == 5


@pytest.mark.pain("Starktail/woocommerce_fusion#116")
def test_a_flow_that_was_switched_off_for_a_while_makes_nothing_again(tmp_path: Path) -> None:
    world = World(tmp_path, 6, simple=True)
    play(world, lambda hub: world.run(hub, FLOW))
    before = [(one.id, one.sku) for one in products(world.shop)]
    whole, world.settings = world.settings, world.settings.partition("[flows.")[0]
    world.sql("UPDATE phppos_items SET name = 'New', last_modified = datetime('now')")
    play(world, lambda hub: world.run(hub))
    assert {one.name for one in products(world.shop)} != {"New"}
    for name in (FLOW, "renamed"):
        world.settings = whole.replace(FLOW, name)
        play(world, lambda hub, name=name: world.run(hub, name))  # type: ignore[misc]
    assert [(one.id, one.sku) for one in products(world.shop)] == before
    assert {one.name for one in products(world.shop) if one.status == "publish"} == {"New"}


@pytest.mark.pain("Starktail/woocommerce_fusion#147")
@pytest.mark.pain("Starktail/woocommerce_fusion#PR272")
def test_one_cause_on_many_products_is_one_finding_and_every_product_is_counted(tmp_path: Path) -> None:
    world = World(tmp_path, 12, simple=True)

    def refuse(request: HttpRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method == "GET" or "products/batch" not in request.url:
            return answer()
        sent = json.loads(request.body or b"{}")
        refusal = {"id": 0, "error": {"code": "too_much", "message": "No more products.", "data": {}}}
        body = {part: [refusal for _ in rows] for part, rows in sent.items()}
        headers = {"content-type": "application/json"}
        return HttpResponse(status=200, headers=headers, body=json.dumps(body).encode())

    world.http.fault = refuse

    async def story(hub: Hub) -> None:
        await world.run(hub, FLOW)
        [report] = [one for one in await runs.reports(hub, await runs.runs_since(hub, 0)) if one.failed]
        found = [one for one in await runs.open_findings(hub) if one.code == "WOO too_much"]
        assert [one.count for one in found] == [report.failed]
        assert report.failed >= 5
        assert report.read >= report.failed

    play(world, story)
    assert products(world.shop) == ()
