"""The whole hub at a glance: one read, one frozen value."""

from datetime import datetime
from functools import partial

from msgspec import Struct, json

from shopweave.engine.cron import next_time
from shopweave.hub.context import Hub
from shopweave.hub.writing import Writing, look
from shopweave.model.finding import Severity
from shopweave.store import agreements, overviews
from shopweave.store import plans as plan_rows
from shopweave.store.base import Tx
from shopweave.store.overviews import FindingSight
from shopweave.store.plans import PlanRow, RunRow

RUNS, PLANS, TRIES = 20, 50, 3
_RANK = {Severity.STOPPED: 0, Severity.HELD: 1, Severity.NEEDS: 2, Severity.NOTE: 3}


class ConnectionView(Struct, frozen=True, kw_only=True):
    """A connection: its state, when it was last read, and its lane's outbox.

    `state` is one of in step · catching up · waits until … · paused · stopped; `until` belongs to the third.
    `written` when a flow leads there.
    """

    name: str
    type: str
    mode: str
    written: bool
    thread: int
    state: str
    until: datetime | None
    why: str
    read: datetime | None
    waiting: int
    under_way: int
    in_doubt: int
    held: int


class RunView(Struct, frozen=True, kw_only=True):
    """A run in short; `kind` is what its flow carries: items, orders or stock."""

    number: int
    flow: str
    kind: str
    cause: str
    asked_by: str
    state: str
    started: datetime
    ended: datetime | None
    read: int
    matched: int
    changed: int
    skipped: int
    held: int
    failed: int
    requests: int
    error: str


class FlowView(Struct, frozen=True, kw_only=True):
    """A flow: from where to where, by which clock, its last run and its next one."""

    name: str
    source: str
    target: str
    schedule: str
    zone: str
    last: RunView | None
    next: datetime | None
    held_plan: int | None


class PlanView(Struct, frozen=True, kw_only=True):
    """A plan in short; `undoes` is the run it puts back, if it does."""

    number: int
    flow: str
    source: str
    target: str
    state: str
    made: datetime
    made_by: str
    expires: datetime | None
    decided_by: str
    changes: int
    held: int
    equal: int
    reasons: tuple[str, ...]
    undoes: int | None = None


class FindingView(Struct, frozen=True, kw_only=True):
    """A finding with all its sentences."""

    number: int
    cause: str
    code: str
    severity: str
    connection: str
    flow: str
    what: str
    why: str
    doing: str
    can_do: str
    count: int
    since: datetime


class Overview(Struct, frozen=True, kw_only=True):
    """Everything the first page shows; `at` is the moment of the read."""

    at: datetime
    connections: tuple[ConnectionView, ...]
    flows: tuple[FlowView, ...]
    runs: tuple[RunView, ...]
    plans: tuple[PlanView, ...]
    findings: tuple[FindingView, ...]
    writing: Writing
    conflicts: int

    @property
    def held(self) -> tuple[PlanView, ...]:
        """Give the plans that wait for a person."""
        return tuple(one for one in self.plans if one.state == "held")

    @property
    def loud(self) -> tuple[FindingView, ...]:
        """Give the findings that need a person; those about a held plan stand with the plan."""
        plans = {f"held:{one.flow}:{one.number}" for one in self.held}
        return tuple(
            one for one in self.findings if one.severity != Severity.NOTE.value and one.cause not in plans
        )

    @property
    def notes(self) -> tuple[FindingView, ...]:
        """Give the findings that are good to know."""
        return tuple(one for one in self.findings if one.severity == Severity.NOTE.value)

    @property
    def waiting(self) -> int:
        """Count the writes that are not settled, held ones left out."""
        return sum(one.waiting + one.under_way + one.in_doubt for one in self.connections)

    def thread(self, name: str) -> int:
        """Give the number of a connection's colour."""
        return next((one.thread for one in self.connections if one.name == name), 1)


async def overview(hub: Hub) -> Overview:
    """Look at everything at once."""
    return await hub.store.read(partial(_overview, hub))


def _overview(hub: Hub, tx: Tx) -> Overview:
    plans = tuple(plan_view(hub, one.row, one.changes, one.held) for one in _known_plans(hub, tx))
    last = overviews.last_runs(tx)
    rows = overviews.newest_runs(tx, list(hub.house.flows), RUNS)
    writing = look(tx, hub)
    return Overview(
        at=tx.now,
        connections=_connections(hub, tx, writing),
        writing=writing,
        conflicts=agreements.undecided(tx, list(hub.house.flows)),
        flows=tuple(_flow(hub, key, last.get(key), plans, tx.now) for key in hub.house.flows),
        runs=tuple(run_view(hub, row) for row in rows),
        plans=plans,
        findings=findings(tx),
    )


async def held_plans(hub: Hub) -> tuple[PlanView, ...]:
    """Give the plans that wait for a person, those that undo a run too."""
    return await hub.store.read(partial(_held_plans, hub))


def _held_plans(hub: Hub, tx: Tx) -> tuple[PlanView, ...]:
    rows = [row for row in plan_rows.held_plans(tx) if row.flow in hub.house.flows]
    states = {row.id: plan_rows.plan_states(tx, row.id) for row in rows}
    return tuple(
        plan_view(hub, row, sum(states[row.id].values()), states[row.id].get("held", 0)) for row in rows
    )


def _known_plans(hub: Hub, tx: Tx) -> list[overviews.PlanSight]:
    return [one for one in overviews.newest_plans(tx, PLANS) if one.row.flow in hub.house.flows]


def findings(tx: Tx) -> tuple[FindingView, ...]:
    """Give what is open, the worst first."""
    found = sorted(overviews.open_findings(tx), key=lambda one: (_RANK[one.severity], one.since, one.id))
    return tuple(_finding(one) for one in found)


def _finding(one: FindingSight) -> FindingView:
    plain = ("cause", "code", "connection", "flow", "what", "why", "doing", "can_do", "count", "since")
    return FindingView(
        number=one.id, severity=one.severity.value, **{name: getattr(one, name) for name in plain}
    )


def _connections(hub: Hub, tx: Tx, writing: Writing) -> tuple[ConnectionView, ...]:
    lanes = {one.connection: one for one in overviews.lanes(tx)}
    counted = {(one.connection, one.state): one.number for one in overviews.counts(tx)}
    looked = overviews.looked(tx)
    found = []
    for thread, (key, port) in enumerate(hub.house.ports.items()):
        lane = lanes[key]
        waiting = counted.get((key, "waiting"), 0)
        flying = counted.get((key, "intent"), 0)
        written = bool(hub.house.group(key))
        paused = written and (writing.stopped or port.row.name in writing.at)
        state = state_of(lane, waiting + flying, tx.now, paused=paused)
        found.append(
            ConnectionView(
                name=port.row.name,
                type=port.row.type,
                mode=lane.mode,
                written=written,
                thread=thread % 8 + 1,
                state=state,
                until=lane.not_before if state == "waits" else None,
                why=lane.why if state in ("waits", "stopped") else "",
                read=looked.get(key),
                waiting=waiting,
                under_way=flying,
                in_doubt=counted.get((key, "in doubt"), 0),
                held=counted.get((key, "held"), 0),
            )
        )
    return tuple(found)


def state_of(lane: overviews.LaneSight, busy: int, now: datetime, *, paused: bool) -> str:
    """Say how a lane is: stopped, paused by a person, waits, catching up or in step."""
    if lane.failures >= TRIES:
        return "stopped"
    if paused:
        return "paused"
    if lane.not_before is not None and lane.not_before > now and lane.why:
        return "waits"
    return "catching up" if busy else "in step"


def _flow(hub: Hub, key: int, last: RunRow | None, plans: tuple[PlanView, ...], now: datetime) -> FlowView:
    flow = hub.house.flows[key]
    settings = flow.settings
    held = next((one.number for one in plans if one.flow == settings.name and one.state == "held"), None)
    return FlowView(
        name=settings.name,
        source=settings.source,
        target=settings.target,
        schedule=settings.schedule,
        zone=settings.zone,
        last=None if last is None else run_view(hub, last),
        next=next_time(settings.schedule, settings.zone, now) if settings.schedule else None,
        held_plan=held,
    )


def run_view(hub: Hub, row: RunRow) -> RunView:
    """Give a run for people."""
    shown = set(RunView.__struct_fields__) - {"number", "flow", "kind"}
    kind, flow = flows_of(hub)[row.flow]
    return RunView(number=row.id, flow=flow, kind=kind, **{name: getattr(row, name) for name in shown})


def flows_of(hub: Hub) -> dict[int, tuple[str, str]]:
    """Give kind and name of every flow of the settings."""
    house = hub.house
    kinds = (("items", house.flows), ("orders", house.orders), ("stock", house.stock))
    return {key: (kind, one.row.name) for kind, flows in kinds for key, one in flows.items()}


def plan_view(hub: Hub, row: PlanRow, changes: int, held: int) -> PlanView:
    """Give a plan for people."""
    settings = hub.house.flows[row.flow].settings
    return PlanView(
        number=row.id,
        flow=settings.name,
        source=settings.source,
        target=settings.target,
        state=row.state,
        made=row.made,
        made_by=row.made_by,
        expires=row.expires,
        decided_by=row.decided_by or "",
        changes=changes,
        held=held,
        equal=row.equal,
        reasons=json.decode(row.reasons, type=tuple[str, ...]),
        undoes=row.undoes,
    )
