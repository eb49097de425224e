"""A database that is an older copy of itself: what it does not know of is looked up before it is sent."""

import pytest

from shopweave.hub import orders as tell
from shopweave.hub.context import Hub
from shopweave.lanes.unsure import LIFE, distrust
from shopweave.model.handover import HandOverState
from shopweave.model.movement import Stage
from shopweave.store import copies, handovers, movements
from shopweave.store.base import Tx
from shopweave.store.copies import Pulse
from tests.trade.orders import later, line, order
from tests.trade.world import StallWorld, play, stalls

__all__ = ["stalls"]


def forget(tx: Tx) -> None:
    """Let the database be as it was before its only order was handed over."""
    [row] = [one for one in handovers.of_orders(tx, [1]) if one.kind == "order"]
    own = [one.id for one in movements.of_handover(tx, row.id)]
    movements.set_stage(tx, own, Stage.OPEN, handover=None, began=None, ended=None)
    handovers.set_state(
        tx, [row.id], HandOverState.WAITING, attempts=0, revision=0, remote_id="", sent=None, epoch=None
    )


async def doubted(hub: Hub) -> None:
    def work(tx: Tx) -> None:
        distrust(tx, hub.house.ports, hub.ways)
        hub.lanes.wake_all(tx)

    await hub.store.write(work)


@pytest.mark.parametrize("look_up", ["by reference", "key"])
def test_what_a_target_has_already_is_found_there_and_its_goods_are_booked(
    stalls: StallWorld, look_up: str
) -> None:
    stalls.till_lines = f'look_up = "{look_up}"'

    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1", "2")))
        await stalls.run(hub)
        await hub.store.write(forget)
        await doubted(hub)
        await stalls.run(hub)
        told = await tell.story(hub, "7")
        assert [(one.state, one.remote_id) for one in told.hand_overs] == [("done", "S1")]
        assert [one.stage for one in told.movements] == ["acknowledged"]
        assert {key for key, _ in stalls.till.taken} == {"S1"}

    play(stalls, story)


def test_what_is_not_there_goes_after_two_looks(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1", "2")))
        await stalls.run(hub)
        await hub.store.write(forget)
        stalls.till.taken.clear()
        await doubted(hub)
        await stalls.run(hub)
        assert stalls.till.looks == 2
        assert [one.reference for _, one in stalls.till.taken] == ["market:7:till:1"]
        assert (await tell.story(hub, "7")).movements[0].stage == "acknowledged"

    play(stalls, story)


def test_an_order_nobody_wants_any_more_is_looked_for_and_then_left_alone(stalls: StallWorld) -> None:
    stalls.flow_lines = 'statuses = ["processing"]'

    async def story(hub: Hub) -> None:
        stalls.market.sell(order("7", line("71", "sku-1"), status="completed"))
        await doubted(hub)
        await stalls.run(hub)
        assert (stalls.till.looks, stalls.till.taken) == (2, [])
        [one] = (await tell.story(hub, "7")).hand_overs
        assert (one.state, one.why) == ("withdrawn", "not there, and not wanted there")

    play(stalls, story)


def test_a_later_change_gets_a_number_that_no_earlier_life_gave(stalls: StallWorld) -> None:
    stalls.till_lines, stalls.flow_lines = "updates = true", 'later_changes = "update"'

    async def story(hub: Hub) -> None:
        first = order("7", line("71", "sku-1", "2"))
        stalls.market.sell(first)
        await stalls.run(hub)
        await doubted(hub)
        stalls.market.sell(later(first, lines=(line("71", "sku-1", "1"),)))
        await stalls.run(hub)
        assert stalls.till.taken[-1][1].reference == f"market:7:till:{LIFE + 1}"

    play(stalls, story)


def test_a_copy_is_known_by_what_stands_beside_it(stalls: StallWorld) -> None:
    async def story(hub: Hub) -> None:
        first = await hub.store.write(lambda tx: copies.beat(tx, "me"))
        assert await hub.store.write(lambda tx: copies.beat(tx, "you")) == Pulse(name="me", count=2)
        behind = [first, Pulse(name="me", count=2), Pulse(name="me", count=3), Pulse(name="other", count=9)]
        found = await hub.store.read(lambda tx: [copies.is_behind(tx, one) for one in behind])
        assert found == [False, False, True, False]
        assert not await hub.store.read(lambda tx: copies.is_behind(tx, None))

    play(stalls, story)
