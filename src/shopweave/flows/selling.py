"""What selling and handing over do to stock: at the channel that sold, and where the goods are kept."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from shopweave.core.witness import absorb_answer
from shopweave.flows.elsewhere import Change, is_waiting, level_less, moved_by, note_shown
from shopweave.flows.house import House
from shopweave.flows.unclear import still_unclear
from shopweave.lanes import shelving
from shopweave.lanes.port import Port
from shopweave.model.movement import Reading, Stage
from shopweave.model.record import Kind
from shopweave.model.values import UNKNOWN, Level
from shopweave.store import lanes, levels, movements, numbers, order_lines, shelves
from shopweave.store.base import Tx
from shopweave.store.levels import LevelRow
from shopweave.store.movements import Entry

_SELLABLE = (Kind.PRODUCT, Kind.VARIATION)


class Selling:
    """Keeps shelves and levels in step with orders; `wake` wakes lanes."""

    def __init__(self, house: House, wake: Callable[[Tx, int], None]) -> None:
        self._house, self._wake = house, wake

    def sell(self, tx: Tx, connection: int, sold: Mapping[int, Decimal]) -> None:
        """Expect a channel to have taken off what it sold, by item, in its own units."""
        channel = self._house.channel(connection)
        if channel is not None:
            shelving.sell(tx, channel, sold)

    def drained(self, tx: Tx, connection: int, began: int) -> None:
        """Note that all orders are stored which a request that began at `began` could show.

        A lane that rests because nobody answered there goes on.
        """
        if lanes.lift(tx, connection):
            self._wake(tx, connection)
        channel = self._house.channel(connection)
        if channel is None:
            numbers.note_drain(tx, connection, began)
            numbers.note_read(tx, connection)
        elif shelving.drained(tx, channel, began):
            self._wake(tx, connection)

    def absorb(
        self,
        tx: Tx,
        port: Port,
        booked: Sequence[Entry],
        shown: Mapping[str, Level],
        began: int,
        ended: int,
    ) -> None:
        """Take the levels that the answer of a booking carries; without one the record is read again."""
        if not self._house.is_master(port.row.id):
            return
        items = sorted({int(one.movement.item) for one in booked})
        there = order_lines.there(tx, port.row.id, items)
        rows = [
            row
            for kind in _SELLABLE
            for row in levels.level_rows(
                tx, port.row.id, kind, [one.remote_id for one in there.values() if one.kind == kind]
            ).values()
        ]
        settled: list[LevelRow] = []
        for row in rows:
            reading = Reading(level=shown.get(row.remote_id, UNKNOWN), began=began, ended=ended)
            if (found := _absorbed(tx, port, row, booked, reading)) is not None:
                settled.append(found)
            else:
                levels.read_again(tx, [row.record])
        fresh = [row.record for row in rows if row.on_hand is None]
        levels.store_levels(tx, port.row.id, settled, new=fresh)
        for connection in shelves.mark(tx, items):
            self._wake(tx, connection)


def _absorbed(
    tx: Tx, port: Port, row: LevelRow, booked: Sequence[Entry], reading: Reading
) -> LevelRow | None:
    """Give a level with the bookings in it; None where only another reading can tell."""
    keeps = port.capabilities.keeps
    if row.item is None or row.held or reading.level == UNKNOWN or keeps is None:
        return None
    entries = movements.of_items(tx, port.row.id, [row.item])
    references = {one.movement.reference for one in booked}
    found = absorb_answer(row.on_hand, [one.booking for one in entries], references, reading)
    if found.again:
        return None
    pairs = zip(entries, found.bookings, strict=True)
    contained = [one for one, after in pairs if after.stage is Stage.ABSORBED]
    movements.set_stage(tx, [one.id for one in contained], Stage.ABSORBED)
    by = moved_by(level_less(row, contained), reading.level)
    fresh = replace(row, on_hand=found.on_hand, unclear=still_unclear(row, reading))
    if not by:
        return fresh
    change = Change(row=fresh, reading=reading, by=by)
    noted = note_shown(tx, keeps.witness, [change], [one for one in entries if is_waiting(one)])
    return noted[0] if noted else fresh
