"""Runs: start them, wait for them, and count what they did."""

from datetime import datetime
from functools import partial

from msgspec import Struct

from shopweave.engine.port import RunQuery
from shopweave.hub.context import Hub, unknown
from shopweave.model.change import ChangeState
from shopweave.store import backlog, connections, findings, lanes, marks, plans, stopping
from shopweave.store.base import Tx

PAUSE = 0.05
LONGEST_PAUSE = 0.4
RESTING = 3
SETTLED = 3_600.0


class RunReport(Struct, frozen=True, kw_only=True):
    """What one run did; `failed` are changes the other side refused, or 1 for a run that ended early."""

    flow: str
    read: int
    matched: int
    changed: int
    skipped: int
    held: int
    failed: int
    requests: int
    seconds: float


class ListedRun(Struct, frozen=True, kw_only=True):
    """A run as it is listed: its number, why it ran and for whom, and what it did."""

    run: int
    cause: str
    by: str
    started: datetime
    state: str
    did: RunReport


class FindingReport(Struct, frozen=True, kw_only=True):
    """A finding in short."""

    code: str
    count: int
    what: str


async def start(hub: Hub, flow: str, who: str, cause: str = "run") -> int:
    """Begin a run of a flow; gives its number."""
    chosen, key = known_flow(hub, flow, cause), f"run:{hub.ids.new()}"
    return await hub.store.write(lambda tx: hub.begin(tx, chosen, who, cause, key))


def known_flow(hub: Hub, name: str, cause: str) -> str:
    """Give the name of a flow that can run, or be planned; raises `Configuration` naming those that can."""
    able = [flow.row.name for flow in hub.house.flows.values()] if cause == "plan" else hub.flow_names
    if name not in able:
        raise unknown("flow to plan" if cause == "plan" else "flow", name, list(able))
    return name


async def finished(hub: Hub, run: int) -> None:
    """Wait until a run has planned; what it sends may still be under way."""
    pause = PAUSE
    while (row := await hub.store.read(lambda tx: plans.run_row(tx, run))) is not None and row.ended is None:
        hub.engine.check()
        await hub.clock.sleep(pause)
        pause = _longer(pause)


async def settled(hub: Hub) -> bool:
    """Wait until nothing waits to be planned or sent; False when something cannot be sent for now.

    What takes long is looked at less often: looking costs time that the work could have.
    """
    calm, pause = 0, PAUSE
    until = hub.clock.monotonic() + SETTLED
    while calm < 2:
        if hub.clock.monotonic() > until:
            return False
        hub.engine.check()
        busy = bool(await hub.engine.runs(RunQuery(statuses=("waiting", "running"), limit=1)))
        stuck, is_open = await hub.store.read(partial(_open, hub, busy))
        if stuck:
            return False
        calm = 0 if is_open else calm + 1
        await hub.clock.sleep(PAUSE if calm else pause)
        pause = _longer(pause)
    return not await hub.store.read(lambda tx: sum(_left(tx, hub).values()))


def _longer(pause: float) -> float:
    return min(LONGEST_PAUSE, pause * 1.25)


def _open(hub: Hub, busy: bool, tx: Tx) -> tuple[bool, bool]:  # noqa: FBT001 - bound by position
    """Say whether a lane rests, and whether anything goes on or waits to be planned or sent."""
    if lanes.most_failures(tx, list(hub.house.ports)) >= RESTING:
        return True, True
    if busy or any(marks.count_marks(tx, key) for key in hub.house.flows):
        return False, True
    stops = stopping.stops(tx)
    left = {} if stopping.EVERYWHERE in stops else _left(tx, hub)
    return False, any(left[key] for key in left if key not in stops)


def _left(tx: Tx, hub: Hub) -> dict[int, int]:
    return {key: backlog.left(tx, key) for key in hub.house.ports}


async def reports(hub: Hub, runs: list[int]) -> list[RunReport]:
    """Give what runs did, in their order."""
    return await hub.store.read(lambda tx: [_report(tx, hub, run) for run in runs])


def _report(tx: Tx, hub: Hub, run: int) -> RunReport:
    row = plans.run_row(tx, run)
    if row is None:
        raise LookupError(run)
    states = plans.run_states(tx, run)
    ended = row.ended or tx.now
    return RunReport(
        flow=_flow_name(tx, hub, row.flow),
        read=row.read,
        matched=row.matched,
        changed=row.changed,
        skipped=row.skipped,
        held=states.get(ChangeState.HELD.value, 0),
        failed=states.get(ChangeState.REFUSED.value, 0) + (row.state == "failed"),
        requests=row.requests + plans.run_requests(tx, run),
        seconds=round((ended - row.started).total_seconds(), 3),
    )


def _flow_name(tx: Tx, hub: Hub, key: int) -> str:
    """Give the name of a flow; one that was taken out of the settings still has its row."""
    known = hub.house.flows.get(key)
    return known.row.name if known is not None else connections.all_flows(tx)[key].name


async def latest(hub: Hub, count: int) -> list[ListedRun]:
    """Give the latest runs, the newest last."""
    numbers = (await runs_since(hub, 0))[-count:]
    return await hub.store.read(lambda tx: [_listed(tx, hub, run) for run in numbers])


def _listed(tx: Tx, hub: Hub, run: int) -> ListedRun:
    row = plans.run_row(tx, run)
    if row is None:
        raise LookupError(run)
    return ListedRun(
        run=run,
        cause=row.cause,
        by=row.asked_by,
        started=row.started,
        state=row.state,
        did=_report(tx, hub, run),
    )


async def runs_since(hub: Hub, after: int) -> list[int]:
    """Give the runs that began after run number `after`."""
    return await hub.store.read(lambda tx: plans.runs_after(tx, after))


async def newest_run(hub: Hub) -> int:
    """Give the number of the newest run, 0 if there is none."""
    found = await runs_since(hub, 0)
    return found[-1] if found else 0


async def open_findings(hub: Hub) -> list[FindingReport]:
    """Give what a person should know."""
    found = await hub.store.read(findings.open_findings)
    return [FindingReport(code=one.code, count=one.count, what=one.what) for one in found]
