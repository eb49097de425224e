"""Routing: from which warehouse an order leaves. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

ZERO = Decimal(0)


def route(
    wants: Mapping[str, Decimal], stock: Mapping[str, Mapping[str, Decimal]], preferred: Sequence[str]
) -> str:
    """Choose the first warehouse that has all of an order, else the one that lacks least; "" for none known.

    `wants` is by item, `stock` by item and warehouse. Without `preferred` the order is that of the stock.
    """
    known = dict.fromkeys(place for held in stock.values() for place in held)
    places = [place for place in preferred if place in known] if preferred else list(known)
    if not places:
        return ""
    return min(places, key=lambda place: _lacks(wants, stock, place))


def _lacks(wants: Mapping[str, Decimal], stock: Mapping[str, Mapping[str, Decimal]], place: str) -> Decimal:
    held = {item: stock.get(item, {}).get(place, ZERO) for item in wants}
    return sum((max(ZERO, wanted - max(ZERO, held[item])) for item, wanted in wants.items()), ZERO)
