"""What really happened in a storm of trade, as values: the world notes it, the oracle judges by it."""

from typing import Protocol

from msgspec import Struct

from shopweave.simulators.woocommerce import WooShop
from shopweave.simulators.woocommerce.orders import GIVES_BACK, meta_of
from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.values import integer


class Move(Struct, frozen=True, kw_only=True):
    """Goods left or came at a place and a time; `order` is that of the shop, empty for what staff did."""

    at: float
    good: str
    delta: int
    place: str
    order: str = ""
    is_sale: bool = False


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


def taken(shop: WooShop, order: Row, *, returns: bool) -> dict[str, int]:
    """Give what an order of a shop takes now, by SKU; `returns` when goods of refunds count as back."""
    if order["status"] in GIVES_BACK:
        return {}
    found: dict[str, int] = {}
    for line in order["line_items"]:
        row = shop.state.products[line["variation_id"] or line["product_id"]]
        back = integer(meta_of(line, "_restock_refunded_items")) if returns else 0
        found[row["sku"]] = found.get(row["sku"], 0) + line["quantity"] - back
    return {sku: units for sku, units in found.items() if units}
