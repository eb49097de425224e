"""More than one warehouse: what a channel shows, and where an order leaves from."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from shopweave.core.levels import less, within
from shopweave.core.routing import route
from shopweave.hub import stock
from shopweave.model.values import UNKNOWN, UNTRACKED, Level, placed, tracked
from tests.stock.conftest import begun
from tests.stock.market import Market, play


def at(**quantities: int) -> Level:
    """Give a level by warehouse: `a=3, b=2`."""
    return placed((place, Decimal(quantity)) for place, quantity in quantities.items())


def held(**quantities: int) -> Mapping[str, Decimal]:
    return {place: Decimal(quantity) for place, quantity in quantities.items()}


@pytest.mark.parametrize(
    ("wants", "preferred", "chosen"),
    [
        ({"1": 2}, (), "a"),
        ({"1": 4}, (), "b"),
        ({"1": 4, "2": 3}, (), "b"),
        ({"1": 4, "2": 4}, (), "a"),
        ({"1": 9}, (), "b"),
        ({"1": 2}, ("b", "a"), "b"),
        ({"1": 9}, ("c",), ""),
        ({}, ("b", "a"), "b"),
    ],
)
def test_an_order_leaves_from_the_first_warehouse_that_has_all_of_it(
    wants: Mapping[str, int], preferred: tuple[str, ...], chosen: str
) -> None:
    there = {"1": held(a=3, b=5), "2": held(a=9, b=3)}
    assert route({item: Decimal(one) for item, one in wants.items()}, there, preferred) == chosen


def test_where_nothing_is_known_of_warehouses_none_is_named() -> None:
    assert route({"1": Decimal(2)}, {}, ("a",)) == ""


def test_a_channel_counts_what_lies_in_its_warehouses() -> None:
    assert within(at(a=3, b=2), ("b",)) == tracked(Decimal(2))
    assert within(at(a=3, b=2), ("c",)) == UNKNOWN
    assert within(tracked(Decimal(5)), ("a",)) == UNKNOWN
    assert within(UNTRACKED, ("a",)) == UNTRACKED
    assert within(at(a=3, b=2), ()) == at(a=3, b=2)


def test_what_left_is_taken_off_where_it_lay() -> None:
    assert less(at(a=3, b=2), held(b=-1)) == at(a=3, b=1)
    assert less(at(a=3, b=2), {"": Decimal(-1)}) == at(a=2, b=2)
    assert less(UNKNOWN, held(b=-1)) == UNKNOWN


def test_each_channel_shows_its_own_warehouses(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, {"S1": at(a=3, b=2)}, shops=2, warehouses={"other": ("b",)})

    async def story() -> None:
        await begun(market)
        assert (market.shop["S1"], market.shops["other"]["S1"]) == (5, 2)
        market.till.goods["S1"] = at(a=1, b=4)
        await market.run()
        assert (market.shop["S1"], market.shops["other"]["S1"]) == (5, 4)
        market.leaves_from = "a"
        market.shop.sell("S1")
        await market.drain(market.at("shop"))
        await market.run()
        assert (market.shop["S1"], market.shops["other"]["S1"]) == (4, 4)
        market.leaves_from = "b"
        market.shop.sell("S1")
        await market.drain(market.at("shop"))
        await market.run()
        assert (market.shop["S1"], market.shops["other"]["S1"]) == (3, 3)
        (master,) = (await stock.explain_stock(market.hub, "S1")).masters
        assert master.places == (("a", "1"), ("b", "4"))
        assert [one.warehouse for one in master.moved] == ["a", "b"]

    play(market, story, url)


def test_goods_carried_from_one_warehouse_to_another_are_no_change_for_all(tmp_path: Path) -> None:
    market = Market(tmp_path, {"S1": at(a=3, b=2)})

    async def story() -> None:
        await begun(market)
        market.shop.writes.clear()
        market.till.goods["S1"] = at(a=0, b=5)
        await market.run()

    play(market, story)
    assert market.shop.writes == []
