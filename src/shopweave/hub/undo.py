"""Undo of a run: a plan that writes what was before, and the pins that keep it so."""

from collections import Counter
from functools import partial
from typing import Any

from msgspec import Struct, json, structs, to_builtins

from shopweave.core.prints import LOOSE, replaced
from shopweave.flows.house import Flow
from shopweave.flows.judging import held_finding
from shopweave.flows.undo import Undone, undo_slice
from shopweave.hub import plans as hub_plans
from shopweave.hub.context import Hub
from shopweave.model.change import ChangeState
from shopweave.model.errors import Configuration
from shopweave.store import agreements, audits, explains, findings, links, marks, outbox, plans, undoing
from shopweave.store.agreements import Parking
from shopweave.store.base import Tx
from shopweave.store.outbox import Change
from shopweave.store.plans import RunRow

SHOWN = 200


class Line(Struct, frozen=True, kw_only=True):
    """One value that goes back."""

    label: str
    atom: str
    now: Any
    back: Any


class UndoPlan(Struct, frozen=True, kw_only=True):
    """A plan that undoes a run; `plan` is 0 when nothing can be undone. At most 200 lines are shown."""

    run: int
    flow: str
    plan: int
    records: int
    values: int
    lines: tuple[Line, ...] = ()
    left: dict[str, int] = {}


class Pin(Struct, frozen=True, kw_only=True):
    """An atom its flow leaves alone until the source moves or a person unpins it."""

    flow: str
    sku: str
    atom: str
    run: str
    who: str


async def plan_undo(hub: Hub, run: int, who: str, *, also_moved: bool) -> UndoPlan:
    """Make the plan that undoes a run; it is held until somebody approves it.

    An earlier plan that undoes the same run and still waits is rejected.
    """
    row, flow = await _run(hub, run)
    for old in await hub.store.read(lambda tx: undoing.held_undos(tx, run)):
        await hub_plans.reject(hub, old, who)
    name = f"undo:{run}:{hub.ids.new()}"
    made = await hub.store.write(lambda tx: _begin(tx, flow, run, who, name))
    left: Counter[str] = Counter()
    last = -1
    while last:
        asked = (max(last, 0), also_moved)
        found = await hub.store.write(partial(_step, hub, flow, row, made, asked))
        left.update(found.left)
        last = found.last if found.last > asked[0] else 0
    return await hub.store.write(lambda tx: _close(tx, flow, row, made, dict(left)))


async def _run(hub: Hub, run: int) -> tuple[RunRow, Flow]:
    row = await hub.store.read(lambda tx: plans.run_row(tx, run))
    if row is None or row.flow not in hub.house.flows:
        remedy = "'shopweave runs' lists them with their numbers."
        raise Configuration(
            f"There is no run {run} of a flow in the settings.", code="UNDO-001", remedy=remedy
        )
    if row.ended is None:
        raise Configuration(f"Run {run} has not ended.", code="UNDO-002", remedy="Wait until it has.")
    return row, hub.house.flows[row.flow]


class _Made(Struct, frozen=True, kw_only=True):
    plan: int
    run: int


def _begin(tx: Tx, flow: Flow, run: int, who: str, name: str) -> _Made:
    undoing.drop_abandoned(tx, run)
    own = plans.add_run(tx, flow.row.id, name, who, undoing.KIND)
    return _Made(plan=plans.add_plan(tx, flow.row.id, own, who, kind=undoing.KIND, undoes=run), run=own)


def _step(hub: Hub, flow: Flow, row: RunRow, made: _Made, asked: tuple[int, bool], tx: Tx) -> Undone:
    found = undo_slice(tx, hub.house, flow, row.id, asked[0], also_moved=asked[1])
    outbox.add_changes(tx, made.plan, made.run, ChangeState.HELD, found.changes)
    return found


def _close(tx: Tx, flow: Flow, row: RunRow, made: _Made, left: dict[str, int]) -> UndoPlan:
    found = outbox.changes(tx, plans.held_changes(tx, made.plan))
    plans.set_run(tx, made.run, state="done", ended=tx.now, changed=len(found), held=len(found))
    shown = UndoPlan(
        run=row.id,
        flow=flow.row.name,
        plan=made.plan if found else 0,
        records=len(found),
        values=sum(len(change.after) for change in found),
        lines=tuple(line for change in found for line in _lines(change))[:SHOWN],
        left=left,
    )
    if not found:
        plans.drop_plan(tx, made.plan)
        return shown
    why = f"undoes run {row.id}"
    kept = [f"{count} stay: {reason}" for reason, count in left.items()]
    plans.set_plan(tx, made.plan, "held", reasons=plans.reasons_text([why, *kept]))
    findings.report(tx, held_finding(flow.row.name, made.plan, len(found), [why]))
    return shown


def _lines(change: Change) -> list[Line]:
    return [
        Line(
            label=change.label,
            atom=atom,
            now=to_builtins(change.before.get(atom)),
            back=to_builtins(value),
        )
        for atom, value in change.after.items()
    ]


async def pins(hub: Hub) -> list[Pin]:
    """Give the atoms that flows leave alone."""
    return await hub.store.read(lambda tx: _pins(tx, hub))


def _pins(tx: Tx, hub: Hub) -> list[Pin]:
    found = agreements.parked_for(tx, "pin")
    names = explains.skus_of_items(tx, [parking.item for _, parking in found])
    return [
        pin_of(hub.house.flows[flow].row.name, names.get(parking.item, ""), parking)
        for flow, parking in found
        if flow in hub.house.flows
    ]


def pin_of(flow: str, sku: str, parking: Parking) -> Pin:
    """Give a pin for people."""
    run = parking.code.partition(":")[2]
    return Pin(flow=flow, sku=sku, atom=parking.atom, run=run, who=parking.who)


async def unpin(hub: Hub, flow: str, sku: str, atom: str, who: str) -> None:
    """Let a flow write an atom again, also if its source never moves."""
    chosen = hub.flow(flow)
    if not await hub.store.write(lambda tx: _unpin(tx, hub, chosen, sku, atom, who)):
        text = f"'{atom}' of SKU '{sku}' is not pinned in {flow}."
        raise Configuration(text, code="UNDO-003", remedy="'shopweave pins' lists what is.")


def _unpin(tx: Tx, hub: Hub, flow: Flow, sku: str, atom: str, who: str) -> bool:
    item = explains.item_of_sku(tx, sku)
    if item is None:
        return False
    parking = agreements.parkings(tx, flow.row.id, [item]).get((item, atom))
    if parking is None or parking.why != "pin":
        return False
    agreements.unpark(tx, flow.row.id, [(item, atom)])
    _loosen(tx, flow, item, atom)
    marks.mark_items(tx, flow.row.target, [item])
    hub.runner.wake(tx, (flow.row.id,))
    audits.note(tx, who, f"unpinned {atom} of {sku}", json.encode({"flow": flow.row.name}).decode())
    return True


def _loosen(tx: Tx, flow: Flow, item: int, atom: str) -> None:
    """Forget what the source was agreed to say, so that it counts as moved."""
    targets = [tie.record for tie in links.ties(tx, [item]) if tie.connection == flow.row.target]
    found = agreements.agreements(tx, flow.row.id, targets).values()
    loose = [
        structs.replace(row, source_prints=replaced(row.source_prints, flow.row.slice, {atom: LOOSE}))
        for row in found
    ]
    agreements.store_agreements(tx, flow.row.id, loose)


async def fate(hub: Hub, plan: int) -> dict[str, int]:
    """Count the changes of a plan by what became of them."""
    return await hub.store.read(lambda tx: plans.plan_states(tx, plan))
