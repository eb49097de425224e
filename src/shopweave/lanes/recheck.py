"""Approved changes are read again just before they are sent; a person is asked again about what moved."""

from collections.abc import Callable

from msgspec import structs

from shopweave.core.prints import ABSENT, fingerprint
from shopweave.lanes.choose import Pick, check_epoch
from shopweave.lanes.compose import Composed
from shopweave.lanes.port import Port
from shopweave.lanes.snapshots import incoming
from shopweave.model.change import ChangeState, Op
from shopweave.model.record import RemoteRecord
from shopweave.store import agreements, marks, outbox, questions, records
from shopweave.store.base import Store, Tx
from shopweave.store.lanes import Lease
from shopweave.store.outbox import UNDO
from shopweave.store.statements import chunks


async def recheck(
    store: Store, lease: Lease, port: Port, pick: Pick, wake: Callable[[Tx, Pick], None]
) -> Pick:
    """Leave out approved updates whose target moved since the plan was made; `wake` plans them again."""
    approved = [one for one in pick.composed if is_approved(one)]
    if not approved:
        return pick
    shown: dict[str, RemoteRecord] = {}
    for ids in chunks([one.write.remote_id for one in approved], port.capabilities.read_by_ids):
        async with port.gate.slot(0):
            found = await port.connector.by_ids(pick.kind, tuple(ids))
        shown |= {record.remote_id: record for record in found}
    moved = [one for one in approved if has_moved(one, shown.get(one.write.remote_id))]
    left = structs.replace(pick, composed=tuple(one for one in pick.composed if one not in moved))
    if moved:

        def anew(tx: Tx) -> None:
            _compare_anew(tx, lease, port, moved, shown)
            wake(tx, pick)

        await store.write_safe(anew)
    return left


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


def _compare_anew(
    tx: Tx, lease: Lease, port: Port, moved: list[Composed], shown: dict[str, RemoteRecord]
) -> None:
    check_epoch(tx, lease)
    fresh = [record for one in moved if (record := shown.get(one.write.remote_id)) is not None]
    keys = [records.store_answer(tx, port.row.id, incoming(record, port.row.layout))[0] for record in fresh]
    changes = [change for one in moved for change in one.changes]
    what = f"{port.row.name} changed it since it was approved"
    asked = [change for change in changes if change.approved and change.sort != UNDO]
    questions.ask_again(tx, [change.id for change in asked], what)
    others = [change.id for change in changes if change not in asked]
    outbox.set_state(tx, others, ChangeState.DROPPED, settled=tx.now, what=what)
    for change in (one for one in changes if one.sort == UNDO and one.flow and one.item):
        agreements.unpark(tx, change.flow or 0, [(change.item or 0, key) for key in change.after])
    marks.mark_records(tx, keys)
    marks.mark_items(tx, port.row.id, [change.item for change in changes if change.item])
