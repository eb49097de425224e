"""Unclear levels: what a master shows while a booking has no answer is kept as the least there may be.

The booking may be in such a level or not, so it cannot take the place of the one that counts. But what else
left the shelf is in it, and a channel must not sell that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shopweave.core.stockguard import Move, StockLimits, judge
from shopweave.core.witness import Contains, contains, follows
from shopweave.model.movement import Reading, Stage, Witness
from shopweave.store import levels
from shopweave.store.base import Tx
from shopweave.store.levels import LevelRow
from shopweave.store.movements import Entry

# An answer that takes no longer is worth waiting for: the next level contains it.
PATIENCE = timedelta(seconds=2)


class Unclear(Struct, frozen=True, kw_only=True):
    """A level that was read and could not be taken, with the movements `beside` it."""

    row: LevelRow
    reading: Reading
    beside: tuple[Entry, ...]
    sold: bool

    def counts(self, now: datetime) -> bool:
        """Say whether it came last, is a number, and a booking that it may contain has no answer for long."""
        row = self.row
        is_last = follows(row.on_hand, self.reading) and follows(row.unclear, self.reading)
        if row.on_hand is None or row.held or not is_last or self.reading.level.quantity is None:
            return False
        return any(self._waits(one, now) for one in self.beside)

    def _waits(self, one: Entry, now: datetime) -> bool:
        is_late = one.stage is Stage.IN_DOUBT or (one.stage is Stage.SENT and now - one.moved >= PATIENCE)
        return is_late and contains(Witness.LEVEL, one.booking, self.reading) is Contains.UNCLEAR

    @property
    def move(self) -> Move:
        """Give what the guard judges."""
        before = self.row.on_hand.level if self.row.on_hand else self.reading.level
        return Move(item=str(self.row.record), before=before, after=self.reading.level, sold=self.sold)


def keep_unclear(tx: Tx, master: int, found: Sequence[Unclear], limits: StockLimits) -> list[int]:
    """Keep unclear levels beside those that count, but not many zeros at once; gives items to look at."""
    if not found:
        return []
    judged = judge([one.move for one in found], levels.count_levels(tx, master), limits)
    aside = {move.item for move in judged.quarantined}
    kept = [one for one in found if one.move.item not in aside]
    for one in kept:
        levels.note_unclear(tx, one.row.record, one.reading)
    return [one.row.item for one in kept if one.row.item is not None]


def still_unclear(row: LevelRow, taken: Reading) -> Reading | None:
    """Give a record's unclear level unless the one taken now was read after it."""
    return None if row.unclear is None or follows(row.unclear, taken) else row.unclear
