"""The guard: which changes a run may not send without a person."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from shopweave.model.atoms import Atoms
from shopweave.model.change import Op
from shopweave.model.settings import GuardLimits
from shopweave.model.values import Price, Status


class Sort(StrEnum):
    """What a change does, as far as the guard cares; the first that fits.

    References (categories, brands, media) are never judged: they go with the first change that needs them.
    """

    CREATE = "create"
    SWITCH_OFF = "switch off"
    ASK_AGAIN = "ask again"
    PRICE_MOVE = "price move"
    OTHER = "other"
    REFERENCE = "reference"


class Tally(Struct, frozen=True, kw_only=True):
    """How many changes of each sort a plan holds, and of how many linked items."""

    linked: int
    creates: int = 0
    switched_off: int = 0
    ask_again: int = 0
    price_moves: int = 0
    items: int = 0
    first: bool = False
    asked_for: bool = False


class Hold(Struct, frozen=True, kw_only=True):
    """Sorts of changes that wait for a person, and why."""

    sorts: tuple[Sort, ...]
    why: str


ALL = (Sort.CREATE, Sort.SWITCH_OFF, Sort.ASK_AGAIN, Sort.PRICE_MOVE, Sort.OTHER)


def sort_of(op: Op, before: Atoms, after: Atoms, limits: GuardLimits) -> Sort:
    """Say what one change does."""
    if op is Op.CREATE:
        return Sort.CREATE
    status = after.get("status")
    if status is not None and status != Status.ACTIVE and before.get("status") == Status.ACTIVE:
        return Sort.SWITCH_OFF
    return Sort.PRICE_MOVE if moves_price(before, after, limits.price_move) else Sort.OTHER


def moves_price(before: Atoms, after: Atoms, limit: float) -> bool:
    """Say whether the regular price moves by more than `limit` of itself, or goes away."""
    old, new = before.get("regular_price"), after.get("regular_price", before.get("regular_price"))
    if not isinstance(old, Price) or not old.amount:
        return False
    if not isinstance(new, Price):
        return True
    return abs(new.amount - old.amount) / abs(old.amount) > Decimal(str(limit))


def holds(tally: Tally, limits: GuardLimits) -> tuple[Hold, ...]:
    """Say which sorts of a plan's changes are held."""
    if tally.asked_for:
        return (Hold(sorts=ALL, why="made to be looked at"),)
    if tally.first:
        return (Hold(sorts=ALL, why="first run of this flow"),)
    found = []
    if tally.items >= limits.least and tally.items > limits.share * tally.linked:
        found.append(Hold(sorts=ALL, why=f"{tally.items} of {tally.linked} items would change"))
    if tally.creates > limits.creations or (
        tally.creates >= limits.least and tally.creates > limits.creation_share * tally.linked
    ):
        found.append(Hold(sorts=(Sort.CREATE,), why=f"{tally.creates} new records"))
    if tally.switched_off > limits.deactivations:
        found.append(Hold(sorts=(Sort.SWITCH_OFF,), why=f"{tally.switched_off} would be switched off"))
    if tally.ask_again:
        why = f"{tally.ask_again} changed there since they were approved"
        found.append(Hold(sorts=(Sort.ASK_AGAIN,), why=why))
    if tally.price_moves:
        share = f"{limits.price_move:.0%}"
        found.append(
            Hold(sorts=(Sort.PRICE_MOVE,), why=f"{tally.price_moves} prices move by more than {share}")
        )
    return tuple(found)


def why_held(sort: Sort, found: tuple[Hold, ...]) -> str:
    """Give the reasons that hold a change of one sort; empty = it may go."""
    return "; ".join(hold.why for hold in found if sort in hold.sorts)
