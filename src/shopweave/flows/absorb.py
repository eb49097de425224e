"""Absorb: take the levels that a master shows, with the bookings they contain; what is doubtful is held."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from shopweave.core.stockguard import Move, StockLimits, judge
from shopweave.core.witness import absorb
from shopweave.flows.elsewhere import Change, is_waiting, level_less, moved_by, note_shown
from shopweave.flows.unclear import Unclear, keep_unclear, still_unclear
from shopweave.lanes.port import Port
from shopweave.model.finding import Finding, Severity
from shopweave.model.movement import Reading, Stage, Witness
from shopweave.model.record import RemoteRecord
from shopweave.model.values import UNKNOWN, Level, tracked
from shopweave.store import findings, levels, movements, numbers, shelves
from shopweave.store.base import Tx
from shopweave.store.levels import RAISE, ZEROS, LevelRow
from shopweave.store.movements import Entry

LIMITS = StockLimits()


class Taken(Struct, frozen=True, kw_only=True):
    """A level that a page brought: the row before, the reading, and what the old level would be by itself.

    `due` is the old level less the bookings that the new one contains; `waiting` are those that others book
    and that nothing has shown yet, `is_theirs` where it contains such a booking: that may count for more than
    before. `sold` where the master's own log says that a sale left this level.
    """

    row: LevelRow
    reading: Reading
    due: Level
    absorbed: tuple[int, ...] = ()
    waiting: tuple[Entry, ...] = ()
    sold: bool = False
    is_theirs: bool = False

    @property
    def move(self) -> Move:
        """Give what the guard judges."""
        return Move(item=str(self.row.record), before=self.due, after=self.reading.level, sold=self.sold)

    @property
    def by(self) -> Decimal:
        """Say by how much the level moved beside the bookings it contains; 0 where that is no number."""
        return moved_by(self.due, self.reading.level)


class Page(Struct, frozen=True, kw_only=True):
    """What a page of a master's records brings: levels taken, and records to be read once more.

    Of these, `unclear` may or may not contain a booking that has had no answer for too long.
    """

    taken: tuple[Taken, ...]
    again: tuple[int, ...]
    unclear: tuple[Unclear, ...]


def absorb_levels(
    tx: Tx, port: Port, records: Sequence[RemoteRecord], began: int, ended: int
) -> tuple[int, ...]:
    """Store the levels of records that one request showed; gives the channels that have something to do."""
    keeps = port.capabilities.keeps
    if keeps is None or not records:
        return ()
    page = _weigh(tx, port.row.id, keeps.witness, records, began, ended)
    levels.read_again(tx, page.again)
    movements.set_stage(tx, [key for one in page.taken for key in one.absorbed], Stage.ABSORBED)
    rows = _with_changes(tx, keeps.witness, page.taken, _guarded(tx, port, page.taken))
    fresh = [one.row.record for one in page.taken if one.row.on_hand is None]
    still = [one.row.record for one, row in zip(page.taken, rows, strict=True) if _stands(one.row, row)]
    levels.touch(tx, still, began, ended)
    levels.store_levels(tx, port.row.id, [row for row in rows if row.record not in still], new=fresh)
    if any(one.row.held or row.held for one, row in zip(page.taken, rows, strict=True)):
        tell_held(tx, port)
    moved = [row.item for one, row in zip(page.taken, rows, strict=True) if _moves(one, row)]
    gone, unclear = _items_gone(tx, port.row.id, records), keep_unclear(tx, port.row.id, page.unclear, LIMITS)
    return shelves.mark(tx, [item for item in (*moved, *gone, *unclear) if item is not None])


def _weigh(
    tx: Tx, master: int, witness: Witness, records: Sequence[RemoteRecord], began: int, ended: int
) -> Page:
    shown = {(one.kind, one.remote_id): one for one in records if not one.gone and one.level != UNKNOWN}
    rows: list[tuple[LevelRow, RemoteRecord]] = []
    for kind in dict.fromkeys(kind for kind, _ in shown):
        found = levels.level_rows(tx, master, kind, [key for of, key in shown if of is kind])
        rows += [(row, shown[kind, key]) for key, row in found.items()]
    moved: dict[int, list[Entry]] = {}
    for entry in movements.of_items(tx, master, [row.item for row, _ in rows if row.item is not None]):
        moved.setdefault(int(entry.movement.item), []).append(entry)
    taken: list[Taken] = []
    again: list[Unclear] = []
    for row, record in rows:
        reading = Reading(level=record.level, began=began, ended=ended, seen=record.logged)
        own = moved.get(row.item or 0, ())
        one = _one(witness, row, own, reading, sold=record.sold)
        if one is not None:
            taken.append(one)
        else:
            again.append(Unclear(row=row, reading=reading, beside=tuple(own), sold=record.sold))
    unclear = tuple(one for one in again if one.counts(tx.now))
    return Page(taken=tuple(taken), again=tuple(one.row.record for one in again), unclear=unclear)


def _one(
    witness: Witness, row: LevelRow, moved: Sequence[Entry], reading: Reading, *, sold: bool
) -> Taken | None:
    """Take one reading; None when the record is to be read once more."""
    found = absorb(witness, row.on_hand, [one.booking for one in moved], reading)
    if found.again:
        return None
    pairs = zip(moved, found.bookings, strict=True)
    contained = [one for one, after in pairs if after.stage is Stage.ABSORBED]
    return Taken(
        row=row,
        reading=reading,
        due=level_less(row, contained),
        absorbed=tuple(one.id for one in contained),
        waiting=tuple(one for one in moved if one not in contained and is_waiting(one)),
        sold=sold,
        is_theirs=any(not one.booking.is_ours for one in contained),
    )


def _with_changes(
    tx: Tx, witness: Witness, taken: Sequence[Taken], rows: Sequence[LevelRow]
) -> list[LevelRow]:
    """Note what the levels that count now show of the sales that others book."""
    counts = {
        row.record: Change(row=row, reading=one.reading, by=one.by)
        for one, row in zip(taken, rows, strict=True)
        if one.by and not row.held
    }
    waiting = [entry for one in taken for entry in one.waiting]
    noted = {row.record: row for row in note_shown(tx, witness, list(counts.values()), waiting)}
    return [noted.get(row.record, row) for row in rows]


def _guarded(tx: Tx, port: Port, taken: Sequence[Taken]) -> list[LevelRow]:
    """Judge the levels of a page with what its pull brought before; gives the rows to be stored."""
    pull = numbers.read_counter(tx, port.row.id).pull
    zeros = [one for one in taken if _is_zeroed(one)]
    before = levels.zeroed_in(tx, port.row.id, pull) if zeros else []
    earlier = [Move(item=str(row.record), before=row.read, after=tracked(Decimal(0))) for row in before]
    total = levels.count_levels(tx, port.row.id) if zeros else 0
    judged = judge([*earlier, *(one.move for one in taken if one.row.on_hand)], total, LIMITS)
    quarantined = {move.item for move in judged.quarantined}
    held = {move.item for move in judged.held}
    if quarantined:
        _take_back(tx, port, before)
    return [
        _row(one, pull, is_quarantined=one.move.item in quarantined, is_held=one.move.item in held)
        for one in taken
    ]


def _is_zeroed(one: Taken) -> bool:
    return (
        one.row.on_hand is not None
        and one.reading.level.quantity is not None
        and one.reading.level.quantity <= 0
    )


def _row(one: Taken, pull: int, *, is_quarantined: bool, is_held: bool) -> LevelRow:
    """Give the row after a reading: a level that is held stays what it was, less what was booked since."""
    is_zero = _is_zeroed(one)
    is_news = is_zero and not one.sold
    unclear = still_unclear(one.row, one.reading)
    stays = is_quarantined or (one.row.held == ZEROS and is_news)
    if stays or is_held:
        kept = replace(one.reading, level=one.due)
        why = ZEROS if stays else RAISE
        return replace(one.row, on_hand=kept, unclear=unclear, held=why, zeroed=None, read=one.reading.level)
    was = one.due if is_news and (one.due.quantity is None or one.due.quantity > 0) else None
    return replace(
        one.row,
        on_hand=one.reading,
        unclear=unclear,
        held="",
        zeroed=pull if was is not None else None,
        read=was if was is not None else one.reading.level,
    )


def _take_back(tx: Tx, port: Port, rows: Sequence[LevelRow]) -> None:
    """Show again what a pull took to nothing before it was seen to be too much."""
    back = [
        replace(
            row, on_hand=replace(row.on_hand, level=row.read), read=row.on_hand.level, held=ZEROS, zeroed=None
        )
        for row in rows
        if row.on_hand is not None
    ]
    levels.store_levels(tx, port.row.id, back, new=())
    shelves.mark(tx, [row.item for row in back if row.item is not None])


def _stands(before: LevelRow, after: LevelRow) -> bool:
    return (
        before.on_hand is not None
        and replace(before, on_hand=after.on_hand) == after
        and (after.on_hand is not None and before.on_hand.level == after.on_hand.level)
    )


def _moves(one: Taken, after: LevelRow) -> bool:
    if one.is_theirs or one.row.on_hand is None or after.on_hand is None or one.row.unclear:
        return True
    return after.on_hand.level != one.due


def _items_gone(tx: Tx, master: int, records: Sequence[RemoteRecord]) -> list[int | None]:
    gone = [one for one in records if one.gone]
    found: list[int | None] = []
    for kind in dict.fromkeys(one.kind for one in gone):
        ids = [one.remote_id for one in gone if one.kind is kind]
        found += [row.item for row in levels.level_rows(tx, master, kind, ids).values()]
    return found


def tell_held(tx: Tx, port: Port) -> None:
    """Say which levels of a master wait for a person; what waits no more is over."""
    rows = levels.held_levels(tx, port.row.id)
    for why in (ZEROS, RAISE):
        cause = f"levels:{port.row.name}:{why}"
        found = [row for row in rows if row.held == why]
        if found:
            findings.report(tx, held_finding(port.row.name, cause, why, found))
        else:
            findings.settle(tx, cause)


def held_finding(master: str, cause: str, why: str, rows: Sequence[LevelRow]) -> Finding:
    """Say that levels are not believed without a person."""
    if why == ZEROS:
        what = f"{master} would take {len(rows)} items to nothing at once."
        reason = "So many at once are more likely a fault than sales; their old levels stay shown."
    else:
        what = f"{len(rows)} levels of {master} rose further than is believed without a person."
        reason = "Their old levels stay shown, less what is sold meanwhile."
    return Finding(
        code="STK-010" if why == ZEROS else "STK-011",
        cause=cause,
        severity=Severity.HELD,
        what=what,
        why=reason,
        doing="A level that is read again within its limits counts at once.",
        can_do=f"Look at the stock there; if it is right, run 'shopweave stock release {master}'.",
        connection=master,
        count=len(rows),
        about=tuple(row.label or row.remote_id for row in rows[:50]),
    )
