"""Tracking numbers: asked where the order went, told where it was sold, whatever comes twice or late."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from shopweave.connector.orders import OrderNews
from shopweave.hub import erasing
from shopweave.hub.context import Hub
from shopweave.model.handover import HandOverKind
from shopweave.store import findings, handovers, orders
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow
from shopweave.store.tables import handover
from tests.trade.orders import line, order
from tests.trade.world import StallWorld, play, stalls

__all__ = ["stalls"]
FIRST = "market:7:till:1"


def forward(tx: Tx, **ago: timedelta) -> None:
    """Let it be so long ago that orders were settled, or asked about."""
    tx.run(update(handover).values({name: tx.now - one for name, one in ago.items()}))


async def later(hub: Hub, stalls: StallWorld, **ago: timedelta) -> None:
    await hub.store.write(lambda tx: forward(tx, **ago))
    await stalls.run(hub)


@pytest.fixture(autouse=True)
def telling(stalls: StallWorld) -> None:
    stalls.flow_lines = 'tell = ["status", "reference", "tracking"]\ndone_status = "completed"'


def test_a_number_that_comes_later_is_told_once_and_moves_no_status(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        assert stalls.market.told == [OrderNews(order="7", status="completed", reference="till S1")]
        stalls.till.shipped[FIRST] = " JJFI123 "
        await later(hub, stalls, asked=timedelta(minutes=6))
        await later(hub, stalls, asked=timedelta(minutes=6))
        news = OrderNews(order="7", tracking="JJFI123", reference="till S1")
        assert stalls.market.told[1:] == [news]

    play(stalls, story)


def test_a_number_is_corrected_within_a_day_and_never_taken_back(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        stalls.till.shipped[FIRST] = "A1"
        await stalls.run(hub)
        await stalls.run(hub)
        for number in ("", "B2"):
            stalls.till.shipped[FIRST] = number
            await later(hub, stalls, asked=timedelta(hours=1))
            assert [one.tracking for one in stalls.market.told if one.tracking] == ["A1"]
            await later(hub, stalls, asked=timedelta(days=2))
        assert [one.tracking for one in stalls.market.told if one.tracking] == ["A1", "B2"]

    play(stalls, story)


def test_each_order_is_asked_about_once_in_a_run_and_no_more_after_a_month(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        for key in "56789":
            stalls.market.sell(order(key, line(f"{key}1", "sku-1")))
        await stalls.run(hub)
        stalls.till.asked.clear()
        await later(hub, stalls, asked=timedelta(minutes=6))
        assert sorted(stalls.till.asked) == [f"market:{key}:till:1" for key in "56789"]
        await later(hub, stalls, asked=timedelta(minutes=6), settled=timedelta(days=31))
        assert len(stalls.till.asked) == 5

    play(stalls, story)


def test_a_target_that_cannot_be_asked_holds_nothing_up_and_is_told_of(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        stalls.till.is_shut = True
        stalls.market.sell(order("8", line("81", "sku-1")))
        await later(hub, stalls, asked=timedelta(minutes=6))
        assert len(stalls.till.taken) == 2
        found = await hub.store.read(findings.open_findings)
        assert [(one.code, one.connection) for one in found] == [("ORD-030", "till")]
        stalls.till.is_shut = False
        await later(hub, stalls, asked=timedelta(minutes=6))
        assert not await hub.store.read(findings.open_findings)

    play(stalls, story)


def test_the_number_of_a_buyer_who_is_forgotten_is_forgotten_too(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1"), email="aino@ostaja.example"))
        stalls.till.shipped[FIRST] = "A1"
        await stalls.run(hub)
        await stalls.run(hub)
        assert [one.tracking for one in await hub.store.read(sent)] == ["A1"]
        await erasing.erase(hub, "aino@ostaja.example", "me")
        await later(hub, stalls, asked=timedelta(days=2))
        assert [one.tracking for one in await hub.store.read(sent)] == [""]

    play(stalls, story)


def sent(tx: Tx) -> list[HandOverRow]:
    named = orders.named(tx, "7")
    found = handovers.of_orders(tx, [one.id for one in named])
    return [one for one in found if one.kind is HandOverKind.ORDER]


def test_a_number_that_is_known_before_the_news_went_out_goes_with_them(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1")))
        await stalls.run(hub)
        await hub.store.write(
            lambda tx: tx.run(
                update(handover)
                .where(handover.c.kind == HandOverKind.NEWS.value)
                .values(state="waiting", not_before=tx.now + timedelta(seconds=1))
            )
        )
        stalls.market.told.clear()
        stalls.till.shipped[FIRST] = "A1"
        await later(hub, stalls, asked=timedelta(minutes=6))
        told = OrderNews(order="7", status="completed", tracking="A1", reference="till S1")
        assert stalls.market.told == [told]

    play(stalls, story)
