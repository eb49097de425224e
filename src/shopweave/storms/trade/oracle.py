"""The oracle of trade: orders and units by the simulators' own books, shelves by what really happened."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from shopweave.simulators.till import sales
from shopweave.simulators.woocommerce import WooShop
from shopweave.storms.trade.facts import Facts
from shopweave.storms.trade.scenario import Master


class Verdict(Struct, frozen=True, kw_only=True):
    """What is not as it must be, each named; units once each."""

    wrong: tuple[str, ...] = ()
    lost_orders: tuple[str, ...] = ()
    doubled_orders: tuple[str, ...] = ()
    unbooked: tuple[str, ...] = ()
    doubled_units: tuple[str, ...] = ()


def truth(facts: Facts, good: str, until: float = float("inf")) -> int:
    """Give how many units of a good there really were at a time; below zero what was sold too often."""
    return facts.shelves[good] + sum(one.delta for one in facts.moves if one.good == good and one.at <= until)


def judge(facts: Facts) -> Verdict:
    """Compare books and shelves that came to rest with what really happened."""
    held = handed_over(facts)
    orders = {
        (name, order): units for name, stall in facts.stalls.items() for order, units in stall.taken().items()
    }
    handed = Counter((name, order) for name, order, _ in held)
    balance = list(_balance(facts, orders, held))
    return Verdict(
        wrong=tuple(_wrong(facts)),
        lost_orders=tuple(f"{key[0]} {key[1]}" for key, units in orders.items() if units and not handed[key]),
        doubled_orders=tuple(f"{name} {order}" for (name, order), count in handed.items() if count > 1),
        unbooked=tuple(text for text, units in balance for _ in range(units)),
        doubled_units=tuple(text for text, units in balance for _ in range(-units)),
    )


def _wrong(facts: Facts) -> Iterator[str]:
    for name, stall in facts.stalls.items():
        for good, shown in stall.levels().items():
            right = max(0, truth(facts, good))
            if shown != right:
                yield f"{name}: {good} is shown as {shown}, not {right}"


def handed_over(facts: Facts) -> list[tuple[str, int, dict[str, int]]]:
    """Give what the target of orders has: shop, order, and the units it took for it."""
    if facts.depot is not None and facts.scenario.master.takes:
        return [(name, order, {}) for name, order in _at_depot(facts.depot)]
    if facts.scenario.master is not Master.TILL:
        return [(name, order, {}) for name, order in _at_desk(facts.desk)]
    found = []
    for sale in sales(facts.till):
        name, _, rest = sale.mark.partition(":")
        if name in facts.stalls:
            takes = sale.takes and not sale.voided
            units = {sku: int(count) for sku, count in sale.units.items() if takes and count}
            found.append((name, int(rest.partition(":")[0]), units))
    return found


def _at_depot(depot: WooShop) -> Iterator[tuple[str, int]]:
    """Read the references of orders that another program made in a shop, whatever became of them."""
    for row in depot.state.rows["order"].values():
        for meta in row["meta_data"]:
            name, _, rest = str(meta["value"]).partition(":")
            if meta["key"] == "_shopweave_ref" and row["status"] != "trash":
                yield name, int(rest.partition(":")[0])


def _at_desk(path: Path) -> list[tuple[str, int]]:
    db = sqlite3.connect(path)
    try:
        query = "SELECT channel, order_id FROM shopweave_orders WHERE event = 'new' ORDER BY reference"
        return [(channel, int(order)) for channel, order in db.execute(query)]
    finally:
        db.close()


def _balance(
    facts: Facts, orders: dict[tuple[str, int], dict[str, int]], held: list[tuple[str, int, dict[str, int]]]
) -> Iterator[tuple[str, int]]:
    """Give what is not booked, or booked too often (below zero): order by order, and what the books lack."""
    explained: Counter[str] = Counter()
    if facts.scenario.master is Master.TILL:
        booked: dict[tuple[str, int], Counter[str]] = {}
        for name, order, units in held:
            booked.setdefault((name, order), Counter()).update(units)
        for key in dict.fromkeys((*orders, *booked)):
            want, have = orders.get(key, {}), booked.get(key, Counter())
            for good in dict.fromkeys((*want, *have)):
                lacking = want.get(good, 0) - have.get(good, 0)
                explained[good] += lacking
                yield f"{key[0]} {key[1]}: {good}", lacking
    for good in facts.shelves:
        lacking = facts.keeper.quantity(good) - truth(facts, good) - explained[good]
        yield f"on the shelf: {good}", lacking
