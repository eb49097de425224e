"""A run of a flow of stock, as steps of an engine: read master and channel, link, see what differs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from shopweave.connector.capabilities import Feed
from shopweave.engine.port import Engine, Json, RunRequest
from shopweave.flows.elsewhere import settle_elsewhere
from shopweave.flows.house import House, StockFlow
from shopweave.flows.link import link
from shopweave.flows.pull import Pulled, Puller
from shopweave.flows.run import run_finding
from shopweave.flows.stepping import STEP, take_steps
from shopweave.lanes.channels import FIRST, UNREAD, marked
from shopweave.lanes.lanes import Lanes
from shopweave.model.errors import HubError
from shopweave.model.finding import Finding, Severity
from shopweave.model.record import Kind
from shopweave.model.seams import Clock
from shopweave.store import connections, findings, numbers, plans, shelves
from shopweave.store.base import Store, Tx

RUN = "stock.run"
SLICE = 500
VANISH = 0.20
BEGIN, PULL, AGAIN, LINK, DRAIN, WEIGH = "begin", "pull", "again", "link", "drain", "weigh"
Drain = Callable[[int], Awaitable[None]]


class StockRunner:
    """Carries out the runs of flows of stock; each step is small and may be repeated."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Clock,
        house: House,
        puller: Puller,
        lanes: Lanes,
        drain: Drain,
        tend: Drain,
    ) -> None:
        self._store, self._clock, self._engine, self.house = store, clock, engine, house
        self._puller, self._lanes, self._drain_orders = puller, lanes, drain
        self._tend = tend
        self._since: dict[int, float] = {}
        engine.register(RUN, self.advance)

    def start(self, tx: Tx, flow: StockFlow, asked_by: str, cause: str, engine_id: str) -> int:
        """Begin a run; asked for once more under the same `engine_id` it is the same run."""
        key = plans.add_run(tx, flow.row.id, engine_id, asked_by, cause)
        state: Json = {"flow": flow.row.name, "run": key, "step": BEGIN, "place": 0}
        request = RunRequest(
            id=engine_id, name=RUN, queue="runs", partition=f"flow:{flow.row.id}", state=state
        )
        self._engine.enqueue(tx, request)
        return key

    def distrust(self, tx: Tx, name: str) -> None:
        """Raise nothing until each connection was read, and read them all now.

        Called where the hub may have missed what became of its requests: it was killed, or put back from a
        copy. `name` is unlike any before.
        """
        begun = connections.all_flows(tx)
        flows = [flow for flow in self.house.stock.values() if begun[flow.row.id].begun]
        for connection in sorted({key for flow in flows for key in flow.channel.group}):
            numbers.note_unread(tx, connection)
        for flow in flows:
            self.start(tx, flow, "hub", "event", f"unclean:{flow.row.id}:{name}")

    async def advance(self, state: Json) -> Json:
        """Take the next steps of a run; what goes wrong ends it with a finding, never without one."""
        flow = self.house.stock_flow(str(state["flow"]))
        return await take_steps(
            self._store,
            self._clock,
            state,
            lambda now: self._step(flow, now),
            lambda tx, error: self._failed(tx, flow, state, error),
            patient=True,
        )

    async def _step(self, flow: StockFlow, state: Json) -> Json:
        match state["step"]:
            case "begin":
                return await self._begin(flow, state)
            case "pull":
                return await self._pull(flow, state)
            case "again":
                return await self._again(flow, state)
            case "link":
                made = await link(self._store, self.house, self._lanes, flow)
                await self._store.write(lambda tx: self._furnish(tx, flow))
                await self._count(state, matched=made)
                return {**state, "step": DRAIN}
            case "drain":
                await self._drain(flow)
                return {**state, "step": WEIGH}
            case _:
                return await self._weigh(flow, state)

    async def _begin(self, flow: StockFlow, state: Json) -> Json:
        """Start the ledger and the channel's orders before anything on hand is read for the first time."""
        await self._store.write(lambda tx: numbers.start_ledger(tx, flow.row.source))
        await self._drain(flow)
        await self._tend(flow.row.target)
        return {**state, "step": PULL}

    async def _drain(self, flow: StockFlow) -> None:
        if flow.channel.sells:
            await self._drain_orders(flow.row.target)

    def _feeds(self, flow: StockFlow) -> list[tuple[int, Feed]]:
        """Give the feeds that carry levels, those of the master first."""
        kinds = {Kind.PRODUCT, Kind.VARIATION}
        return [
            (key, feed)
            for key in (flow.row.source, flow.row.target)
            for feed in self.house.ports[key].capabilities.feeds
            if kinds & set(feed.kinds)
        ]

    async def _pull(self, flow: StockFlow, state: Json) -> Json:
        """Read page after page for about a second: a step is small, but not every page is worth one."""
        until, feeds, place = self._clock.monotonic() + STEP, self._feeds(flow), int(str(state["place"]))
        total = Pulled()
        while place < len(feeds) and self._clock.monotonic() < until:
            pulled = await self._page(flow, state, *feeds[place])
            place += pulled.done
            total = Pulled(read=total.read + pulled.read, requests=total.requests + pulled.requests)
        await self._count(state, read=total.read, requests=total.requests)
        if place < len(feeds):
            return {**state, "place": place}
        await self._count_shown(flow)
        return {**state, "step": AGAIN, "place": 0}

    async def _count_shown(self, flow: StockFlow) -> None:
        """Let levels that the channel showed count now: the master may not answer for long."""
        if await self._store.read(lambda tx: shelves.waiting_for_orders(tx, flow.row.target)):
            await self._drain(flow)

    async def _page(self, flow: StockFlow, state: Json, connection: int, feed: Feed) -> Pulled:
        return await self._puller.step(
            connection,
            feed,
            since=self._since.setdefault(int(str(state["run"])), self._clock.monotonic()),
            sweep_after=timedelta(minutes=flow.settings.sweep_every),
            vanish=VANISH,
        )

    async def _again(self, flow: StockFlow, state: Json) -> Json:
        sides, place = (flow.row.source, flow.row.target), int(str(state["place"]))
        if place >= len(sides):
            return {**state, "step": LINK}
        pulled = await self._puller.again(sides[place])
        await self._count(state, read=pulled.read, requests=pulled.requests)
        return {**state, "place": place + pulled.done}

    def _furnish(self, tx: Tx, flow: StockFlow) -> None:
        if shelves.furnish(tx, flow.row.source, flow.row.target):
            self._lanes.wake(tx, flow.row.target)

    async def _weigh(self, flow: StockFlow, state: Json) -> Json:
        """Hold a first run's levels for a person, and let go what waited for both sides to be read."""
        while await self._store.write(partial(self._hold_first, flow)):
            pass
        await self._store.write(lambda tx: self._ended(tx, flow, state))
        return {**state, "done": True}

    def _hold_first(self, flow: StockFlow, tx: Tx) -> bool:
        """Look at a slice of what a flow that nobody let go yet would write; False at the end."""
        if connections.is_begun(tx, flow.row.id) or not shelves.marked(tx, flow.row.target, 1):
            return False
        marked(tx, flow.channel, SLICE, begun=False)
        return True

    def _ended(self, tx: Tx, flow: StockFlow, state: Json) -> None:
        run, held = int(str(state["run"])), shelves.held_back(tx, flow.row.target).get(FIRST, 0)
        self._since.pop(run, None)
        if held:
            findings.report(tx, first_finding(flow, held))
        elif not connections.is_begun(tx, flow.row.id):
            connections.flow_begun(tx, flow.row.id)
        self._note_read(tx, flow)
        for one in settle_elsewhere(
            tx, flow.row.target, flow.row.source, timedelta(minutes=flow.settings.settle)
        ):
            self._lanes.wake(tx, one)
        plans.set_run(tx, run, state="done", ended=tx.now, held=held)
        findings.settle(tx, f"run:{flow.row.name}:")

    def _note_read(self, tx: Tx, flow: StockFlow) -> None:
        """Note that both ends were read; what was not raised until then goes out."""
        for connection in (flow.row.source, flow.row.target):
            numbers.note_read(tx, connection)
        for one in self.house.stock.values():
            if one.row.source == flow.row.source and shelves.mark_held_back(tx, one.row.target, [UNREAD]):
                self._lanes.wake(tx, one.row.target)

    def _failed(self, tx: Tx, flow: StockFlow, state: Json, error: HubError) -> None:
        run = int(str(state["run"]))
        self._since.pop(run, None)
        plans.set_run(tx, run, state="failed", ended=tx.now, error=f"{error.what} ({error.code})")
        findings.report(tx, run_finding(flow.row.name, error))

    async def _count(self, state: Json, **counts: int) -> None:
        run = int(str(state["run"]))
        if any(counts.values()):
            await self._store.write(lambda tx: plans.add_counts(tx, run, counts))


def first_finding(flow: StockFlow, held: int) -> Finding:
    """Say that the first levels of a flow wait for a person."""
    return Finding(
        code="STK-001",
        cause=f"first-levels:{flow.row.name}",
        severity=Severity.HELD,
        what=f"{flow.row.name} would change {held} levels at {flow.settings.target} in its first run.",
        why="A first run is looked at by a person before anything is written.",
        can_do=f"Look at them with 'shopweave stock list'; then 'shopweave stock release {flow.row.name}'.",
        flow=flow.row.name,
        connection=flow.settings.target,
        count=held,
    )
