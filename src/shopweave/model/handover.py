"""Hand-overs: one order for one target, and how it fares."""

from enum import StrEnum


class HandOverKind(StrEnum):
    """What is handed over: an order, a later change of it, or news for the channel that sold it."""

    ORDER = "order"
    UPDATE = "update"
    NEWS = "news"


class HandOverState(StrEnum):
    """The life of a hand-over; a parked one waits for a link, a withdrawn one is no longer wanted."""

    WAITING = "waiting"
    INTENT = "intent"
    IN_DOUBT = "in doubt"
    DONE = "done"
    REFUSED = "refused"
    PARKED = "parked"
    WITHDRAWN = "withdrawn"


def reference(channel: str, order: str, target: str, n: int) -> str:
    """Name the `n`-th hand-over of an order to a target the same way whenever it is made again."""
    return f"{channel}:{order}:{target}:{n}"
