"""Levels from a master to its channels: what is written, and what is not."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from shopweave.hub import runs, stock
from shopweave.lanes import turn
from shopweave.lanes.levels import Levels
from shopweave.lanes.queue import Held
from shopweave.model.errors import Configuration, NoAnswer
from shopweave.model.values import UNKNOWN, UNTRACKED, tracked
from shopweave.store import findings, lanes, plans
from shopweave.store.base import Tx
from shopweave.store.stock_tables import shelf
from tests.stock.conftest import begun
from tests.stock.market import Market, goods, play

pytestmark = pytest.mark.long(20)


@pytest.mark.pain("OCA/connector-magento#268")
def test_the_first_levels_wait_for_a_person(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(3))

    async def story() -> None:
        await market.run()
        assert market.shop.writes == []
        found = await market.hub.store.read(findings.open_findings)
        assert [(one.code, one.count) for one in found] == [("STK-001", 3)]
        await begun(market)

    play(market, story, url)
    assert market.shop.goods == market.till.goods
    assert len(market.shop.writes) == 1


@pytest.mark.pain("allegro/allegro-api#4690")
def test_a_clean_shop_is_left_alone(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(3))
    market.shop.goods = dict(market.till.goods)

    async def story() -> None:
        await market.run()
        market.till["S2"] = 4
        await market.run()

    play(market, story)
    assert market.shop.writes == [{"S2": market.till.goods["S2"]}]


@pytest.mark.pain("OCA/connector-magento#226")
@pytest.mark.pain("openlinker-project/openlinker#2623")
def test_a_sale_lowers_the_other_shop_and_not_the_seller(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(3), shops=2)

    async def story() -> None:
        await begun(market)
        for shop in market.shops.values():
            shop.writes.clear()
        market.shop.sell("S1")
        await market.drain(market.at("shop"))
        await market.settled()
        assert market.shops["other"]["S1"] == 4
        await market.book()
        await market.run()

    play(market, story, url)
    assert market.shop.writes == []
    assert market.till["S1"] == market.shop["S1"] == market.shops["other"]["S1"] == 4
    assert len(market.shops["other"].writes) == 1


def test_a_booked_sale_is_not_taken_off_twice(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(1), shops=2)

    async def story() -> None:
        await begun(market)
        for _ in range(3):
            market.shop.sell("S1")
            await market.drain(market.at("shop"))
            await market.book()
            await market.run()
            await market.run()

    play(market, story)
    assert market.till["S1"] == market.shop["S1"] == market.shops["other"]["S1"] == 2


def test_an_order_that_comes_with_the_write_is_not_written_over(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(1))

    async def story() -> None:
        await begun(market)
        market.till["S1"] = 9
        market.shop.before_write = partial(market.shop.sell_once, "S1")
        await market.run()
        await market.book()
        await market.run()

    play(market, story)
    assert market.till["S1"] == market.shop["S1"] == 8


def test_where_levels_are_compared_a_sale_is_never_written_over(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(1))
    market.shop.swaps = True

    async def story() -> None:
        await begun(market)
        market.shop.writes.clear()
        market.till["S1"] = 9
        market.shop.before_write = partial(market.shop.sell_once, "S1")
        await market.run()
        await market.book()
        await market.run()

    play(market, story, url)
    assert market.shop.writes == [{"S1": tracked(Decimal(8))}]
    assert market.till["S1"] == market.shop["S1"] == 8


@pytest.mark.pain("woocommerce/woocommerce#38786")
def test_a_level_edited_by_hand_is_put_right(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), drift_limit=0)

    async def story() -> list[str]:
        await begun(market)
        market.shop["S2"] = 50
        await market.run()
        return [one.code for one in await market.hub.store.read(findings.open_findings)]

    assert "STK-020" in play(market, story)
    assert market.shop.goods == market.till.goods


@pytest.mark.pain("pronamic/wp-woocommerce-stock-synchronization#4")
@pytest.mark.parametrize("lost", ["loses_answers", "loses_requests"])
def test_a_write_in_doubt_is_read_before_it_is_written_again(
    tmp_path: Path, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "LEASE", 1.0)
    market = Market(tmp_path, goods(2))

    async def story() -> None:
        await begun(market)
        market.till["S1"] = 7
        setattr(market.shop, lost, 1)
        market.shop.writes.clear()
        market.shop.reads = 0
        await market.run()
        await market.settled(60)

    play(market, story)
    assert market.shop.reads >= 1
    assert market.shop.goods == market.till.goods
    assert len(market.shop.writes) == 1


@pytest.mark.parametrize("answered", [True, False])
def test_a_level_in_doubt_is_taken_from_the_next_reading_unless_a_write_may_still_land(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, answered: bool
) -> None:
    market = Market(tmp_path, goods(1))

    def blur(tx: Tx) -> None:
        later = tx.now + timedelta(minutes=2)
        values = {"expected": "unknown", "expected_quantity": None, "again": True, "not_before": later}
        written = tx.now if answered else None
        tx.run(shelf.update().values(**values, sent=tx.now, written_at=written))

    async def story() -> list[str]:
        await begun(market)
        await market.hub.store.write(blur)
        # What may still change is not settled for two minutes.
        monkeypatch.setattr(market, "settled", lambda: asyncio.sleep(1.0))
        await market.run()
        rows = await market.hub.store.read(lambda tx: tx.rows(select(shelf.c.expected)))
        return [row.expected for row in rows]

    assert play(market, story) == ["tracked" if answered else "unknown"]


def test_what_is_unknown_or_not_counted_is_never_written(tmp_path: Path) -> None:
    market = Market(tmp_path, {**goods(1), "A": UNKNOWN, "B": UNTRACKED})

    async def story() -> None:
        await begun(market)
        market.till.goods["S1"] = UNKNOWN
        await market.run()

    play(market, story)
    assert [list(one) for one in market.shop.writes] == [["S1"]]
    assert market.shop["S1"] == 5


def test_a_refused_level_stops_nothing_else(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(3))
    market.shop.refused = {"S2"}

    async def story() -> list[str]:
        await begun(market)
        return [one.code for one in await market.hub.store.read(findings.open_findings)]

    assert "FAKE-1" in play(market, story)
    assert (market.shop["S1"], market.shop.goods["S2"], market.shop["S3"]) == (5, UNTRACKED, 5)


def test_a_feed_that_would_zero_much_is_held_and_the_old_levels_stay(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(60))
    market.till.page_size = 15

    async def story() -> list[tuple[str, int]]:
        await begun(market)
        for number in range(1, 31):
            market.till[f"S{number}"] = 0
        market.shop.sell("S3")
        await market.drain(market.at("shop"))
        await market.run()
        return [(one.code, one.count) for one in await market.hub.store.read(findings.open_findings)]

    assert ("STK-010", 30) in play(market, story)
    assert market.shop["S1"] == 5
    assert market.shop["S3"] == 4


def test_a_few_zeros_pass_at_once(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(60))

    async def story() -> None:
        await begun(market)
        for number in range(1, 19):
            market.till[f"S{number}"] = 0
        await market.run()

    play(market, story)
    assert market.shop.goods == market.till.goods


def test_zeros_that_the_masters_own_log_explains_pass(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(60))
    market.till.page_size = 15

    async def story() -> list[str]:
        await begun(market)
        for number in range(1, 31):
            market.till[f"S{number}"] = 0
            market.till.sold_out.add(f"S{number}")
        await market.run()
        return [one.code for one in await market.hub.store.read(findings.open_findings)]

    assert "STK-010" not in play(market, story)
    assert market.shop.goods == market.till.goods


def test_a_big_raise_is_held_until_it_is_right_again(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2))

    async def story() -> None:
        await begun(market)
        market.till["S1"] = 5_000
        await market.run()
        assert market.shop["S1"] == 5
        market.till["S1"] = 6
        await market.run()

    play(market, story)
    assert market.shop["S1"] == 6


@pytest.mark.pain("woocommerce/woocommerce#44273")
def test_the_buffer_is_held_back(tmp_path: Path) -> None:

    market = Market(tmp_path, goods(2), buffer=Decimal(2))
    play(market, lambda: begun(market))
    assert market.shop["S1"] == 3


def test_held_levels_are_believed_when_a_person_says_so(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2))

    async def story() -> int:
        await begun(market)
        market.till["S1"] = 5_000
        await market.run()
        held = (await stock.waiting(market.hub)).held
        assert [(one.name, one.why, one.kept, one.read) for one in held] == [("s1", "raise", "5", "5000")]
        count = await stock.release(market.hub, "till", "test")
        await market.settled()
        assert (await stock.waiting(market.hub)).held == ()
        return count

    assert play(market, story) == 1
    assert market.shop["S1"] == 5_000


def test_every_unit_is_explained(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), shops=2, buffer=Decimal(1))

    async def story() -> stock.StockStory:
        await begun(market)
        market.shop.sell("S1", 2)
        await market.drain(market.at("shop"))
        await market.settled()
        return await stock.explain_stock(market.hub, "s1")

    found = play(market, story)
    master = found.masters[0]
    assert (master.name, master.on_hand, [(one.quantity, one.stage) for one in master.moved]) == (
        "till",
        "5",
        [(Decimal(-2), "open")],
    )
    assert [(one.channel, one.wanted, one.expected, one.written, one.why) for one in found.channels] == [
        ("shop", "2", "2", "4", "nothing to write"),
        ("other", "2", "2", "2", "nothing to write"),
    ]


def test_a_sku_nobody_has_is_an_error(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(1))
    with pytest.raises(Configuration, match="No item has the SKU"):
        play(market, lambda: stock.explain_stock(market.hub, "nothing"))


def test_first_levels_go_that_are_released_while_a_turn_of_the_lane_lasts(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2))

    async def story() -> None:
        hub = market.hub
        channel = hub.house.channel(market.at("shop"))
        assert channel is not None
        queue = Levels(hub.store, hub.random, hub.port("shop"), channel, hub.drain)
        await market.run()
        lease = await hub.store.write(lambda tx: lanes.take_lease(tx, market.at("shop"), "test", 40.0))
        assert lease is not None
        await hub.store.write(lambda tx: queue.begin(tx, Held(lease=lease, deadline=40.0)))
        assert await hub.store.write(queue.heads) == []
        await stock.release_first(hub, "test")
        assert len(await hub.store.write(queue.heads)) == 1

    play(market, story)


@pytest.mark.parametrize("lifts", [True, False])
def test_a_lane_that_rests_goes_on_when_its_connection_has_answered_others(
    tmp_path: Path, *, lifts: bool
) -> None:
    market = Market(tmp_path, goods(2))

    async def story() -> None:
        await begun(market)
        market.till["S1"] = 3
        await market.hub.store.write(lambda tx: rest(market, tx, lifts=lifts))
        flow = market.hub.house.stock_flow("shop-stock")
        run = await market.hub.store.write(lambda tx: market.hub.stock.start(tx, flow, "test", "run", "one"))
        await runs.finished(market.hub, run)
        if lifts:
            await market.settled()
        assert market.shop["S1"] == (3 if lifts else 5)

    play(market, story)


def rest(market: Market, tx: Tx, *, lifts: bool) -> None:
    """Let the shop's lane rest for an hour, as after many failures."""
    soonest = tx.now - timedelta(seconds=1) if lifts else None
    lanes.rest(tx, market.at("shop"), tx.now + timedelta(hours=1), "nobody answers", 7, soonest)


def test_the_orders_read_after_one_request_serve_the_next(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(25))
    writes_at_drains: list[int] = []

    async def noted(connection: int) -> None:
        writes_at_drains.append(len(market.shop.writes))
        await market.drain(connection)

    async def story() -> None:
        await begun(market)
        market.shop.writes.clear()
        for sku in market.till.goods:
            market.till[sku] = 4
        channels = {one.row.target: one.channel for one in market.hub.house.stock.values()}
        market.hub.lanes.show_stock(channels, noted)
        await market.run()

    play(market, story)
    assert [len(one) for one in market.shop.writes] == [20, 5]
    # Where the run reads a level meanwhile, the lane may look once more for nothing before it or behind it.
    assert writes_at_drains.count(1) == 1
    assert {0, 2} <= set(writes_at_drains)


def test_what_a_channel_shows_counts_while_its_master_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = Market(tmp_path, goods(2))

    async def away(*_: object) -> None:
        raise NoAnswer("away")

    async def story() -> None:
        await begun(market)
        market.shop["S1"] = 9
        monkeypatch.setattr(market.hub.stock, "_again", away)
        flow = market.hub.house.stock_flow("shop-stock")
        run = await market.hub.store.write(lambda tx: market.hub.stock.start(tx, flow, "test", "run", "one"))
        for _ in range(300):
            if market.shop["S1"] == 5:
                break
            await asyncio.sleep(0.01)
        row = await market.hub.store.read(lambda tx: plans.run_row(tx, run))
        assert row is not None
        assert (market.shop["S1"], row.ended) == (5, None)

    play(market, story)
