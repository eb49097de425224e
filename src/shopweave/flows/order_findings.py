"""What a person should know of orders that were read. No buyer's name and no address ever stands in it."""

from collections.abc import Sequence

from shopweave.connector.orders import BrokenOrder
from shopweave.model.errors import HubError
from shopweave.model.finding import Finding, Severity

_CODES = {
    "no item is linked to it": (
        "ORD-020",
        "Choose its product on the order's page, or give it the same SKU on both sides.",
    ),
    "a quantity below zero": ("ORD-021", "Correct the order in its channel."),
    "its id is there twice": ("ORD-022", "Look at the order in its channel: two lines bear one id."),
    "its id belongs to a line of another order": (
        "ORD-023",
        "Look at both orders in their channel: lines must have ids of their own.",
    ),
}
UNKNOWN_STATUS = "ORD-024"
_STATUS = ("ORD-024", "Say in the channel's settings what this status does to stock, or correct the order.")


def broken_finding(connection: str, found: Sequence[BrokenOrder]) -> Finding:
    """Say that orders could not be read; they are stored as they came."""
    first = found[0]
    return Finding(
        code=first.code[:24],
        cause=f"orders:{connection}:broken:{first.code}",
        severity=Severity.NEEDS,
        what=f"{connection}: {first.what}",
        why="The order is stored as it was received; all others go on.",
        can_do="Look at the orders named here in their channel.",
        connection=connection,
        about=tuple(dict.fromkeys(one.order for one in found)),
    )


def unfollowed_finding(connection: str, error: HubError) -> Finding:
    """Say that a target could not be asked for tracking numbers."""
    return Finding(
        code="ORD-030",
        cause=unfollowed_cause(connection),
        severity=Severity.NEEDS,
        what=f"{connection} could not be asked for tracking numbers: {error.what} ({error.code})",
        why="Orders are read and handed over as before; only their tracking numbers wait.",
        doing="The hub asks again with each run.",
        can_do=error.remedy or "Look whether it can be reached: shopweave check.",
        connection=connection,
    )


def unfollowed_cause(connection: str) -> str:
    """Name the cause of a target that cannot be asked."""
    return f"orders:{connection}:unfollowed"


def parked_finding(connection: str, why: str, labels: Sequence[str]) -> Finding:
    """Say that order lines are set aside, and why."""
    code, remedy = _CODES.get(why, _STATUS)
    return Finding(
        code=code,
        cause=parked_cause(connection, code),
        severity=Severity.NEEDS,
        what=f"{connection}: an order has a part that is set aside: {why}.",
        why="It moves no stock and its order is not handed over until then; no other order waits for it.",
        doing="The hub looks again with each run.",
        can_do=remedy,
        connection=connection,
        about=tuple(dict.fromkeys(labels)),
    )


def parked_cause(connection: str, code: str = "") -> str:
    """Name the cause of parked lines; without a code the beginning of all of them."""
    return f"orders:{connection}:parked:{code}"
