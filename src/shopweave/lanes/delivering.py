"""Delivering one hand-over: send it, look it up, and record what came of it."""

from collections.abc import Callable, Sequence

from shopweave.connector.orders import Taken
from shopweave.core.handing import is_wanted
from shopweave.core.retry import first_look, had_no_effect
from shopweave.lanes.bookings import Absorb, end_booking, undo_booking
from shopweave.lanes.choose import check_epoch
from shopweave.lanes.doubts import doubt, is_still_in_doubt, missed
from shopweave.lanes.gate import URGENT
from shopweave.lanes.news import tell_source
from shopweave.lanes.order_findings import refused_order
from shopweave.lanes.parcels import Parcel
from shopweave.lanes.pauses import recover, rest
from shopweave.lanes.port import Port
from shopweave.lanes.queue import Held, own
from shopweave.lanes.recording import noting
from shopweave.lanes.refusals import refused_by
from shopweave.lanes.reviews import review
from shopweave.lanes.send import not_after
from shopweave.lanes.ways import Way
from shopweave.model.change import WriteRefused
from shopweave.model.errors import BrokenData, Fenced, HubError, Refused
from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.model.seams import Random
from shopweave.store import findings, handovers, orders
from shopweave.store.base import Store, Tx
from shopweave.store.requests import Exchange, end_request


class Deliverer:
    """Carries hand-overs to one connection; `wake` wakes other lanes, `absorb` takes levels of answers."""

    def __init__(
        self,
        store: Store,
        random: Random,
        port: Port,
        ways: Sequence[Way],
        wake: Callable[[Tx, int], None],
        absorb: Absorb,
    ) -> None:
        self._store, self._random, self._port, self._ways = store, random, port, ways
        self._wake, self._absorb = wake, absorb
        self._held: Held | None = None

    def hold(self, held: Held) -> None:
        """Work under this lease."""
        self._held = held

    @property
    def held(self) -> Held:
        """Give the lease of the turn."""
        return own(self._held)

    async def deliver(self, parcel: Parcel) -> bool:
        """Send a hand-over that was written ahead; False when the lane should rest."""
        with noting() as exchanges:
            try:
                answer = await self._send(parcel)
            except HubError as error:
                failure = error
                await self._store.write_safe(lambda tx: self._failed(tx, parcel, failure, exchanges))
                return isinstance(error, (Refused, BrokenData))
        await self._store.write_safe(lambda tx: self._answered(tx, parcel, answer, exchanges))
        return True

    async def _send(self, parcel: Parcel) -> Taken | WriteRefused | None:
        connector = self._port.connector
        async with self._port.gate.slot(URGENT):
            latest = not_after(self.held.deadline)
            answer: Taken | WriteRefused | None
            if parcel.news is not None:
                answer = await connector.tell(parcel.news, not_after=latest)
            else:
                answer = await connector.take(parcel.hand_over, not_after=latest)
        return answer

    def _answered(
        self, tx: Tx, parcel: Parcel, answer: Taken | WriteRefused | None, exchanges: Sequence[Exchange]
    ) -> None:
        check_epoch(tx, self.held.lease)
        end_request(tx, parcel.row.request or 0, _outline(exchanges))
        recover(tx, self._port)
        if not isinstance(answer, WriteRefused):
            self._done(tx, parcel, answer)
        elif answer.look_up or answer.exists:
            doubt(tx, self._port, self._ways, parcel.row, tx.now)
        else:
            self._refused(tx, parcel, answer)

    def _done(self, tx: Tx, parcel: Parcel, taken: Taken | None) -> None:
        row = parcel.row
        remote_id = taken.remote_id if taken is not None else row.remote_id
        handovers.set_state(
            tx,
            [row.id],
            HandOverState.DONE,
            settled=tx.now,
            remote_id=remote_id,
            not_before=None,
            code="",
            what="",
            remedy="",
        )
        if taken is not None:
            end_booking(tx, self._port, row.id, taken.levels, self._absorb)
            self._tell_source(tx, parcel, remote_id)
            self._review(tx, row.order)

    def _tell_source(self, tx: Tx, parcel: Parcel, remote_id: str) -> None:
        """Put news of a hand-over into the lane of the channel that sold it."""
        way, row = parcel.way, parcel.row
        if row.kind is HandOverKind.ORDER and way.tell:
            tell_source(tx, way, row.order, row.reference, remote_id)
            self._wake(tx, way.source)

    def _review(self, tx: Tx, order: int) -> None:
        """See whether the order changed while it was under way."""
        for connection in review(tx, self._ways, orders.current(tx, [order])):
            self._wake(tx, connection)

    def _refused(self, tx: Tx, parcel: Parcel, answer: WriteRefused) -> None:
        handovers.set_state(
            tx,
            [parcel.row.id],
            HandOverState.REFUSED,
            settled=tx.now,
            code=answer.code[:60],
            what=answer.what,
            remedy=answer.remedy,
        )
        undo_booking(tx, parcel.row.id)
        findings.report(tx, refused_order(self._port.row.name, parcel.number, answer), adds=True)
        self._review(tx, parcel.row.order)

    def _failed(self, tx: Tx, parcel: Parcel, error: HubError, exchanges: Sequence[Exchange]) -> None:
        """Record a failed request: back to waiting if surely nothing happened, else in doubt."""
        check_epoch(tx, self.held.lease)
        end_request(
            tx,
            parcel.row.request or 0,
            _outline(exchanges),
            f"{error.what} ({error.code})",
        )
        if isinstance(error, (Refused, BrokenData)):
            self._refused(tx, parcel, refused_by(error))
            return
        if isinstance(error, Fenced) or had_no_effect(error):
            undo_booking(tx, parcel.row.id)
            handovers.set_state(tx, [parcel.row.id], HandOverState.WAITING, code=error.code, what=error.what)
            self._review(tx, parcel.row.order)
        else:
            longest = self._port.capabilities.longest_run
            due = first_look(tx.now, self.held.lease.expires, longest)
            doubt(tx, self._port, self._ways, parcel.row, due)
        if not isinstance(error, Fenced):
            rest(tx, self._port, error, 1, self._random.random())

    async def find(self, parcel: Parcel) -> bool:
        """Look a hand-over in doubt up; False when the lane should rest."""
        try:
            async with self._port.gate.slot(URGENT):
                found: Taken | None = await self._port.connector.find_order(parcel.hand_over)
        except HubError as error:
            failure = error
            await self._store.write_safe(lambda tx: self._not_looked(tx, parcel, failure))
            return isinstance(error, (Refused, BrokenData))
        await self._store.write_safe(lambda tx: self._looked(tx, parcel, found))
        return True

    def _looked(self, tx: Tx, parcel: Parcel, found: Taken | None) -> None:
        check_epoch(tx, self.held.lease)
        recover(tx, self._port)
        if not is_still_in_doubt(tx, parcel.row):
            return
        if found is not None:
            self._done(tx, parcel, found)
        elif missed(tx, parcel.row):
            self._not_there(tx, parcel)
            self._review(tx, parcel.row.order)

    def _not_there(self, tx: Tx, parcel: Parcel) -> None:
        """Withdraw what was only looked up, because an earlier life of the hub may have handed it over."""
        way, row = parcel.way, parcel.row
        order = orders.current(tx, [row.order]).get(row.order)
        if order is None or not row.is_untold:
            return
        if not is_wanted(order.revision.status, way.statuses, way.table):
            what = "not there, and not wanted there"
            handovers.set_state(tx, [row.id], HandOverState.WITHDRAWN, settled=tx.now, what=what)

    def _not_looked(self, tx: Tx, parcel: Parcel, error: HubError) -> None:
        """Leave a hand-over in doubt that could not be looked up; its next time is set already."""
        check_epoch(tx, self.held.lease)
        if isinstance(error, (Refused, BrokenData)) and is_still_in_doubt(tx, parcel.row):
            asked = refused_by(error)
            handovers.set_state(tx, [parcel.row.id], HandOverState.IN_DOUBT, code=asked.code, what=asked.what)
            findings.report(tx, refused_order(self._port.row.name, parcel.number, asked), adds=True)
        elif not isinstance(error, Fenced):
            rest(tx, self._port, error, 1, self._random.random())


def _outline(exchanges: Sequence[Exchange]) -> Exchange | None:
    """Give the last exchange without what was sent and answered: a buyer's address would stand in it."""
    if not exchanges:
        return None
    last = exchanges[-1]
    return Exchange(method=last.method, url=last.url, status=last.status)
