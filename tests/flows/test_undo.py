"""Undo: what a run wrote goes back, stays back, and follows its source again when that moves."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs

from shopweave.hub import plans, runs, undo
from shopweave.hub.context import Hub
from shopweave.hub.explain import explain
from shopweave.hub.settings.templates import DEMO
from shopweave.hub.undo import UndoPlan
from shopweave.model.errors import Configuration, NoAnswer
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import ProductTruth, products
from shopweave.simulators.woocommerce.truth import edit
from shopweave.store import findings
from tests.services import postgres_url
from tests.worlds import World, filled, play

pytestmark = pytest.mark.long(20)

RAISED = "UPDATE phppos_items SET unit_price = unit_price * 1.1, last_modified = datetime('now')"
FLOW = "till-to-shop"


def shown(world: World) -> dict[str, ProductTruth]:
    return {one.sku: one for one in products(world.shop)}


def prices(world: World) -> dict[str, str]:
    return {one.sku: one.regular_price for one in products(world.shop) if one.type != "variable"}


@pytest.fixture(params=["sqlite", "postgres"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world in step, on each database."""
    if request.param == "sqlite":
        yield filled(tmp_path, 14)
        return
    with postgres_url() as url:
        found = World(tmp_path, 14, settings=DEMO.replace("[hub]", f'[hub]\ndatabase = "{url}"'))
        play(found, found.run)
        yield found


@pytest.fixture
def small(tmp_path: Path) -> World:
    return filled(tmp_path, 14)


async def raised(world: World, hub: Hub, where: str = "") -> int:
    world.sql(RAISED + where)
    return await one_run(hub)


async def one_run(hub: Hub) -> int:
    run = await runs.start(hub, FLOW, "test")
    await runs.finished(hub, run)
    assert await runs.settled(hub)
    for plan in await plans.held(hub):
        await plans.approve(hub, plan.id, None, "test")
        assert await runs.settled(hub)
    return run


async def undone(hub: Hub, run: int, *, also_moved: bool = False) -> UndoPlan:
    made = await undo.plan_undo(hub, run, "Anna", also_moved=also_moved)
    if made.plan:
        await plans.approve(hub, made.plan, None, "Anna")
        assert await runs.settled(hub)
    return made


def test_a_run_is_undone_and_stays_so_until_its_source_moves(world: World) -> None:
    before = prices(world)

    async def story(hub: Hub) -> None:
        run = await raised(world, hub)
        assert prices(world) != before
        made = await undone(hub, run)
        assert made.values >= 10
        assert made.left == {}
        assert prices(world) == before
        assert await undo.fate(hub, made.plan) == {"done": made.records}
        world.shop.log.clear()
        await world.run(hub, approve=False)
        assert world.shop.log == []
        pinned = await undo.pins(hub)
        assert len(pinned) == made.values
        assert {(pin.flow, pin.run, pin.who) for pin in pinned} == {(FLOW, str(run), "Anna")}
        await raised(world, hub, " WHERE item_id = 1")
        left = await undo.pins(hub)
        assert {pin.sku for pin in pinned} - {pin.sku for pin in left} == {"1"}
        assert {sku for sku, price in prices(world).items() if price != before[sku]} == {"1"}

    play(world, story)


def test_a_pin_that_is_taken_off_lets_the_source_be_written(small: World) -> None:
    before = prices(small)

    async def story(hub: Hub) -> None:
        await undone(hub, await raised(small, hub, " WHERE item_id = 1"))
        assert prices(small) == before
        await undo.unpin(hub, FLOW, "1", "regular_price", "Anna")
        assert await runs.settled(hub)
        with pytest.raises(Configuration, match="UNDO-003"):
            await undo.unpin(hub, FLOW, "1", "regular_price", "Anna")
        with pytest.raises(Configuration, match="UNDO-003"):
            await undo.unpin(hub, FLOW, "nothing", "regular_price", "Anna")
        assert await undo.pins(hub) == []

    play(small, story)
    assert {sku for sku, price in prices(small).items() if price != before[sku]} == {"1"}


def test_what_somebody_changed_since_is_left_unless_it_is_chosen(small: World) -> None:
    before = prices(small)

    async def story(hub: Hub) -> None:
        first = await raised(small, hub, " WHERE item_id = 1")
        await raised(small, hub, " WHERE item_id = 1")
        made = await undone(hub, first)
        assert (made.plan, made.left) == (0, {"changed there since": 1})
        assert not any(one.kind == "undo" for one in await plans.held(hub, with_undo=True))
        made = await undone(hub, first, also_moved=True)
        assert made.values == 1

    play(small, story)
    assert prices(small) == before


def test_a_line_whose_target_moves_after_the_plan_is_not_sent_and_not_pinned(small: World) -> None:
    async def story(hub: Hub) -> None:
        run = await raised(small, hub, " WHERE item_id = 1")
        made = await undo.plan_undo(hub, run, "Anna", also_moved=False)
        edit(small.shop, shown(small)["1"].id, regular_price="180")
        await plans.approve(hub, made.plan, None, "Anna")
        assert await runs.settled(hub)
        assert await undo.fate(hub, made.plan) == {"dropped": 1}
        assert await undo.pins(hub) == []

    play(small, story)
    assert prices(small)["1"] != "180"


def test_records_that_a_run_made_are_switched_off_and_never_deleted(tmp_path: Path) -> None:
    world = World(tmp_path, 10)

    async def story(hub: Hub) -> UndoPlan:
        await world.run(hub, FLOW)
        return await undone(hub, 1)

    made = play(world, story)
    assert made.records == len(products(world.shop))
    assert made.left["categories, brands and pictures that were made stay: others may use them"] > 0
    assert {one.status for one in products(world.shop)} <= {"draft", "private"}
    world.shop.log.clear()
    play(world, lambda hub: world.run(hub, FLOW))
    assert world.shop.log == []


def test_categories_and_pictures_go_back_as_the_shop_names_them(small: World) -> None:
    before = shown(small)["1"]
    small.sql(
        "UPDATE phppos_items SET category_id = (SELECT MAX(category_id) FROM phppos_items), name = 'Else',"
        " last_modified = datetime('now') WHERE item_id = 1"
    )

    async def story(hub: Hub) -> None:
        run = await one_run(hub)
        assert shown(small)["1"].name == "Else"
        assert shown(small)["1"].categories != before.categories
        await undone(hub, run)

    play(small, story)
    assert structs.replace(shown(small)["1"], modified=before.modified) == before


def test_an_undo_can_be_undone(small: World) -> None:
    async def story(hub: Hub) -> None:
        run = await raised(small, hub)
        after = prices(small)
        await undone(hub, run)
        listed = (await runs.latest(hub, 1))[0]
        assert (listed.cause, listed.by, listed.did.flow) == ("undo", "Anna", FLOW)
        await undone(hub, listed.run)
        assert prices(small) == after

    play(small, story)


def test_an_undo_that_ended_in_doubt_is_sent_until_the_shop_shows_it(
    small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, cuts = prices(small), iter([True, False])
    soon = timedelta(seconds=0.5)
    for place in ("choose", "settle"):
        monkeypatch.setattr(f"shopweave.lanes.{place}.first_look", lambda ended, lease, run: ended + soon)
    monkeypatch.setattr("shopweave.core.retry.backoff", lambda failures: 0.1)

    def fault(request: HttpRequest, answer: object) -> HttpResponse:
        if request.method != "POST" or (cut := next(cuts, None)) is None:
            return answer()  # type: ignore[operator,no-any-return]
        if not cut:
            answer()  # type: ignore[operator]
        raise NoAnswer("cut")

    async def story(hub: Hub) -> None:
        run = await raised(small, hub, " WHERE item_id = 1")
        small.http.fault = fault
        made = await undone(hub, run)
        assert await undo.fate(hub, made.plan) == {"done": 1}

    play(small, story)
    assert next(cuts, None) is None
    assert prices(small) == before
    small.shop.log.clear()
    play(small, lambda hub: small.run(hub, FLOW, approve=False))
    assert small.shop.log == []


def test_a_held_undo_survives_runs_and_is_replaced_by_the_next(small: World) -> None:
    before = prices(small)

    async def story(hub: Hub) -> None:
        run = await raised(small, hub, " WHERE item_id = 1")
        first = await undo.plan_undo(hub, run, "Anna", also_moved=False)
        small.sql("UPDATE phppos_items SET name = 'N', last_modified = datetime('now') WHERE item_id = 1")
        await small.run(hub, FLOW)
        told = [one.what for one in await hub.store.read(findings.open_findings)]
        assert any(what.endswith(f"undoes run {run}.") for what in told)
        second = await undo.plan_undo(hub, run, "Anna", also_moved=False)
        assert second.plan != first.plan
        await plans.approve(hub, second.plan, None, "Anna")
        assert await runs.settled(hub)

    play(small, story)
    assert prices(small) == before
    assert shown(small)["1"].name == "N"


def test_explain_shows_the_undo(small: World) -> None:
    async def story(hub: Hub) -> None:
        run = await raised(small, hub, " WHERE item_id = 1")
        await undone(hub, run)
        told = (await explain(hub, "1", "regular_price")).stories[0]
        assert told.sent[-1].why == f"undoes run {run}"
        assert told.pin is not None
        assert (told.pin.flow, told.pin.run, told.pin.who) == (FLOW, str(run), "Anna")

    play(small, story)


def test_only_runs_that_ended_can_be_undone(small: World) -> None:
    async def story() -> None:
        async with small.hub(start=False) as hub:
            with pytest.raises(Configuration, match="UNDO-001"):
                await undo.plan_undo(hub, 9_999, "Anna", also_moved=False)
            run = await runs.start(hub, FLOW, "test")
            with pytest.raises(Configuration, match="UNDO-002"):
                await undo.plan_undo(hub, run, "Anna", also_moved=False)

    asyncio.run(story())
