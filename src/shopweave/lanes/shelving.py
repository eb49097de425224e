"""What a channel's orders and levels tell of its shelves, in the transaction that stores them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from shopweave.core import shelf as core
from shopweave.lanes.channels import Channel
from shopweave.model.finding import Finding, Severity
from shopweave.model.movement import Reading
from shopweave.model.record import RemoteRecord
from shopweave.store import findings, levels, numbers, shelves
from shopweave.store.base import Tx
from shopweave.store.shelves import ShelfRow


class Drift(Struct, frozen=True, kw_only=True):
    """A shelf whose level was moved by others, and by how much."""

    row: ShelfRow
    by: Decimal


def sell(tx: Tx, channel: Channel, sold: Mapping[int, Decimal]) -> None:
    """Expect a channel to have taken off what it sold, by item, in its own units.

    What came back is negative. Called in the transaction that stores the orders, before the position moves.
    """
    if not channel.lowers or not sold:
        return
    last, at = numbers.read_counter(tx, channel.target).drained, numbers.draw(tx, channel.target)
    for row in (one for one in shelves.of_items(tx, list(sold)) if one.connection == channel.target):
        known = core.sold(row.shelf, sold[row.item], last, at, adjusts=channel.adjusts)
        doubts = {"not_before": tx.now} if known.again and not row.shelf.again else {}
        shelves.learn(tx, [(row, known)], **doubts)
        if core.may_hide(row.shelf, last):
            levels.read_again(tx, [row.record])


def drained(tx: Tx, channel: Channel, began: int) -> bool:
    """Take note that a channel's orders were read to their end by requests that began at `began`.

    Readings of levels up to then count now. Gives whether its lane has something to do.
    """
    numbers.note_drain(tx, channel.target, began)
    settled = [
        (row, learned)
        for row in shelves.waiting_for_orders(tx, channel.target)
        if (learned := core.drained(row.shelf, began)).shelf != row.shelf
    ]
    return _settle(tx, channel, settled)


def read(tx: Tx, channel: Channel, records: Sequence[RemoteRecord], began: int, ended: int) -> bool:
    """Take the levels that a channel showed; gives whether its lane has something to do."""
    shown = {(one.kind, one.remote_id): one.level.total for one in records if not one.gone}
    rows = [
        row
        for kind in dict.fromkeys(kind for kind, _ in shown)
        for row in shelves.by_remote(tx, channel.target, kind, [key for of, key in shown if of is kind])
    ]
    settled: list[tuple[ShelfRow, core.Learned]] = []
    same: list[int] = []
    for row in rows:
        if row.shelf.again and row.is_unanswered and row.not_before is not None and row.not_before > tx.now:
            continue
        reading = Reading(level=shown[row.kind, row.remote_id], began=began, ended=ended)
        learned = core.read(row.shelf, reading, sells=channel.sells)
        if learned.shelf.same == ended:
            same.append(row.record)
        elif learned.shelf != row.shelf:
            settled.append((row, learned))
    blurred = [(row, one.shelf) for row, one in settled if one.shelf.again and one.shelf.seen is None]
    has_work = _settle(tx, channel, settled)
    shelves.note_same(tx, same, ended)
    shelves.learn(tx, blurred, not_before=tx.now)
    return has_work or bool(blurred)


def _settle(tx: Tx, channel: Channel, settled: Sequence[tuple[ShelfRow, core.Learned]]) -> bool:
    """Store what was learned and mark what is right no more; drift is counted and told above a limit."""
    shelves.learn(tx, [(row, learned.shelf) for row, learned in settled], read_at=tx.now, misses=0)
    drifts = [Drift(row=row, by=one.drift) for row, one in settled if one.drift is not None]
    shelves.count_drift(tx, [one.row.record for one in drifts])
    if len(drifts) > channel.drift_limit:
        findings.report(tx, drift_finding(channel, drifts))
    moved = [
        row.record
        for row, one in settled
        if one.shelf.expected != row.shelf.expected or (row.shelf.again and not one.shelf.again)
    ]
    return bool(shelves.mark_records(tx, moved))


def drift_finding(channel: Channel, drifts: Sequence[Drift]) -> Finding:
    """Say that levels were changed at a channel by others."""
    names = tuple(f"{one.row.label or one.row.remote_id}: {one.by:+f}" for one in drifts)
    return Finding(
        code="STK-020",
        cause=f"drift:{channel.name}",
        severity=Severity.NOTE,
        what=f"{len(drifts)} levels were changed at the channel by others ({channel.name}).",
        why="Somebody edits stock there, another program writes it, or sales are not told as orders.",
        doing="The levels are put right.",
        can_do="Change stock where it is kept, and look which program writes there too.",
        flow=channel.name,
        count=len(drifts),
        about=names[:50],
    )
