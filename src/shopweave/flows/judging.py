"""A plan that is whole is judged by the guard, and closed."""

from collections.abc import Sequence

from msgspec import json

from shopweave.core import guard
from shopweave.core.guard import Sort, Tally
from shopweave.flows.house import Flow
from shopweave.model.change import ChangeState
from shopweave.model.finding import Finding, Severity
from shopweave.store import connections, findings, links, plans, undoing
from shopweave.store.base import Tx


def judge(tx: Tx, flow: Flow, plan: int, *, asked_for: bool, equal: int) -> tuple[guard.Hold, ...] | None:
    """Count a plan's changes and say which sorts are held, on the changes too; None for a closed plan."""
    if not is_being_made(tx, plan):
        return None
    by_sort, _, items = plans.tally(tx, plan)
    row = connections.all_flows(tx)[flow.row.id]
    count = Tally(
        linked=links.count_links(tx, flow.row.target),
        creates=by_sort.get(Sort.CREATE.value, 0),
        switched_off=by_sort.get(Sort.SWITCH_OFF.value, 0),
        ask_again=by_sort.get(Sort.ASK_AGAIN.value, 0),
        price_moves=by_sort.get(Sort.PRICE_MOVE.value, 0),
        items=items,
        first=not row.begun,
        asked_for=asked_for,
    )
    found = guard.holds(count, flow.settings.guard) if items else ()
    for sort in guard.ALL:
        if why := guard.why_held(sort, found):
            plans.note_reasons(tx, plan, sort.value, why)
    plans.set_plan(tx, plan, "making", equal=equal)
    return found


def finish(tx: Tx, flow: Flow, plan: int, found: Sequence[guard.Hold]) -> int:
    """Close a plan: held while anything of it is, else done; an empty one is not kept."""
    retell(tx, flow, plan)
    states = plans.plan_states(tx, plan)
    if not states:
        plans.drop_plan(tx, plan)
        connections.flow_begun(tx, flow.row.id)
        return 0
    held = states.get(ChangeState.HELD.value, 0)
    if held:
        plans.set_plan(tx, plan, "held", reasons=plans.reasons_text([hold.why for hold in found]))
        findings.report(tx, held_finding(flow.row.name, plan, held, [hold.why for hold in found]))
    else:
        plans.set_plan(tx, plan, "approved", decided=tx.now, decided_by="within limits")
    return held


def retell(tx: Tx, flow: Flow, newest: int) -> None:
    """Count anew what is left of a flow's older held plans: the newest has taken over some of it."""
    for row in plans.held_plans(tx):
        if row.flow != flow.row.id or row.id == newest or row.kind == undoing.KIND:
            continue
        held = plans.plan_states(tx, row.id).get(ChangeState.HELD.value, 0)
        if held:
            why = json.decode(row.reasons, type=tuple[str, ...])
            findings.report(tx, held_finding(flow.row.name, row.id, held, why))
        else:
            plans.set_plan(tx, row.id, "superseded", ended=tx.now)
            findings.settle(tx, f"held:{flow.row.name}:{row.id}")


def held_finding(flow: str, plan: int, held: int, why: Sequence[str]) -> Finding:
    """Say that a plan waits for a person."""
    return Finding(
        code="PLAN-001",
        cause=f"held:{flow}:{plan}",
        severity=Severity.HELD,
        what=f"{held} changes of {flow} wait for you: {'; '.join(why)}.",
        why="Nothing of them is sent until somebody approves.",
        can_do=f"Look at plan {plan}, then approve or reject it.",
        flow=flow,
        count=held,
    )


def is_being_made(tx: Tx, plan: int) -> bool:
    """Say whether changes may still be added to a plan."""
    row = plans.plan_row(tx, plan)
    return row is not None and row.state == "making"
