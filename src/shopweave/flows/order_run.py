"""A run of a flow of orders, as steps of an engine: read, look again, ask the target, release, tell."""

from typing import Any

from shopweave.engine.port import Engine, Json, RunRequest
from shopweave.flows.ageing import Ageing
from shopweave.flows.following import Following
from shopweave.flows.house import House, OrderFlow
from shopweave.flows.intake import Stored
from shopweave.flows.orders import OrderReader
from shopweave.flows.run import run_finding
from shopweave.flows.stepping import STEP, take_steps
from shopweave.model.errors import HubError
from shopweave.model.seams import Clock
from shopweave.store import findings, plans
from shopweave.store.base import Store, Tx

RUN = "orders.run"


class OrderRunner:
    """Carries out the runs of flows of orders; each step is small and may be repeated."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Clock,
        house: House,
        reader: OrderReader,
        following: Following,
        ageing: Ageing,
    ) -> None:
        self._store, self._engine, self._clock, self.house = store, engine, clock, house
        self._reader, self._following, self._ageing = reader, following, ageing
        engine.register(RUN, self.advance)

    def start(self, tx: Tx, flow: OrderFlow, asked_by: str, cause: str, engine_id: str) -> int:
        """Begin a run; asked for once more under the same `engine_id` it is the same run."""
        key = plans.add_run(tx, flow.row.id, engine_id, asked_by, cause)
        state: Json = {"flow": flow.row.name, "run": key, "step": "read", "after": 0}
        request = RunRequest(
            id=engine_id, name=RUN, queue="runs", partition=f"orders:{flow.row.source}", state=state
        )
        self._engine.enqueue(tx, request)
        return key

    async def advance(self, state: Json) -> Json:
        """Take the next steps of a run; what goes wrong ends it with a finding, never without one."""
        flow = self.house.order_flow(str(state["flow"]))
        return await take_steps(
            self._store,
            self._clock,
            state,
            lambda now: self._step(flow, dict(now)),
            lambda tx, error: self._failed(tx, flow, state, error),
            patient=True,
        )

    async def _step(self, flow: OrderFlow, state: dict[str, Any]) -> Json:
        match state["step"]:
            case "read":
                return await self._read(flow, state)
            case "again":
                return await self._again(flow, state)
            case "follow":
                return await self._follow(flow, state)
            case "release":
                after = await self._reader.release(flow.row.source, int(str(state["after"])))
                return {**state, "after": after, "step": "release" if after else "end"}
            case _:
                return await self._end(flow, state)

    async def _read(self, flow: OrderFlow, state: dict[str, Any]) -> Json:
        """Read page after page for about a second."""
        read = await self._reader.pages(flow.row.source, self._clock.monotonic() + STEP, self._clock)
        await self._count(state, read.stored, read.requests)
        return {**state, "step": "again" if read.done else "read"}

    async def _again(self, flow: OrderFlow, state: dict[str, Any]) -> Json:
        read = await self._reader.again(flow.row.source)
        await self._count(state, read.stored, read.requests)
        return {**state, "step": "follow" if read.done else "again"}

    async def _follow(self, flow: OrderFlow, state: dict[str, Any]) -> Json:
        found = await self._following.step(flow.row.id)
        if found.requests:
            await self._count(state, Stored(), found.requests)
        return {**state, "step": "release" if found.done else "follow"}

    async def _end(self, flow: OrderFlow, state: dict[str, Any]) -> Json:
        await self._reader.settle(flow.row.source)
        await self._reader.unpark(flow.row.id)
        await self._ageing.look()
        await self._store.write(lambda tx: self._ended(tx, flow, state))
        return {**state, "done": True}

    def _ended(self, tx: Tx, flow: OrderFlow, state: Json) -> None:
        plans.set_run(tx, int(str(state["run"])), state="done", ended=tx.now)
        findings.settle(tx, f"run:{flow.row.name}:")

    def _failed(self, tx: Tx, flow: OrderFlow, state: Json, error: HubError) -> None:
        text = f"{error.what} ({error.code})"
        plans.set_run(tx, int(str(state["run"])), state="failed", ended=tx.now, error=text)
        findings.report(tx, run_finding(flow.row.name, error))

    async def _count(self, state: Json, stored: Stored, requests: int) -> None:
        run = int(str(state["run"]))
        counts = {
            "read": stored.read,
            "matched": stored.read - stored.changed - stored.broken,
            "changed": stored.changed,
            "skipped": stored.parked + stored.broken,
            "requests": requests,
        }
        await self._store.write(lambda tx: plans.add_counts(tx, run, counts))
