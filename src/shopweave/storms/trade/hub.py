"""A hub inside a storm of trade: its settings for each master, and its ear for callbacks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from shopweave.connector.declaration import lend
from shopweave.hub.callbacks import Receiver, open_hooks
from shopweave.hub.context import Hub
from shopweave.hub.stock import release_first
from shopweave.hub.watching import watch
from shopweave.model.http import HttpRequest
from shopweave.model.settings import HubSettings
from shopweave.store import shelves
from shopweave.store.base import Tx
from shopweave.storms.disk import Disk
from shopweave.storms.hub import Running, known
from shopweave.storms.life import Life
from shopweave.storms.trade.demand import COUNTER, NORTH, SHOPS
from shopweave.storms.trade.scenario import Master, Tell, Trade
from shopweave.storms.trade.warehouse import CONNECTOR as WAREHOUSE
from shopweave.storms.trade.world import PASSWORD, USER, TradeWorld, url_of

ANY_EPOCH = 1_000_000_000
TILL, DESK, STOCK = Path("/till.sqlite"), Path("/desk.sqlite"), Path("/stock.sqlite")
_WEB = '[web]\nbase_url = "https://hub.storm"\n'
_DESK = f'[connections.desk]\ntype = "orderfeed"\nway = "table"\npath = "{DESK}"\n'
_COUNTER = f'[connections.counter]\ntype = "phppos"\npath = "{TILL}"\nkey_sweep_hours = 24\n'
_WAREHOUSE = f'[connections.counter]\ntype = "warehouse"\ndatabase = "sqlite:///{STOCK}"\n'
_SHOP = """
[connections.{name}]
type = "woocommerce"
url = "{url}"
wp_user = "{user}"
application_password = "{password}"
requests_at_once = 4
page_size = 20
"""
_FLOWS = """
[flows.{name}-orders]
kind = "orders"
source = "{name}"
target = "{target}"
later_changes = "{changes}"
every = 1

[flows.{name}-stock]
kind = "stock"
source = "counter"
target = "{name}"
every = 1
"""
_SALES = {
    Master.TILL: "hand-over",
    Master.DEPOT_TAKES: "hand-over",
    Master.BOOKED_ELSEWHERE: "elsewhere",
}
_RETURN = 'restocked_refunds = "return"\n'


class PlainSeal:
    """Seals nothing: what is secret here is drawn from the seed."""

    def seal(self, text: str) -> str:
        """Give the text as it is."""
        return text

    def open(self, sealed: str) -> str:
        """Give the text as it is."""
        return sealed


class TradeRunning(Running):
    """A hub that also hears callbacks."""

    receiver: Receiver | None = None
    is_set_up: Callable[[], bool] = bool

    async def started(self, hub: Hub) -> None:
        """Open the way in for callbacks, and in its first life have the shops send them."""
        hub.open_seal = PlainSeal
        if not hub.settings.web.base_url:
            return
        self.receiver = Receiver(hub, await open_hooks(hub))
        if self.life.number == 1:
            await watch(hub)

    async def look_in(self, hub: Hub) -> None:
        """Be the person who lets the first levels go."""
        if not self.is_set_up():
            await release_first(hub, "person")

    def written_ahead(self) -> Mapping[str, Sequence[int]]:
        """Give the products whose level was written ahead of a request whose end is not recorded, by shop."""
        return self.store.peek(self._written_ahead) if self.hub is not None else {}

    def _written_ahead(self, tx: Tx) -> dict[str, list[int]]:
        ports = self.hub.house.ports if self.hub is not None else {}
        return {
            port.row.name: [
                int(one.remote_id.rpartition(":")[2]) for one in shelves.orphans(tx, key, ANY_EPOCH)
            ]
            for key, port in ports.items()
        }

    async def hear(self, request: HttpRequest) -> int | None:
        """Take a callback; gives the status it is answered with, None where nobody listens."""
        await self.life.alive()
        way = self.receiver.way(request.url.rpartition("/")[2]) if self.receiver is not None else None
        if self.receiver is None or way is None:
            return None
        headers = {name.lower(): value for name, value in request.headers.items()}
        return (await self.receiver.receive(way, headers, request.body)).status


def settings(scenario: Trade) -> HubSettings:
    """Write and read the settings that go with who keeps the stock."""
    master = scenario.master
    sales = f'sales = "{_SALES.get(master, "hub")}"\n'
    parts = [_shop(name) + sales + (_RETURN if name == NORTH else "") for name in SHOPS]
    parts.append(_counter(master))
    changes = "update" if master.later else "ignore"
    target = COUNTER if master.takes else "desk"
    if target == "desk":
        parts.append(_DESK)
    parts += [_FLOWS.format(name=name, target=target, changes=changes) for name in SHOPS]
    return known("\n".join([*([_WEB] if scenario.tell is not Tell.NEVER else []), *parts]))


def _shop(name: str, url: str = "") -> str:
    return _SHOP.format(name=name, url=url or url_of(name), user=USER, password=PASSWORD)


def _counter(master: Master) -> str:
    if master.is_depot:
        adjusts = "" if master.takes else "adjusts_stock = true\n"
        return _shop(COUNTER, url_of("depot")) + adjusts
    if master is Master.WAREHOUSE:
        return _WAREHOUSE
    return _COUNTER + ('booked_by = "another"\n' if master is Master.BOOKED_ELSEWHERE else "")


def trade_hub(world: TradeWorld, life: Life, disk: Disk) -> TradeRunning:
    """Make the hub of a storm of trade."""
    files = {
        f"sqlite:///{TILL}": (COUNTER, world.till),
        f"sqlite:///{STOCK}": (COUNTER, world.stock),
        f"sqlite:///{DESK}": ("desk", world.desk),
    }
    lend(WAREHOUSE)
    running = TradeRunning(world, life, disk, settings(world.scenario), files)
    running.is_set_up = lambda: world.begun > 0
    return running
