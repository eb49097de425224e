"""Flows of orders as lanes see them."""

from msgspec import Struct

from shopweave.connector.orders import LookUp
from shopweave.core.ledger import StateTable


class Way(Struct, frozen=True, kw_only=True):
    """The way of a channel's orders to one target, and of news back.

    `table` and `final` are the channel's. `look_up` is how the target says whether it has an order, and
    `longest_run` how long after a request that may change. `updates` when the target is told of later
    changes, `has_records` when it wants to hear which of its records a line means, `books` when taking an
    order books its stock.
    """

    flow: int
    name: str
    source: int
    channel: str
    target: int
    target_name: str
    statuses: tuple[str, ...]
    table: StateTable
    final: tuple[str, ...] = ()
    look_up: LookUp = LookUp.NONE
    longest_run: float = 0.0
    updates: bool = False
    has_records: bool = True
    books: bool = False
    tell: tuple[str, ...] = ()
    done_status: str = ""

    @property
    def can_ask(self) -> bool:
        """Say whether the target can be asked without changing anything there."""
        return self.look_up in (LookUp.REFERENCE, LookUp.SCAN)
