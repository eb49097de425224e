"""Asking targets how far the orders are that they have, and telling the channels that sold them."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from shopweave.connector.orders import HandedOver, Progress
from shopweave.flows.house import House
from shopweave.flows.order_findings import unfollowed_cause, unfollowed_finding
from shopweave.lanes.news import tell_source
from shopweave.lanes.port import Port
from shopweave.lanes.ways import Way
from shopweave.model.errors import HubError
from shopweave.store import findings, tracking
from shopweave.store.base import Store, Tx
from shopweave.store.tracking import LENGTH, FollowedRow


class Followed(Struct, frozen=True, kw_only=True):
    """What a step came to; `done` when nothing is left to ask."""

    requests: int = 0
    done: bool = True


class Following:
    """Follows the orders of all ways whose channel is told tracking numbers."""

    def __init__(
        self, store: Store, house: House, ways: Sequence[Way], wake: Callable[[Tx, int], None]
    ) -> None:
        self._store, self._house, self._wake = store, house, wake
        self._ways = {way.flow: way for way in ways if "tracking" in way.tell}

    async def step(self, flow: int) -> Followed:
        """Ask about the next orders of a flow; a target that cannot be asked is a finding, no failure."""
        way = self._ways.get(flow)
        port = None if way is None else self._house.ports[way.target]
        takes = None if port is None else port.capabilities.takes
        if way is None or port is None or takes is None or not takes.follows:
            return Followed()
        rows = await self._store.read(lambda tx: tracking.due(tx, flow, takes.follows))
        if not rows:
            return Followed()
        try:
            said = await self._ask(port, rows)
        except HubError as error:
            finding = unfollowed_finding(port.row.name, error)
            await self._store.write(lambda tx: findings.report(tx, finding))
            return Followed(requests=1)
        await self._store.write_safe(lambda tx: self._store_said(tx, way, rows, said))
        return Followed(requests=1, done=len(rows) < takes.follows)

    async def _ask(self, port: Port, rows: Sequence[FollowedRow]) -> tuple[Progress, ...]:
        orders = tuple(HandedOver(reference=one.reference, remote_id=one.remote_id) for one in rows)
        async with port.gate.slot():
            said: tuple[Progress, ...] = await port.connector.progress(orders)
        return said

    def _store_said(self, tx: Tx, way: Way, rows: Sequence[FollowedRow], said: Sequence[Progress]) -> None:
        """Store the numbers that are new, and news of them."""
        numbers = {one.reference: one.tracking.strip()[:LENGTH] for one in said}
        moved = [one for one in rows if (new := numbers.get(one.reference, "")) and new != one.tracking]
        for one in moved:
            tracking.learn(tx, one.id, numbers[one.reference])
            tell_source(tx, way, one.order, one.reference, one.remote_id)
            self._wake(tx, way.source)
        tracking.note_asked(tx, [one.id for one in rows])
        findings.settle(tx, unfollowed_cause(way.target_name))
