"""Plans: approve, reject, list."""

from functools import partial

from msgspec import json

from shopweave.flows.plan import release
from shopweave.hub.context import Hub
from shopweave.model.change import ChangeState
from shopweave.model.errors import Configuration
from shopweave.store import audits, connections, findings, outbox, plans
from shopweave.store.base import Tx
from shopweave.store.plans import PlanRow
from shopweave.store.statements import chunks

SLICE = 1_000


async def held(hub: Hub) -> list[PlanRow]:
    """Give the plans that wait for a person."""
    return await hub.store.read(plans.held_plans)


async def approve(hub: Hub, plan: int, changes: tuple[int, ...] | None, who: str) -> int:
    """Let a plan's held changes go, all of them or those chosen; gives how many."""
    row = await _row(hub, plan)
    every = await hub.store.read(lambda tx: plans.held_changes(tx, plan))
    chosen = every if changes is None else [key for key in every if key in set(changes)]
    for piece in chunks(chosen, SLICE):
        await hub.store.write(partial(_approve, hub, row, list(piece)))
    await hub.store.write(lambda tx: _decided(tx, row, who, "approved", len(chosen)))
    return len(chosen)


def _approve(hub: Hub, row: PlanRow, ids: list[int], tx: Tx) -> None:
    target = hub.house.flows[row.flow].row.target
    release(tx, hub.lanes, target, ids, approved=True)


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
    connections.flow_begun(tx, row.flow)
    if not left:
        findings.settle(tx, f"held:{connections.all_flows(tx)[row.flow].name}:{row.id}")
    audits.note(tx, who, f"{state} plan {row.id}", json.encode({"changes": count}).decode())


async def _row(hub: Hub, plan: int) -> PlanRow:
    row = await hub.store.read(lambda tx: plans.plan_row(tx, plan))
    if row is None or row.flow not in hub.house.flows:
        raise Configuration(
            f"There is no plan {plan}.", code="PLAN-010", remedy="'shopweave plans' lists them."
        )
    return row
