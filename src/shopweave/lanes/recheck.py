"""Approved changes are read again just before they are sent; what moved since goes to a new plan."""

from msgspec import structs

from shopweave.core.prints import ABSENT, fingerprint
from shopweave.lanes.choose import Pick, check_epoch
from shopweave.lanes.compose import Composed
from shopweave.lanes.port import Port
from shopweave.lanes.snapshots import incoming
from shopweave.model.change import ChangeState, Op
from shopweave.model.record import RemoteRecord
from shopweave.store import outbox, plans, records
from shopweave.store.base import Store, Tx
from shopweave.store.lanes import Lease
from shopweave.store.outbox import Change
from shopweave.store.statements import chunks


async def recheck(store: Store, lease: Lease, port: Port, pick: Pick) -> Pick:
    """Leave out approved updates whose target moved since the plan was made."""
    approved = [one for one in pick.composed if is_approved(one)]
    if not approved:
        return pick
    shown: dict[str, RemoteRecord] = {}
    for ids in chunks([one.write.remote_id for one in approved], port.capabilities.read_by_ids):
        async with port.gate.slot(0):
            found = await port.connector.by_ids(pick.kind, tuple(ids))
        shown |= {record.remote_id: record for record in found}
    moved = [one for one in approved if has_moved(one, shown.get(one.write.remote_id))]
    if moved:
        await store.write_safe(lambda tx: _hold_again(tx, lease, port, moved, shown))
    return structs.replace(pick, composed=tuple(one for one in pick.composed if one not in moved))


def is_approved(composed: Composed) -> bool:
    """Say whether a person approved this update."""
    return composed.write.op is Op.UPDATE and any(change.approved for change in composed.changes)


def has_moved(composed: Composed, record: RemoteRecord | None) -> bool:
    """Say whether the target no longer shows what the plan said it did."""
    if record is None or record.gone:
        return True
    return any(
        fingerprint(value) != (fingerprint(record.atoms[key]) if key in record.atoms else ABSENT)
        for change in composed.changes
        for key, value in change.before.items()
    )


def _hold_again(
    tx: Tx, lease: Lease, port: Port, moved: list[Composed], shown: dict[str, RemoteRecord]
) -> None:
    check_epoch(tx, lease)
    by_flow: dict[int, list[Change]] = {}
    for composed in moved:
        for change in composed.changes:
            by_flow.setdefault(change.flow or 0, []).append(change)
        record = shown.get(composed.write.remote_id)
        if record is not None:
            records.store_answer(tx, port.row.id, incoming(record, port.row.layout))
    for flow, changes in by_flow.items():
        why = f"{port.row.name} changed these since they were approved"
        plan = plans.add_plan(tx, flow, None, "hub")
        ids = [change.id for change in changes]
        outbox.set_state(tx, ids, ChangeState.HELD, plan=plan, approved=False, held_why=why)
        plans.set_plan(tx, plan, "held", reasons=plans.reasons_text([why]))
