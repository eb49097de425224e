"""Upkeep every five minutes: what sleeps over its work is woken, what is old is forgotten."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from msgspec import Struct

from shopweave.core.forgetting import forgotten
from shopweave.engine.port import Engine, Json, RunQuery, Schedule
from shopweave.flows.away import look_away
from shopweave.flows.callbacks import Listener
from shopweave.flows.house import House
from shopweave.flows.run import Runner
from shopweave.lanes.lanes import Lanes
from shopweave.model.change import ChangeState
from shopweave.model.seams import Clock
from shopweave.store import (
    callbacks,
    connections,
    erasing,
    findings,
    forgetting,
    lanes,
    marks,
    outbox,
    plans,
    samples,
    undoing,
)
from shopweave.store.base import Store, Tx

KEEP = timedelta(days=30)
KEEP_RUNS = timedelta(days=7)
KEEP_FORMS = timedelta(days=1)
UPKEEP = "hub.upkeep"
EVERY = "*/5 * * * *"
MOST = 10_000


class Wakes(Struct, frozen=True, kw_only=True):
    """The numbers of the latest wake-ups, by connection and by flow."""

    lanes: dict[int, int]
    flows: dict[int, int]


class Upkeep:
    """Keeps one hub; a step of its engine, so that of many workers one does it."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Clock,
        house: House,
        sending: Lanes,
        runner: Runner,
        listener: Listener,
        keep_orders: timedelta,
        beat: Callable[[], Awaitable[None]],
    ) -> None:
        self._store, self._engine, self._clock, self._house = store, engine, clock, house
        self._sending, self._runner, self._listener = sending, runner, listener
        self._keep_orders, self._beat = keep_orders, beat
        engine.register(UPKEEP, self.advance)

    async def advance(self, state: Json) -> Json:
        """Do all of it once."""
        await self._beat()
        await self._store.write(lambda tx: tidy(tx, self._house))
        await self._store.write(lambda tx: samples.take(tx, list(self._house.ports)))
        await self._store.write(lambda tx: look_away(tx, self._house, self._sending.wake))
        await self.wake_sleepers()
        await self.forget()
        return {**state, "done": True}

    async def wake_sleepers(self) -> int:
        """Wake lanes and flows that have work and no wake-up on its way; gives how many.

        A wake-up made while the engine was asked has moved the number, and counts as alive.
        """
        known = await self._store.read(self._wakes)
        live = await self._engine.runs(RunQuery(statuses=("waiting", "running"), limit=MOST))
        if len(live) == MOST:
            return 0
        partitions = {run.partition for run in live}
        return await self._store.write(lambda tx: self._revive(tx, known, partitions))

    def _wakes(self, tx: Tx) -> Wakes:
        flows = connections.flow_wakes(tx)
        return Wakes(
            lanes={key: lanes.read_lane(tx, key).wakes for key in self._house.ports},
            flows={key: flows[key] for key in self._house.flows},
        )

    def _revive(self, tx: Tx, known: Wakes, live: set[str]) -> int:
        now = self._wakes(tx)
        self._listener.revive(tx, live)
        slept = [key for key, wakes in now.lanes.items() if wakes == known.lanes.get(key)]
        slow = [key for key, wakes in now.flows.items() if wakes == known.flows.get(key)]
        return self._sending.revive(tx, slept, live) + self._runner.revive(tx, slow, live)

    async def forget(self) -> None:
        """Delete changes and requests of more than 30 days, runs of the engine of more than 7, old forms.

        Who bought is forgotten when an order is older than the settings allow.
        """
        await self._sliced(forgetting.forget_changes)
        await self._sliced(forgetting.forget_requests)
        await self._store.write(lambda tx: forgetting.forget_forms(tx, KEEP_FORMS))
        while await self._store.write(lambda tx: callbacks.forget_callbacks(tx, KEEP_RUNS)):
            pass
        await self._store.write(lambda tx: samples.forget(tx, KEEP))
        while await self._store.write(
            lambda tx: erasing.forget_old(tx, tx.now - self._keep_orders, forgotten)
        ):
            pass
        await self._engine.forget(self._clock.now() - KEEP_RUNS)

    async def _sliced(self, forget: Callable[[Tx, timedelta, int], int]) -> None:
        after = -1
        while after:
            after = await self._store.write(partial(_forgotten, forget, max(after, 0)))


def _forgotten(forget: Callable[[Tx, timedelta, int], int], after: int, tx: Tx) -> int:
    return forget(tx, KEEP, after)


def schedule() -> Schedule:
    """Give the clock of the upkeep."""
    return Schedule(name=UPKEEP, cron=EVERY, zone="UTC", run=UPKEEP)


def tidy(tx: Tx, house: House) -> int:
    """Let held plans expire whose time is over; gives how many.

    What expires is compared anew: the items are marked, and a new plan is made from what is true then.
    """
    undoing.drop_abandoned(tx)
    found = plans.expired_plans(tx)
    for key in found:
        _expire(tx, house, key)
    return len(found)


def _expire(tx: Tx, house: House, key: int) -> None:
    row = plans.plan_row(tx, key)
    held = outbox.changes(tx, plans.held_changes(tx, key))
    outbox.set_state(tx, [one.id for one in held], ChangeState.EXPIRED, settled=tx.now)
    plans.set_plan(tx, key, "expired", ended=tx.now)
    if row is None:
        return
    flow = connections.all_flows(tx)[row.flow]
    findings.settle(tx, f"held:{flow.name}:{key}")
    if row.kind != undoing.KIND and row.flow in house.flows:
        marks.mark_items(tx, flow.target, [one.item for one in held if one.item])
