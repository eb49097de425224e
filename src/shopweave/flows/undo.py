"""Undo: from what a run wrote to the changes that set it back. Reads only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from shopweave.core.compare import says_same
from shopweave.core.prints import ABSENT, GONE, fingerprint, one, pick
from shopweave.flows.house import Flow, House
from shopweave.flows.prepare import urgency_of
from shopweave.model.atoms import Atoms, AtomValue
from shopweave.model.change import ChangeState, Op, Urgency
from shopweave.model.record import Form
from shopweave.model.values import Status
from shopweave.store import agreements, records, undoing
from shopweave.store.agreements import Agreement
from shopweave.store.base import Tx
from shopweave.store.outbox import UNDO, Change, NewChange
from shopweave.store.records import Snapshot

SLICE = 250
_SOLD = (Form.SIMPLE, Form.FAMILY, Form.VARIATION)


class Left(StrEnum):
    """Why a value stays as it is."""

    MOVED = "changed there since"
    OPEN = "a newer change of it is on its way"
    SAME = "as before already"
    GONE = "no longer there"
    UNSENT = "was not sent"
    SHARED = "categories, brands and pictures that were made stay: others may use them"
    LEVEL = "stock follows what is sold: the level of then would be wrong now"
    ORDER = "orders that were handed over are not taken back"


class Past(Struct, frozen=True, kw_only=True):
    """What became of one change: both records now, and what was written there before and after it.

    `earlier` are atoms the same run had written before, `newer` those others wrote since, `waiting` those
    that have a change on its way.
    """

    change: Change
    source: Snapshot | None
    target: Snapshot | None
    shown: Mapping[str, bytes] = {}
    agreed: Mapping[str, bytes] = {}
    earlier: frozenset[str] = frozenset()
    newer: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()


class Undone(Struct, frozen=True, kw_only=True):
    """The changes that set a slice of a run back, why the rest is left, and where the slice ends."""

    last: int
    changes: tuple[NewChange, ...] = ()
    left: Mapping[str, int] = {}


def undo_slice(tx: Tx, house: House, flow: Flow, run: int, after: int, *, also_moved: bool) -> Undone:
    """Turn the next changes of a run round."""
    found = undoing.run_changes(tx, run, after, SLICE)
    if not found:
        return Undone(last=after)
    made: list[NewChange] = []
    left: Counter[str] = Counter()
    for past in _pasts(tx, house, flow, found):
        wanted, why = set_back(past, also_moved=also_moved)
        left.update(why)
        if wanted and past.source is not None and past.target is not None:
            made.append(_change(house, flow, past, past.source, past.target, wanted))
    return Undone(last=found[-1].id, changes=tuple(made), left=dict(left))


def set_back(past: Past, *, also_moved: bool) -> tuple[dict[str, AtomValue], Counter[str]]:
    """Say what to write so that a change is undone, and why the rest of it stays. Pure."""
    change = past.change
    if (why := _why_whole(past)) is not None:
        return {}, Counter({why.value: max(1, len(change.before))})
    former: Mapping[str, AtomValue] = change.before
    if change.op is Op.CREATE:
        former = {"status": Status.INACTIVE}
    wanted: dict[str, AtomValue] = {}
    left: Counter[str] = Counter()
    for atom, value in former.items():
        if atom in past.earlier:
            continue
        if (reason := _why_left(past, atom, value, also_moved=also_moved)) is None:
            wanted[atom] = value
        else:
            left[reason.value] += 1
    return wanted, left


def _why_whole(past: Past) -> Left | None:
    change = past.change
    if change.urgency in (Urgency.STOCK_DOWN, Urgency.STOCK_UP):
        return Left.LEVEL
    if change.urgency is Urgency.ORDER_OUT:
        return Left.ORDER
    if change.state is not ChangeState.DONE:
        return Left.UNSENT
    if change.item is None or (change.op is Op.CREATE and change.form not in _SOLD):
        return Left.SHARED
    is_there = past.source is not None and past.target is not None and not past.target.gone
    return None if is_there else Left.GONE


def _why_left(past: Past, atom: str, value: AtomValue, *, also_moved: bool) -> Left | None:
    target = past.target
    if target is None or atom not in target.atoms:
        return Left.GONE
    if atom in past.waiting:
        return Left.OPEN
    if fingerprint(target.atoms[atom]) == fingerprint(value):
        return Left.SAME
    if also_moved or not _has_moved(past, atom, target.atoms[atom]):
        return None
    return Left.MOVED


def _has_moved(past: Past, atom: str, shown: AtomValue) -> bool:
    if past.change.op is Op.CREATE:
        return False
    if atom in past.newer:
        return True
    is_agreed = past.shown.get(atom, ABSENT) == past.agreed.get(atom)
    return not is_agreed and not says_same(atom, past.change.after[atom], shown)


def _pasts(tx: Tx, house: House, flow: Flow, changes: Sequence[Change]) -> list[Past]:
    at = flow.row.target
    targets = [change.target for change in changes if change.target]
    known = records.snapshots(tx, sorted({*targets, *(change.source for change in changes if change.source)}))
    agreed = agreements.agreements(tx, flow.row.id, targets)
    items = list(dict.fromkeys(change.item for change in changes if change.item))
    beside: dict[int | None, list[Change]] = {}
    for other in undoing.same_items(tx, at, items, undoing.first_change(tx, changes[0].run or 0)):
        beside.setdefault(other.item, []).append(other)
    return [
        _past(
            change,
            (known.get(change.source or 0), known.get(change.target or 0)),
            (house.ports[at].row.layout, flow.row.slice),
            agreed.get((change.source or 0, change.target or 0)),
            beside.get(change.item, []),
        )
        for change in changes
    ]


def _past(
    change: Change,
    records: tuple[Snapshot | None, Snapshot | None],
    orders: tuple[tuple[str, ...], tuple[str, ...]],
    agreement: Agreement | None,
    beside: Sequence[Change],
) -> Past:
    source, target = records
    layout, cut = orders
    done = [other for other in beside if other.state is ChangeState.DONE]
    return Past(
        change=change,
        source=source,
        target=target,
        shown={key: one(target.prints, layout, key) for key in layout} if target else {},
        agreed={key: one(agreement.target_prints, cut, key) for key in cut} if agreement else {},
        earlier=_atoms([other for other in done if other.run == change.run and other.id < change.id]),
        newer=_atoms([other for other in done if other.run != change.run and other.id > change.id]),
        waiting=_atoms([other for other in beside if other.state is not ChangeState.DONE]),
    )


def _atoms(changes: Sequence[Change]) -> frozenset[str]:
    return frozenset(key for change in changes for key in change.after)


def _change(
    house: House, flow: Flow, past: Past, source: Snapshot, target: Snapshot, wanted: Mapping[str, AtomValue]
) -> NewChange:
    after = Atoms(wanted)
    layout, cut = house.ports[source.connection].row.layout, flow.row.slice
    return NewChange(
        flow=flow.row.id,
        connection=flow.row.target,
        kind=target.kind,
        form=target.form,
        op=Op.UPDATE,
        item=past.change.item,
        source=source.id,
        target=target.id,
        parent_item=past.change.parent_item,
        label=past.change.label,
        urgency=urgency_of(Op.UPDATE, after),
        sort=UNDO,
        before=target.atoms.only(tuple(wanted)),
        after=after,
        source_prints=GONE * len(cut) if source.gone else pick(source.prints, layout, cut),
    )
