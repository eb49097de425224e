"""From which warehouse orders leave: decided when they are stored, and kept."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from shopweave.core.ledger import StateTable, effective
from shopweave.core.routing import route
from shopweave.model.order import Order
from shopweave.store import levels, movements
from shopweave.store.base import Tx
from shopweave.store.movements import Entry
from shopweave.store.order_lines import Meaning

Stock = dict[str, dict[str, Decimal]]


def warehouses(
    tx: Tx,
    master: int,
    preferred: Sequence[str],
    table: StateTable,
    found: Mapping[int, Order],
    meant: Mapping[str, Meaning],
    ledger: Mapping[int, Sequence[Entry]],
) -> dict[int, str]:
    """Say where each order leaves from: where it did before, else where all of it is."""
    chosen = {key: place for key in found if (place := _before(ledger.get(key, ())))}
    wants = {key: _wants(order, table, meant) for key, order in found.items() if key not in chosen}
    stock = _stock(tx, master, sorted({int(item) for one in wants.values() for item in one}), preferred)
    for key, wanted in wants.items():
        place = chosen[key] = route(wanted, {item: stock.get(item, {}) for item in wanted}, preferred)
        for item, quantity in wanted.items():
            if place in stock.get(item, {}):
                stock[item][place] -= quantity
    return chosen


def _before(entries: Sequence[Entry]) -> str:
    return next((one.movement.warehouse for one in entries if one.movement.warehouse), "")


def _wants(order: Order, table: StateTable, meant: Mapping[str, Meaning]) -> dict[str, Decimal]:
    effect, found = table.effect(order.revision.status), dict[str, Decimal]()
    for line in order.revision.lines:
        if line.line in meant:
            item = str(meant[line.line].item)
            quantity = effective(effect, line) * meant[line.line].factor
            found[item] = found.get(item, Decimal(0)) + quantity
    return found


def _stock(tx: Tx, master: int, items: Sequence[int], preferred: Sequence[str]) -> Stock:
    """Give what each warehouse has of items, less what was sold from it and is not booked yet.

    Where only one of them can be chosen, how much it has matters to nobody.
    """
    rows = levels.of_items(tx, master, items)
    found: Stock = {
        str(item): {place: quantity * row.factor for place, quantity in row.on_hand.level.places}
        for item, row in rows.items()
        if row.on_hand is not None
    }
    places = {place for held in found.values() for place in held}
    if len(places.intersection(preferred) if preferred else places) <= 1:
        return found
    for item, place, quantity in movements.places_left(tx, master, items):
        held = found.get(str(item), {})
        if place in held:
            held[place] += quantity
    return found
