"""Channels: what each should show of its master's stock, and why something is not written."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec import Struct

from shopweave.core.levels import Shown, Unit, counts_in, is_due, lower, shown, within
from shopweave.core.witness import perhaps_not_in
from shopweave.model.change import Urgency
from shopweave.model.movement import Booking, Reading
from shopweave.model.values import UNKNOWN, Level, tracked
from shopweave.store import levels, movements, numbers, shelves
from shopweave.store.base import Tx
from shopweave.store.levels import LevelRow
from shopweave.store.shelves import ShelfRow

AWAY = timedelta(hours=1)
UNCOUNTED, UNREAD, FIRST, DOUBT, REFUSED, GONE = (
    "uncounted",
    "unread",
    "first",
    "doubt",
    "refused",
    "gone",
)


class Channel(Struct, frozen=True, kw_only=True):
    """A channel of a master, as a flow of stock makes it.

    `group` are all connections that hold or sell the master's goods. `sells` when the channel's own orders
    are read, `adjusts` when differences can be booked there. Only what lies in its `warehouses` is shown;
    where it names none, all of it.
    """

    flow: int
    name: str
    target: int
    master: int
    buffer: Decimal
    step: Decimal
    sells: bool
    lowers: bool
    adjusts: bool
    drift_limit: int
    group: tuple[int, ...]
    warehouses: tuple[str, ...] = ()


class Decision(Struct, frozen=True, kw_only=True):
    """What a shelf should show, and whether it is written now; `why` says why not."""

    row: ShelfRow
    shown: Shown
    is_due: bool
    why: str = ""

    @property
    def urgency(self) -> Urgency:
        """Say how soon it must be written: what might be sold twice goes first."""
        wanted, expected = self.shown.level.quantity, self.row.shelf.expected.quantity
        is_down = wanted is not None and expected is not None and wanted < expected
        return Urgency.STOCK_DOWN if is_down or self.row.shelf.again else Urgency.STOCK_UP


def decide(tx: Tx, channel: Channel, rows: Sequence[ShelfRow], *, begun: bool) -> list[Decision]:
    """Compute what shelves should show now; `begun` once a person let the flow's first levels go."""
    items = sorted({row.item for row in rows})
    on_hand = levels.of_items(tx, channel.master, items)
    moved: dict[int, list[Booking]] = {}
    for entry in movements.of_items(tx, channel.master, items):
        moved.setdefault(int(entry.movement.item), []).append(entry.booking)
    cautious = bool(unread(tx, channel))
    found: list[Decision] = []
    for row in rows:
        bookings = [one for one in moved.get(row.item, ()) if counts_in(one, channel.warehouses)]
        sums = _shown(channel, row, on_hand.get(row.item), bookings)
        why = _why_not(row, sums.level, begun=begun, cautious=cautious)
        found.append(Decision(row=row, shown=sums, why=why or "", is_due=why is None))
    return found


def _shown(channel: Channel, row: ShelfRow, kept: LevelRow | None, bookings: Sequence[Booking]) -> Shown:
    """Sum up what a channel should show; a later reading that is unclear counts where it leaves less."""
    unit = Unit(factor=row.factor, step=channel.step)
    sums = shown(base_level(kept, channel.warehouses), bookings, channel.buffer, unit)
    if kept is None or kept.unclear is None:
        return sums
    level = _in_base(kept, kept.unclear, channel.warehouses)
    return lower(sums, shown(level, perhaps_not_in(kept.unclear, bookings), channel.buffer, unit))


def base_level(row: LevelRow | None, warehouses: Sequence[str] = ()) -> Level:
    """Give a master's level in base units; what is gone there is no longer on hand."""
    return UNKNOWN if row is None or row.on_hand is None else _in_base(row, row.on_hand, warehouses)


def _in_base(row: LevelRow, reading: Reading, warehouses: Sequence[str]) -> Level:
    level = within(reading.level, warehouses)
    quantity = level.quantity
    if quantity is None:
        return level
    return tracked(Decimal(0) if row.gone else quantity * row.factor)


def _why_not(row: ShelfRow, wanted: Level, *, begun: bool, cautious: bool) -> str | None:
    """Say why a level is not written: nothing to say where it is right already, None where it is due."""
    if wanted.quantity is None:
        return UNCOUNTED
    if row.shelf.again:
        return None if begun and _helps_in_doubt(row, wanted) else DOUBT
    if not is_due(wanted, row.shelf.expected):
        return ""
    if not begun:
        return FIRST
    return UNREAD if cautious and not _is_below(wanted, row.shelf.expected) else None


def _helps_in_doubt(row: ShelfRow, wanted: Level) -> bool:
    """Say whether a level is written although nobody knows what is shown: to sell less, never to sell more.

    One that was sent without an answer is sent again: it may never have arrived.
    """
    if row.shelf.expected != UNKNOWN:
        return _is_below(wanted, row.shelf.expected)
    return _is_below(wanted, row.wanted) or (row.is_unanswered and wanted == row.wanted)


def _is_below(wanted: Level, other: Level | None) -> bool:
    if other is None or wanted.quantity is None:
        return False
    return other.state == "untracked" or (other.quantity is not None and wanted.quantity < other.quantity)


def unread(tx: Tx, channel: Channel) -> dict[int, datetime]:
    """Give the connections that hold or sell these goods and were not read since an unclean start.

    One that stays away for an hour is waited for no longer.
    """
    found = numbers.unread(tx, channel.group)
    return {key: since for key, since in found.items() if since > tx.now - AWAY}


def marked(tx: Tx, channel: Channel, limit: int, *, begun: bool) -> list[Decision]:
    """Give what is due among the marked shelves of a channel; the marks of the others are dealt with."""
    while rows := shelves.marked(tx, channel.target, limit):
        decided = decide(tx, channel, rows, begun=begun)
        shelves.clear_marks(tx, [(one.row, one.why) for one in decided if not one.is_due])
        if due := [one for one in decided if one.is_due]:
            return sorted(due, key=lambda one: (one.urgency, one.row.since, one.row.record))
        if len(rows) < limit:
            break
    return []
