"""Hand-overs in doubt: what may simply be sent again, what is looked up, what only a person can tell."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shopweave.connector.orders import LookUp
from shopweave.lanes.bookings import doubt_booking, undo_booking
from shopweave.lanes.order_findings import doubtful_order, unsure_orders
from shopweave.lanes.parcels import way_of
from shopweave.lanes.port import Port
from shopweave.lanes.ways import Way
from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.store import findings, handovers, orders
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow

SECOND_LOOK = timedelta(seconds=30)
MISSES = 2


def may_repeat(port: Port, row: HandOverRow) -> bool:
    """Say whether sending once more does no harm: news, later changes, and where the other side dedupes."""
    takes = port.capabilities.takes
    return row.kind is not HandOverKind.ORDER or (takes is not None and takes.look_up is LookUp.KEY)


def doubt(
    tx: Tx, port: Port, ways: Sequence[Way], row: HandOverRow, due: datetime, *, unsure: bool = False
) -> None:
    """Put a hand-over in doubt: looked up from `due` on, or by a person where nothing can be asked.

    `unsure` when an earlier life of the hub may have sent it.
    """
    doubt_booking(tx, row.id)
    takes, way = port.capabilities.takes, way_of(ways, row)
    asks_person = not may_repeat(port, row) and (takes is None or takes.look_up is LookUp.NONE)
    handovers.set_state(tx, [row.id], HandOverState.IN_DOUBT, not_before=None if asks_person else due)
    if asks_person and way is not None:
        number = orders.by_ids(tx, [row.order])[row.order].number
        if unsure:
            findings.report(tx, unsure_orders(way, [number]), adds=True)
        else:
            findings.report(tx, doubtful_order(way, number))


def missed(tx: Tx, row: HandOverRow) -> bool:
    """Note that a look-up found nothing; the second says that it is not there, and it may go again."""
    if row.look_ups + 1 < MISSES:
        due = tx.now + SECOND_LOOK
        handovers.set_state(tx, [row.id], HandOverState.IN_DOUBT, look_ups=row.look_ups + 1, not_before=due)
        return False
    handovers.set_state(tx, [row.id], HandOverState.WAITING, look_ups=0, not_before=None)
    undo_booking(tx, row.id)
    return True


def is_still_in_doubt(tx: Tx, row: HandOverRow) -> bool:
    """Say whether nobody has settled a hand-over since it was chosen to be looked up."""
    now = handovers.by_id(tx, row.id)
    return now is not None and now.state is HandOverState.IN_DOUBT
