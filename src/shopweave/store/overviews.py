"""What the pages show at a glance: lanes, counts, last runs, held plans."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, case, func, select, union_all

from shopweave.model.finding import Severity
from shopweave.store.base import Tx
from shopweave.store.connections import HOME_ID
from shopweave.store.plans import PlanRow, RunRow
from shopweave.store.statements import many
from shopweave.store.tables import change, connection, finding, handover, lane, plan, position, run

OPEN = ("waiting", "intent", "in doubt", "held")


class LaneSight(Struct, frozen=True, kw_only=True):
    """A lane for people: until when it rests, why, and how often in a row it found nobody."""

    connection: int
    mode: str
    not_before: datetime | None
    why: str
    failures: int


class Count(Struct, frozen=True, kw_only=True):
    """How many changes and hand-overs of a connection are in one state."""

    connection: int
    state: str
    number: int


class FindingSight(Struct, frozen=True, kw_only=True):
    """An open finding with its number and its times."""

    id: int
    cause: str
    code: str
    severity: Severity
    connection: str
    flow: str
    what: str
    why: str
    doing: str
    can_do: str
    count: int
    since: datetime


class PlanSight(Struct, frozen=True, kw_only=True):
    """A plan, how many changes it has, and how many of them wait for a person."""

    row: PlanRow
    changes: int
    held: int


_LANES = (
    select(lane.c.connection, connection.c.mode, lane.c.not_before, lane.c.why_waiting, lane.c.failures)
    .join(connection, connection.c.id == lane.c.connection)
    .order_by(lane.c.connection)
)
_UNSETTLED = union_all(
    select(change.c.connection, change.c.state).where(change.c.state.in_(OPEN)),
    select(handover.c.connection, handover.c.state).where(handover.c.state.in_(OPEN)),
).subquery()
_COUNTS = (
    select(_UNSETTLED.c.connection, _UNSETTLED.c.state, func.count().label("number"))
    .group_by(_UNSETTLED.c.connection, _UNSETTLED.c.state)
    .order_by(_UNSETTLED.c.connection, _UNSETTLED.c.state)
)
_LAST = select(func.max(run.c.id).label("last")).group_by(run.c.flow).scalar_subquery()
_LAST_RUNS = select(run).where(run.c.id.in_(_LAST)).order_by(run.c.flow)
_RUNS = (
    select(run)
    .where(run.c.flow.in_(many("flows")), run.c.id < bindparam("before"))
    .order_by(run.c.id.desc())
    .limit(bindparam("limit"))
)
_PLANS = (
    select(plan)
    .where(plan.c.workspace == HOME_ID, plan.c.state != "making")
    .order_by((plan.c.state != "held"), plan.c.id.desc())
    .limit(bindparam("limit"))
)
_SIZES = (
    select(
        change.c.plan,
        func.count().label("number"),
        func.sum(case((change.c.state == "held", 1), else_=0)).label("held"),
    )
    .where(change.c.plan.in_(many("plans")))
    .group_by(change.c.plan)
)
_FINDINGS = (
    select(finding, finding.c.count.label("number"))
    .where(finding.c.workspace == HOME_ID, finding.c.settled.is_(None))
    .order_by(finding.c.since, finding.c.id)
)
_LOOKED = select(position.c.connection, func.max(position.c.read).label("read")).group_by(
    position.c.connection
)
_PLAN_CHANGES = (
    select(change.c.id)
    .where(change.c.plan == bindparam("of"), change.c.id > bindparam("after"))
    .order_by(change.c.id)
    .limit(bindparam("limit"))
)
_RUN_CHANGES = (
    select(change.c.id)
    .where(change.c.run == bindparam("of"), change.c.id > bindparam("after"))
    .order_by(change.c.id)
    .limit(bindparam("limit"))
)
_LONG = 2**31 - 1


def lanes(tx: Tx) -> list[LaneSight]:
    """Give every lane."""
    return [
        LaneSight(
            connection=row.connection,
            mode=row.mode,
            not_before=row.not_before,
            why=row.why_waiting,
            failures=row.failures,
        )
        for row in tx.rows(_LANES)
    ]


def counts(tx: Tx) -> list[Count]:
    """Count what is not settled, by connection and state."""
    return [Count(connection=row.connection, state=row.state, number=row.number) for row in tx.rows(_COUNTS)]


def looked(tx: Tx) -> dict[int, datetime]:
    """Say when each connection was last read."""
    return {row.connection: row.read for row in tx.rows(_LOOKED) if row.read is not None}


def last_runs(tx: Tx) -> dict[int, RunRow]:
    """Give the newest run of each flow."""
    return {row.flow: _run(row) for row in tx.rows(_LAST_RUNS)}


def newest_runs(tx: Tx, flows: Sequence[int], limit: int, before: int | None = None) -> list[RunRow]:
    """Give runs of flows, the newest first, older than `before`."""
    found = tx.rows(_RUNS, {"flows": list(flows), "limit": limit, "before": before or _LONG})
    return [_run(row) for row in found]


def _run(row: object) -> RunRow:
    return RunRow(**{name: getattr(row, name) for name in RunRow.__struct_fields__})


def newest_plans(tx: Tx, limit: int) -> list[PlanSight]:
    """Give plans, those that wait for a person first, then the newest."""
    rows = tx.rows(_PLANS, {"limit": limit})
    found = tx.rows(_SIZES, {"plans": [row.id for row in rows]})
    sizes = {row.plan: (int(row.number), int(row.held)) for row in found}
    return [
        PlanSight(
            row=PlanRow(**{name: getattr(row, name) for name in PlanRow.__struct_fields__}),
            changes=sizes.get(row.id, (0, 0))[0],
            held=sizes.get(row.id, (0, 0))[1],
        )
        for row in rows
    ]


def plan_changes(tx: Tx, plan_id: int, after: int, limit: int) -> list[int]:
    """Give changes of a plan beyond change `after`."""
    return [row.id for row in tx.rows(_PLAN_CHANGES, {"of": plan_id, "after": after, "limit": limit})]


def run_changes(tx: Tx, run_id: int, after: int, limit: int) -> list[int]:
    """Give changes of a run beyond change `after`."""
    return [row.id for row in tx.rows(_RUN_CHANGES, {"of": run_id, "after": after, "limit": limit})]


def open_findings(tx: Tx) -> list[FindingSight]:
    """Give what is open, the oldest first."""
    plain = ("id", "cause", "code", "connection", "flow", "what", "why", "doing", "can_do", "since")
    return [
        FindingSight(
            severity=Severity(row.severity),
            count=int(row.number),
            **{name: getattr(row, name) for name in plain},
        )
        for row in tx.rows(_FINDINGS)
    ]
