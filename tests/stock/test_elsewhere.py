"""Sales that another program books: they count as gone until the master's level has shown them for long."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from shopweave.core.elsewhere import Shows, shows
from shopweave.hub import stock
from shopweave.model.movement import Movement, Stage, Witness
from shopweave.model.values import tracked
from shopweave.store import movements, numbers
from shopweave.store.base import Tx
from shopweave.store.movements import Entry, Ledger
from shopweave.store.tables import movement
from tests.stock.conftest import begun
from tests.stock.market import Market, goods, play


async def sold(market: Market) -> None:
    market.shop.sell("S1")
    await market.drain(market.at("shop"))


def ledger(market: Market, tx: Tx) -> list[Entry]:
    return movements.elsewhere(tx, market.at("till"), market.at("shop"))


async def pass_time(market: Market) -> None:
    """Let the settle time pass."""
    await market.hub.store.write(
        lambda tx: tx.run(movement.update().values(moved=tx.now - timedelta(hours=2)))
    )


def take_back(market: Market, tx: Tx) -> None:
    """Let the shop's staff cancel what was sold."""
    (one,) = ledger(market, tx)
    at = Ledger(connection=market.at("shop"), order=one.order, master=one.master, way=one.way)
    back = Movement(
        connection="shop",
        line=one.movement.line,
        n=2,
        item=one.movement.item,
        warehouse="",
        quantity=-one.movement.quantity,
    )
    movements.add(tx, at, [back])


@pytest.mark.parametrize(
    ("change", "waiting", "places", "rest"),
    [
        (-3, [-1, -2, -1], (0, 1), 0),
        (-1, [-2, -1], (1,), 0),
        (-5, [-1], (0,), -4),
        (1, [-1], (), 1),
        (2, [-1, 2], (1,), 0),
        (0, [-1], (), 0),
    ],
)
def test_a_change_shows_the_oldest_that_fit(
    change: int, waiting: list[int], places: tuple[int, ...], rest: int
) -> None:
    found = shows(Decimal(change), [Decimal(one) for one in waiting])
    assert found == Shows(places=places, rest=Decimal(rest))


def test_a_sale_counts_until_the_level_has_shown_it_for_the_settle_time(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(2), shops=2, sales="elsewhere")

    async def story() -> None:
        await begun(market)
        await sold(market)
        await market.run()
        assert market.shops["other"]["S1"] == 4
        market.till["S1"] = 4
        await market.run()
        assert market.shops["other"]["S1"] == 3
        (shown,) = (await stock.explain_stock(market.hub, "S1")).masters[0].moved
        assert shown.until is not None
        assert shown.until - shown.since == timedelta(minutes=30)
        await pass_time(market)
        await market.run()
        (master,) = (await stock.explain_stock(market.hub, "S1")).masters
        assert master.moved == ()
        assert [(one.order, one.stage, one.counts) for one in master.settled] == [
            ("shop:1", "absorbed", False)
        ]

    play(market, story, url)
    assert market.shop["S1"] == market.shops["other"]["S1"] == market.till["S1"] == 4


def test_a_sale_that_no_level_shows_goes_on_counting(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), sales="elsewhere", settle=0)

    async def story() -> int:
        await begun(market)
        await sold(market)
        await pass_time(market)
        for _ in range(3):
            await market.run()
        return len(await market.hub.store.read(lambda tx: ledger(market, tx)))

    assert play(market, story) == 1
    assert (market.till["S1"], market.shop["S1"]) == (5, 4)


def test_a_program_that_books_before_the_hub_has_read_the_order_is_understood(
    tmp_path: Path, url: str
) -> None:
    market = Market(tmp_path, goods(2), sales="elsewhere", settle=0)

    async def story() -> None:
        await begun(market)
        market.shop["S1"] = market.till["S1"] = 4
        await market.run()
        market.shop.orders.append(("S1", 1))
        await market.drain(market.at("shop"))
        await market.run()
        assert await market.hub.store.read(lambda tx: ledger(market, tx)) == []

    play(market, story, url)
    assert market.shop["S1"] == market.till["S1"] == 4


def test_a_sale_that_was_taken_back_before_anybody_booked_it_is_over(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(2), sales="elsewhere", settle=0)

    async def story() -> None:
        await begun(market)
        await sold(market)
        await market.hub.store.write(partial(take_back, market))
        market.shop["S1"] = 5
        await market.run()
        assert await market.hub.store.read(lambda tx: ledger(market, tx)) == []

    play(market, story, url)
    assert market.shop["S1"] == market.till["S1"] == 5


def test_goods_that_come_back_at_the_till_do_not_show_a_cancelled_sale(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), sales="elsewhere")

    async def story() -> None:
        await begun(market)
        await sold(market)
        await market.hub.store.write(partial(take_back, market))
        market.shop["S1"], market.till["S1"] = 5, 6
        await market.run()
        assert market.shop["S1"] == 6
        await pass_time(market)
        await market.run()
        assert await market.hub.store.read(lambda tx: ledger(market, tx)) == []

    play(market, story)
    assert market.shop["S1"] == market.till["S1"] == 6


def test_where_a_log_names_bookings_no_change_of_a_level_is_taken_for_one(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), shops=2, sales="elsewhere")
    market.till.witness = Witness.LOG_POSITION

    async def story() -> None:
        await begun(market)
        await sold(market)
        market.till["S1"] = 4
        await market.run()
        (entry,) = await market.hub.store.read(lambda tx: ledger(market, tx))
        assert (entry.stage, entry.ended) == (Stage.OPEN, None)

    play(market, story)
    assert market.shops["other"]["S1"] == 3


def test_the_answer_of_a_booking_of_ours_shows_what_others_booked_before_it(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(2), sales="elsewhere")

    def answered(tx: Tx) -> None:
        (one,) = ledger(market, tx)
        at = Ledger(connection=market.at("shop"), order=one.order, master=one.master, way="hand-over")
        ours = Movement(
            connection="shop", line="own", n=1, item=one.movement.item, warehouse="", quantity=Decimal(-1)
        )
        movements.add(tx, at, [ours])
        booked = [entry for entry in movements.of_orders(tx, [one.order]) if entry.movement.line == "own"]
        began, ended = numbers.draw(tx, one.master), numbers.draw(tx, one.master)
        movements.set_stage(tx, [booked[0].id], Stage.ACKNOWLEDGED, began=began, ended=ended)
        shown = {market.till.names["S1"]: tracked(Decimal(3))}
        market.hub.selling.absorb(
            tx, market.hub.port("till"), movements.by_ids(tx, [booked[0].id]), shown, began, ended
        )

    async def story() -> list[tuple[str, bool]]:
        await begun(market)
        await sold(market)
        await market.hub.store.write(answered)
        (order,) = await market.hub.store.read(lambda tx: [one.order for one in ledger(market, tx)])
        found = await market.hub.store.read(lambda tx: movements.of_orders(tx, [order]))
        return [(one.stage.value, one.ended is None) for one in found]

    assert play(market, story, url) == [("open", False), ("absorbed", False)]


def test_a_held_level_shows_nothing_until_it_is_believed(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(60), sales="elsewhere", settle=0)

    async def story() -> None:
        await begun(market)
        await sold(market)
        for number in range(1, 31):
            market.till[f"S{number}"] = 0
        await market.run()
        assert [one.ended for one in await market.hub.store.read(lambda tx: ledger(market, tx))] == [None]
        assert market.shop["S1"] == 4
        await stock.release(market.hub, "till", "test")
        await market.run()
        assert await market.hub.store.read(lambda tx: ledger(market, tx)) == []

    play(market, story)
    assert market.shop["S1"] == 0
