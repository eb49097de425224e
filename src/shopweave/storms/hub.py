"""A hub inside a storm: the real one, on the storm's clock, store and doors, with a person who approves."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from shopweave.connector.declaration import Doors
from shopweave.engine.local import LocalEngine, failures
from shopweave.engine.port import RunRequest
from shopweave.hub import plans
from shopweave.hub.context import Hub, build_house, make_account
from shopweave.hub.schedules import set_schedules
from shopweave.hub.settings import read
from shopweave.model.seams import Clock
from shopweave.model.settings import HubSettings
from shopweave.store import backlog, callbacks, marks
from shopweave.store import plans as plan_rows
from shopweave.store.base import Store, Tx
from shopweave.store.inline import InlineStore
from shopweave.storms.disk import Disk
from shopweave.storms.doors import DrawnIds, LifeClock, Network, SqlDoor, StoreWatch
from shopweave.storms.life import Life
from shopweave.storms.outside import Outside
from shopweave.storms.world import ICECAT, PASSWORD, SHOP, World

LOOKS = 10.0
POLL = 15.0
SETTINGS = f"""
[connections.till]
type = "phppos"
path = "/till.sqlite"
key_sweep_hours = 24

[connections.icecat]
type = "icecat"
url = "{ICECAT}/api"
user = "hub"
languages = ["FI", "EN"]
requests_per_second = 1000
requests_at_once = 8

[connections.shop]
type = "woocommerce"
url = "{SHOP}"
wp_user = "hub"
application_password = "{PASSWORD}"
new_products = "publish"
requests_at_once = 4
page_size = 5

[flows.till-to-shop]
source = "till"
target = "shop"
own = ["identity", "name", "long_text", "brand", "categories", "attributes#variation", "regular_price",
       "sale_price", "tax_class", "status", "main_image", "gallery"]
fill = ["measures"]
only_if_target_empty = ["main_image", "gallery"]
schedule = "every 1 minutes"

[flows.icecat-to-shop]
source = "icecat"
target = "shop"
items = "till"
own = ["measures", "attributes", "long_text#icecat"]
fill = ["main_image", "gallery"]
only_if_target_empty = ["main_image", "gallery"]
create = false
schedule = "every 2 minutes"
"""


@cache
def known(text: str) -> HubSettings:
    """Read settings once in a process."""
    return read(text, "/storm/shopweave.toml", {})


class WatchedEngine(LocalEngine):
    """The in-process engine, with a point at each call."""

    def __init__(self, store: Store, clock: Clock, owner: str, life: Life) -> None:
        super().__init__(store, clock, owner)
        self._life = life

    @property
    def poll(self) -> float:
        """Look for rows of other lives more rarely: there seldom is one."""
        return POLL

    def enqueue(self, tx: Tx, run: RunRequest) -> None:
        """Start a run when this transaction commits."""
        self._life.passing("engine call")
        super().enqueue(tx, run)


class Running:
    """A hub in its life, and what was opened for it; `hub` is there once it has started."""

    def __init__(
        self,
        world: Outside,
        life: Life,
        disk: Disk,
        settings: HubSettings,
        files: Mapping[str, tuple[str, Path]],
    ) -> None:
        self.life, self._world, self._settings = life, world, settings
        self._clock = LifeClock(world, life)
        watch = StoreWatch(world, life, lambda safe: disk.committed(world.loop.time(), is_safe=safe))
        self.store = InlineStore(disk.path, self._clock, watch)
        self._sql = {url: SqlDoor(world, life, *place) for url, place in files.items()}
        self.hub: Hub | None = None
        self._engine: WatchedEngine | None = None

    async def live(self) -> None:
        """Start the hub, then be the person who looks in now and then and approves what is held."""
        hub = await self._make()
        hub.lanes.listen = POLL
        await set_schedules(hub)
        await hub.start()
        await self.started(hub)
        self.hub = hub
        while True:
            await hub.clock.sleep(LOOKS)
            await self.look_in(hub)

    async def started(self, hub: Hub) -> None:
        """Do what belongs to a start beside the hub itself."""

    async def look_in(self, hub: Hub) -> None:
        """Be the person who approves what is held."""
        for plan in await plans.held(hub):
            await plans.approve(hub, plan.id, None, "person")

    async def _make(self) -> Hub:
        world, clock, ids = self._world, self._clock, DrawnIds(self._world.random)
        doors = Doors(
            http=Network(world, self.life),
            foreign=Network(world, self.life),
            sql=self._sql.__getitem__,
            clock=clock,
            ids=ids,
            random=world.random,
        )
        settings = self._settings
        accounts = tuple(make_account(one, doors) for one in settings.connections)
        house = await self.store.write(lambda tx: build_house(tx, accounts, settings, clock))
        worker = ids.new()
        engine = WatchedEngine(self.store, clock, worker, self.life)
        await engine.take_over()
        self._engine = engine
        return Hub(
            store=self.store,
            engine=engine,
            clock=clock,
            ids=ids,
            random=world.random,
            settings=settings,
            house=house,
            worker=worker,
        )

    async def take_over(self) -> None:
        """Take what other lives had claimed; they are known to be dead."""
        if self._engine is not None:
            await self._engine.take_over()

    def shut(self) -> None:
        """Close the files, as the end of a process does."""
        self.store.shut()
        for door in self._sql.values():
            door.close()

    def newest_run(self) -> int:
        """Give the number of the newest run."""
        return max(self.store.peek(lambda tx: plan_rows.runs_after(tx, 0)), default=0)

    def is_calm(self, since_run: int) -> bool:
        """Say whether nothing is open and each flow ended a run that began after run `since_run`."""
        return self.hub is not None and self.store.peek(lambda tx: self._is_calm(tx, since_run))

    def _is_calm(self, tx: Tx, since_run: int) -> bool:
        if self.hub is None:
            return False
        house = self.hub.house
        flows, runs = {*house.flows, *house.orders, *house.stock}, plan_rows.runs_after(tx, since_run)
        if len(runs) < len(flows):
            return False
        rows = [row for key in runs if (row := plan_rows.run_row(tx, key)) is not None]
        if (
            any(row.ended is None for row in rows)
            or {row.flow for row in rows if row.state == "done"} != flows
        ):
            return False
        waits = any(backlog.left(tx, key) or callbacks.left(tx, key) for key in house.ports)
        return not waits and not any(marks.count_marks(tx, key) for key in house.flows)

    def failed_runs(self) -> list[str]:
        """Give the errors of runs that ended with one the hub does not know."""
        return self.store.peek(failures)

    def intents(self) -> int:
        """Count the requests written ahead whose end is not recorded."""
        return self.store.peek(backlog.count_intents)

    def written_ahead(self) -> Mapping[str, Sequence[int]]:
        """Give the products whose level was written ahead of a request whose end is not recorded."""
        return {}


def items_hub(world: World, life: Life, disk: Disk) -> Running:
    """Make the hub of a storm of items."""
    return Running(world, life, disk, known(SETTINGS), {"sqlite:////till.sqlite": ("till", world.till)})
