"""Plans: approve, reject, list."""

from collections.abc import Sequence
from functools import partial

from msgspec import json

from shopweave.core.prints import ABSENT, one
from shopweave.flows.house import Flow
from shopweave.flows.plan import release
from shopweave.hub.context import Hub
from shopweave.model.change import ChangeState
from shopweave.model.errors import Configuration
from shopweave.store import agreements, audits, connections, findings, outbox, plans, undoing
from shopweave.store.agreements import Parking
from shopweave.store.base import Tx
from shopweave.store.outbox import Change
from shopweave.store.plans import PlanRow
from shopweave.store.statements import chunks

SLICE = 1_000


async def held(hub: Hub, *, with_undo: bool = False) -> list[PlanRow]:
    """Give the plans that wait for a person; those that undo a run only if asked for.

    A plan whose flow is gone from the settings waits unseen, until the flow is back or its time is over.
    """
    found = [row for row in await hub.store.read(plans.held_plans) if row.flow in hub.house.flows]
    return [row for row in found if with_undo or row.kind != undoing.KIND]


async def approve(hub: Hub, plan: int, changes: tuple[int, ...] | None, who: str) -> int:
    """Let a plan's held changes go, all of them or those chosen; gives how many."""
    row = await _row(hub, plan)
    if row.flow not in hub.house.flows:
        raise Configuration(
            f"The flow of plan {plan} stands in the settings no more.",
            code="PLAN-012",
            remedy="Reject the plan, or put the flow back.",
        )
    every = await hub.store.read(lambda tx: plans.held_changes(tx, plan))
    chosen = every if changes is None else [key for key in every if key in set(changes)]
    for piece in chunks(chosen, SLICE):
        await hub.store.write(partial(_approve, hub, row, list(piece), who))
    await hub.store.write(lambda tx: _decided(tx, row, who, "approved", len(chosen)))
    return len(chosen)


def _approve(hub: Hub, row: PlanRow, ids: list[int], who: str, tx: Tx) -> None:
    """Let changes go; what undoes a run is pinned with them, or a plan could write it over again."""
    target = hub.house.flows[row.flow].row.target
    if row.kind == undoing.KIND:
        _pin(tx, hub.house.flows[row.flow], row, outbox.changes(tx, ids), who)
    release(tx, hub.lanes, target, ids, approved=True)


def _pin(tx: Tx, flow: Flow, row: PlanRow, changes: Sequence[Change], who: str) -> None:
    order = flow.row.slice
    pinned = [
        Parking(
            item=change.item or 0,
            atom=atom,
            why="pin",
            source_print=one(change.source_prints, order, atom),
            target_print=ABSENT,
            code=f"run:{row.undoes}",
            who=who,
        )
        for change in changes
        for atom in change.after
        if atom in order
    ]
    agreements.park(tx, flow.row.id, pinned)


async def reject(hub: Hub, plan: int, who: str) -> int:
    """Take a plan's held changes back; they come again only when something moves."""
    row = await _row(hub, plan)
    ids = await hub.store.read(lambda tx: plans.held_changes(tx, plan))
    for piece in chunks(ids, SLICE):
        await hub.store.write(partial(_reject, list(piece)))
    await hub.store.write(lambda tx: _decided(tx, row, who, "rejected", len(ids)))
    return len(ids)


def _reject(ids: list[int], tx: Tx) -> None:
    outbox.set_state(tx, ids, ChangeState.REJECTED, settled=tx.now)


def _decided(tx: Tx, row: PlanRow, who: str, state: str, count: int) -> None:
    left = plans.plan_states(tx, row.id).get(ChangeState.HELD.value, 0)
    plans.set_plan(tx, row.id, "held" if left else state, decided=tx.now, decided_by=who)
    if row.kind != undoing.KIND:
        connections.flow_begun(tx, row.flow)
    if not left:
        findings.settle(tx, f"held:{connections.all_flows(tx)[row.flow].name}:{row.id}")
    audits.note(tx, who, f"{state} plan {row.id}", json.encode({"changes": count}).decode())


async def _row(hub: Hub, plan: int) -> PlanRow:
    row = await hub.store.read(lambda tx: plans.plan_row(tx, plan))
    if row is None:
        raise Configuration(
            f"There is no plan {plan}.", code="PLAN-010", remedy="'shopweave plans' lists them."
        )
    return row
