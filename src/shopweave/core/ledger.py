"""The ledger: order revisions become differences, each with a reference that can be made again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from shopweave.model.movement import Movement
from shopweave.model.order import OrderLine, OrderRevision

ZERO = Decimal(0)


class Effect(StrEnum):
    """What a status does to stock; an order whose status is in no table keeps what it has."""

    TAKES = "takes"
    GIVES_BACK = "gives back"
    KEEPS = "keeps"


class StateTable(Struct, frozen=True, kw_only=True):
    """Which statuses of a connector take stock and which give it back.

    A status for refunds stands under `takes` unless a rule says that refunded goods come back. Those under
    `keeps` are known to leave stock as it is; in any other a person should look.
    """

    takes: frozenset[str]
    gives_back: frozenset[str]
    keeps: frozenset[str] = frozenset()

    def effect(self, status: str) -> Effect:
        """Say what `status` does."""
        if status in self.takes:
            return Effect.TAKES
        return Effect.GIVES_BACK if status in self.gives_back else Effect.KEEPS


class Route(Struct, frozen=True, kw_only=True):
    """What an order line takes from: an item at a warehouse, `factor` base units for each one sold."""

    item: str
    warehouse: str
    factor: Decimal = Decimal(1)


class Parked(Struct, frozen=True, kw_only=True):
    """A line that moves nothing until somebody acts; "" stands for the whole order."""

    line: str
    why: str


class Differences(Struct, frozen=True, kw_only=True):
    """What storing a revision appends to the ledger, and what it leaves aside."""

    movements: tuple[Movement, ...] = ()
    parked: tuple[Parked, ...] = ()


def is_news(stored: OrderRevision | None, arrived: OrderRevision) -> bool:
    """Say whether a revision is to be stored: neither known already nor older than what is."""
    return stored is None or (arrived.changed >= stored.changed and arrived != stored)


def effective(effect: Effect, line: OrderLine) -> Decimal:
    """Give the quantity that a line takes, in its own units."""
    return max(ZERO, line.quantity - line.given_back) if effect is Effect.TAKES else ZERO


def differences(
    revision: OrderRevision,
    table: StateTable,
    routes: Mapping[str, Route],
    ledger: Sequence[Movement],
) -> Differences:
    """Say what a revision appends; `routes` by line, `ledger` all movements of this order so far.

    A line that is no longer there gives back what it took.
    """
    effect = table.effect(revision.status)
    if revision.status in table.keeps:
        return Differences()
    if effect is Effect.KEEPS:
        return Differences(parked=(Parked(line="", why=f"status {revision.status!r} is in no table"),))
    times = Counter(line.line for line in revision.lines)
    movements: list[Movement] = []
    parked: list[Parked] = []
    for line in revision.lines:
        before = [old for old in ledger if old.line == line.line]
        route = _pinned(routes.get(line.line), before)
        why = _why_parked(effect, line, route) if times[line.line] == 1 else "its id is there twice"
        if why:
            parked.append(Parked(line=line.line, why=why))
        else:
            movements += _line(revision.connection, line.line, route, effective(effect, line), before)
    for gone in sorted({old.line for old in ledger} - set(times)):
        before = [old for old in ledger if old.line == gone]
        movements += _line(revision.connection, gone, None, ZERO, before)
    return Differences(movements=tuple(movements), parked=tuple(parked))


def _why_parked(effect: Effect, line: OrderLine, route: Route | None) -> str:
    if effect is Effect.TAKES and (line.quantity < 0 or line.given_back < 0):
        return "a quantity below zero"
    if route is None and effective(effect, line):
        return "no item is linked to it"
    return ""


def _pinned(route: Route | None, before: Sequence[Movement]) -> Route | None:
    """Keep warehouse and factor as they were when the line first took this item."""
    for old in before:
        if route is not None and old.item == route.item:
            return Route(item=old.item, warehouse=old.warehouse, factor=old.factor)
    return route


def _line(
    connection: str, line: str, route: Route | None, quantity: Decimal, before: Sequence[Movement]
) -> list[Movement]:
    held = _held(before)
    due = dict.fromkeys(held, ZERO)
    if route is not None:
        due[route] = -quantity * route.factor
    steps = [(place, target - held.get(place, ZERO)) for place, target in due.items()]
    return [
        Movement(
            connection=connection,
            line=line,
            n=n,
            item=place.item,
            warehouse=place.warehouse,
            factor=place.factor,
            quantity=step,
        )
        for n, (place, step) in enumerate(((p, s) for p, s in steps if s), start=len(before) + 1)
    ]


def _held(before: Iterable[Movement]) -> dict[Route, Decimal]:
    held: dict[Route, Decimal] = {}
    for old in before:
        place = Route(item=old.item, warehouse=old.warehouse, factor=old.factor)
        held[place] = held.get(place, ZERO) + old.quantity
    return held
