"""The whole job on real input: till → Icecat → shop, over the real connectors."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest

from shopweave.engine.tables import schedule
from shopweave.hub import checking, conflicts, plans, runs
from shopweave.hub.context import Hub
from shopweave.hub.explain import explain
from shopweave.hub.schedules import set_schedules
from shopweave.hub.settings.templates import DEMO
from shopweave.hub.upkeep import tidy
from shopweave.model.change import ChangeState
from shopweave.model.errors import Configuration, NoAnswer, NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators import till
from shopweave.simulators.catalogue import Known
from shopweave.simulators.woocommerce import ProductTruth, products
from shopweave.simulators.woocommerce.truth import category_names, edit
from shopweave.store import outbox
from shopweave.store import plans as plan_rows
from shopweave.store.base import Tx
from tests.services import postgres_url
from tests.worlds import World, filled, play

pytestmark = pytest.mark.long(40)

BLOCK = re.compile("<!-- Icecat start -->.*?<!-- Icecat end -->", re.DOTALL)


def shown(world: World) -> dict[str, ProductTruth]:
    found = {one.sku: one for one in products(world.shop)}
    assert len(found) == len(products(world.shop))
    return found


def sold(world: World) -> dict[str, till.TillTruth]:
    return {one.sku: one for one in till.truth(world.till) if one.status == "active"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def running(tmp_path: Path) -> World:
    """A world whose first runs are done."""
    return filled(tmp_path)


@pytest.mark.seed("ICE-01")
@pytest.mark.seed("ICE-06")
@pytest.mark.seed("ICE-07")
@pytest.mark.seed("ICE-08")
@pytest.mark.seed("ICE-49")
def test_the_shop_shows_exactly_what_the_till_sells(running: World) -> None:
    wanted, found = sold(running), shown(running)
    assert set(found) == {sku for sku, one in wanted.items() if one.parent is None or one.parent in wanted}
    for sku, product in found.items():
        item = wanted[sku]
        assert (product.gtin or None) == item.gtin
        assert product.parent_sku == item.parent
        if item.price is not None:
            assert float(product.regular_price) == float(item.price)
        if item.parent is None:
            assert product.name == item.name
            assert product.status == "publish"


@pytest.mark.seed("ICE-20")
@pytest.mark.seed("ICE-19")
def test_icecat_texts_stand_in_a_block_behind_the_manual_text(running: World) -> None:
    known = {sheet.gtin: sheet.known for sheet in running.goods.sheets}
    wanted = sold(running)
    blocks = 0
    for sku, product in shown(running).items():
        if wanted[sku].parent is not None:
            continue
        assert BLOCK.sub("", product.description) == wanted[sku].text
        has_sheet = known.get(wanted[sku].gtin or "") is Known.OK
        assert bool(BLOCK.search(product.description)) == has_sheet
        blocks += has_sheet
    assert blocks > 5


@pytest.mark.seed("ICE-21")
def test_weights_are_icecats_else_the_tills(running: World) -> None:
    sheets = {sheet.gtin: sheet for sheet in running.goods.sheets if sheet.known is Known.OK}
    from_icecat = from_till = 0
    for sku, product in shown(running).items():
        item = sold(running)[sku]
        sheet = sheets.get(item.gtin or "")
        if sheet and sheet.weight is not None and sheet.weight_feature != "762":
            assert product.weight is not None
            assert product.weight * 1000 == sheet.weight
            from_icecat += 1
        elif item.weight is not None:
            assert str(product.weight) == item.weight
            from_till += 1
    assert from_icecat > 3
    assert from_till > 3


@pytest.mark.pain("woocommerce/woocommerce-rest-api#273")
def test_pictures_are_the_tills_else_icecats_and_uploaded_once_each(running: World) -> None:
    sheets = {sheet.gtin: sheet for sheet in running.goods.sheets if sheet.known is Known.OK}
    for sku, product in shown(running).items():
        item = sold(running)[sku]
        sheet = sheets.get(item.gtin or "")
        assert bool(product.image) == bool(item.image or (sheet and sheet.pictures))
    media = running.shop.state.rows["media"].values()
    assert len({running.shop.state.files[row["id"]] for row in media}) == len(media)


def test_categories_keep_their_tree_and_are_made_once(running: World) -> None:
    names = category_names(running.shop)
    assert len(set(names)) == len(names)
    used = {path for product in shown(running).values() for path in product.categories}
    assert used <= set(names)
    assert all(path.count(" › ") == 2 for path in used)


@pytest.mark.pain("allegro/allegro-api#4690")
def test_a_second_run_reads_and_writes_nothing(running: World) -> None:
    play(running, lambda hub: running.run(hub, approve=False))
    assert running.shop.log == []


def test_a_price_change_is_one_request(running: World) -> None:
    running.sql(
        "UPDATE phppos_items SET unit_price = unit_price + 1, last_modified = datetime('now') WHERE item_id = 1"
    )
    play(running, lambda hub: running.run(hub, "till-to-shop", approve=False))
    assert running.shop.log == ["POST /wp-json/wc/v3/products/batch"]
    assert float(shown(running)["1"].regular_price) == float(sold(running)["1"].price or 0)


def test_a_big_price_move_is_held_and_sent_once_approved(running: World) -> None:
    running.sql(
        "UPDATE phppos_items SET unit_price = unit_price * 3, last_modified = datetime('now') WHERE item_id = 1"
    )
    play(running, lambda hub: running.run(hub, "till-to-shop", approve=False))
    assert running.shop.log == []
    approved = play(running, lambda hub: running.run(hub, "till-to-shop"))
    assert approved == 1
    assert float(shown(running)["1"].regular_price) == float(sold(running)["1"].price or 0)


def test_a_renamed_category_is_renamed_and_products_stay_untouched(running: World) -> None:
    running.sql("UPDATE phppos_categories SET name = 'Kitchen & Co' WHERE name = 'Kitchen'")
    play(running, lambda hub: running.run(hub, "till-to-shop", approve=False))
    assert running.shop.log == ["POST /wp-json/wc/v3/products/categories/batch"]
    assert "Home › Kitchen & Co" in category_names(running.shop)


def test_an_item_deleted_without_a_date_is_switched_off(running: World) -> None:
    running.sql("UPDATE phppos_items SET deleted = 1 WHERE item_id = 2")
    play(running, lambda hub: running.run(hub, "till-to-shop"))
    assert shown(running)["2"].status == "draft"


def test_a_changed_manual_text_of_the_till_leaves_the_icecat_block(running: World) -> None:
    sku = next(sku for sku, one in shown(running).items() if BLOCK.search(one.description))
    before = BLOCK.search(shown(running)[sku].description)
    running.sql(
        "UPDATE phppos_items SET long_description = 'By hand', last_modified = datetime('now') WHERE item_id = ?",
        int(sku),
    )
    play(running, lambda hub: running.run(hub, "till-to-shop"))
    text = shown(running)[sku].description
    assert before is not None
    assert text == "By hand" + before[0]


def test_what_the_shops_staff_overwrites_is_put_right(running: World) -> None:
    key = shown(running)["1"].id
    edit(running.shop, key, name="Somebody's name")
    play(running, lambda hub: running.run(hub, "till-to-shop"))
    assert shown(running)["1"].name == sold(running)["1"].name


def test_a_picture_of_the_shops_own_is_kept(running: World) -> None:
    product = next(one for one in shown(running).values() if one.image and one.parent_sku is None)
    other = next(
        row["id"]
        for row in running.shop.state.rows["media"].values()
        if running.shop.images.src(row) != product.image
    )
    edit(running.shop, product.id, images=[{"id": other}])
    image = shown(running)[product.sku].image
    play(running, lambda hub: running.run(hub))
    assert shown(running)[product.sku].image == image


@pytest.mark.pain("OCA/connector-magento#268")
def test_nothing_is_sent_before_the_first_plan_is_approved(world: World) -> None:
    play(world, lambda hub: world.run(hub, approve=False))
    assert world.shop.log == []
    assert products(world.shop) == ()


def test_a_rejected_plan_is_never_sent(world: World) -> None:
    async def story(hub: Hub) -> None:
        await world.run(hub, "till-to-shop", approve=False)
        held = await plans.held(hub)
        assert await plans.reject(hub, held[0].id, "test") > 20
        assert await runs.settled(hub)

    play(world, story)
    assert world.shop.log == []


@pytest.mark.pain("Starktail/woocommerce_fusion#223")
def test_products_that_are_there_already_are_linked_by_sku_and_not_doubled(world: World) -> None:
    world.shop.products.create({"name": "Old name", "sku": "1", "description": "Kept?", "status": "publish"})
    play(world, lambda hub: world.run(hub))
    found = shown(world)
    assert found["1"].name == sold(world)["1"].name
    assert sum(one.sku == "1" for one in products(world.shop)) == 1


def test_a_sku_held_by_the_trash_is_refused_with_a_remedy_and_nothing_else_waits(world: World) -> None:
    row = world.shop.products.create({"name": "Gone", "sku": "1"})
    world.shop.products.trash(row)
    reports = play(world, lambda hub: _reports(world, hub))
    assert sum(report.failed for report in reports) == 1
    assert len([one for one in products(world.shop) if one.status == "publish"]) > 20


async def _reports(world: World, hub: Hub) -> list[runs.RunReport]:
    await world.run(hub, "till-to-shop")
    found = await runs.open_findings(hub)
    assert any(one.code == "LINK-011" for one in found)
    return await runs.reports(hub, await runs.runs_since(hub, 0))


@pytest.mark.pain("woocommerce/woocommerce#28095")
def test_a_create_that_answered_badly_but_succeeded_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path, 12)
    lost: list[str] = []

    def fault(request: HttpRequest, answer: object) -> HttpResponse:
        found = answer()  # type: ignore[operator]
        if request.method == "POST" and request.url.endswith("products/batch") and not lost:
            lost.append(request.url)
            raise NoAnswer("cut after commit")
        return found  # type: ignore[no-any-return]

    world.http.fault = fault
    monkeypatch.setattr("shopweave.lanes.choose.first_look", lambda ended, lease, run: ended)
    monkeypatch.setattr("shopweave.lanes.settle.first_look", lambda ended, lease, run: ended)
    monkeypatch.setattr("shopweave.core.retry.backoff", lambda failures: 0.1)
    play(world, lambda hub: world.run(hub))
    assert lost
    assert set(shown(world)) == {
        sku for sku, one in sold(world).items() if one.parent is None or one.parent in sold(world)
    }


def test_an_outage_loses_nothing_and_doubles_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path, 12)
    count = iter(range(1_000))

    def fault(request: HttpRequest, answer: object) -> HttpResponse:
        if request.method == "POST" and next(count) % 3 == 0:
            raise NotSent("refused")
        return answer()  # type: ignore[operator,no-any-return]

    world.http.fault = fault
    monkeypatch.setattr("shopweave.core.retry.backoff", lambda failures: 0.05)
    monkeypatch.setattr("shopweave.hub.runs.RESTING", 1_000)
    play(world, lambda hub: world.run(hub))
    assert set(shown(world)) == {
        sku for sku, one in sold(world).items() if one.parent is None or one.parent in sold(world)
    }


def test_a_killed_hub_goes_on_where_it_was(tmp_path: Path) -> None:
    world = World(tmp_path, 18)

    async def interrupted() -> None:
        async with world.hub() as hub:
            await runs.start(hub, "till-to-shop", "test")
            await asyncio.sleep(0.03)

    asyncio.run(interrupted())
    play(world, lambda hub: world.run(hub))
    assert set(shown(world)) == {
        sku for sku, one in sold(world).items() if one.parent is None or one.parent in sold(world)
    }


def test_explain_tells_where_a_price_comes_from(running: World) -> None:
    found = play(running, lambda hub: explain(hub, "1", "regular_price"))
    story = found.stories[0]
    assert story.rules == ("till-to-shop owns it",)
    assert {side.connection for side in story.sides} == {"till", "shop"}
    assert story.sent[0].state == ChangeState.DONE.value
    assert "products/batch" in story.sent[0].request


@pytest.mark.pain("Starktail/woocommerce_fusion#158")
def test_a_plan_made_by_a_person_sends_nothing(running: World) -> None:
    running.sql(
        "UPDATE phppos_items SET name = 'New name', last_modified = datetime('now') WHERE item_id = 1"
    )

    async def story(hub: Hub) -> list[str]:
        await world_plan(running, hub)
        held = await plans.held(hub)
        changes = await hub.store.read(lambda tx: plan_rows.held_changes(tx, held[0].id))
        return [held[0].reasons, str(len(changes))]

    assert play(running, story) == ['["made to be looked at"]', "1"]
    assert running.shop.log == []


async def world_plan(world: World, hub: Hub) -> None:
    await world.run(hub, "till-to-shop", approve=False, cause="plan")


def test_an_approved_change_whose_target_moved_since_is_held_again(running: World) -> None:
    running.sql(
        "UPDATE phppos_items SET name = 'New name', last_modified = datetime('now') WHERE item_id = 1"
    )

    async def story(hub: Hub) -> int:
        await world_plan(running, hub)
        held = (await plans.held(hub))[0]
        edit(running.shop, shown(running)["1"].id, name="Moved meanwhile")
        await plans.approve(hub, held.id, None, "test")
        assert await runs.settled(hub)
        return len(await plans.held(hub))

    assert play(running, story) == 1
    assert shown(running)["1"].name == "Moved meanwhile"


def test_the_whole_job_is_the_same_on_a_database_server(tmp_path: Path) -> None:
    with postgres_url() as url:
        world = World(tmp_path, 24, settings=DEMO.replace("[hub]", f'[hub]\ndatabase = "{url}"'))
        play(world, lambda hub: world.run(hub))
        wanted = {sku for sku, one in sold(world).items() if one.parent is None or one.parent in sold(world)}
        assert set(shown(world)) == wanted
        world.shop.log.clear()
        play(world, lambda hub: world.run(hub, approve=False))
        assert world.shop.log == []


def test_what_was_to_come_with_a_rejected_plan_is_not_waited_for(running: World) -> None:
    running.sql("INSERT INTO phppos_manufacturers (id, name) VALUES (99, 'Brand new')")
    moved = "UPDATE phppos_items SET manufacturer_id = 99, name = 'Again', last_modified = datetime('now') WHERE item_id = ?"

    async def story(hub: Hub) -> None:
        for number in (1, 2):
            running.sql(moved, number)
            await world_plan(running, hub)
        first, second = await plans.held(hub)
        await plans.reject(hub, first.id, "test")
        await plans.approve(hub, second.id, None, "test")
        assert await runs.settled(hub)

    play(running, story)
    assert shown(running)["2"].name == "Again"
    assert "Brand new" not in shown(running)["2"].brands


def test_an_outage_of_the_read_before_an_approved_write_leaves_nothing_in_doubt(running: World) -> None:
    running.sql(
        "UPDATE phppos_items SET name = 'New name', last_modified = datetime('now') WHERE item_id = 1"
    )
    failed: list[str] = []

    def fault(request: HttpRequest, answer: object) -> HttpResponse:
        if "include=" in request.url and not failed:
            failed.append(request.url)
            return HttpResponse(status=502, headers={"content-type": "text/html"}, body=b"bad gateway")
        return answer()  # type: ignore[operator,no-any-return]

    async def story(hub: Hub) -> list[str]:
        await world_plan(running, hub)
        running.http.fault = fault
        await plans.approve(hub, (await plans.held(hub))[0].id, None, "test")
        async with asyncio.timeout(20):
            while not failed:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        return await hub.store.read(
            lambda tx: [one.state.value for one in outbox.changes(tx, range(1, 2_000))][-1:]
        )

    assert play(running, story) == [ChangeState.WAITING.value]


ASKING = DEMO.replace('fill = ["measures"]\n', 'fill = ["measures"]\ndrift = "ask"\nconflict = "ask"\n')


@pytest.mark.parametrize(("side", "expected"), [("source", "Till's name"), ("target", "Shop's name")])
def test_a_conflict_waits_for_a_person_and_the_answer_holds(tmp_path: Path, side: str, expected: str) -> None:
    world = World(tmp_path, 12, settings=ASKING)

    async def story(hub: Hub) -> None:
        await world.run(hub)
        world.sql(
            "UPDATE phppos_items SET name = 'Till''s name', last_modified = datetime('now') WHERE item_id = 1"
        )
        edit(world.shop, shown(world)["1"].id, name="Shop's name")
        await world.run(hub, "till-to-shop")
        found = await conflicts.conflicts(hub)
        assert [(one.sku, one.atom, one.source, one.target) for one in found] == [
            ("1", "name", "Till's name", "Shop's name")
        ]
        assert shown(world)["1"].name == "Shop's name"
        await conflicts.decide(hub, "till-to-shop", "1", "name", side, "test")
        assert await runs.settled(hub)
        await world.run(hub, "till-to-shop")
        assert await conflicts.conflicts(hub) == []

    play(world, story)
    assert shown(world)["1"].name == expected


def test_deciding_what_is_no_conflict_is_refused(running: World) -> None:
    async def story(hub: Hub) -> None:
        with pytest.raises(Configuration, match="CONF-002"):
            await conflicts.decide(hub, "till-to-shop", "1", "name", "source", "test")
        with pytest.raises(Configuration, match="CONF-001"):
            await conflicts.decide(hub, "till-to-shop", "1", "name", "left", "test")

    play(running, story)


def test_a_held_plan_expires_and_is_made_again_from_what_is_true_then(running: World) -> None:
    running.sql(
        "UPDATE phppos_items SET name = 'New name', last_modified = datetime('now') WHERE item_id = 1"
    )

    async def story(hub: Hub) -> tuple[int, list[str]]:
        await world_plan(running, hub)
        held = (await plans.held(hub))[0]
        later = held.made - plan_rows.EXPIRES
        await hub.store.write(lambda tx: plan_rows.set_plan(tx, held.id, "held", expires=later))
        expired = await hub.store.write(lambda tx: tidy(tx, hub.house))
        await running.run(hub, "till-to-shop", approve=False)
        return expired, running.shop.log

    expired, log = play(running, story)
    assert expired == 1
    assert log == ["POST /wp-json/wc/v3/products/batch"]


def test_all_connections_pass_their_check_and_a_bad_one_says_why(world: World) -> None:
    async def story(hub: Hub) -> dict[str, bool]:
        return {one.connection: one.works for one in await checking.check_all(hub)}

    assert play(world, story) == {"till": True, "icecat": True, "shop": True}
    world.shop.access.users = ()
    assert play(world, story) == {"till": True, "icecat": True, "shop": False}


def test_flows_run_by_their_schedules(world: World) -> None:
    def make_due(tx: Tx) -> None:
        tx.run(schedule.update().values(next=tx.now - timedelta(seconds=1)))

    async def story(hub: Hub) -> int:
        await set_schedules(hub)
        await hub.store.write(make_due)
        await set_schedules(hub)
        async with asyncio.timeout(20):
            while not await plans.held(hub):
                await asyncio.sleep(0.05)
        return len(await plans.held(hub))

    assert play(world, story) >= 1


def test_a_variation_added_to_the_till_joins_its_family(tmp_path: Path) -> None:
    world = World(tmp_path, 12)
    play(world, lambda hub: world.run(hub))
    family = next(one for one in shown(world).values() if one.type == "variable")
    world.sql(
        "INSERT INTO phppos_item_variations (id, item_id, name, unit_price) VALUES (9001, ?, 'Red', 5)",
        int(family.sku),
    )
    world.sql(
        "INSERT INTO phppos_item_variation_attribute_values (attribute_value_id, item_variation_id)"
        " SELECT id, 9001 FROM phppos_attribute_values WHERE name = 'Red'"
    )
    world.sql("UPDATE phppos_items SET last_modified = datetime('now') WHERE item_id = ?", int(family.sku))
    play(world, lambda hub: world.run(hub))
    joined = shown(world)[f"{family.sku}-9001"]
    assert joined.parent_sku == family.sku
    assert joined.regular_price == "5"
