"""A seller's level as the hub expects it, from what was read, sold and written there. Pure."""

from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from shopweave.core.levels import lowered, settled
from shopweave.model.movement import Reading
from shopweave.model.values import UNKNOWN, Level


class Shelf(Struct, frozen=True, kw_only=True):
    """What is known of one record's level at its channel, in the channel's units.

    `seen` is a reading that waits until the orders up to it are stored. `wrote` and `stale` are the numbers
    of the requests that ended the last absolute write and the last write of any kind, `sold` the number at
    which its last sale was stored. `again` when only another reading can tell what is expected. `same` is the
    number that ended the last reading which showed just what was expected.
    """

    expected: Level = UNKNOWN
    seen: Reading | None = None
    wrote: int = 0
    stale: int = 0
    sold: int = 0
    flying: bool = False
    again: bool = False
    same: int = 0


class Learned(Struct, frozen=True, kw_only=True):
    """A shelf after a reading was settled; `drift` is how far it was from what was expected."""

    shelf: Shelf
    drift: Decimal | None = None


def read(shelf: Shelf, reading: Reading, *, sells: bool) -> Learned:
    """Take a reading; at a channel that sells it counts once its orders up to then are stored."""
    is_blind = shelf.flying or reading.began <= shelf.stale or reading.level == UNKNOWN
    if is_blind or (shelf.seen is not None and reading.began <= shelf.seen.ended):
        return Learned(shelf=shelf)
    if sells and reading.began <= shelf.sold and reading.level != shelf.expected:
        # It may show what was there before that sale, or another hand: only a later reading can tell.
        return Learned(shelf=replace(shelf, again=True))
    if sells and (shelf.again or shelf.seen is not None or reading.level != shelf.expected):
        return Learned(shelf=replace(shelf, seen=reading))
    return Learned(shelf=replace(shelf, same=reading.ended)) if sells else _settled(shelf, reading)


def drained(shelf: Shelf, began: int) -> Learned:
    """Take note that all orders are stored which a request that began at `began` could show."""
    if shelf.seen is None or began <= shelf.seen.ended:
        return Learned(shelf=shelf)
    return _settled(shelf, shelf.seen)


def sold(shelf: Shelf, quantity: Decimal, last_drain: int, at: int, *, adjusts: bool = False) -> Shelf:
    """Expect a seller to have taken off what it sold, in its own units; the sale was stored at `at`.

    `last_drain` is where the last complete reading of its orders before this one began: nobody can say
    whether an absolute write that ended later came before or after the sale.
    """
    shelf = replace(shelf, sold=at)
    if not adjusts and (shelf.flying or shelf.wrote > last_drain):
        return doubted(shelf, flying=shelf.flying)
    expected = lowered(shelf.expected, quantity)
    if shelf.seen is not None and shelf.seen.level != expected:
        return doubted(shelf, flying=shelf.flying)
    return replace(shelf, expected=expected, seen=None, again=shelf.again and shelf.seen is None)


def may_hide(shelf: Shelf, last_drain: int) -> bool:
    """Say whether a sale stored now may be in a reading that was taken for one that showed no change.

    Then something else had moved the level too, and what is expected is wrong.
    """
    return shelf.seen is None and not shelf.again and shelf.same > last_drain


def wrote(shelf: Shelf, level: Level, ended: int) -> Shelf:
    """Expect what an absolute write left behind, unless something was sold while it was under way."""
    expected = UNKNOWN if shelf.again else level
    return replace(shelf, expected=expected, seen=None, wrote=ended, stale=ended, flying=False)


def adjusted(shelf: Shelf, delta: Decimal, ended: int) -> Shelf:
    """Expect what a booked difference made of the level."""
    return replace(shelf, expected=lowered(shelf.expected, -delta), seen=None, stale=ended, flying=False)


def doubted(shelf: Shelf, *, flying: bool = False) -> Shelf:
    """Expect nothing until the level is read again."""
    return replace(shelf, expected=UNKNOWN, seen=None, again=True, flying=flying)


def fresh(shelf: Shelf, at: int) -> Shelf:
    """Expect nothing of a record that was linked at `at`: older readings may lack what it sold since."""
    return replace(doubted(shelf, flying=shelf.flying), stale=max(shelf.stale, at))


def _settled(shelf: Shelf, reading: Reading) -> Learned:
    found = settled(shelf.expected, reading.level)
    return Learned(
        shelf=replace(shelf, expected=found.expected, seen=None, again=False),
        drift=found.drift or None,
    )
