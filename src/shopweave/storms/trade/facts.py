"""What really happened in a storm of trade, as values: the world notes it, the oracle judges by it."""

from pathlib import Path
from typing import Protocol

from msgspec import Struct

from shopweave.simulators.woocommerce import WooShop
from shopweave.storms.trade.keeper import Keeper
from shopweave.storms.trade.scenario import Trade
from shopweave.storms.trade.stall import Stall

HUB = "hub"


class Move(Struct, frozen=True, kw_only=True):
    """Goods left or came at a place and a time; `order` is that of the shop, empty for what staff did."""

    at: float
    good: str
    delta: int
    place: str
    order: str = ""
    is_sale: bool = False


class Raise(Struct, frozen=True, kw_only=True):
    """A level that rose at a shop without goods: by hand, or by a refund that brings nothing."""

    at: float
    good: str
    place: str
    level: int


class Journey(Protocol):
    """A request under way: when it left and, as far as known, when the last of it will have happened."""

    sent: float
    ends: float


class Trip(Struct, kw_only=True):
    """A request on its way to a place: which goods it writes, and whether a fault struck it."""

    place: str
    flight: Journey
    goods: tuple[str, ...] = ()
    struck: bool = False


class Span(Struct, frozen=True, kw_only=True):
    """A time in which a place, or the hub, was away by the script."""

    place: str
    begins: float
    ends: float


class Facts(Protocol):
    """What the oracle is told of a world."""

    @property
    def scenario(self) -> Trade:
        """Give what was to happen."""
        ...

    @property
    def stalls(self) -> dict[str, Stall]:
        """Give the shops."""
        ...

    @property
    def keeper(self) -> Keeper:
        """Give who keeps the stock."""
        ...

    @property
    def moves(self) -> list[Move]:
        """Give what happened to goods."""
        ...

    @property
    def till(self) -> Path:
        """Give the till's database."""
        ...

    @property
    def desk(self) -> Path:
        """Give the database of the desk that orders are handed to."""
        ...

    @property
    def depot(self) -> WooShop | None:
        """Give the shop that keeps the stock, if it is one."""
        ...

    @property
    def shelves(self) -> dict[str, int]:
        """Give what was on the shelves at first."""
        ...

    @property
    def hands(self) -> list[Raise]:
        """Give levels that rose at a shop without goods."""
        ...

    @property
    def trips(self) -> list[Trip]:
        """Give the requests that were on their way."""
        ...

    @property
    def away(self) -> list[Span]:
        """Give who was away by the script, and when."""
        ...

    @property
    def heard(self) -> list[tuple[str, str, float]]:
        """Give the callbacks about orders that were accepted: place, order, time."""
        ...
