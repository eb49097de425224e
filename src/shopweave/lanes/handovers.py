"""The hand-overs of a lane, as one of its queues: chosen, written ahead, looked up."""

from collections.abc import Sequence
from functools import partial

from shopweave.core.retry import first_look
from shopweave.lanes.bookings import begin_booking
from shopweave.lanes.delivering import Deliverer
from shopweave.lanes.doubts import doubt, may_repeat
from shopweave.lanes.order_findings import parked_order
from shopweave.lanes.parcels import Parcel, pack_news, pack_order, way_of
from shopweave.lanes.port import Port
from shopweave.lanes.queue import Held, Job
from shopweave.lanes.unsure import bind_booking
from shopweave.lanes.ways import Way
from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.store import findings, handovers, orders, requests
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow
from shopweave.store.lanes import LaneRow, Lease
from shopweave.store.ready import Head


class HandOvers:
    """The orders and news that wait for one connection."""

    def __init__(self, port: Port, ways: Sequence[Way], deliverer: Deliverer) -> None:
        self._port, self._ways, self._deliverer = port, ways, deliverer

    def begin(self, tx: Tx, held: Held) -> None:
        """Work under this lease; what earlier owners of the lane left under way is in doubt."""
        self._deliverer.hold(held)
        lease = held.lease
        for row in handovers.orphans(tx, lease.connection, lease.epoch):
            ended, expired = row.sent or tx.now, row.lease_ends or tx.now
            due = first_look(ended, expired, self._port.capabilities.longest_run)
            doubt(tx, self._port, self._ways, row, due)

    def look_up(self, tx: Tx) -> Job | None:
        """Choose a hand-over in doubt to look up; what may be sent twice waits to be sent again."""
        while (row := handovers.due_look_up(tx, self._port.row.id)) is not None:
            parcel = self._tried(tx, row)
            if parcel is not None and not may_repeat(self._port, row):
                again = first_look(tx.now, tx.now, self._port.capabilities.longest_run)
                began = bind_booking(tx, parcel.way, row) if row.is_untold else row.began
                handovers.set_state(tx, [row.id], HandOverState.IN_DOUBT, not_before=again, began=began)
                return partial(self._deliverer.find, parcel)
            handovers.set_state(tx, [row.id], HandOverState.WAITING, not_before=None)
        return None

    def _tried(self, tx: Tx, row: HandOverRow) -> Parcel | None:
        """Give a hand-over as it was sent, or is now; None when its order can no longer be read."""
        way = way_of(self._ways, row)
        if row.is_untold:
            order = orders.current(tx, [row.order]).get(row.order)
        else:
            order = orders.at_revision(tx, row.order, row.revision)
        return None if way is None or order is None else pack_order(tx, way, row, order)

    def heads(self, tx: Tx) -> Sequence[Head]:
        """Give the oldest hand-over of each urgency that could go now."""
        return handovers.heads(tx, self._port.row.id)

    def choose(self, tx: Tx, lane: LaneRow, lease: Lease, head: Head) -> Job | None:
        """Choose a hand-over with the order as it is now; one that names what is not there is parked."""
        row = handovers.by_id(tx, head.id)
        parcel = None if row is None else self._packed(tx, row)
        if parcel is None or row is None:
            return None
        if parcel.missing:
            handovers.set_state(tx, [row.id], HandOverState.PARKED, what=", ".join(parcel.missing))
            findings.report(tx, parked_order(parcel.way, parcel.number, parcel.missing), adds=True)
            return None
        return partial(self._deliverer.deliver, self._intend(tx, lease, parcel))

    def _packed(self, tx: Tx, row: HandOverRow) -> Parcel | None:
        way = way_of(self._ways, row)
        order = orders.current(tx, [row.order]).get(row.order)
        if way is None or order is None:
            why = "its flow is no more" if way is None else "its order was erased"
            handovers.set_state(tx, [row.id], HandOverState.WITHDRAWN, settled=tx.now, what=why)
            return None
        return pack_news(tx, way, row) if row.kind is HandOverKind.NEWS else pack_order(tx, way, row, order)

    def _intend(self, tx: Tx, lease: Lease, parcel: Parcel) -> Parcel:
        row = parcel.row
        what = f"tell of order {parcel.number}" if parcel.news else f"hand over order {parcel.number}"
        request = requests.add_request(tx, lease.connection, what[:200], 1)
        stored = orders.by_ids(tx, [row.order])[row.order]
        handovers.set_state(
            tx,
            [row.id],
            HandOverState.INTENT,
            epoch=lease.epoch,
            lease_ends=lease.expires,
            sent=tx.now,
            attempts=row.attempts + 1,
            request=request,
            revision=stored.revision,
            began=None if parcel.news else begin_booking(tx, parcel.way, row),
        )
        row = handovers.by_id(tx, row.id) or row
        return Parcel(
            row=row, way=parcel.way, number=parcel.number, hand_over=parcel.hand_over, news=parcel.news
        )
