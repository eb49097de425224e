"""What follows when a person links an item to a record or ends a link: all in that one transaction."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from shopweave.core.shelf import fresh
from shopweave.flows.house import House
from shopweave.flows.judging import retell
from shopweave.lanes.lanes import Lanes
from shopweave.model.change import ChangeState
from shopweave.store import agreements, aparts, levels, links, marks, numbers, outbox, records, shelves
from shopweave.store.base import Tx
from shopweave.store.link_history import Living
from shopweave.store.outbox import item_reference

PERSON = "person"
Pair = tuple[int, int]
Wake = Callable[[Tx, tuple[int, ...]], None]


class Ties:
    """Makes and ends links; `wake_flows` has flows planned whose items are marked."""

    def __init__(self, house: House, lanes: Lanes, wake_flows: Wake) -> None:
        self._house, self._lanes, self._wake_flows = house, lanes, wake_flows

    def tie(self, tx: Tx, at: int, item: int, record: int, factor: Decimal) -> None:
        """Link; the next plan compares both sides, stock waits until the record's level was read."""
        children = links.children(tx, [item])
        _bring_together(tx, at, (item, record), children)
        links.add_links(tx, at, [(item, record)], PERSON, factor)
        outbox.meet(tx, at, [item_reference(item)])
        marks.mark_records(tx, [record])
        marks.mark_items(tx, at, children)
        self._show_stock(tx, at, item)
        self._lanes.wake(tx, at)
        self._wake_flows(tx, marks.flows_with_marks(tx, [item, *children]))

    def recount(self, tx: Tx, at: int, item: int, there: Living, factor: Decimal) -> None:
        """Give a living link another factor; what was sold before keeps the one it was sold with."""
        links.end_link(tx, item, at)
        links.add_links(tx, at, [(item, there.record)], there.how, factor)
        for channel in shelves.mark(tx, [item]):
            self._lanes.wake(tx, channel)

    def _show_stock(self, tx: Tx, at: int, item: int) -> None:
        """Give the item shelves; what a channel shows of it is read before anything is believed."""
        for flow in self._house.stock.values():
            if at in (flow.row.source, flow.row.target):
                shelves.furnish(tx, flow.row.source, flow.row.target, [item])
        now = numbers.draw(tx, at)
        rows = [row for row in shelves.of_items(tx, [item]) if row.connection == at]
        shelves.learn(tx, [(row, fresh(row.shelf, now)) for row in rows], not_before=tx.now)
        if self._house.is_master(at):
            levels.read_again(tx, list(links.records_of_items(tx, at, [item]).values()))
        for channel in shelves.mark(tx, [item]):
            self._lanes.wake(tx, channel)

    def untie(self, tx: Tx, at: int, items: Sequence[int]) -> list[Pair]:
        """End links: what waits to be written is withdrawn, stock is shown there no more; gives the pairs.

        A request under way cannot be called back: its answer is recorded and nothing follows from it.
        """
        pairs = [(one.item, one.record) for one in links.ties(tx, items) if one.connection == at]
        marks.mark_records(tx, [record for _, record in pairs])
        idle = [
            row.record for row in shelves.of_items(tx, items) if row.connection == at and row.epoch is None
        ]
        shelves.drop(tx, idle)
        for item, _ in pairs:
            links.end_link(tx, item, at)
        self._withdraw(tx, at, items)
        for channel in shelves.mark(tx, items):
            self._lanes.wake(tx, channel)
        self._wake_flows(tx, marks.flows_with_marks(tx, items))
        return pairs

    def weigh_again(self, tx: Tx, at: int, item: int) -> None:
        """Have an item planned anew at a connection."""
        marks.mark_items(tx, at, [item])
        self._wake_flows(tx, marks.flows_with_marks(tx, [item]))

    def _withdraw(self, tx: Tx, at: int, items: Sequence[int]) -> None:
        """Take back what was not sent, and what was set aside about records that are others' now."""
        unsent = outbox.unsent(tx, at, items)
        outbox.set_state(tx, unsent, ChangeState.DROPPED, settled=tx.now, what="unlinked by a person")
        flows = self._house.group(at)
        agreements.forget_parkings(tx, [flow.row.id for flow in flows], items)
        for flow in flows:
            retell(tx, flow, 0)


def _bring_together(tx: Tx, at: int, pair: Pair, children: Sequence[int]) -> None:
    """Forget that a pair is apart, and that its item was taken off; so with the variations of a family.

    Those of the record linked now are found by SKU again, those of another one stay others.
    """
    item, record = pair
    off = [one for one in aparts.of_items(tx, [item, *children]) if one.why == aparts.UNLINKED]
    shown = records.snapshots(tx, [record, *(one.record for one in off)])
    below = [
        (one.item, one.record)
        for one in off
        if (shown[one.record].connection, shown[one.record].parent) == (at, shown[record].remote_id)
    ]
    aparts.bring_together(tx, [pair, *below])
    for one in off:
        if (one.item, one.record) not in (pair, *below) and shown[one.record].connection == at:
            aparts.set_apart(tx, [(one.item, one.record)], aparts.NOT_SAME, one.who)
