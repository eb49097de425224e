"""Reviewing orders: what is to be done with each at each of its targets, and noted at once."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from shopweave.connector.orders import LookUp
from shopweave.core.handing import Standing, Step, next_step
from shopweave.core.retry import first_look
from shopweave.lanes.order_findings import changed_order, unsure_orders
from shopweave.lanes.unsure import is_unsure, next_number
from shopweave.lanes.ways import Way
from shopweave.model.handover import HandOverKind, HandOverState, reference
from shopweave.model.movement import Stage
from shopweave.model.order import Order
from shopweave.store import copies, findings, handovers, movements, orders
from shopweave.store.base import Tx
from shopweave.store.copies import Unsure
from shopweave.store.handovers import HandOverRow, NewHandOver

Newest = dict[tuple[int, int], HandOverRow]
_TO_TARGETS = (HandOverKind.ORDER, HandOverKind.UPDATE)


def review(tx: Tx, ways: Sequence[Way], found: Mapping[int, Order]) -> tuple[int, ...]:
    """Hand over, withdraw or tell what has become due; gives the connections whose lanes are to be woken."""
    if not found or not ways:
        return ()
    newest = _newest(tx, list(found))
    known = copies.unsure(tx)
    new: list[NewHandOver] = []
    doubted: list[NewHandOver] = []
    woken: set[int] = set()
    for key, order in found.items():
        for way in (one for one in ways if one.channel == order.revision.connection):
            row = newest.get((key, way.flow))
            step = _step(tx, way, row, key, order, known)
            if step in (Step.HAND_OVER, Step.UPDATE):
                new.append(_new(way, row, key, order, known))
            elif step is Step.LOOK and known is not None:
                doubted.append(_doubted(tx, way, _new(way, row, key, order, known), order, known))
            elif row is not None:
                _carry_out(tx, way, row, step, order)
            if step in (Step.HAND_OVER, Step.UPDATE, Step.TRY_AGAIN, Step.LOOK):
                woken.add(way.target)
    handovers.add(tx, new)
    handovers.add(tx, doubted, HandOverState.IN_DOUBT)
    return tuple(sorted(woken))


def _newest(tx: Tx, keys: Sequence[int]) -> Newest:
    rows = handovers.of_orders(tx, keys)
    return {(row.order, row.flow): row for row in rows if row.kind in _TO_TARGETS}


def _step(tx: Tx, way: Way, row: HandOverRow | None, key: int, order: Order, known: Unsure | None) -> Step:
    standing = None
    if row is not None:
        tried = orders.at_revision(tx, key, row.revision) if row.revision else None
        standing = Standing(kind=row.kind, state=row.state, order=tried)
    return next_step(
        order,
        standing,
        way.statuses,
        way.table,
        updates=way.updates,
        unsure=is_unsure(known, order),
        can_ask=way.can_ask,
    )


def _doubted(tx: Tx, way: Way, new: NewHandOver, order: Order, known: Unsure) -> NewHandOver:
    """Let a hand-over be looked up first; where nothing can be asked, a person is."""
    if way.look_up is LookUp.NONE:
        findings.report(tx, unsure_orders(way, [order.number]), adds=True)
        return new
    return replace(new, not_before=first_look(known.before, known.before, way.longest_run))


def _new(way: Way, row: HandOverRow | None, key: int, order: Order, known: Unsure | None) -> NewHandOver:
    n = next_number(known, row)
    return NewHandOver(
        connection=way.target,
        flow=way.flow,
        order=key,
        kind=HandOverKind.ORDER if row is None else HandOverKind.UPDATE,
        n=n,
        reference=reference(way.channel, order.revision.order, way.target_name, n),
        remote_id="" if row is None else row.remote_id,
    )


def _carry_out(tx: Tx, way: Way, row: HandOverRow, step: Step, order: Order) -> None:
    if step is Step.TRY_AGAIN:
        handovers.set_state(tx, [row.id], HandOverState.WAITING, not_before=None)
    elif step is Step.WITHDRAW:
        handovers.set_state(
            tx, [row.id], HandOverState.WITHDRAWN, settled=tx.now, what="cancelled before it was sent"
        )
        void_open(tx, way, row.order, "hub")
    elif step is Step.TELL:
        findings.report(tx, changed_order(way, order.number), adds=True)


def void_open(tx: Tx, way: Way, order: int, who: str) -> None:
    """Take movements out of the sum that nobody has begun to book and that a withdrawn hand-over would."""
    if way.books:
        own = [
            one.id
            for one in movements.of_orders(tx, [order])
            if one.stage is Stage.OPEN and one.master == way.target and one.way == "hand-over"
        ]
        movements.set_stage(tx, own, Stage.VOID, who=who)
