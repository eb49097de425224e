"""The guard for stock: which levels of a pull wait for a person."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from shopweave.model.values import Level


class StockLimits(Struct, frozen=True, kw_only=True):
    """What a pull may do; a big raise is both above `raise_times` the old level and `raise_least` units."""

    zero_share: Decimal = Decimal("0.05")
    zero_least: int = 20
    raise_times: Decimal = Decimal(10)
    raise_least: Decimal = Decimal(100)


class Move(Struct, frozen=True, kw_only=True):
    """One item's level before and after; `sold` = the till log shows a sale since the last pull."""

    item: str
    before: Level
    after: Level
    by_movements: bool = False
    sold: bool = False


class Judged(Struct, frozen=True, kw_only=True):
    """The moves of a pull: what passes, the zeros set aside as one cause, the raises held."""

    passed: tuple[Move, ...]
    quarantined: tuple[Move, ...]
    held: tuple[Move, ...]


def judge(pull: Sequence[Move], items: int, limits: StockLimits) -> Judged:
    """Judge a pull over a connection with `items` linked items."""
    zeros = [move for move in pull if is_zeroed(move)]
    many = len(zeros) >= limits.zero_least and len(zeros) > limits.zero_share * items
    quarantined = tuple(zeros) if many else ()
    held = tuple(move for move in pull if is_big_raise(move, limits))
    aside = {*quarantined, *held}
    return Judged(
        passed=tuple(move for move in pull if move not in aside), quarantined=quarantined, held=held
    )


def is_zeroed(move: Move) -> bool:
    """Say whether the feed alone takes an item that could be bought down to nothing."""
    if move.by_movements or move.sold or move.after.quantity is None or move.after.quantity > 0:
        return False
    return move.before.state == "untracked" or (move.before.quantity or 0) > 0


def is_big_raise(move: Move, limits: StockLimits) -> bool:
    """Say whether a level rises further than is believed without a person."""
    if move.before.quantity is None or move.after.quantity is None:
        return False
    old, new = max(Decimal(0), move.before.quantity), move.after.quantity
    return new - old >= limits.raise_least and new > old * limits.raise_times
