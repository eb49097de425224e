"""A run of a flow, as steps of an engine: pull both sides, link, ask, plan."""

from collections.abc import Container, Sequence
from datetime import timedelta
from typing import Any

from msgspec import structs

from shopweave.connector.capabilities import Feed, Method
from shopweave.engine.port import Engine, Json, RunRequest
from shopweave.flows.ask import Asker
from shopweave.flows.house import Flow, House
from shopweave.flows.link import has_new, link
from shopweave.flows.plan import Planner
from shopweave.flows.pull import Pulled, Puller
from shopweave.flows.stepping import STEP, take_steps
from shopweave.lanes.lanes import Lanes
from shopweave.model.errors import HubError
from shopweave.model.finding import Finding, Severity
from shopweave.model.seams import Clock
from shopweave.store import agreements, connections, findings, marks, plans, positions
from shopweave.store.base import Store, Tx

RUN = "flow.run"
PLAN = "flow.plan"
PULL, AGAIN, LINK, ASK, BEGIN, WEIGH, CLOSE, END = (
    "pull",
    "again",
    "link",
    "ask",
    "begin",
    "weigh",
    "close",
    "end",
)
PLANNING = frozenset((BEGIN, WEIGH, CLOSE))


class Runner:
    """Carries out the runs of all flows; each step is small and may be repeated."""

    def __init__(self, store: Store, engine: Engine, clock: Clock, house: House) -> None:
        self._store, self._engine, self._clock, self.house = store, engine, clock, house
        self.puller = Puller(store, clock, house)
        self._asker = Asker(store, clock, house)
        self._sending: tuple[Lanes, Planner] | None = None
        self._since: dict[int, float] = {}
        engine.register(RUN, self.advance)
        engine.register(PLAN, self.advance)

    def send_through(self, lanes: Lanes) -> None:
        """Use these lanes for what plans let go."""
        self._sending = lanes, Planner(self._store, self.house, lanes)

    def start(self, tx: Tx, flow: Flow, asked_by: str, cause: str, engine_id: str) -> int:
        """Begin a run; `cause` is run, plan, clock or event."""
        key = plans.add_run(tx, flow.row.id, engine_id, asked_by, cause)
        self._engine.enqueue(
            tx,
            RunRequest(
                id=engine_id,
                name=RUN,
                queue="runs",
                partition=f"flow:{flow.row.id}",
                state={
                    "flow": flow.row.name,
                    "run": key,
                    "cause": cause,
                    "by": asked_by,
                    "step": PULL,
                    "place": 0,
                },
            ),
        )
        return key

    def wake(self, tx: Tx, flows: tuple[int, ...]) -> None:
        """See to it that flows with open marks are planned."""
        known = [key for key in flows if key in self.house.flows]
        rows = connections.all_flows(tx) if known else {}
        for key in known:
            if not rows[key].awake:
                connections.flow_awake(tx, key, awake=True)
                self._enqueue_plan(tx, self.house.flows[key], rows[key].wakes + 1)

    def wake_all(self, tx: Tx) -> None:
        """Wake every flow with open marks; called when an engine starts whose old wake-ups may be gone."""
        connections.forget_flow_wakes(tx)
        self._mark_due(tx)
        self.wake(tx, tuple(key for key in self.house.flows if marks.has_ready(tx, key)))

    def revive(self, tx: Tx, flows: Sequence[int], live: Container[str]) -> int:
        """Wake those flows that have open marks and that no living run plans; gives how many."""
        self._mark_due(tx)
        found = [key for key in flows if f"flow:{key}" not in live and marks.has_ready(tx, key)]
        for key in found:
            connections.flow_awake(tx, key, awake=False)
        self.wake(tx, tuple(found))
        return len(found)

    def _mark_due(self, tx: Tx) -> None:
        """Mark what was set aside until now."""
        for flow, item in agreements.due_parkings(tx):
            if flow in self.house.flows:
                marks.mark_items(tx, self.house.flows[flow].row.target, [item])

    def _enqueue_plan(self, tx: Tx, flow: Flow, number: int) -> None:
        name = f"{PLAN}:{flow.row.id}:{number}"
        self._engine.enqueue(
            tx,
            RunRequest(
                id=name,
                name=PLAN,
                queue="runs",
                partition=f"flow:{flow.row.id}",
                state={
                    "flow": flow.row.name,
                    "run": 0,
                    "name": name,
                    "cause": "event",
                    "by": "hub",
                    "step": BEGIN,
                    "place": 0,
                },
            ),
        )

    async def advance(self, state: Json) -> Json:
        """Take the next steps of a run; what goes wrong ends it with a finding, never without one."""
        flow = self.house.flow(str(state["flow"]))
        return await take_steps(
            self._store,
            self._clock,
            state,
            lambda now: self._step(flow, now),
            lambda tx, error: self._failed(tx, flow, state, error),
            alone=PLANNING,
        )

    async def _step(self, flow: Flow, state: Json) -> Json:
        match state["step"]:
            case "pull":
                return await self._pull(flow, state)
            case "again":
                return await self._again(flow, state)
            case "link":
                made = await link(self._store, self.house, self._lanes(), flow)
                await self._store.write(lambda tx: self._wake_others(tx, flow, flow.items))
                await self._count(state, matched=made)
                return {**state, "step": ASK if flow.enriches else BEGIN, "after": 0}
            case "ask":
                return await self._ask(flow, state)
            case "begin":
                return await self._begin(flow, state)
            case "weigh":
                return await self._weigh(flow, state)
            case _:
                return await self._close(flow, state)

    def _feeds(self, flow: Flow) -> list[tuple[int, Feed]]:
        """Give the feeds a run reads, those of the source first; categories before what names them."""
        sides = dict.fromkeys((flow.items, flow.row.source, flow.row.target))
        return [
            (key, feed)
            for key in sides
            for feed in sorted(
                self.house.ports[key].capabilities.feeds, key=lambda feed: feed.method is not Method.SWEEP
            )
        ]

    async def _pull(self, flow: Flow, state: Json) -> Json:
        """Read page after page for about a second: a step is small, but not every page is worth one."""
        until, now = self._clock.monotonic() + STEP, dict(state)
        total = Pulled()
        while now["step"] == PULL and self._clock.monotonic() < until:
            now, pulled = await self._pull_page(flow, now)
            total = structs.replace(
                total, read=total.read + pulled.read, requests=total.requests + pulled.requests
            )
        await self._count(state, read=total.read, requests=total.requests)
        return now

    async def _pull_page(self, flow: Flow, state: dict[str, Any]) -> tuple[dict[str, Any], Pulled]:
        feeds, place = self._feeds(flow), int(str(state["place"]))
        if place >= len(feeds):
            return {**state, "step": AGAIN, "place": 0}, Pulled()
        connection, feed = feeds[place]
        if connection == flow.row.target and state.get("early") is None:
            early = await self._store.read(lambda tx: self._goes_early(tx, flow, state))
            return {**state, "early": early, "step": LINK if early else PULL}, Pulled()
        settings = flow.settings
        pulled = await self.puller.step(
            connection,
            feed,
            since=self._since.setdefault(int(str(state["run"])), self._clock.monotonic()),
            sweep_after=timedelta(minutes=settings.sweep_every),
            vanish=settings.guard.vanish,
        )
        if pulled.moved:
            await self._store.write(lambda tx: self._wake_others(tx, flow, connection))
        return {**state, "place": place + pulled.done}, pulled

    def _goes_early(self, tx: Tx, flow: Flow, state: Json) -> bool:
        """Say whether what the source says goes out before the target is read, which may take long.

        Only where the target was read before, and what its people did meanwhile would not be asked about.
        """
        settings, target = flow.settings, flow.row.target
        feeds = self.house.ports[target].capabilities.feeds
        return (
            not flow.enriches
            and state["cause"] != "plan"
            and (settings.drift, settings.conflict) == ("overwrite", "source")
            and connections.is_begun(tx, flow.row.id)
            and all(positions.read_position(tx, target, feed.name).read is not None for feed in feeds)
            and (marks.has_ready(tx, flow.row.id) or has_new(tx, flow.items))
        )

    async def _again(self, flow: Flow, state: Json) -> Json:
        """Read again what must be, side after side, for about a second."""
        sides = list(dict.fromkeys((flow.items, flow.row.source, flow.row.target)))
        place, until = int(str(state["place"])), self._clock.monotonic() + STEP
        total = Pulled()
        while place < len(sides) and self._clock.monotonic() < until:
            pulled = await self.puller.again(sides[place])
            total = structs.replace(
                total, read=total.read + pulled.read, requests=total.requests + pulled.requests
            )
            place += pulled.done
        await self._count(state, read=total.read, requests=total.requests)
        return {**state, "place": place} if place < len(sides) else {**state, "step": LINK}

    def _wake_others(self, tx: Tx, flow: Flow, connection: int) -> None:
        others = [key for key in marks.flows_touched(tx, connection) if key != flow.row.id]
        self.wake(tx, tuple(key for key in others if marks.has_ready(tx, key)))

    async def _ask(self, flow: Flow, state: Json) -> Json:
        told = await self._asker.step(flow, int(str(state.get("after", 0))))
        await self._count(state, read=told.asked, requests=told.requests)
        return {**state, "step": BEGIN} if told.last is None else {**state, "after": told.last}

    async def _begin(self, flow: Flow, state: Json) -> Json:
        run, ready = await self._store.write(lambda tx: self._begin_plan(tx, flow, state))
        if not run:
            return {**state, "done": True}
        begun = {**state, "run": run, "after": 0, "equal": 0, "plan": 0}
        return {**begun, "step": WEIGH} if ready else await self._close(flow, begun)

    def _begin_plan(self, tx: Tx, flow: Flow, state: Json) -> tuple[int, bool]:
        """Take note that the wake-up came; give the run, and whether there is anything to plan.

        An event that has nothing to do is no run: 0. A step that is repeated finds the run it began.
        """
        connections.flow_awake(tx, flow.row.id, awake=False)
        run, ready = _run_of(tx, state), marks.has_ready(tx, flow.row.id)
        if ready and not run:
            name = _name(state) or f"{PLAN}:{flow.row.id}:{tx.now.isoformat()}"
            run = plans.add_run(tx, flow.row.id, name, str(state["by"]), str(state["cause"]))
        return run, ready or bool(plans.plans_being_made(tx, flow.row.id))

    async def _weigh(self, flow: Flow, state: Json) -> Json:
        planner, run = self._plans(), int(str(state["run"]))
        plan = int(str(state["plan"])) or await planner.begin(flow, run, str(state["by"]))
        decided = await planner.step(flow, plan, run, int(str(state["after"])))
        await self._count(
            state,
            matched=decided.compared,
            changed=sum(one.item is not None for one in decided.changes),
            skipped=decided.skipped,
        )
        equal = int(str(state["equal"])) + decided.equal
        step = WEIGH if decided.more else CLOSE
        return {**state, "step": step, "plan": plan, "after": decided.last, "equal": equal}

    async def _close(self, flow: Flow, state: Json) -> Json:
        plan, held = int(str(state["plan"])), 0
        if plan:
            held = await self._plans().close(
                flow, plan, asked_for=state["cause"] == "plan", equal=int(str(state["equal"]))
            )
        if state.get("early"):
            return {**state, "early": False, "step": PULL}
        await self._store.write(lambda tx: self._ended(tx, flow, state, held))
        return {**state, "done": True}

    def _lanes(self) -> Lanes:
        return self._through()[0]

    def _plans(self) -> Planner:
        return self._through()[1]

    def _through(self) -> tuple[Lanes, Planner]:
        if self._sending is None:
            raise RuntimeError("no lanes to send through")
        return self._sending

    def _ended(self, tx: Tx, flow: Flow, state: Json, held: int) -> None:
        run = int(str(state["run"]))
        self._since.pop(run, None)
        if not int(str(state["plan"])):
            connections.flow_begun(tx, flow.row.id)
        plans.set_run(tx, run, state="done", ended=tx.now, held=held)
        self._wake_others(tx, flow, flow.row.target)
        if marks.has_ready(tx, flow.row.id):
            self.wake(tx, (flow.row.id,))
        findings.settle(tx, f"run:{flow.row.name}:")

    def _failed(self, tx: Tx, flow: Flow, state: Json, error: HubError) -> None:
        run = _run_of(tx, state)
        self._since.pop(run, None)
        if run:
            where = f"{error.where}: " if error.where else ""
            what = f"{where}{error.what} ({error.code})"
            plans.set_run(tx, run, state="failed", ended=tx.now, error=what)
        connections.flow_awake(tx, flow.row.id, awake=False)
        findings.report(tx, run_finding(flow.row.name, error))

    async def _count(self, state: Json, **counts: int) -> None:
        """Add to a run's counts; a step that is repeated after a crash counts again what it did again."""
        run = int(str(state["run"]))
        if run and any(counts.values()):
            await self._store.write(lambda tx: plans.add_counts(tx, run, counts))


def _run_of(tx: Tx, state: Json) -> int:
    """Give the number of a run; that of an event is known once it has something to plan."""
    return int(str(state["run"])) or plans.known_run(tx, _name(state))


def _name(state: Json) -> str:
    """Give the name of an event's run in the engine; steps of the first hubs wait without it."""
    return str(state.get("name", ""))


def run_finding(flow: str, error: HubError) -> Finding:
    """Say that a run ended early."""
    return Finding(
        code=error.code[:24],
        cause=f"run:{flow}:{error.code}",
        severity=Severity.STOPPED,
        what=f"{flow}: {error.where + ': ' if error.where else ''}{error.what}",
        why="The run ended early; what was read is stored and nothing is lost.",
        doing="The next run goes on where this one ended.",
        can_do=error.remedy,
        flow=flow,
    )
