"""A running hub: what every function of `hub` is given."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from msgspec import Struct, structs

from shopweave.connector.declaration import Connector, Doors, find_connector
from shopweave.engine.port import Engine
from shopweave.flows.ageing import Ageing
from shopweave.flows.callbacks import Listener
from shopweave.flows.following import Following
from shopweave.flows.house import Flow, House, OrderFlow, slice_of
from shopweave.flows.intake import Intake
from shopweave.flows.order_run import OrderRunner
from shopweave.flows.orders import OrderReader
from shopweave.flows.run import Runner
from shopweave.flows.selling import Selling
from shopweave.flows.stock import StockRunner
from shopweave.hub.channels import build_stock_flows
from shopweave.hub.selling import interval, overlaps, sellers, ways
from shopweave.hub.upkeep import Upkeep, tidy
from shopweave.lanes.gate import Gate
from shopweave.lanes.lanes import Lanes
from shopweave.lanes.levels import Drain
from shopweave.lanes.port import Port
from shopweave.lanes.recording import RecordingTransport
from shopweave.lanes.unsure import distrust
from shopweave.model.errors import Configuration
from shopweave.model.message import Post
from shopweave.model.seams import Clock, Ids, Random, Seals
from shopweave.model.settings import ConnectionSettings, FlowSettings, HubSettings, OrderFlowSettings
from shopweave.store import connections, copies, ending
from shopweave.store import lanes as lane_rows
from shopweave.store.base import Store, Tx

MONTH = 30.4375


class Account(Struct, frozen=True, kw_only=True):
    """A connection as the settings have it, with its connector made."""

    name: str
    mode: str
    connector: Connector
    values: Mapping[str, Any]
    made: Any


class Beside(Protocol):
    """What is noted beside a database of how far it has come."""

    def read(self) -> copies.Pulse | None:
        """Give what was noted last."""
        ...

    def note(self, pulse: copies.Pulse) -> None:
        """Note how far the database has come."""
        ...


class Hub:
    """A hub: its store, engine and seams, its connections and flows."""

    pulse: Beside | None = None
    has_right: Callable[[], Awaitable[bool]] | None = None
    place = ""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        clock: Clock,
        ids: Ids,
        random: Random,
        settings: HubSettings,
        house: House,
        worker: str,
    ) -> None:
        self.store, self.engine, self.clock, self.ids, self.random = store, engine, clock, ids, random
        self.settings, self.house, self.worker = settings, house, worker
        self.runner = Runner(store, engine, clock, house)
        self.lanes = Lanes(store, engine, clock, random, worker, house.ports, self.runner.wake)
        self.runner.send_through(self.lanes)
        self.runner.puller.wake_through(self.lanes.wake)
        self.ways, self.selling = ways(house), Selling(house, self.lanes.wake)
        self.lanes.carry_orders(self.ways, self.selling.absorb)
        intake = Intake(self.lanes.wake, self.selling)
        self.reader = OrderReader(store, sellers(house, settings, self.ways), overlaps(house), intake)
        ageing = Ageing(store, interval(settings.order_flows))
        following = Following(store, house, self.ways, self.lanes.wake)
        self.orders = OrderRunner(store, engine, clock, house, self.reader, following, ageing)
        self.drain: Drain = self.reader.drain
        self.lanes.show_stock({one.row.target: one.channel for one in house.stock.values()}, self._drain)
        self.stock = StockRunner(
            store, engine, clock, house, self.runner.puller, self.lanes, self._drain, self.reader.tend
        )
        self.listener = Listener(store, engine, clock, house, self.runner.puller, self.runner.wake)
        self.listener.read_orders_with(self.reader.look)
        keep = timedelta(days=settings.order_months * MONTH)
        self.upkeep = Upkeep(
            store, engine, clock, house, self.lanes, self.runner, self.listener, keep, self.beat
        )
        self.posts: tuple[Post, ...] = ()
        self.open_seal: Callable[[], Seals] | None = None
        self.closing: list[Callable[[], Any]] = []
        self.aside, self.works, self.alone, self.is_prompt = False, False, True, False

    async def _drain(self, connection: int) -> None:
        await self.drain(connection)

    async def start(self) -> None:
        """Start the engine, and wake whatever has work; wake-ups of an earlier engine may be gone.

        A hub that stands aside starts nothing: another process does the work it hands in.
        """
        if self.aside:
            return
        beside = None if self.pulse is None else self.pulse.read()
        await self.store.write_safe(lambda tx: self._wake_all(tx, beside))
        await self.beat()
        self.works = True
        await self.upkeep.forget()
        await self.engine.start()
        if self.is_prompt:
            self.lanes.prompt.open()
            self.listener.prompt.open()

    async def beat(self) -> None:
        """Count on, in the database and then beside it, so that an older copy of it is known for one."""
        if self.pulse is not None:
            name = self.ids.new()
            self.pulse.note(await self.store.write_safe(lambda tx: copies.beat(tx, name)))

    def _wake_all(self, tx: Tx, beside: copies.Pulse | None) -> None:
        tidy(tx, self.house)
        is_copy = copies.take_copied(tx) | copies.is_behind(tx, beside)
        if is_copy:
            distrust(tx, self.house.ports, self.ways)
        if is_copy | (not ending.take_end(tx) and self.alone):
            self.stock.distrust(tx, self.ids.new())
        self.lanes.wake_all(tx)
        self.runner.wake_all(tx)
        self.listener.revive(tx, ())

    async def stop(self) -> None:
        """Stop working and close everything; what is under way goes on with the next start."""
        await self.listener.prompt.stop()
        await self.lanes.prompt.stop()
        await self.engine.stop()
        if self.works:
            await self.store.write_safe(self._note_end)
            await self.beat()
        for close in self.closing:
            await close()
        await self.store.close()

    def _note_end(self, tx: Tx) -> None:
        """Note a clean end, and leave no lane to wait for the end of a lease."""
        ending.note_end(tx)
        lane_rows.release_all(tx, self.worker)

    def port(self, name: str) -> Port:
        """Give a connection by name."""
        found = next((port for port in self.house.ports.values() if port.row.name == name), None)
        if found is None:
            names = ", ".join(port.row.name for port in self.house.ports.values())
            raise Configuration(
                f"There is no connection '{name}'.", code="CFG-120", remedy=f"There are: {names}."
            )
        return found

    def flow(self, name: str) -> Flow:
        """Give a flow of items by name."""
        found = next((flow for flow in self.house.flows.values() if flow.row.name == name), None)
        if found is None:
            raise unknown("flow", name, [flow.row.name for flow in self.house.flows.values()])
        return found

    @property
    def flow_names(self) -> tuple[str, ...]:
        """Give the names of all flows, whatever their kind."""
        items = tuple(flow.row.name for flow in self.house.flows.values())
        orders = (flow.row.name for flow in self.house.orders.values())
        return (*items, *orders, *(flow.row.name for flow in self.house.stock.values()))

    def begin(self, tx: Tx, name: str, who: str, cause: str, engine_id: str) -> int:
        """Begin a run of a flow of any kind; gives its number."""
        orders = next((one for one in self.house.orders.values() if one.row.name == name), None)
        if orders is not None:
            return self.orders.start(tx, orders, who, cause, engine_id)
        stock = next((one for one in self.house.stock.values() if one.row.name == name), None)
        if stock is not None:
            return self.stock.start(tx, stock, who, cause, engine_id)
        return self.runner.start(tx, self.flow(name), who, cause, engine_id)


def make_account(one: ConnectionSettings, doors: Doors) -> Account:
    """Make the connector of a connection; what it sends is noted, for explain and the pages."""
    connector = find_connector(one.type)
    noted = structs.replace(doors, http=RecordingTransport(doors.http))
    made: Any = connector.make(one.values, noted)
    return Account(name=one.name, mode=one.mode, connector=connector, values=one.values, made=made)


def unknown(kind: str, name: str, known: list[str]) -> Configuration:
    """Say that there is nothing of this name, and what there is."""
    return Configuration(
        f"There is no {kind} '{name}'.", code="CFG-120", remedy=f"There are: {', '.join(known)}."
    )


def build_house(tx: Tx, accounts: tuple[Account, ...], settings: HubSettings, clock: Clock) -> House:
    """Give connections and flows their rows, and put them together."""
    connections.home(tx)
    ports: dict[int, Port] = {}
    numbers: dict[str, int] = {}
    for account in accounts:
        capabilities = account.connector.capabilities(account.values)
        row = connections.ensure_connection(
            tx, account.name, account.connector.name, account.mode, capabilities.atoms
        )
        gate = Gate(clock, capabilities)
        ports[row.id] = Port(row=row, capabilities=capabilities, connector=account.made, gate=gate)
        numbers[account.name] = row.id
    built = [_flow(tx, one, ports, numbers) for one in settings.flows]
    orders = [_order_flow(tx, one, numbers) for one in settings.order_flows]
    stock = build_stock_flows(tx, settings, ports, numbers)
    return House(
        ports=ports,
        flows={flow.row.id: flow for flow in built},
        orders={flow.row.id: flow for flow in orders},
        stock=stock,
    )


def _flow(tx: Tx, settings: FlowSettings, ports: Mapping[int, Port], numbers: Mapping[str, int]) -> Flow:
    ends = (numbers[settings.source], numbers[settings.target])
    row = connections.ensure_flow(tx, settings.name, *ends, (*slice_of(settings), *settings.fill))
    if ports[row.source].capabilities.enriches and not settings.items:
        text = f"The flow '{settings.name}' asks {settings.source}, but not about whose items."
        raise Configuration(text, code="CFG-122", remedy='Add items = "…", the name of the till.')
    return Flow(row=row, settings=settings, items=numbers[settings.items or settings.source])


def _order_flow(tx: Tx, settings: OrderFlowSettings, numbers: Mapping[str, int]) -> OrderFlow:
    ends = (numbers[settings.source], numbers[settings.target])
    row = connections.ensure_flow(tx, settings.name, *ends, (), kind="orders")
    return OrderFlow(row=row, settings=settings)
