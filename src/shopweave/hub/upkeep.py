"""Upkeep: held plans expire, old exchanges are forgotten."""

from datetime import timedelta

from shopweave.flows.house import House
from shopweave.model.change import ChangeState
from shopweave.store import findings, marks, outbox, plans, requests
from shopweave.store.base import Tx

KEEP = timedelta(days=30)


def tidy(tx: Tx, house: House) -> int:
    """Let held plans expire whose time is over, and forget old exchanges; gives the plans that expired.

    What expires is compared anew: the items are marked, and a new plan is made from what is true then.
    """
    requests.forget_requests(tx, KEEP)
    found = plans.expired_plans(tx)
    for key in found:
        _expire(tx, house, key)
    return len(found)


def _expire(tx: Tx, house: House, key: int) -> None:
    row = plans.plan_row(tx, key)
    held = outbox.changes(tx, plans.held_changes(tx, key))
    outbox.set_state(tx, [one.id for one in held], ChangeState.EXPIRED, settled=tx.now)
    plans.set_plan(tx, key, "expired", ended=tx.now)
    if row is None or row.flow not in house.flows:
        return
    flow = house.flows[row.flow]
    findings.settle(tx, f"held:{flow.row.name}:{key}")
    marks.mark_items(tx, flow.row.target, [one.item for one in held if one.item])
