"""What linking by hand does to orders: set aside before, booked and handed over after, never twice."""

import asyncio
from decimal import Decimal
from functools import partial

import pytest

from shopweave.hub import linking
from shopweave.hub.context import Hub
from shopweave.lanes.snapshots import incoming
from shopweave.model.record import Kind
from shopweave.store import connections, findings, links, order_lines, orders, records
from shopweave.store.base import Tx
from tests.flows.test_orders import ledger, open_codes, story_of
from tests.trade.orders import later, line, order
from tests.trade.world import StallWorld, goods, play, stalls

__all__ = ["stalls"]
WHO = "olli@shop.example"


def add_apart(tx: Tx) -> None:
    """Let the till have goods 9, and the market a pack of them under the id 99, linked to nothing."""
    at = {row.name: row.id for row in connections.all_connections(tx).values()}
    records.merge(tx, at["till"], [incoming(goods("9"), ("identity",))], sweep=1, began=tx.now)
    records.merge(tx, at["market"], [incoming(goods("99"), ("identity",))], sweep=1, began=tx.now)
    links.make_items(
        tx, connections.home(tx), at["till"], links.unlinked(tx, at["till"], [Kind.PRODUCT], 0, 9)
    )


async def taken_over(hub: Hub, key: str) -> None:
    """Wait until the till has an order and its answer is stored."""
    async with asyncio.timeout(20):
        while [state for _, _, state in await hub.store.read(lambda tx: story_of(tx, key))] != ["done"]:
            await asyncio.sleep(0.01)


def parked(tx: Tx, key: str) -> list[str]:
    [row] = orders.named(tx, key)
    return [one.parked for one in order_lines.lines_of(tx, [row.id]) if one.parked]


def test_a_line_that_was_set_aside_is_booked_and_handed_over_once_it_is_linked(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        await hub.store.write(add_apart)
        stalls.market.sell(order("7", line("71", "sku-99", "2"), line("72", "sku-1")))
        await stalls.run(hub)
        assert stalls.till.taken == []
        assert {"ORD-012", "ORD-020"} <= set(await hub.store.read(open_codes))
        await linking.link(hub, "sku-9", "market", "99", WHO, Decimal(6))
        await taken_over(hub, "7")
        [(_, taken)] = stalls.till.taken
        assert [(one.remote_id, str(one.quantity)) for one in taken.lines] == [("9", "12"), ("1", "1")]
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == [
            ("market:72:1", "-1", "acknowledged"),
            ("market:71:1", "-12", "acknowledged"),
        ]
        assert await hub.store.read(findings.open_findings) == ()
        assert await hub.store.read(lambda tx: parked(tx, "7")) == []
        await stalls.run(hub)
        assert len(stalls.till.taken) == 1

    play(stalls, story)


def test_what_a_crash_keeps_from_being_released_goes_with_the_next_run(
    stalls: StallWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(hub: Hub) -> None:
        await hub.store.write(add_apart)
        stalls.market.sell(order("7", line("71", "sku-99")))
        await stalls.run(hub)

        async def dies(_: int) -> None:
            raise RuntimeError("dead")

        with monkeypatch.context() as patched:
            patched.setattr(hub.reader, "after_link", dies)
            with pytest.raises(RuntimeError):
                await linking.link(hub, "sku-9", "market", "99", WHO)
        await stalls.run(hub)
        [(_, taken)] = stalls.till.taken
        assert [one.remote_id for one in taken.lines] == ["9"]

    play(stalls, story)


def test_what_is_unlinked_is_not_found_by_its_sku(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        await linking.unlink(hub, "sku-1", "market", WHO)
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        assert stalls.till.taken == []
        assert await hub.store.read(lambda tx: ledger(tx, "7")) == []
        assert await hub.store.read(lambda tx: parked(tx, "7")) == ["no item is linked to it"]
        await linking.link(hub, "sku-1", "market", "1", WHO)
        await taken_over(hub, "7")
        assert len(stalls.till.taken) == 1

    play(stalls, story)


def test_goods_sold_before_the_link_ended_stay_sold_and_come_back_with_the_order(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        first = order("7", line("71", "sku-1", "2"))
        stalls.market.sell(first)
        await stalls.run(hub)
        await linking.unlink(hub, "sku-1", "market", WHO)
        stalls.market.sell(later(first, lines=(line("71", "sku-1", "3"),)))
        await stalls.run(hub)
        moved = await hub.store.read(lambda tx: ledger(tx, "7"))
        assert [(one, quantity) for one, quantity, _ in moved] == [("market:71:1", "-2")]
        stalls.market.sell(later(later(first), status="cancelled"))
        await stalls.run(hub)
        moved = await hub.store.read(lambda tx: ledger(tx, "7"))
        assert [(one, quantity) for one, quantity, _ in moved] == [
            ("market:71:1", "-2"),
            ("market:71:2", "2"),
        ]

    play(stalls, story)


def test_another_factor_is_for_what_is_sold_from_then_on(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        first = order("7", line("71", "sku-1", "2"))
        stalls.market.sell(first)
        await stalls.run(hub)
        await linking.link(hub, "sku-1", "market", "1", WHO, Decimal(6))
        stalls.market.sell(later(first, lines=(line("71", "sku-1", "1"),)))
        stalls.market.sell(order("8", line("81", "sku-1")))
        await stalls.run(hub)
        sums = {}
        for key in ("7", "8"):
            moved = await hub.store.read(partial(ledger, key=key))
            sums[key] = sum((Decimal(quantity) for _, quantity, _ in moved), Decimal(0))
        assert sums == {"7": Decimal(-1), "8": Decimal(-6)}

    play(stalls, story)


def test_a_wrong_link_that_is_put_right_moves_the_goods_with_the_next_change(stalls: StallWorld) -> None:
    """The order gives back what it took of the wrong item and takes it of the right one."""

    async def story(hub: Hub) -> None:
        await hub.store.write(add_apart)
        first = order("7", line("71", "sku-1", "2"))
        stalls.market.sell(first)
        await stalls.run(hub)
        await linking.unlink(hub, "sku-1", "market", WHO)
        await linking.link(hub, "sku-9", "market", "1", WHO)
        stalls.market.sell(later(first, lines=(line("71", "sku-1", "3"),)))
        await stalls.run(hub)
        moved = [(one, quantity) for one, quantity, _ in await hub.store.read(lambda tx: ledger(tx, "7"))]
        assert moved == [("market:71:1", "-2"), ("market:71:2", "2"), ("market:71:3", "-3")]

    play(stalls, story)
