"""Who keeps the stock in a storm of trade: a till or a shop of its own, with the staff at its counter."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from shopweave.simulators.till import Cashier
from shopweave.simulators.woocommerce import WooShop
from shopweave.simulators.woocommerce.state import Row


class Keeper(Protocol):
    """Hands where the goods are; they take and bring what the counter's own books allow."""

    def quantity(self, sku: str) -> int:
        """Give what the books say is there."""
        ...

    def sell(self, units: Mapping[str, int], now: datetime) -> None:
        """Sell over the counter."""
        ...

    def move(self, sku: str, delta: int, now: datetime) -> None:
        """Book what came, broke or was found."""
        ...


class TillKeeper:
    """The counter of a till."""

    def __init__(self, path: Path) -> None:
        self.cashier = Cashier(path)

    def quantity(self, sku: str) -> int:
        """Give what the books say is there."""
        return int(self.cashier.quantity(sku))

    def sell(self, units: Mapping[str, int], now: datetime) -> None:
        """Sell over the counter."""
        self.cashier.sell({sku: Decimal(count) for sku, count in units.items()}, now)

    def move(self, sku: str, delta: int, now: datetime) -> None:
        """Book what came, broke or was found."""
        self.cashier.count(sku, self.cashier.quantity(sku) + delta, now)


class DepotKeeper:
    """A shop without buyers, in which the stock of others is kept."""

    def __init__(self, shop: WooShop) -> None:
        self.shop = shop

    def quantity(self, sku: str) -> int:
        """Give what the books say is there."""
        return int(self._row(sku)["stock_quantity"] or 0)

    def sell(self, units: Mapping[str, int], now: datetime) -> None:
        """Sell over the counter."""
        for sku, count in units.items():
            self.shop.products.move_stock(self._row(sku), -count)

    def move(self, sku: str, delta: int, now: datetime) -> None:
        """Book what came, broke or was found."""
        self.shop.products.move_stock(self._row(sku), delta)

    def _row(self, sku: str) -> Row:
        return self.shop.state.products[self.shop.state.skus[sku.lower()]]
