"""What connectors do with orders and stock for the hub: small protocols, as in `roles`."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from msgspec import Struct

from shopweave.core.ledger import StateTable
from shopweave.model.change import WriteAnswer, WriteRefused
from shopweave.model.movement import Witness
from shopweave.model.order import Order, OrderLine
from shopweave.model.record import Kind
from shopweave.model.values import Level


class LookUp(StrEnum):
    """How the hub finds out whether a hand-over in doubt arrived."""

    KEY = "key"
    REFERENCE = "by reference"
    SCAN = "by scan"
    NONE = "none"


class Sells(Struct, frozen=True, kw_only=True):
    """How a connection sells: what its statuses do to stock, and whether it lowers its own level itself.

    `statuses` are those a person can choose from; `final` are those after which nothing moves any more.
    """

    table: StateTable
    statuses: tuple[str, ...]
    final: tuple[str, ...] = ()
    lowers_itself: bool = True


class Takes(Struct, frozen=True, kw_only=True):
    """How a connection takes orders over.

    `books` says whether taking an order lowers its stock; `levels` whether the answer carries the levels
    after it. `updates` when a later change of an order can be sent. `follows` is how many orders can be asked
    about at once, 0 where nothing can be asked.
    """

    look_up: LookUp
    books: bool = False
    levels: bool = False
    updates: bool = False
    follows: int = 0


class Keeps(Struct, frozen=True, kw_only=True):
    """How a connection keeps stock: how it proves a booking, and how its levels are written.

    `adjusts` when differences can be booked under a reference that is booked once. `places` when its levels
    can name the warehouses they lie in, and bookings say from which one goods leave. `swaps` when a level can
    be set on the condition that another is there.
    """

    witness: Witness
    batch: int = 50
    adjusts: bool = False
    places: bool = False
    swaps: bool = False


class RemoteOrder(Struct, frozen=True, kw_only=True):
    """An order, mapped, and as it was received.

    The connector leaves the connection's name in the revision empty: it does not know it.
    """

    order: Order
    raw: bytes


class BrokenOrder(Struct, frozen=True, kw_only=True):
    """An order that could not be mapped; it is stored as it was received, and the others go on."""

    order: str
    code: str
    what: str
    raw: bytes


class OrderPage(Struct, frozen=True, kw_only=True):
    """Orders, and the position that follows them; as `Page` for records.

    `at` is the channel's own time when it answered: it dates its orders by a clock that may be wrong.
    `guess` is where the page after the next one stands if nothing enters or leaves; empty where nobody can
    tell. A page that was read there counts only behind one that `ends` with the row that it `begins` with.
    """

    orders: tuple[RemoteOrder, ...] = ()
    broken: tuple[BrokenOrder, ...] = ()
    position: str = ""
    done: bool = False
    requests: int = 1
    at: datetime | None = None
    guess: str = ""
    begins: str = ""
    ends: str = ""


class HandOverLine(Struct, frozen=True, kw_only=True):
    """A line with the record that it means at the target.

    `quantity` is what the line takes now, in the target's units: 0 once it is cancelled or given back.
    `remote_id` is empty at a target without lists of records: it goes by SKU.
    """

    line: OrderLine
    kind: Kind
    remote_id: str
    quantity: Decimal


class HandOver(Struct, frozen=True, kw_only=True):
    """One order for one target; `reference` is the same however often it is tried.

    `remote_id` is set where the target has the order already and is told of a later change. `warehouse` is
    where its goods leave from; empty where the target decides.
    """

    reference: str
    order: Order
    lines: tuple[HandOverLine, ...]
    remote_id: str = ""
    warehouse: str = ""


class Taken(Struct, frozen=True, kw_only=True):
    """The target has the order; `levels` are those after it, by remote id, where the target says them."""

    remote_id: str
    levels: Mapping[str, Level] = {}


class HandedOver(Struct, frozen=True, kw_only=True):
    """An order that a target has, by the reference it was handed over under and by its id there."""

    reference: str
    remote_id: str


class Progress(Struct, frozen=True, kw_only=True):
    """What a target says of an order it has; an empty tracking number says nothing."""

    reference: str
    tracking: str = ""


class OrderNews(Struct, frozen=True, kw_only=True):
    """What a channel is told of an order it sold; empty texts change nothing."""

    order: str
    status: str = ""
    tracking: str = ""
    reference: str = ""


class Adjustment(Struct, frozen=True, kw_only=True):
    """A difference to book; `reference` names the cause and is booked once for each record.

    `warehouse` is where the goods leave from; empty where the remote decides.
    """

    remote_id: str
    delta: Decimal
    reference: str
    warehouse: str = ""


class Swap(Struct, frozen=True, kw_only=True):
    """A level to set where `expected` is there; an unknown one is no condition."""

    remote_id: str
    expected: Level
    level: Level


@runtime_checkable
class ReadsOrders(Protocol):
    """Read orders page by page, and by id."""

    async def orders(self, position: str, *, overlap: float) -> OrderPage:
        """Read the next page of orders that changed.

        An empty position begins now: what is older is history. `overlap` is how many seconds a new window
        reaches back into the last one.
        """
        ...

    async def orders_by_ids(self, ids: tuple[str, ...]) -> OrderPage:
        """Read orders by id; those that are not there are absent."""
        ...


@runtime_checkable
class TakesOrders(Protocol):
    """Take orders over, one a call."""

    async def take(self, order: HandOver, *, not_after: float | None) -> Taken | WriteRefused:
        """Hand one order over, or tell of its later change.

        Raises `NotSent`, `NoAnswer`, `Limited`, `Fenced` or `Configuration` as `write` does.
        """
        ...

    async def find_order(self, order: HandOver) -> Taken | None:
        """Look for an order that may have arrived; in the way its `Takes.look_up` says."""
        ...


@runtime_checkable
class HearsNews(Protocol):
    """Let a channel know what became of an order it sold."""

    async def tell(self, news: OrderNews, *, not_after: float | None) -> WriteRefused | None:
        """Write status, tracking number or reference back; doing so twice changes nothing more."""
        ...


@runtime_checkable
class FollowsOrders(Protocol):
    """Say how far orders are that were taken over."""

    async def progress(self, orders: tuple[HandedOver, ...]) -> tuple[Progress, ...]:
        """Ask about as many orders as `Takes.follows` at most; those that nothing is said of are absent."""
        ...


@runtime_checkable
class AdjustsLevels(Protocol):
    """Book differences."""

    async def adjust_levels(
        self, kind: Kind, adjustments: tuple[Adjustment, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Book differences, each once however often it comes; answers carry the level after it."""
        ...


@runtime_checkable
class SwapsLevels(Protocol):
    """Set levels on a condition."""

    async def swap_levels(
        self, kind: Kind, swaps: tuple[Swap, ...], *, not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Set each level unless another is there than expected: that is refused, and to be looked up.

        Where the remote cannot compare just now, the levels are set as `write_levels` sets them.
        """
        ...
