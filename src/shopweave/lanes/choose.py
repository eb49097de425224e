"""Choosing changes: which go into one request; their intents are stored in the same transaction."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shopweave.core.retry import first_look
from shopweave.lanes.compose import Composed, Known, compose, names_of
from shopweave.lanes.port import Port
from shopweave.lanes.snapshots import shows
from shopweave.model.atoms import NO_ATOMS, base
from shopweave.model.change import ChangeState, Op, WriteRefused
from shopweave.model.errors import Fenced
from shopweave.model.record import Kind
from shopweave.model.values import Node
from shopweave.store import lanes, links, media, outbox, ready, records, requests
from shopweave.store.base import Tx
from shopweave.store.lanes import LaneRow, Lease
from shopweave.store.outbox import Change
from shopweave.store.ready import Head
from shopweave.store.records import Snapshot
from shopweave.store.statements import unique

_TRANSLATED = ("categories", "node")


class Pick(Struct, frozen=True, kw_only=True):
    """The next thing a lane does: send a batch, or look one change up.

    `refused` are changes that the other side would surely refuse: they are settled without a request.
    """

    kind: Kind
    composed: tuple[Composed, ...] = ()
    refused: tuple[tuple[Change, WriteRefused], ...] = ()
    outdated: tuple[Change, ...] = ()
    request: int = 0
    look_up: Composed | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """Give all changes of the batch."""
        return tuple(change for one in self.composed for change in one.changes)


class Context(Struct, frozen=True, kw_only=True):
    """What choosing needs to know beside the lane: names of the flows' sources, by flow."""

    source_names: Mapping[int, str]
    sources: Mapping[int, int]


def check_epoch(tx: Tx, lease: Lease) -> LaneRow:
    """Give the lane's row; stop a worker whose lane belongs to another by now.

    Called in every transaction of a lane.
    """
    row = lanes.read_lane(tx, lease.connection)
    if (row.owner, row.epoch) != (lease.owner, lease.epoch):
        raise Fenced
    return row


def doubt_orphans(tx: Tx, lease: Lease, port: Port) -> None:
    """Put intents of earlier owners in doubt; they are looked up when nothing of them can be under way."""
    for key, sent, lease_ends in outbox.orphans(tx, lease.connection, lease.epoch):
        due = first_look(sent, lease_ends, port.capabilities.longest_run)
        outbox.set_state(tx, [key], ChangeState.IN_DOUBT, not_before=due)


def look_up(tx: Tx, port: Port, context: Context) -> Pick | None:
    """Choose a change in doubt whose time has come; None when there is none."""
    change = outbox.due_look_up(tx, port.row.id)
    if change is None:
        return None
    again = first_look(tx.now, tx.now, port.capabilities.longest_run)
    outbox.set_state(tx, [change.id], ChangeState.IN_DOUBT, not_before=again)
    composed = _compose(tx, port, context, [[change]], _targets(tx, [[change]]))[0]
    return Pick(kind=change.kind, look_up=composed)


def batch(tx: Tx, lease: Lease, port: Port, context: Context, head: Head, learned: int) -> Pick:
    """Choose the changes that go with a head in one request, `learned` at most, and store their intents."""
    first = outbox.changes(tx, [head.id])[0]
    writable = port.writable(first.kind)
    if writable is None:
        reason = WriteRefused(
            number=0, code="LANE-010", what=f"This connection cannot write a {first.kind.value}."
        )
        return Pick(kind=first.kind, refused=((first, reason),))
    limit = min(writable.batch, learned or writable.batch)
    groups = _grouped(_together(tx, lease.connection, first, limit, by_parent=writable.by_parent))[:limit]
    targets = _targets(tx, groups)
    groups, outdated = _still_right(tx, port, groups, targets)
    composed, refused = _validated(port, _compose(tx, port, context, groups, targets))
    request = 0
    if composed:
        request = requests.add_request(tx, lease.connection, f"write {first.kind.value}", len(composed))
        _intend(tx, lease, [change for one in composed for change in one.changes], request)
    return Pick(kind=first.kind, composed=composed, refused=refused, outdated=outdated, request=request)


def _together(tx: Tx, at: int, first: Change, limit: int, *, by_parent: bool) -> list[Change]:
    """Give what may go with a change; of the other changes only those that fit in are read whole."""
    if limit == 1 and first.item is None:
        return [first]
    family = first.parent_item if by_parent else None
    found = ready.fellows(tx, at, first.kind, family, limit * 2)
    records = [_record(first.item, first.id)]
    records += [_record(item, key) for key, item in found]
    fitting = set(unique(records)[:limit])
    keys = [key for key, item in found if key != first.id and _record(item, key) in fitting]
    changes = {one.id: one for one in outbox.changes(tx, keys)}
    return [first, *(changes[key] for key in keys)]


def _record(item: int | None, change: int) -> str:
    """Name the record that a change is about."""
    return f"item:{item}" if item else f"change:{change}"


def _grouped(changes: Sequence[Change]) -> list[list[Change]]:
    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(_record(change.item, change.id), []).append(change)
    return [sorted(group, key=lambda change: change.id) for group in groups.values()]


def _targets(tx: Tx, groups: Sequence[Sequence[Change]]) -> Mapping[int, Snapshot]:
    return records.snapshots(tx, [one.target for group in groups for one in group if one.target])


def _still_right(
    tx: Tx, port: Port, groups: Sequence[list[Change]], targets: Mapping[int, Snapshot]
) -> tuple[list[list[Change]], tuple[Change, ...]]:
    """Leave out creations of what is there by now, and updates of what is gone or shows all of it already.

    So is an update of a record that is another item's now, or nobody's.
    """
    items = [group[0].item for group in groups if group[0].item]
    there = links.records_of_items(tx, port.row.id, [item for item in items if item])
    right: list[list[Change]] = []
    outdated: list[Change] = []
    for group in groups:
        kept = [
            one
            for one in group
            if one.item is None or (_is_about(one, there.get(one.item)) and not _is_done(one, targets))
        ]
        outdated += [one for one in group if one not in kept]
        if kept:
            right.append(kept)
    return right, tuple(outdated)


def _is_about(change: Change, record: int | None) -> bool:
    """Say whether a change fits the record that its item has now; None where it has none."""
    return record is None if change.op is Op.CREATE else record is not None and record == change.target


def _is_done(change: Change, targets: Mapping[int, Snapshot]) -> bool:
    """Say whether the target was read to show all of a change since it was planned.

    What the target writes with ids of its own cannot be told from here.
    """
    target = targets.get(change.target or 0)
    if change.op is Op.CREATE or change.sort == outbox.UNDO or target is None:
        return False
    return not any(base(key) in _TRANSLATED for key in change.after) and shows(target.atoms, change.after)


def _compose(
    tx: Tx,
    port: Port,
    context: Context,
    groups: Sequence[Sequence[Change]],
    targets: Mapping[int, Snapshot],
) -> list[Composed]:
    flat = [change for group in groups for change in group]
    known = _known(tx, port, context, flat)
    composed = []
    for number, group in enumerate(groups):
        target = next((targets[one.target or 0] for one in group if one.target in targets), None)
        composed.append(
            compose(
                number,
                group,
                target.remote_id if target else "",
                target.atoms if target else NO_ATOMS,
                known,
                port.capabilities.references,
            )
        )
    return composed


def _known(tx: Tx, port: Port, context: Context, changes: Sequence[Change]) -> Known:
    at = port.row.id
    wanted: dict[Kind, list[str]] = {}
    for change in changes:
        source = context.source_names.get(change.flow or 0, "")
        for key, value in change.after.items():
            for name in names_of(key, value, source, port.capabilities.references):
                wanted.setdefault(Kind(name.partition(":")[0]), []).append(name)
    refs = media.media_ids(tx, at, wanted.pop(Kind.MEDIA, []))
    for kind, names in wanted.items():
        found = records.ids_by_name(tx, at, kind, [name.partition(":")[2] for name in names])
        refs |= {f"{kind.value}:{name}": key for name, key in found.items()}
    families = [change.parent_item for change in changes if change.parent_item]
    return Known(
        categories=_categories(tx, port, context, changes),
        refs=refs,
        parents=links.remote_of_items(tx, at, families),
        source_names=context.source_names,
    )


def _categories(tx: Tx, port: Port, context: Context, changes: Sequence[Change]) -> dict[str, str]:
    named: dict[int, list[str]] = {}
    for change in changes:
        for key, value in change.after.items():
            ids = _category_ids(key, value)
            if ids and change.flow is not None and change.flow in context.sources:
                named.setdefault(context.sources[change.flow], []).extend(ids)
    found: dict[str, str] = {}
    for source, ids in named.items():
        items = links.items_by_remote(tx, source, Kind.CATEGORY, ids)
        there = links.remote_of_items(tx, port.row.id, list(items.values()))
        found |= {key: there[item] for key, item in items.items() if item in there}
    return found


def _category_ids(key: str, value: object) -> list[str]:
    if isinstance(value, Node):
        return [value.parent] if value.parent else []
    return (
        [one for one in value if isinstance(one, str)]
        if base(key) == "categories" and isinstance(value, tuple)
        else []
    )


def _validated(
    port: Port, composed: Sequence[Composed]
) -> tuple[tuple[Composed, ...], tuple[tuple[Change, WriteRefused], ...]]:
    good: list[Composed] = []
    refused: list[tuple[Change, WriteRefused]] = []
    for one in composed:
        reason = port.connector.refusal(one.write)
        if reason is None:
            good.append(one)
        else:
            refused += [(change, reason) for change in one.changes]
    return tuple(good), tuple(refused)


def _intend(tx: Tx, lease: Lease, changes: Sequence[Change], request: int) -> None:
    outbox.set_state(
        tx,
        [change.id for change in changes],
        ChangeState.INTENT,
        epoch=lease.epoch,
        lease_ends=lease.expires,
        sent=tx.now,
        attempts=max(change.attempts for change in changes) + 1,
        request=request,
    )
