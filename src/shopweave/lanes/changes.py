"""The changes of a lane, as one of its queues."""

from collections.abc import Sequence
from functools import partial

from msgspec import structs

from shopweave.lanes.choose import Context, batch, doubt_orphans, look_up
from shopweave.lanes.port import Port
from shopweave.lanes.queue import Held, Job
from shopweave.lanes.send import Sender
from shopweave.model.record import Kind
from shopweave.store import connections, ready
from shopweave.store.base import Tx
from shopweave.store.lanes import LaneRow, Lease
from shopweave.store.ready import Head

RECOUNT = 10
# What products and variations name, and wait for until it is there.
_NAMED = (Kind.CATEGORY, Kind.BRAND, Kind.ATTRIBUTE, Kind.MEDIA)


class Changes:
    """What waits in the outbox of one connection."""

    def __init__(self, port: Port, sender: Sender) -> None:
        self._port, self._sender = port, sender
        self._context = Context(source_names={}, sources={})
        self._recount: dict[Kind, int] = {}

    def begin(self, tx: Tx, held: Held) -> None:
        """Work under this lease, with the flows as they are now; what others left under way is in doubt."""
        self._sender.hold(held)
        flows = connections.item_flows(tx)
        named = connections.names(tx) if flows else {}
        self._sender.flows = flows
        self._context = Context(
            source_names={key: named[flow.source] for key, flow in flows.items()},
            sources={key: flow.source for key, flow in flows.items()},
        )
        doubt_orphans(tx, held.lease, self._port)

    def look_up(self, tx: Tx) -> Job | None:
        """Choose a change in doubt to look up."""
        pick = look_up(tx, self._port, self._context)
        return None if pick is None else partial(self._sender.carry_out, pick)

    def heads(self, tx: Tx) -> Sequence[Head]:
        """Give the oldest ready changes of each urgency.

        A batch that others would still fill gives way to what these wait for: fewer requests carry the same.
        """
        heads = ready.heads(tx, self._port.row.id)
        named = {one.urgency for one in heads if one.kind in _NAMED}
        return [
            structs.replace(one, gives_way=True)
            if one.urgency in named and one.kind not in _NAMED and not self._is_full(tx, one.kind)
            else one
            for one in heads
        ]

    def _is_full(self, tx: Tx, kind: Kind) -> bool:
        """Say whether a request of a kind would be full; what was far from it is not counted each time."""
        if self._recount.get(kind, 0):
            self._recount[kind] -= 1
            return False
        writable = self._port.writable(kind)
        if writable is None or ready.fills(tx, self._port.row.id, kind, writable.batch):
            return True
        self._recount[kind] = RECOUNT
        return False

    def choose(self, tx: Tx, lane: LaneRow, lease: Lease, head: Head) -> Job | None:
        """Choose the batch that goes with a change."""
        return partial(self._sender.carry_out, batch(tx, lease, self._port, self._context, head, lane.batch))
