"""Sales that somebody else books at the master: which of them a change of its level shows. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

ZERO = Decimal(0)


class Shows(Struct, frozen=True, kw_only=True):
    """The places of the movements that a change shows, and what of it is left that nothing explains."""

    places: tuple[int, ...]
    rest: Decimal


def shows(change: Decimal, waiting: Sequence[Decimal]) -> Shows:
    """Say which waiting quantities, the oldest first, a change of a level shows: those that fit in it."""
    rest, places = change, []
    for place, quantity in enumerate(waiting):
        if quantity * rest > ZERO and abs(quantity) <= abs(rest):
            places.append(place)
            rest -= quantity
    return Shows(places=tuple(places), rest=rest)
