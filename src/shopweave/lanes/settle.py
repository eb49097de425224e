"""Settling: what an answer, a refusal or a failure makes of the changes it was about."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import structs

from shopweave.core.prints import ABSENT, UNCONFIRMED, one, replaced
from shopweave.core.retry import first_look
from shopweave.lanes.choose import Pick, check_epoch
from shopweave.lanes.compose import Composed
from shopweave.lanes.port import Port
from shopweave.lanes.refusals import Flows, parking, refuse
from shopweave.lanes.snapshots import incoming, shows
from shopweave.model.change import ChangeState, Op, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import HubError
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.store import agreements, links, marks, media, outbox, records
from shopweave.store.agreements import Agreement
from shopweave.store.base import Tx
from shopweave.store.connections import FlowRow
from shopweave.store.lanes import Lease
from shopweave.store.outbox import UNDO, Change, item_reference

TRY_AGAIN = timedelta(days=1)
_ACCEPTED = ("refused", "unresolved")
SECOND_LOOK = timedelta(seconds=30)


def settle_answers(
    tx: Tx,
    lease: Lease,
    port: Port,
    flows: Flows,
    pick: Pick,
    answers: Sequence[WriteAnswer],
    content: str = "",
) -> None:
    """Record what came back for each record of a batch."""
    check_epoch(tx, lease)
    for composed, answer in zip(pick.composed, answers, strict=True):
        if isinstance(answer, Written):
            _written(tx, port, flows, composed, answer, content)
        elif answer.look_up or answer.exists:
            doubt(tx, port, composed.changes, tx.now)
        else:
            refuse(tx, port, flows, composed.changes, answer)


def _written(tx: Tx, port: Port, flows: Flows, composed: Composed, answer: Written, content: str) -> None:
    record = answer.record
    key, former = records.store_answer(tx, port.row.id, incoming(record, port.row.layout))
    first = composed.changes[0]
    if composed.write.op is Op.CREATE:
        _made(tx, port, first, key, record, content)
    elif former is not None and _moved_elsewhere(port, composed, former, record):
        marks.mark_records(tx, [key])
    for change in composed.changes:
        if change.flow in flows and change.source is not None and change.item is not None:
            _agree(tx, port, flows[change.flow], change, key, composed, answer)
    done = [change.id for change in composed.changes]
    outbox.set_state(tx, done, ChangeState.DONE, settled=tx.now, target=key, code="", what="", remedy="")


def _made(tx: Tx, port: Port, change: Change, key: int, record: RemoteRecord, content: str) -> None:
    if change.item is not None:
        links.add_links(tx, port.row.id, [(change.item, key)], "made")
        outbox.meet(tx, port.row.id, [item_reference(change.item)])
        children = links.children(tx, [change.item])
        coming = outbox.open_creates(tx, port.row.id, children)
        marks.mark_items(tx, port.row.id, [change.item, *(one for one in children if one not in coming)])
    if change.reference is not None:
        if change.kind is Kind.MEDIA:
            media.store_media(tx, port.row.id, change.reference, content, record.remote_id)
        outbox.meet(tx, port.row.id, [change.reference])


def _moved_elsewhere(port: Port, composed: Composed, former: bytes, record: RemoteRecord) -> bool:
    fresh = incoming(record, port.row.layout).prints
    written = set(composed.write.atoms)
    return any(
        one(former, port.row.layout, key) != one(fresh, port.row.layout, key)
        for key in port.row.layout
        if key not in written
    )


def _agree(
    tx: Tx, port: Port, flow: FlowRow, change: Change, target: int, composed: Composed, answer: Written
) -> None:
    source = change.source or 0
    known = agreements.agreements(tx, flow.id, [target]).get((source, target))
    blank = ABSENT * len(flow.slice)
    written = [key for key in change.after if key not in composed.left_out and key in flow.slice]
    shown = incoming(answer.record, port.row.layout).prints
    there = {
        key: one(shown, port.row.layout, key) if key in answer.confirmed else UNCONFIRMED for key in written
    }
    here = {key: one(change.source_prints, flow.slice, key) for key in written}
    agreement = Agreement(
        source=source,
        target=target,
        source_prints=replaced(known.source_prints if known else blank, flow.slice, here),
        target_prints=replaced(known.target_prints if known else blank, flow.slice, there),
        unconfirmed=UNCONFIRMED in there.values() or (known.unconfirmed if known else False),
    )
    agreements.store_agreements(tx, flow.id, [agreement])
    _note_written(tx, flow, change, written)
    _park_left_out(tx, flow, change, composed.left_out)


def _note_written(tx: Tx, flow: FlowRow, change: Change, written: Sequence[str]) -> None:
    """Take what was refused before as accepted, and count that what the target had moved was put right."""
    parked = agreements.parkings(tx, flow.id, [change.item or 0])
    noted = [one for (_, atom), one in parked.items() if atom in written]
    agreements.unpark(tx, flow.id, [(one.item, one.atom) for one in noted if one.why in _ACCEPTED])
    tried = [structs.replace(one, tries=one.tries + 1) for one in noted if one.why == "drift"]
    agreements.park(tx, flow.id, tried)


def _park_left_out(tx: Tx, flow: FlowRow, change: Change, left_out: Sequence[str]) -> None:
    agreements.park(
        tx,
        flow.id,
        [
            parking(flow, change, key, "unresolved", until=tx.now + TRY_AGAIN)
            for key in left_out
            if key in change.after and key in flow.slice
        ],
    )


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
            _adopt(tx, port, change, key, found)
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
        _agree(tx, port, flows[change.flow], change, key, composed, answer)
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
    owner = links.items_by_remote(tx, port.row.id, found.kind, [found.remote_id]).get(found.remote_id)
    if owner is not None and owner != change.item:
        return WriteRefused(
            number=0,
            code="LINK-013",
            what="The record with this SKU is linked to another item.",
            remedy="Look for the SKU twice at the source.",
        )
    return None


def _adopt(tx: Tx, port: Port, change: Change, key: int, found: RemoteRecord) -> None:
    if change.item is not None and links.remote_of_items(tx, port.row.id, [change.item]):
        outbox.meet(tx, port.row.id, [item_reference(change.item)])
        return
    _made(tx, port, change, key, found, "")


def drop_outdated(tx: Tx, lease: Lease, port: Port, changes: Sequence[Change]) -> None:
    """Take back changes that no longer fit, and have their items compared anew."""
    check_epoch(tx, lease)
    outbox.set_state(
        tx, [change.id for change in changes], ChangeState.DROPPED, settled=tx.now, what="out of date"
    )
    marks.mark_items(tx, port.row.id, [change.item for change in changes if change.item])
