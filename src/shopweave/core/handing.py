"""Handing over: what becomes of an order at one target, from what is known there. Pure."""

from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from shopweave.core.ledger import Effect, StateTable, effective
from shopweave.model.handover import HandOverKind, HandOverState
from shopweave.model.order import Order, OrderLine

_SETTLEABLE = (HandOverState.WAITING, HandOverState.PARKED, HandOverState.REFUSED)
_FLYING = (HandOverState.INTENT, HandOverState.IN_DOUBT)


class Step(StrEnum):
    """What is to be done with an order at one target."""

    NOTHING = "nothing"
    HAND_OVER = "hand over"
    TRY_AGAIN = "try again"
    WITHDRAW = "withdraw"
    UPDATE = "update"
    TELL = "tell"
    LOOK = "look"


class Standing(Struct, frozen=True, kw_only=True):
    """The newest hand-over of an order to one target, and the order as it was handed over or tried."""

    kind: HandOverKind
    state: HandOverState
    order: Order | None


def next_step(
    order: Order,
    standing: Standing | None,
    statuses: Collection[str],
    table: StateTable,
    *,
    updates: bool,
    unsure: bool = False,
    can_ask: bool = False,
) -> Step:
    """Say what is to be done with an order as it is now; `updates` when the target is told of changes.

    `unsure` when an earlier life of the hub may have handed it over; `can_ask` when its target knows.
    """
    if order.mark:
        return Step.NOTHING
    wanted = is_wanted(order.revision.status, statuses, table)
    if standing is None:
        if unsure and (wanted or can_ask):
            return Step.LOOK
        return Step.HAND_OVER if wanted else Step.NOTHING
    if standing.state in _FLYING:
        return Step.NOTHING
    if standing.state is HandOverState.DONE:
        return _after(order, standing.order, table, updates=updates)
    ended = not wanted and table.effect(order.revision.status) is Effect.GIVES_BACK
    if ended and standing.kind is HandOverKind.ORDER and standing.state in _SETTLEABLE:
        return Step.WITHDRAW
    if standing.state is HandOverState.WAITING:
        return Step.NOTHING
    if standing.state is HandOverState.REFUSED and _same(order, standing.order):
        return Step.NOTHING
    return Step.TRY_AGAIN if wanted or standing.kind is HandOverKind.UPDATE else Step.NOTHING


def is_wanted(status: str, statuses: Collection[str], table: StateTable) -> bool:
    """Say whether an order of this status is handed over; without `statuses` whatever takes stock is."""
    return status in statuses if statuses else table.effect(status) is Effect.TAKES


def goods(order: Order, table: StateTable) -> dict[str, Decimal]:
    """Give what an order takes, line by line, for comparison."""
    effect = table.effect(order.revision.status)
    return {line.line: effective(effect, line) for line in order.revision.lines if effective(effect, line)}


def wanted_there(
    order: Order, line: OrderLine, table: StateTable, statuses: Collection[str], final: Collection[str]
) -> Decimal:
    """Give how much of a line a target is to have, in the line's units.

    A status that leaves stock as it is leaves the goods there too. One that gives back, chosen all the same
    and not the end of an order, stands for goods that are wanted but not yet taken.
    """
    status = order.revision.status
    is_over = table.effect(status) is Effect.GIVES_BACK and (status not in statuses or status in final)
    return Decimal(0) if is_over else effective(Effect.TAKES, line)


def _there(order: Order, table: StateTable) -> dict[str, Decimal]:
    found = {line.line: wanted_there(order, line, table, (), ()) for line in order.revision.lines}
    return {line: quantity for line, quantity in found.items() if quantity}


def _after(order: Order, handed: Order | None, table: StateTable, *, updates: bool) -> Step:
    if _same(order, handed):
        return Step.NOTHING
    if updates:
        return Step.UPDATE
    return Step.NOTHING if handed is None or _there(order, table) == _there(handed, table) else Step.TELL


def _same(order: Order, other: Order | None) -> bool:
    return other is not None and _without_time(order) == _without_time(other)


def _without_time(order: Order) -> Order:
    return replace(order, revision=replace(order.revision, changed=order.created))
