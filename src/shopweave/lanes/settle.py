"""Settling: what an answer, a refusal or a failure makes of the changes it was about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shopweave.core.retry import first_look
from shopweave.lanes.choose import Pick, check_epoch
from shopweave.lanes.compose import Composed
from shopweave.lanes.port import Port
from shopweave.lanes.refusals import Flows, refuse
from shopweave.lanes.snapshots import incoming, shows
from shopweave.lanes.written import Stored, agree, note_made, store_written
from shopweave.model.change import ChangeState, Op, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import HubError
from shopweave.model.record import Form, RemoteRecord
from shopweave.store import aparts, links, marks, outbox, records
from shopweave.store.base import Tx
from shopweave.store.lanes import LaneRow, Lease
from shopweave.store.outbox import UNDO, Change, item_reference

SECOND_LOOK = timedelta(seconds=30)


def settle_answers(
    tx: Tx,
    lease: Lease,
    port: Port,
    flows: Flows,
    pick: Pick,
    answers: Sequence[WriteAnswer],
    content: str = "",
) -> LaneRow:
    """Record what came back for each record of a batch; gives the lane's row."""
    lane = check_epoch(tx, lease)
    both = list(zip(pick.composed, answers, strict=True))
    good = [(composed, answer) for composed, answer in both if isinstance(answer, Written)]
    store_written(tx, port, flows, good, content)
    for composed, answer in both:
        if isinstance(answer, Written):
            continue
        if answer.look_up or (answer.exists and composed.write.op is Op.CREATE):
            doubt(tx, port, composed.changes, tx.now)
        else:
            refuse(tx, port, flows, composed.changes, answer)
    return lane


def doubt(tx: Tx, port: Port, changes: Sequence[Change], due: datetime) -> None:
    """Put changes in doubt; they are looked up from `due` on."""
    outbox.set_state(tx, [change.id for change in changes], ChangeState.IN_DOUBT, not_before=due)


def settle_failure(tx: Tx, lease: Lease, port: Port, pick: Pick, error: HubError, *, no_effect: bool) -> None:
    """Record that a whole request failed: back to waiting if surely nothing happened, else in doubt."""
    check_epoch(tx, lease)
    keys = [change.id for change in pick.changes]
    if no_effect:
        outbox.set_state(tx, keys, ChangeState.WAITING, code=error.code, what=error.what)
        return
    due = first_look(tx.now, lease.expires, port.capabilities.longest_run)
    outbox.set_state(tx, keys, ChangeState.IN_DOUBT, not_before=due, code=error.code, what=error.what)


def settle_look_up(
    tx: Tx, lease: Lease, port: Port, flows: Flows, composed: Composed, found: RemoteRecord | None
) -> None:
    """Record what a look-up found; what is there is compared anew, two misses mean it is not there.

    The answer to an earlier look of a change that has moved on since is no news, and changes nothing.
    """
    check_epoch(tx, lease)
    change = composed.changes[0]
    if not is_still_in_doubt(tx, change):
        return
    if composed.write.op is Op.CREATE and found is None:
        _missed(tx, change)
        return
    if (
        found is not None
        and composed.write.op is Op.CREATE
        and (reason := _not_ours(tx, port, change, found))
    ):
        refuse(tx, port, flows, [change], reason)
        return
    if found is not None:
        key, _ = records.store_answer(tx, port.row.id, incoming(found, port.row.layout))
        if composed.write.op is Op.CREATE:
            _adopt(tx, port, composed, key, found)
        if change.sort == UNDO and not found.gone:
            _undo_found(tx, port, flows, composed, key, found)
            return
    outbox.set_state(tx, [change.id], ChangeState.DROPPED, settled=tx.now, what="looked up and compared anew")
    if change.item is not None:
        marks.mark_items(tx, port.row.id, [change.item])


def is_still_in_doubt(tx: Tx, asked: Change) -> bool:
    """Say whether a change stands as it did when it was chosen to be looked up."""
    return any(
        (one.state, one.attempts, one.look_ups) == (ChangeState.IN_DOUBT, asked.attempts, asked.look_ups)
        for one in outbox.changes(tx, [asked.id])
    )


def _undo_found(tx: Tx, port: Port, flows: Flows, composed: Composed, key: int, found: RemoteRecord) -> None:
    """Take an undo in doubt as done if it shows there, else send it again: no plan would make it anew.

    What shows neither what was nor what is wanted was moved by somebody: the next try sees that.
    """
    change = composed.changes[0]
    if not shows(found.atoms, change.after):
        outbox.set_state(tx, [change.id], ChangeState.WAITING, not_before=None)
        return
    if change.flow in flows:
        answer = Written(number=0, record=found, confirmed=tuple(change.after))
        prints = incoming(found, port.row.layout).prints
        stored = Stored(composed=composed, answer=answer, key=key, former=None, prints=prints)
        agree(tx, port, flows[change.flow], [(change, stored)])
    outbox.set_state(tx, [change.id], ChangeState.DONE, settled=tx.now, code="", what="", remedy="")


def _missed(tx: Tx, change: Change) -> None:
    if change.look_ups + 1 < 2:
        due = tx.now + SECOND_LOOK
        outbox.set_state(tx, [change.id], ChangeState.IN_DOUBT, look_ups=change.look_ups + 1, not_before=due)
    else:
        outbox.set_state(tx, [change.id], ChangeState.WAITING, look_ups=0, not_before=None)


def _not_ours(tx: Tx, port: Port, change: Change, found: RemoteRecord) -> WriteRefused | None:
    if found.gone:
        return WriteRefused(
            number=0,
            code="LINK-011",
            what="A record in the trash still holds this SKU or name.",
            remedy="Restore it or delete it for good, then run again.",
        )
    if found.form is not change.form and change.form is not Form.TERM:
        return WriteRefused(
            number=0,
            code="LINK-012",
            what=f"What has this SKU is a {found.form.value} there and a {change.form.value} at the source.",
            remedy="Give one of the two another SKU, or change its type there by hand.",
        )
    if (found.remote_id, change.item) in aparts.not_meant(tx, port.row.id, [found.remote_id]):
        return WriteRefused(
            number=0,
            code="LINK-014",
            what="The record with this SKU is not the same, as a person said.",
            remedy="Give one of the two another SKU, or link them after all.",
        )
    owner = links.items_by_remote(tx, port.row.id, found.kind, [found.remote_id]).get(found.remote_id)
    if owner is not None and owner != change.item:
        return WriteRefused(
            number=0,
            code="LINK-013",
            what="The record with this SKU is linked to another item.",
            remedy="Look for the SKU twice at the source.",
        )
    return None


def _adopt(tx: Tx, port: Port, composed: Composed, key: int, found: RemoteRecord) -> None:
    change = composed.changes[0]
    if change.item is not None and links.remote_of_items(tx, port.row.id, [change.item]):
        outbox.meet(tx, port.row.id, [item_reference(change.item)])
        return
    prints = incoming(found, port.row.layout).prints
    answer = Written(number=0, record=found, confirmed=())
    note_made(tx, port, [Stored(composed=composed, answer=answer, key=key, former=None, prints=prints)], "")


def drop_outdated(tx: Tx, lease: Lease, port: Port, changes: Sequence[Change]) -> None:
    """Take back changes that no longer fit, and have their items compared anew."""
    check_epoch(tx, lease)
    outbox.set_state(
        tx, [change.id for change in changes], ChangeState.DROPPED, settled=tx.now, what="out of date"
    )
    marks.mark_items(tx, port.row.id, [change.item for change in changes if change.item])
