"""After an older copy of the hub was put back: who knows what was handed over since it was made?"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from shopweave.core.retry import first_look
from shopweave.lanes.bookings import begin_booking, doubt_booking
from shopweave.lanes.doubts import doubt
from shopweave.lanes.port import Port
from shopweave.lanes.ways import Way
from shopweave.model.order import Order
from shopweave.store import copies, handovers
from shopweave.store.base import Tx
from shopweave.store.copies import Unsure
from shopweave.store.handovers import HandOverRow

# What an earlier life numbered is not numbered so again: a receiver would take it for the same.
LIFE = 1_000
SKEW = timedelta(minutes=2)


def distrust(tx: Tx, ports: Mapping[int, Port], ways: Sequence[Way]) -> None:
    """Put in doubt what waits; an order of before that is read for the first time will be as well."""
    copies.note_unsure(tx)
    for row in handovers.unsettled(tx):
        if (port := ports.get(row.connection)) is not None:
            due = first_look(tx.now, tx.now, port.capabilities.longest_run)
            doubt(tx, port, ways, row, due, unsure=True)


def is_unsure(known: Unsure | None, order: Order) -> bool:
    """Say whether an earlier life of the hub may have handed an order over."""
    return known is not None and order.created <= known.before + SKEW


def next_number(known: Unsure | None, row: HandOverRow | None) -> int:
    """Number what follows a hand-over."""
    least = 1 if known is None else known.lives * LIFE + 1
    return 1 if row is None else max(row.n + 1, least)


def bind_booking(tx: Tx, way: Way, row: HandOverRow) -> int:
    """Bind the goods of an order that is looked up to the answer; until then they count as gone."""
    began = begin_booking(tx, way, row)
    doubt_booking(tx, row.id)
    return began
