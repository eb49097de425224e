"""What another process hands in is heard by a lane that waits or works, long before its turn ends."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shopweave.hub.context import Hub
from shopweave.lanes.turn import TURN
from shopweave.model.atoms import Atoms
from shopweave.model.change import ChangeState, Op, Urgency
from shopweave.model.errors import Unavailable
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.store import explains, lanes, links, outbox, records
from shopweave.store.base import Tx
from shopweave.store.outbox import NewChange
from shopweave.store.tables import change
from tests.flows.conftest import world as world  # noqa: PLC0414 - a fixture
from tests.worlds import Simulated, World

pytestmark = pytest.mark.long(25)


class Gated(Simulated):
    """Keeps writes that hold a word until the gate opens, and notes the bodies of all writes."""

    def __init__(self, simulated: Simulated, word: bytes) -> None:
        super().__init__(*simulated.simulators)
        self.word, self.gate = word, asyncio.Event()
        self.begun: list[bytes] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET":
            self.begun.append(request.body)
            if self.word in request.body:
                await self.gate.wait()
        return await super().send(request)


def rename(hub: Hub, sku: str, urgency: Urgency, after: float, tx: Tx) -> int:
    """Hand in a change of one name, due after some seconds, as a page or a command does."""
    flow, item = hub.flow("till-to-shop").row, explains.item_of_sku(tx, sku)
    ties = {tie.connection: tie.record for tie in links.ties(tx, [item or 0])}
    target = records.snapshots(tx, list(ties.values()))[ties[flow.target]]
    one = NewChange(
        flow=flow.id,
        connection=flow.target,
        kind=target.kind,
        form=target.form,
        op=Op.UPDATE,
        item=item,
        source=ties[flow.source],
        target=target.id,
        urgency=urgency,
        before=target.atoms.only(("name",)),
        after=Atoms({"name": f"renamed {sku}"}),
        source_prints=bytes(8 * len(flow.slice)),
    )
    (key,) = outbox.add_changes(tx, None, None, ChangeState.WAITING, [one])
    outbox.set_state(tx, [key], ChangeState.WAITING, not_before=tx.now + timedelta(seconds=after))
    hub.lanes.wake(tx, flow.target)
    return key


async def state(hub: Hub, key: int) -> str:
    found = await hub.store.read(
        lambda tx: tx.scalar(change.select().with_only_columns(change.c.state).where(change.c.id == key))
    )
    return str(found)


async def has_turn(hub: Hub) -> None:
    """Wait until the lane of the shop is owned."""
    port = hub.port("shop")
    async with asyncio.timeout(20):
        while not await hub.store.read(lambda tx: lanes.read_lane(tx, port.row.id).owner):
            await asyncio.sleep(0.01)


async def left_waiting(hub: Hub, key: int) -> None:
    async with asyncio.timeout(20):
        while await state(hub, key) == "waiting":
            await asyncio.sleep(0.02)


def test_a_lane_that_waits_for_a_later_change_hears_another_process(world: World) -> None:
    async def story() -> None:
        async with world.hub() as working, world.hub(start=False) as beside:
            later = await working.store.write(lambda tx: rename(working, "1", Urgency.REST, 4.0, tx))
            await has_turn(working)
            await asyncio.sleep(0.2)
            urgent = await beside.store.write(lambda tx: rename(beside, "2", Urgency.PRICE, 0.0, tx))
            await left_waiting(beside, urgent)
            assert await state(beside, later) == "waiting"

    asyncio.run(story())


def test_a_lane_of_the_dead_is_taken_when_its_lease_ends_and_not_a_turn_later(world: World) -> None:
    async def story() -> None:
        async with world.hub() as hub:
            at = hub.port("shop").row.id
            await hub.store.write(lambda tx: lanes.take_lease(tx, at, "the dead", 1.5))
            begun = asyncio.get_running_loop().time()
            key = await hub.store.write(lambda tx: rename(hub, "1", Urgency.PRICE, 0.0, tx))
            await left_waiting(hub, key)
            assert 1.0 < asyncio.get_running_loop().time() - begun < TURN

    asyncio.run(story())


def test_a_database_that_is_away_for_a_moment_cuts_no_request_off(world: World) -> None:
    gated = Gated(world.http, b"renamed 1")
    world.http = gated

    async def story() -> None:
        async with world.hub() as hub:
            key = await hub.store.write(lambda tx: rename(hub, "1", Urgency.REST, 0.0, tx))
            async with asyncio.timeout(20):
                while not gated.begun:
                    await asyncio.sleep(0.01)
            read, away = hub.store.read, []

            async def fail(_: object) -> None:
                away.append(1)
                raise Unavailable

            hub.store.read = fail  # type: ignore[assignment]
            while len(away) < 2:
                await asyncio.sleep(0.05)
            hub.store.read = read  # type: ignore[method-assign]
            gated.gate.set()
            await left_waiting(hub, key)
            async with asyncio.timeout(20):
                while await state(hub, key) == "intent":
                    await asyncio.sleep(0.02)
            assert await state(hub, key) == "done"
            assert len(gated.begun) == 1

    asyncio.run(story())


def test_a_lane_with_a_request_under_way_hears_another_process(world: World) -> None:
    gated = Gated(world.http, b"renamed 1")
    world.http = gated

    async def story() -> None:
        async with world.hub() as working, world.hub(start=False) as beside:
            await working.store.write(lambda tx: rename(working, "1", Urgency.REST, 0.0, tx))
            async with asyncio.timeout(20):
                while not gated.begun:
                    await asyncio.sleep(0.01)
            urgent = await beside.store.write(lambda tx: rename(beside, "2", Urgency.PRICE, 0.0, tx))
            async with asyncio.timeout(10):
                while not any(b"renamed 2" in body for body in gated.begun):
                    await asyncio.sleep(0.02)
            assert await state(beside, urgent) in ("intent", "done")
            assert not gated.gate.is_set()
            gated.gate.set()

    asyncio.run(story())


def test_a_lease_that_ran_out_with_nobody_to_take_it_leaves_no_lane_asleep(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopweave.lanes.turn.RENEW", 0.1)
    world.http = gated = Gated(world.http, b"renamed 1")
    renew, lost = lanes.renew_lease, [0]

    def lose(*arguments: Any) -> Any:
        lost[0] += bool(gated.begun)
        return None if lost[0] == 1 else renew(*arguments)

    async def story() -> None:
        async with world.hub() as hub:
            await hub.store.write(lambda tx: rename(hub, "1", Urgency.REST, 0.0, tx))
            async with asyncio.timeout(20):
                while not lost[0]:
                    await asyncio.sleep(0.01)
            key = await hub.store.write(lambda tx: rename(hub, "2", Urgency.REST, 0.0, tx))
            await left_waiting(hub, key)

    monkeypatch.setattr(lanes, "renew_lease", lose)
    asyncio.run(story())
