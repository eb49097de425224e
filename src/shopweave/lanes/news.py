"""News of orders, for the channels that sold them: they go through the channel's own lane."""

from shopweave.lanes.ways import Way
from shopweave.model.change import Urgency
from shopweave.model.handover import HandOverKind
from shopweave.store import handovers, tracking
from shopweave.store.base import Tx
from shopweave.store.handovers import NewHandOver


def tell_source(tx: Tx, way: Way, order: int, reference: str, remote_id: str) -> None:
    """Put news of an order into the lane of its channel, which the caller wakes.

    What is told is read when it is sent: news that still waits carry whatever became known meanwhile.
    """
    number = tracking.next_news(tx, order, way.flow)
    if number is None:
        return
    news = NewHandOver(
        connection=way.source,
        flow=way.flow,
        order=order,
        kind=HandOverKind.NEWS,
        n=number,
        reference=reference,
        urgency=Urgency.REST,
        remote_id=remote_id,
    )
    handovers.add(tx, [news])
