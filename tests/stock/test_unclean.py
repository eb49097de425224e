"""After a crash nothing is raised before all sides were read; what is made gets its level at once."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from shopweave.hub import stock
from shopweave.lanes import turn
from shopweave.lanes.channels import unread
from shopweave.runtime.opening import open_store
from shopweave.store import ending, findings, lanes, numbers
from shopweave.store.base import Tx
from shopweave.store.stock_tables import counter
from tests.stock.conftest import begun
from tests.stock.market import Market, goods, play


def test_a_clean_end_leaves_nothing_to_distrust(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2))
    play(market, lambda: begun(market))

    async def again() -> int:
        channel = market.hub.house.channel(market.at("shop"))
        assert channel is not None
        return len(await market.hub.store.read(lambda tx: unread(tx, channel)))

    assert play(market, again) == 0


def test_after_an_unclean_end_both_sides_are_read_before_a_level_rises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "LEASE", 1.0)
    market = Market(tmp_path, goods(2))
    play(market, lambda: begun(market))
    market.shop.writes.clear()
    market.shop.sell("S1", 3)

    async def killed() -> None:
        await market.hub.store.write(ending.take_end)
        market.hub.works = False

    play(market, killed)
    market.till["S2"] = 9
    market.shop.before_write = lambda: seen.append(market.shop.stored)
    seen: list[int] = []

    async def after() -> None:
        await market.settled()
        until = market.clock.monotonic() + 20
        while market.shop["S2"] != 9 and market.clock.monotonic() < until:
            await asyncio.sleep(0.02)

    play(market, after)
    assert market.shop["S2"] == 9
    assert market.shop["S1"] == 2
    assert seen == [1]


def test_a_level_is_lowered_but_not_raised_while_a_side_is_unread(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), shops=2)

    async def story() -> None:
        await begun(market)
        await market.hub.store.write(lambda tx: numbers.note_unread(tx, market.at("other")))
        market.till["S1"], market.till["S2"] = 3, 9
        await market.run("shop-stock")
        assert (market.shop["S1"], market.shop["S2"]) == (3, 5)
        assert (await stock.waiting(market.hub)).waiting["shop-stock"] == {"unread": 1}
        await market.run("other-stock")

    play(market, story)
    assert (market.shop["S1"], market.shop["S2"]) == (3, 9)


def test_one_that_stays_away_for_an_hour_is_left_out_and_told(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2), shops=2)

    def since_long(tx: Tx) -> None:
        long_ago = tx.now - timedelta(hours=2)
        tx.run(counter.update().values(unread=long_ago).where(counter.c.connection == market.at("other")))

    async def told() -> list[str]:
        await market.hub.upkeep.advance({})
        await market.settled()
        found = await market.hub.store.read(findings.open_findings)
        return [one.connection for one in found if one.code == "STK-030"]

    async def story() -> None:
        await begun(market)
        await market.hub.store.write(lambda tx: numbers.note_unread(tx, market.at("other")))
        market.till["S2"] = 9
        await market.run("shop-stock")
        assert await told() == []
        assert market.shop["S2"] == 5
        await market.hub.store.write(since_long)
        assert await told() == ["other"]
        assert market.shop["S2"] == 9
        await market.run("other-stock")
        assert await told() == []

    play(market, story)


def test_a_clean_end_leaves_no_lease_although_a_request_was_under_way(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(2))
    play(market, lambda: begun(market))
    market.till["S1"] = 3
    flying = asyncio.Event()

    async def hang(kind: object, levels: object, *, not_after: float | None) -> None:
        flying.set()
        await asyncio.sleep(3600)

    async def stopped() -> None:
        market.shop.write_levels = hang  # type: ignore[method-assign, assignment]
        running = asyncio.create_task(market.run())
        await flying.wait()
        running.cancel()

    play(market, stopped)

    async def owner() -> str | None:
        store = open_store(tmp_path, "", market.clock)
        row = await store.read(lambda tx: lanes.read_lane(tx, market.at("shop")))
        await store.close()
        return row.owner

    assert asyncio.run(owner()) is None


@pytest.mark.parametrize("arrives", [True, False])
def test_a_hub_killed_with_a_write_under_way_puts_it_right(
    tmp_path: Path, arrives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "LEASE", 1.0)
    market = Market(tmp_path, goods(2))
    play(market, lambda: begun(market))
    market.till["S1"] = 3

    async def cut(kind: object, levels: object, *, not_after: float | None) -> None:
        if arrives:
            market.shop["S1"] = 3
        dead.set()
        await asyncio.sleep(3600)

    dead = asyncio.Event()

    async def until_killed() -> None:
        monkeypatch.setattr(market.shop, "write_levels", cut)
        running = asyncio.create_task(market.run())
        await dead.wait()
        running.cancel()
        market.hub.works = False

    play(market, until_killed)
    monkeypatch.undo()
    monkeypatch.setattr(turn, "LEASE", 1.0)

    async def after() -> None:
        await market.settled(60)
        await market.run()

    play(market, after)
    assert market.shop.goods == market.till.goods
