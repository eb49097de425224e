"""Flows of orders as lanes see them."""

from msgspec import Struct

from shopweave.core.ledger import StateTable


class Way(Struct, frozen=True, kw_only=True):
    """The way of a channel's orders to one target, and of news back.

    `table` is the channel's. `updates` when the target is told of later changes, `has_records` when it wants
    to hear which of its records a line means, `books` when taking an order books its stock there.
    """

    flow: int
    name: str
    source: int
    channel: str
    target: int
    target_name: str
    statuses: tuple[str, ...]
    table: StateTable
    updates: bool = False
    has_records: bool = True
    books: bool = False
    tell: tuple[str, ...] = ()
    done_status: str = ""
