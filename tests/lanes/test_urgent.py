"""Thousands of changes wait, and an urgent one comes: it waits for the requests in flight, for no other."""

import asyncio
from pathlib import Path

import pytest

from shopweave.hub.context import Hub
from shopweave.hub.settings.templates import DEMO
from shopweave.model.change import Urgency
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.woocommerce import products
from shopweave.store.base import Tx
from shopweave.store.tables import change
from tests.worlds import Simulated, World, play

pytestmark = [pytest.mark.long(50), pytest.mark.uncounted]

ITEMS = 3_000
OLD = DEMO[DEMO.index('own = ["identity"') : DEMO.index("schedule = ")]
SETTINGS = DEMO[: DEMO.index("[flows.icecat-to-shop]")].replace(
    OLD, 'own = ["identity", "name", "regular_price", "status"]\n'
)
LONG = 2.0


class Slow(Simulated):
    """Answers a write after a while, and notes what each write was when it began."""

    def __init__(self, simulated: Simulated) -> None:
        super().__init__(*simulated.simulators)
        self.slow = False
        self.begun: list[bytes] = []
        self.flying = 0

    async def send(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" or not self.slow:
            return await super().send(request)
        self.begun.append(request.body)
        self.flying += 1
        await asyncio.sleep(LONG)
        self.flying -= 1
        return await super().send(request)


def waiting(tx: Tx) -> int:
    return len(tx.rows(change.select().where(change.c.state == "waiting")))


def hurry(hub: Hub, tx: Tx) -> int:
    """Make the last of the waiting changes an urgent one that comes just now."""
    row = tx.rows(change.select().where(change.c.state == "waiting").order_by(change.c.id))[-1]
    tx.run(change.update().where(change.c.id == row.id).values(urgency=int(Urgency.PRICE), created=tx.now))
    hub.lanes.wake(tx, row.connection)
    return int(row.id)


def is_chosen(tx: Tx, key: int) -> bool:
    return bool(
        tx.scalar(change.select().with_only_columns(change.c.state).where(change.c.id == key)) != "waiting"
    )


@pytest.mark.pain("facebook/facebook-for-woocommerce#109")
@pytest.mark.pain("openlinker-project/openlinker#2623")
@pytest.mark.timeout(240)
@pytest.mark.parametrize("steady", [False, True], ids=["in-process engine", "DBOS"])
def test_an_urgent_change_among_thousands_waits_for_the_requests_in_flight_only(
    tmp_path: Path, steady: bool
) -> None:
    world = World(tmp_path, ITEMS + 200, simple=True, settings=SETTINGS)
    slow = Slow(world.http)
    world.http = slow

    async def story(hub: Hub) -> None:
        await world.run(hub)
        world.sql("UPDATE phppos_items SET name = name || ' new', last_modified = datetime('now')")
        sending = asyncio.create_task(world.run(hub))
        slow.slow = True
        while len(slow.begun) < 3:
            await asyncio.sleep(0.01)
        assert await hub.store.read(waiting) > ITEMS * 0.8
        key = await hub.store.write(lambda tx: hurry(hub, tx))
        before, flying = len(slow.begun), slow.flying
        while not await hub.store.read(lambda tx: is_chosen(tx, key)):
            await asyncio.sleep(0.002)
        assert len(slow.begun) - before <= flying
        assert await hub.store.read(waiting) > ITEMS * 0.5
        slow.slow = False
        await sending

    play(world, story, steady=steady)
    assert all(one.name.endswith(" new") for one in products(world.shop) if one.status == "publish")
