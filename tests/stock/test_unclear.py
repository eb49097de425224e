"""What else left the shelf is not sold while a booking has no answer, whether its level contains it or not."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from shopweave.hub import stock
from shopweave.model.movement import Stage
from shopweave.store import movements, numbers
from shopweave.store.base import Tx
from shopweave.store.movements import Entry
from shopweave.store.tables import movement
from tests.stock.conftest import begun
from tests.stock.market import Market, goods, play

pytestmark = pytest.mark.long(20)


def entries(market: Market, tx: Tx) -> list[Entry]:
    items = [row.item for row in tx.rows(movement.select())]
    return movements.of_items(tx, market.at("till"), items)


async def put(market: Market, stage: Stage, **values: Any) -> None:
    """Put all bookings at a stage, with the number of a request that begins now unless told otherwise."""

    def change(tx: Tx) -> None:
        given = values or {"began": numbers.draw(tx, market.at("till"))}
        movements.set_stage(tx, [one.id for one in entries(market, tx)], stage, **given)

    await market.hub.store.write(change)


async def sold(market: Market, *skus: str) -> None:
    """Sell one of each in the shop, and begin to book it."""
    await begun(market)
    for sku in skus:
        market.shop.sell(sku)
    await market.drain(market.at("shop"))
    await market.settled()


async def lost(market: Market, stage: Stage) -> None:
    """Have a booking of one piece at a stage, and two more leave the master meanwhile."""
    await sold(market, "S1")
    await put(market, stage)
    market.till["S1"] -= 2
    await market.run()


async def unclear(market: Market, sku: str) -> str:
    return (await stock.explain_stock(market.hub, sku)).masters[0].unclear


def shown(market: Market, sku: str) -> set[int]:
    return {shop[sku] for shop in market.shops.values()}


@pytest.mark.parametrize("is_booked", [False, True])
def test_what_else_left_is_not_sold_while_a_booking_is_in_doubt(
    tmp_path: Path, url: str, *, is_booked: bool
) -> None:
    market = Market(tmp_path, goods(3), shops=2)

    async def story() -> None:
        await sold(market, "S1")
        await put(market, Stage.IN_DOUBT)
        market.till["S1"] -= 2 + is_booked
        await market.run()
        assert shown(market, "S1") == {market.till["S1"] - 1}
        assert await unclear(market, "S1") == str(market.till["S1"])
        if is_booked:
            ended = await market.hub.store.write(lambda tx: numbers.draw(tx, market.at("till")))
            await put(market, Stage.ACKNOWLEDGED, ended=ended)
        else:
            await put(market, Stage.OPEN, began=None)
            await market.book()
        await market.run()
        assert shown(market, "S1") == {market.till["S1"]} == {2}
        assert await unclear(market, "S1") == ""

    play(market, story, url)


def test_what_left_stays_known_when_the_doubt_is_over_and_nothing_was_read_since(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), shops=2)

    async def story() -> None:
        await lost(market, Stage.IN_DOUBT)
        await put(market, Stage.OPEN, began=None)
        market.shops["other"].sell("S2")
        await market.drain(market.at("other"))
        await market.settled()
        assert shown(market, "S1") == {2}

    play(market, story)


def test_an_answer_that_takes_no_longer_is_waited_for(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), shops=2)

    async def story() -> None:
        await lost(market, Stage.SENT)
        assert shown(market, "S1") == {4}
        late = timedelta(seconds=3)
        await market.hub.store.write(lambda tx: tx.run(movement.update().values(moved=tx.now - late)))
        await market.run()
        assert shown(market, "S1") == {2}

    play(market, story)


def test_many_that_show_nothing_at_once_are_no_news(tmp_path: Path) -> None:
    names = [f"S{number}" for number in range(1, 26)]
    market = Market(tmp_path, goods(30))

    async def story() -> None:
        await sold(market, *names)
        await put(market, Stage.IN_DOUBT)
        for sku in names:
            market.till[sku] = 0
        await market.run()
        assert {market.shop[sku] for sku in names} == {4}
        market.till.sold_out = {"S1"}
        await market.run()
        assert (market.shop["S1"], market.shop["S2"]) == (0, 4)

    play(market, story)


def test_a_level_that_was_read_later_takes_the_place_of_an_unclear_one(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(1))

    async def story() -> None:
        await sold(market, "S1")
        await put(market, Stage.IN_DOUBT)
        market.till["S1"] = 1
        await market.run()
        assert market.shop["S1"] == 0
        market.till["S1"] = 4
        await market.run()
        assert (market.shop["S1"], await unclear(market, "S1")) == (3, "4")
        await market.hub.store.write(partial(settle, market))
        await market.run()
        assert (market.shop["S1"], await unclear(market, "S1")) == (4, "")

    play(market, story)


def settle(market: Market, tx: Tx) -> None:
    movements.set_stage(tx, [one.id for one in entries(market, tx)], Stage.VOID)
