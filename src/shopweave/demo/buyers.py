"""Buyers in the demo's shop and staff at the till's counter: both sell what the other shows."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from shopweave.model.seams import Clock, Random
from shopweave.simulators.till import Cashier, truth
from shopweave.simulators.woocommerce import ProductTruth, WooShop, products

# The counter sells one of an item and no more: so many the buyers leave on the shelf.
LEFT = 1
COUNTER = 10
PAUSE = 0.002
_NAMES = ("Aino", "Eino", "Helmi", "Onni", "Sanni", "Veikko")


class Buyers:
    """Places orders, one after the other, and now and then a sale at the counter."""

    def __init__(self, shop: WooShop, till: Path, clock: Clock, random: Random) -> None:
        self._shop, self._cashier, self._clock, self._random = shop, Cashier(till), clock, random
        self._counter = [
            one.sku for one in truth(till) if one.status == "active" and Decimal(one.stock or 0) > LEFT
        ]

    async def buy(self, orders: int) -> int:
        """Place orders while the hub works; gives how many could be placed before the shelves were empty."""
        for number in range(orders):
            if not self._order(number):
                return number
            if number % COUNTER == 0 and self._counter:
                sku = self._counter.pop(self._pick(len(self._counter)))
                self._cashier.sell({sku: Decimal(1)}, self._clock.now())
            await self._clock.sleep(PAUSE)
        return orders

    def _order(self, number: int) -> bool:
        goods = [one for one in products(self._shop) if _can_be_bought(one)]
        if not goods:
            return False
        chosen = {self._pick(len(goods)) for _ in range(1 + self._pick(3))}
        lines = [self._line(goods[index]) for index in sorted(chosen)]
        name = _NAMES[number % len(_NAMES)]
        email = f"{name.lower()}@example.test"
        billing = {"first_name": name, "last_name": "Demo", "country": "FI", "email": email}
        shipping = [{"method_id": "flat_rate", "method_title": "Parcel", "total": "4.90"}]
        self._shop.orders.create(
            {"line_items": lines, "shipping_lines": shipping, "billing": billing, "set_paid": True}
        )
        return True

    def _line(self, one: ProductTruth) -> dict[str, Any]:
        most = min(3, (one.stock or 0) - LEFT)
        row = self._shop.state.products[one.id]
        named = {"product_id": one.id}
        if one.type == "variation":
            named = {"product_id": row["parent_id"], "variation_id": one.id}
        return {**named, "quantity": 1 + self._pick(most)}

    def _pick(self, count: int) -> int:
        return min(count - 1, int(self._random.random() * count))


def _can_be_bought(one: ProductTruth) -> bool:
    return one.status == "publish" and one.type in ("simple", "variation") and (one.stock or 0) > LEFT
