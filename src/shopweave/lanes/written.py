"""What was written: stored, linked and agreed, a whole batch in a few statements."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct, structs

from shopweave.core.prints import ABSENT, UNCONFIRMED, one, replaced
from shopweave.lanes.compose import Composed
from shopweave.lanes.port import Port
from shopweave.lanes.refusals import Flows, parking
from shopweave.lanes.snapshots import incoming
from shopweave.model.change import ChangeState, Op, Written
from shopweave.model.record import Kind
from shopweave.store import agreements, links, marks, media, outbox, records
from shopweave.store.agreements import Agreement, Parking
from shopweave.store.base import Tx
from shopweave.store.connections import FlowRow
from shopweave.store.outbox import Change, item_reference
from shopweave.store.statements import unique

TRY_AGAIN = timedelta(days=1)
_ACCEPTED = ("refused", "unresolved")
Pair = tuple[int, int]


class Stored(Struct, frozen=True, kw_only=True):
    """One written record: its answer, the number under which it is stored, and its prints before and now."""

    composed: Composed
    answer: Written
    key: int
    former: bytes | None
    prints: bytes

    @property
    def is_made(self) -> bool:
        """Say whether the record was made by this write."""
        return self.composed.write.op is Op.CREATE


def store_written(
    tx: Tx, port: Port, flows: Flows, rows: Sequence[tuple[Composed, Written]], content: str
) -> None:
    """Record good answers: the records as they are now, links of new ones, what both sides agree on."""
    if not rows:
        return
    shown = [incoming(answer.record, port.row.layout) for _, answer in rows]
    keys = records.store_answers(tx, port.row.id, shown)
    stored = [
        Stored(composed=composed, answer=answer, key=key, former=former, prints=fresh.prints)
        for (composed, answer), fresh, (key, former) in zip(rows, shown, keys, strict=True)
    ]
    note_made(tx, port, [one for one in stored if one.is_made], content)
    marks.mark_records(tx, [one.key for one in stored if _moved_elsewhere(port, one)])
    by_flow: dict[int, list[tuple[Change, Stored]]] = {}
    for row in stored:
        for change in row.composed.changes:
            if change.flow in flows and change.source is not None and change.item is not None:
                by_flow.setdefault(change.flow, []).append((change, row))
    for flow, written in by_flow.items():
        agree(tx, port, flows[flow], written)
    _done(tx, stored)


def _done(tx: Tx, stored: Sequence[Stored]) -> None:
    changes = [(change, row.key) for row in stored for change in row.composed.changes]
    ids = [change.id for change, _ in changes]
    target = {"target": stored[0].key} if len(stored) == 1 else {}
    outbox.set_state(tx, ids, ChangeState.DONE, settled=tx.now, code="", what="", remedy="", **target)
    if not target:
        outbox.set_targets(tx, [(change.id, key) for change, key in changes if change.target != key])


def note_made(tx: Tx, port: Port, made: Sequence[Stored], content: str) -> None:
    """Link new records, let what waited for them go, and have their items compared in all flows."""
    firsts = [(row.composed.changes[0], row) for row in made]
    items = [(change.item, row.key) for change, row in firsts if change.item is not None]
    if items:
        links.add_links(tx, port.row.id, items, "made")
    for change, row in firsts:
        if change.kind is Kind.MEDIA and change.reference is not None:
            media.store_media(tx, port.row.id, change.reference, content, row.answer.record.remote_id)
    names = [item_reference(item) for item, _ in items]
    outbox.meet(tx, port.row.id, unique([*names, *(one.reference for one, _ in firsts if one.reference)]))
    if items:
        _mark_made(tx, port, [item for item, _ in items])


def _mark_made(tx: Tx, port: Port, items: Sequence[int]) -> None:
    """Mark items and their variations, but for those whose record is on its way."""
    children = links.children(tx, items)
    coming = outbox.open_creates(tx, port.row.id, children)
    marks.mark_items(tx, port.row.id, [*items, *(one for one in children if one not in coming)])


def _moved_elsewhere(port: Port, row: Stored) -> bool:
    """Say whether a record that was there before shows atoms anew that were not written."""
    if row.is_made or row.former is None:
        return False
    written, layout = set(row.composed.write.atoms), port.row.layout
    return any(
        one(row.former, layout, key) != one(row.prints, layout, key) for key in layout if key not in written
    )


def agree(tx: Tx, port: Port, flow: FlowRow, written: Sequence[tuple[Change, Stored]]) -> None:
    """Store what both sides of one flow agree on after writes, and what was set aside or counts as tried."""
    known = agreements.agreements(tx, flow.id, unique(row.key for _, row in written))
    fresh: dict[Pair, Agreement] = {}
    for change, row in written:
        pair = (change.source or 0, row.key)
        fresh[pair] = _agreement(port, flow, change, row, fresh.get(pair) or known.get(pair))
    agreements.store_agreements(tx, flow.id, list(fresh.values()))
    _set_aside(tx, flow, written)


def _atoms_of(flow: FlowRow, change: Change, row: Stored) -> list[str]:
    return [key for key in change.after if key not in row.composed.left_out and key in flow.slice]


def _agreement(port: Port, flow: FlowRow, change: Change, row: Stored, known: Agreement | None) -> Agreement:
    blank, written = ABSENT * len(flow.slice), _atoms_of(flow, change, row)
    there = {
        key: one(row.prints, port.row.layout, key) if key in row.answer.confirmed else UNCONFIRMED
        for key in written
    }
    here = {key: one(change.source_prints, flow.slice, key) for key in written}
    return Agreement(
        source=change.source or 0,
        target=row.key,
        source_prints=replaced(known.source_prints if known else blank, flow.slice, here),
        target_prints=replaced(known.target_prints if known else blank, flow.slice, there),
        unconfirmed=UNCONFIRMED in there.values() or (known.unconfirmed if known else False),
    )


def _set_aside(tx: Tx, flow: FlowRow, written: Sequence[tuple[Change, Stored]]) -> None:
    """Take what was refused before as accepted, count what was put right, park what could not go along."""
    parked = agreements.parkings(tx, flow.id, unique(change.item or 0 for change, _ in written))
    fresh: dict[tuple[int, str], Parking] = {}
    accepted: list[tuple[int, str]] = []
    for change, row in written:
        atoms, item = _atoms_of(flow, change, row), change.item or 0
        for name in ((item, atom) for atom in atoms):
            known = fresh.get(name) or parked.get(name)
            if known is not None and known.why == "drift":
                fresh[name] = structs.replace(known, tries=known.tries + 1)
            elif known is not None and known.why in _ACCEPTED:
                accepted.append(name)
        for atom in row.composed.left_out:
            if atom in change.after and atom in flow.slice:
                until = tx.now + TRY_AGAIN
                fresh[item, atom] = parking(flow, change, atom, "unresolved", until=until)
    agreements.unpark(tx, flow.id, accepted)
    agreements.park(tx, flow.id, list(fresh.values()))
