"""What linking by hand does to the stock a channel shows."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from shopweave.hub import linking, stock
from shopweave.model.change import WriteAnswer
from shopweave.model.record import Kind
from shopweave.model.values import Level
from shopweave.store import links, shelves
from shopweave.store.base import Tx
from shopweave.store.tables import shelf
from tests.stock.conftest import begun
from tests.stock.market import Market, goods, play

WHO = "olli@shop.example"


async def explained(market: Market, sku: str) -> list[str]:
    """Name the channels that show an item."""
    return [one.channel for one in (await stock.explain_stock(market.hub, sku)).channels]


def test_an_unlinked_item_is_shown_there_no_more_and_elsewhere_still(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(3), shops=2)

    async def story() -> None:
        await begun(market)
        await linking.unlink(market.hub, "S1", "shop", WHO)
        market.till["S1"] = 3
        await market.run()
        assert await explained(market, "S1") == ["other"]

    play(market, story, url)
    assert (market.shop["S1"], market.shops["other"]["S1"]) == (5, 3)


def test_a_linked_pack_shows_whole_packs_of_what_is_there(tmp_path: Path, url: str) -> None:
    market = Market(tmp_path, goods(3))

    async def story() -> None:
        await begun(market)
        await linking.unlink(market.hub, "S1", "shop", WHO)
        market.shop["S1"] = 77
        await linking.link(market.hub, "S1", "shop", market.shop.names["S1"], WHO, Decimal(2))
        await market.settled()
        assert market.shop["S1"] == 2
        await linking.link(market.hub, "S1", "shop", market.shop.names["S1"], WHO, Decimal("0.5"))
        await market.settled()
        assert market.shop["S1"] == 10

    play(market, story, url)


def test_what_was_sold_while_it_was_linked_to_nothing_is_seen_before_anything_is_written(
    tmp_path: Path,
) -> None:
    """The last list showed 5, and what the shop has now is read first: 5 is not believed."""
    market = Market(tmp_path, goods(3))

    async def story() -> None:
        await begun(market)
        await linking.unlink(market.hub, "S1", "shop", WHO)
        market.shop["S1"], market.shop.reads = 3, 0
        await linking.link(market.hub, "S1", "shop", market.shop.names["S1"], WHO)
        await market.settled()
        assert market.shop.reads

    play(market, story)
    assert market.shop["S1"] == 5


def test_a_first_level_of_a_flow_that_nobody_let_go_yet_is_held(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(3))

    async def story() -> None:
        await market.run()
        await linking.unlink(market.hub, "S1", "shop", WHO)
        await linking.link(market.hub, "S1", "shop", market.shop.names["S1"], WHO)
        await market.settled()
        assert await stock.first_held(market.hub) == {"shop-stock": 3}

    play(market, story)
    assert market.shop.writes == []


def unlinked_meanwhile(market: Market, monkeypatch: Any, *, then: str = "") -> None:
    """Let the next write of a level be answered after its item was unlinked, and perhaps linked again."""
    really = market.shop.write_levels

    async def slowly(
        kind: Kind, levels: Mapping[str, Level], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        monkeypatch.undo()
        answers = await really(kind, levels, not_after=not_after)
        await linking.unlink(market.hub, "S1", "shop", WHO)
        if then:
            await linking.link(market.hub, "S1", "shop", then, WHO)
        return answers

    monkeypatch.setattr(market.shop, "write_levels", slowly)


def count(tx: Tx) -> int:
    return len(tx.rows(select(shelf.c.record)))


def test_an_answer_that_comes_after_the_link_ended_changes_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    market = Market(tmp_path, goods(3))

    async def story() -> None:
        await begun(market)
        unlinked_meanwhile(market, monkeypatch)
        market.till["S1"] = 4
        await market.run()
        assert await market.hub.store.read(count) == 2
        assert await market.hub.store.read(shelves.count_intents) == 0
        market.till["S1"] = 2
        await market.run()

    play(market, story)
    assert market.shop["S1"] == 4


def test_an_answer_that_comes_after_it_was_linked_anew_is_read_again(
    tmp_path: Path, monkeypatch: Any
) -> None:
    market = Market(tmp_path, goods(3))

    async def story() -> None:
        await begun(market)
        unlinked_meanwhile(market, monkeypatch, then=market.shop.names["S1"])
        market.till["S1"], market.shop.reads = 4, 0
        await market.run()
        assert market.shop.reads
        market.till["S1"] = 2
        await market.run()

    play(market, story)
    assert market.shop["S1"] == 2


def test_a_write_that_died_with_its_hub_is_forgotten_once_nobody_can_send_it(tmp_path: Path) -> None:
    market = Market(tmp_path, goods(3))

    async def story() -> None:
        await begun(market)
        at, till = market.at("shop"), market.at("till")
        hub = market.hub
        key = market.shop.names["S1"]
        item = await hub.store.read(lambda tx: links.items_by_remote(tx, at, Kind.PRODUCT, [key])[key])

        def leave(tx: Tx, *, for_: int) -> None:
            ends = tx.now + timedelta(seconds=for_)
            record = links.records_of_items(tx, at, [item])[item]
            tx.run(update(shelf).where(shelf.c.record == record).values(epoch=1, lease_ends=ends))

        await hub.store.write(lambda tx: leave(tx, for_=60))
        await linking.unlink(hub, "S1", "shop", WHO)
        await hub.store.write(lambda tx: shelves.furnish(tx, till, at))
        assert await hub.store.read(count) == 3
        await hub.store.write(
            lambda tx: tx.run(update(shelf).values(lease_ends=tx.now - timedelta(seconds=1)))
        )
        await hub.store.write(lambda tx: shelves.furnish(tx, till, at))
        assert await hub.store.read(count) == 2

    play(market, story)
