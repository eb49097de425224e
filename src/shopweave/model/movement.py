"""Movements: the lines of the stock ledger."""

from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from shopweave.model.values import Level


class Movement(Struct, frozen=True, kw_only=True):
    """The `n`-th difference of one order line, in base units; negative when goods leave."""

    connection: str
    line: str
    n: int
    item: str
    warehouse: str
    quantity: Decimal
    factor: Decimal = Decimal(1)

    @property
    def reference(self) -> str:
        """Name the movement the same way whenever it is made from the same order."""
        return f"{self.connection}:{self.line}:{self.n}"


class Stage(StrEnum):
    """How far a movement has come at the master."""

    OPEN = "open"
    SENT = "sent"
    IN_DOUBT = "in doubt"
    ACKNOWLEDGED = "acknowledged"
    ABSORBED = "absorbed"
    VOID = "void"


class Booking(Struct, frozen=True, kw_only=True):
    """A movement at its master, with the numbers of the request that booked it.

    `ended` is None until the answer, or the look-up that found the booking, is in. `is_ours` unless another
    program is to book it.
    """

    movement: Movement
    stage: Stage = Stage.OPEN
    began: int | None = None
    ended: int | None = None
    is_ours: bool = True


class Witness(StrEnum):
    """How a master proves that a level contains a booking."""

    LEVEL = "level"
    LOG_POSITION = "log position"
    REQUEST_ORDER = "request order"


class Reading(Struct, frozen=True, kw_only=True):
    """A level with the numbers of the request that read it, and the references found in its log."""

    level: Level
    began: int
    ended: int
    seen: frozenset[str] = frozenset()
