"""Levels: what a channel should show, what it is expected to show, and whether to write."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from shopweave.model.movement import Booking, Stage
from shopweave.model.values import UNKNOWN, Level, placed, tracked

ZERO = Decimal(0)


class Unit(Struct, frozen=True, kw_only=True):
    """How a channel counts: `factor` base units in one of its own, sold in multiples of `step`."""

    factor: Decimal = Decimal(1)
    step: Decimal = Decimal(1)


class Shown(Struct, frozen=True, kw_only=True):
    """A level for a channel with the parts it was made of; all but `level` in base units."""

    level: Level
    on_hand: Level
    moved: Decimal
    buffer: Decimal
    unit: Unit


class Settled(Struct, frozen=True, kw_only=True):
    """The expected level after a reading, and how far the two were apart; None where nobody can say."""

    expected: Level
    drift: Decimal | None


def moved(bookings: Iterable[Booking]) -> Decimal:
    """Add up what the level on hand does not contain; goods in doubt count as gone.

    What another program is to give back counts against what it is to take for the same line, and no further:
    it may never have booked the sale.
    """
    ours, theirs = ZERO, dict[tuple[str, str], Decimal]()
    for one in bookings:
        if one.is_ours:
            ours += _counted(one)
        else:
            line = (one.movement.connection, one.movement.line)
            theirs[line] = theirs.get(line, ZERO) + _counted(one)
    return ours + sum((min(ZERO, total) for total in theirs.values()), start=ZERO)


def _counted(booking: Booking) -> Decimal:
    if booking.stage in (Stage.ABSORBED, Stage.VOID):
        return ZERO
    quantity = booking.movement.quantity
    return min(ZERO, quantity) if booking.stage is Stage.IN_DOUBT else quantity


def shown(on_hand: Level, bookings: Iterable[Booking], buffer: Decimal, unit: Unit) -> Shown:
    """Give the level a channel should show; only a number becomes a number."""
    change = moved(bookings)
    level = on_hand
    if on_hand.quantity is not None:
        level = tracked(floored(on_hand.quantity + change - buffer, unit))
    return Shown(level=level, on_hand=on_hand, moved=change, buffer=buffer, unit=unit)


def lower(one: Shown, other: Shown) -> Shown:
    """Give the one of two levels that sells less; the first where one of them is no number."""
    if one.level.quantity is None or other.level.quantity is None:
        return one
    return min(one, other, key=lambda shown: shown.level.quantity or ZERO)


def less(level: Level, moved: Mapping[str, Decimal]) -> Level:
    """Take off a level what left each warehouse; what names none of its own leaves the first."""
    if level.quantity is None:
        return level
    total = level.quantity + sum(moved.values(), ZERO)
    if not level.places:
        return tracked(total)
    kept = {place: held + moved.get(place, ZERO) for place, held in level.places}
    first = next(iter(kept))
    kept[first] += sum((one for place, one in moved.items() if place not in kept), ZERO)
    return placed(kept.items())


def within(level: Level, warehouses: Sequence[str]) -> Level:
    """Give what lies in these warehouses; unknown where the level does not say."""
    if not warehouses or level.quantity is None:
        return level
    held = [quantity for place, quantity in level.places if place in warehouses]
    return tracked(sum(held, ZERO)) if held else UNKNOWN


def counts_in(booking: Booking, warehouses: Sequence[str]) -> bool:
    """Say whether a movement concerns these warehouses; one that names none concerns all."""
    return not warehouses or booking.movement.warehouse in ("", *warehouses)


def floored(quantity: Decimal, unit: Unit) -> Decimal:
    """Say how much of a channel's unit base units make, never more than there is, never below 0."""
    return max(ZERO, quantity) // (unit.factor * unit.step) * unit.step


def lowered(expected: Level, sold: Decimal) -> Level:
    """Expect a seller to have taken `sold` of its own units off by itself."""
    return expected if expected.quantity is None else tracked(expected.quantity - sold)


def settled(expected: Level, read: Level) -> Settled:
    """Let a level read at the seller, after its orders up to then, replace what was expected."""
    if read.state == "unknown":
        return Settled(expected=expected, drift=None)
    if read.quantity is None or expected.quantity is None:
        return Settled(expected=read, drift=None)
    return Settled(expected=read, drift=read.quantity - expected.quantity)


def is_due(wanted: Level, expected: Level) -> bool:
    """Say whether a level is to be written."""
    return wanted.state != "unknown" and wanted != expected
