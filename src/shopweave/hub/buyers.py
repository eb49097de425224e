"""Who bought: shown to those who may act, one order at a time, and noted each time."""

from functools import partial

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.hub.orders import find
from shopweave.model.order import Address, Payment
from shopweave.store import audits, orders
from shopweave.store.base import Tx

LONGEST = 20_000


class Buyer(Struct, frozen=True, kw_only=True):
    """Who bought an order and how it was paid; `received` is its newest revision as it came,
    also where it could not be read."""

    bill_to: Address
    ship_to: Address
    payment: Payment
    note: str
    received: str


async def look_at_buyer(hub: Hub, name: str, who: str) -> Buyer | None:
    """Give who bought an order; None when that was forgotten."""
    return await hub.store.write(partial(_look, hub, name, who))


def _look(hub: Hub, name: str, who: str, tx: Tx) -> Buyer | None:
    row = find(tx, hub, name)
    if row.erased is not None:
        return None
    order = orders.current(tx, [row.id]).get(row.id)
    audits.note(tx, who, f"looked at who bought order {row.number or row.remote_id}", "{}")
    raw = orders.revisions(tx, row.id)[-1].raw
    return Buyer(
        bill_to=order.bill_to if order else Address(),
        ship_to=order.ship_to if order else Address(),
        payment=order.payment if order else Payment(),
        note=order.note if order else "",
        received=raw[:LONGEST].decode("utf-8", "replace"),
    )
