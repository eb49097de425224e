"""Sales that somebody else books: told by the master's level, and settled when their time is over.

The level of a master moves for many reasons. A movement whose quantity fits in a change of it is *shown*; it
still counts as gone until the settle time has passed since, in which the other program has booked what it
books.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from shopweave.core.elsewhere import shows
from shopweave.core.levels import less
from shopweave.model.movement import Reading, Stage, Witness
from shopweave.model.values import UNKNOWN, Level
from shopweave.store import levels, movements, orders, shelves
from shopweave.store.base import Tx
from shopweave.store.levels import LevelRow
from shopweave.store.movements import Entry


class Change(Struct, frozen=True, kw_only=True):
    """A level that counts from now on, and by how much it moved beside the bookings it contains."""

    row: LevelRow
    reading: Reading
    by: Decimal


def is_waiting(one: Entry) -> bool:
    """Say whether others are to book a movement, and no level has shown it yet."""
    return one.stage is Stage.OPEN and one.way == movements.ELSEWHERE and one.ended is None


def level_less(row: LevelRow, booked: Sequence[Entry]) -> Level:
    """Give what a level that counts would be with nothing but these bookings in it."""
    moved: dict[str, Decimal] = {}
    for one in booked:
        at = one.movement.warehouse
        moved[at] = moved.get(at, Decimal(0)) + one.movement.quantity / row.factor
    return less(row.on_hand.level if row.on_hand else UNKNOWN, moved)


def moved_by(before: Level, after: Level) -> Decimal:
    """Say by how much a level moved; 0 where that is no number."""
    if before.quantity is None or after.quantity is None:
        return Decimal(0)
    return after.quantity - before.quantity


def note_shown(
    tx: Tx, witness: Witness, changes: Sequence[Change], waiting: Sequence[Entry]
) -> list[LevelRow]:
    """Note which waiting movements these changes show; gives the rows with what is left to be explained.

    A log that names bookings says more than a change. What was cancelled before the other program came to it
    may never be booked: no change shows it, and it settles together.
    """
    if witness is Witness.LOG_POSITION:
        return []
    found: list[LevelRow] = []
    waiting = _standing(waiting)
    for one in changes:
        own = [entry for entry in waiting if entry.movement.item == str(one.row.item)]
        told = shows(one.by * one.row.factor, [entry.movement.quantity for entry in own])
        _show(tx, [own[place] for place in told.places], one.reading.ended)
        found.append(replace(one.row, unexplained=told.rest / one.row.factor, changed=tx.now))
    return found


def _show(tx: Tx, entries: Sequence[Entry], number: int) -> None:
    movements.set_stage(tx, [one.id for one in entries], Stage.OPEN, ended=number)


def settle_elsewhere(tx: Tx, channel: int, master: int, after: timedelta) -> tuple[int, ...]:
    """Take as booked what a level has shown for so long; gives the channels whose lanes are to be woken."""
    waiting = movements.elsewhere(tx, master, channel)
    _show_late(tx, master, _standing([one for one in waiting if one.ended is None]))
    before = tx.now - after
    due = [one for one in movements.elsewhere(tx, master, channel) if one.moved <= before]
    settled = [one for one in due if one.ended is not None]
    settled += _cancelled([one for one in due if one.ended is None])
    movements.set_stage(tx, [one.id for one in settled], Stage.ABSORBED)
    return shelves.mark(tx, [int(one.movement.item) for one in settled])


def _show_late(tx: Tx, master: int, waiting: Sequence[Entry]) -> None:
    """Show sales that were read after the level had moved for them: the other program was faster."""
    rows = levels.of_items(tx, master, sorted({int(one.movement.item) for one in waiting}))
    sold = orders.by_ids(tx, sorted({one.order for one in waiting}))
    for item, row in rows.items():
        if row.changed is None or not row.unexplained or row.on_hand is None:
            continue
        mine = [one for one in waiting if one.movement.item == str(item)]
        own = [one for one in mine if _is_late(one, sold[one.order].created, row.changed)]
        told = shows(row.unexplained * row.factor, [one.movement.quantity for one in own])
        _show(tx, [own[place] for place in told.places], row.on_hand.ended)
        if told.places:
            levels.explain_change(tx, row.record, told.rest / row.factor)


def _is_late(one: Entry, sold: datetime | None, changed: datetime) -> bool:
    """Say whether the level changed between a sale and the moment the hub stored it."""
    return sold is not None and sold <= changed <= one.made


def _standing(waiting: Sequence[Entry]) -> list[Entry]:
    void = {one.id for one in _cancelled(waiting)}
    return [one for one in waiting if one.id not in void]


def _cancelled(waiting: Sequence[Entry]) -> list[Entry]:
    """Give movements of lines that took goods and gave them back: together they move nothing."""
    ordered = sorted(waiting, key=lambda one: (one.order, one.movement.line, one.id))
    found: list[Entry] = []
    for _, group in groupby(ordered, key=lambda one: (one.order, one.movement.line)):
        own = list(group)
        if not sum(one.movement.quantity for one in own) and len({one.movement.item for one in own}) == 1:
            found += own
    return found
