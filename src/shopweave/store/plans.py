"""Plans and runs as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, json
from sqlalchemy import Integer, bindparam, delete, func, insert, or_, select, update

from shopweave.model.change import ChangeState
from shopweave.store.base import Tx
from shopweave.store.connections import HOME_ID
from shopweave.store.hiding import hidden_values
from shopweave.store.statements import many
from shopweave.store.tables import change, need, plan, run

EXPIRES = timedelta(days=7)


class PlanRow(Struct, frozen=True, kw_only=True):
    """A plan as it stands; `state` is one of making · held · approved · done · rejected · expired."""

    id: int
    flow: int
    run: int | None
    state: str
    kind: str
    undoes: int | None
    made: datetime
    made_by: str
    expires: datetime | None
    decided_by: str | None
    equal: int
    reasons: str


class RunRow(Struct, frozen=True, kw_only=True):
    """A run as it stands."""

    id: int
    flow: int
    engine: str
    asked_by: str
    cause: str
    state: str
    step: str
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


_ADD_PLAN = insert(plan).values(workspace=HOME_ID).returning(plan.c.id)
_SET_PLAN = update(plan).where(plan.c.id == bindparam("key"))
_PLAN = select(plan).where(plan.c.id == bindparam("key"))
_HELD_PLANS = select(plan).where(plan.c.workspace == HOME_ID, plan.c.state == "held").order_by(plan.c.id)
_EMPTY = delete(plan).where(plan.c.id == bindparam("key"))
_TALLY = (
    select(change.c.sort, func.count().label("number"))
    .where(change.c.plan == bindparam("key"))
    .group_by(change.c.sort)
    .order_by(change.c.sort)
)
_ITEMS = select(func.count(change.c.item.distinct())).where(change.c.plan == bindparam("key"))
_RELEASABLE = (
    select(change.c.id)
    .where(
        change.c.plan == bindparam("key"),
        change.c.state == ChangeState.HELD.value,
        change.c.sort.in_(many("sorts")),
    )
    .order_by(change.c.id)
    .limit(bindparam("limit"))
)
_NEEDED = (
    select(change.c.id)
    .where(
        change.c.connection == bindparam("at"),
        change.c.state == ChangeState.HELD.value,
        change.c.sort == "reference",
        change.c.reference.in_(select(need.c.reference).where(need.c.change.in_(many("ids")))),
    )
    .order_by(change.c.id)
)
_HELD_OF = (
    select(change.c.id)
    .where(change.c.plan == bindparam("key"), change.c.state == ChangeState.HELD.value)
    .order_by(change.c.id)
)
_WHY = update(change).where(
    change.c.plan == bindparam("key"),
    change.c.state == ChangeState.HELD.value,
    change.c.sort == bindparam("which"),
)
_STATES = (
    select(change.c.state, func.count().label("number"))
    .where(change.c.plan == bindparam("key"))
    .group_by(change.c.state)
)
_RUN_STATES = (
    select(change.c.state, func.count().label("number"))
    .where(change.c.run == bindparam("key"))
    .group_by(change.c.state)
)
_RUN_REQUESTS = select(func.count(change.c.request.distinct())).where(change.c.run == bindparam("key"))
_DROP_NEEDS = delete(need).where(
    need.c.change.in_(
        select(change.c.id).where(change.c.plan == bindparam("key"), change.c.state == ChangeState.HELD.value)
    )
)
_DROP_CHANGES = delete(change).where(
    change.c.plan == bindparam("key"), change.c.state == ChangeState.HELD.value
)
_MAKING = (
    select(plan.c.id)
    .where(plan.c.flow == bindparam("of"), plan.c.state == "making", plan.c.kind == "apply")
    .order_by(plan.c.id)
)
_SAME_RUN = select(run.c.id).where(run.c.engine == bindparam("called"))
_ADD_RUN = insert(run).values(workspace=HOME_ID).returning(run.c.id)
_SET_RUN = update(run).where(run.c.id == bindparam("key"))
_COUNTED = ("read", "matched", "changed", "skipped", "requests")
_COUNT = (
    update(run)
    .where(run.c.id == bindparam("key"))
    .values({run.c[name]: run.c[name] + bindparam(f"more_{name}", type_=Integer) for name in _COUNTED})
)
_RUN = select(run).where(run.c.id == bindparam("key"))
_EXPIRED = (
    select(plan.c.id)
    .where(plan.c.state == "held", or_(plan.c.expires.is_(None), plan.c.expires <= bindparam("now")))
    .order_by(plan.c.id)
)


def add_plan(
    tx: Tx, flow: int, run_id: int | None, made_by: str, *, kind: str = "apply", undoes: int | None = None
) -> int:
    """Begin a plan; it is being made until `close_plan`."""
    values = {
        "flow": flow,
        "run": run_id,
        "state": "making",
        "kind": kind,
        "undoes": undoes,
        "made": tx.now,
        "made_by": made_by,
        "expires": tx.now + EXPIRES,
    }
    return int(tx.rows(_ADD_PLAN, values)[0].id)


def set_plan(tx: Tx, key: int, state: str, **values: Any) -> None:
    """Move a plan to a state, with what else is to be noted of it."""
    tx.run(_SET_PLAN, {"key": key, "state": state, **values})


def plan_row(tx: Tx, key: int) -> PlanRow | None:
    """Give a plan."""
    row = tx.one(_PLAN, {"key": key})
    return (
        None if row is None else PlanRow(**{name: getattr(row, name) for name in PlanRow.__struct_fields__})
    )


def held_plans(tx: Tx) -> list[PlanRow]:
    """Give the plans that wait for a person."""
    rows = tx.rows(_HELD_PLANS)
    return [PlanRow(**{name: getattr(row, name) for name in PlanRow.__struct_fields__}) for row in rows]


def tally(tx: Tx, key: int) -> tuple[dict[str, int], int, int]:
    """Count a plan's changes by sort, all of them, and the items they concern."""
    by_sort = {row.sort: int(row.number) for row in tx.rows(_TALLY, {"key": key})}
    return by_sort, sum(by_sort.values()), int(tx.scalar(_ITEMS, {"key": key}) or 0)


def releasable(tx: Tx, key: int, sorts: Sequence[str], limit: int) -> list[int]:
    """Give held changes of a plan that may go, a slice at a time."""
    return [row.id for row in tx.rows(_RELEASABLE, {"key": key, "sorts": list(sorts), "limit": limit})]


def needed_references(tx: Tx, connection: int, ids: Sequence[int]) -> list[int]:
    """Give held changes that make what these changes need."""
    return [row.id for row in tx.rows(_NEEDED, {"at": connection, "ids": list(ids)})] if ids else []


def held_changes(tx: Tx, key: int) -> list[int]:
    """Give the held changes of a plan."""
    return [row.id for row in tx.rows(_HELD_OF, {"key": key})]


def note_reasons(tx: Tx, key: int, sort: str, why: str) -> None:
    """Write on a plan's held changes of one sort why they are held."""
    tx.run(_WHY, {"key": key, "which": sort, "held_why": why[:200]})


def plan_states(tx: Tx, key: int) -> dict[str, int]:
    """Count a plan's changes by state."""
    return {row.state: row.number for row in tx.rows(_STATES, {"key": key})}


def run_states(tx: Tx, key: int) -> dict[str, int]:
    """Count a run's changes by state."""
    return {row.state: row.number for row in tx.rows(_RUN_STATES, {"key": key})}


def run_requests(tx: Tx, key: int) -> int:
    """Count the write requests that carried a run's changes."""
    return int(tx.scalar(_RUN_REQUESTS, {"key": key}) or 0)


def drop_plan(tx: Tx, key: int) -> None:
    """Take back a plan that was not finished, with all its changes."""
    tx.run(_DROP_NEEDS, {"key": key})
    tx.run(_DROP_CHANGES, {"key": key})
    tx.run(_EMPTY, {"key": key})


def plans_being_made(tx: Tx, flow: int) -> list[int]:
    """Give plans of a flow that were begun and not finished."""
    return [row.id for row in tx.rows(_MAKING, {"of": flow})]


def expired_plans(tx: Tx) -> list[int]:
    """Give held plans whose time is over."""
    return [row.id for row in tx.rows(_EXPIRED, {"now": tx.now})]


def reasons_text(reasons: Sequence[str]) -> str:
    """Write the reasons that hold a plan."""
    return json.encode(list(reasons)).decode()


def known_run(tx: Tx, engine: str) -> int:
    """Give the run of this name in the engine; 0 when it was not begun."""
    return int(tx.scalar(_SAME_RUN, {"called": engine}) or 0)


def add_run(tx: Tx, flow: int, engine: str, asked_by: str, cause: str) -> int:
    """Begin a run; begun again under the same name in the engine, by a repeated step, it is one run."""
    known = known_run(tx, engine)
    if known:
        return known
    values = {
        "flow": flow,
        "engine": engine,
        "asked_by": asked_by,
        "cause": cause,
        "state": "running",
        "started": tx.now,
    }
    return int(tx.rows(_ADD_RUN, values)[0].id)


def set_run(tx: Tx, key: int, **values: Any) -> None:
    """Note how a run stands."""
    tx.run(_SET_RUN, {"key": key, **hidden_values(values)})


def add_counts(tx: Tx, key: int, counts: Mapping[str, int]) -> None:
    """Add to a run's counts."""
    tx.run(_COUNT, {"key": key, **{f"more_{name}": counts.get(name, 0) for name in _COUNTED}})


def run_row(tx: Tx, key: int) -> RunRow | None:
    """Give a run."""
    row = tx.one(_RUN, {"key": key})
    return None if row is None else RunRow(**{name: getattr(row, name) for name in RunRow.__struct_fields__})


_AFTER = select(run.c.id).where(run.c.id > bindparam("after")).order_by(run.c.id)


def runs_after(tx: Tx, after: int) -> list[int]:
    """Give the numbers of later runs."""
    return [row.id for row in tx.rows(_AFTER, {"after": after})]
