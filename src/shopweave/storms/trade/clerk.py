"""Somebody else who books the shops' sales at the till, some time after them, with their references."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from shopweave.simulators.till import Cashier
from shopweave.storms.trade.stall import Stall

LEAST, MOST = 3.0, 30.0


class Clerk:
    """Books each line of an order once more whenever it takes more or less than before."""

    def __init__(self, stall: Stall, cashier: Cashier, now: Callable[[], datetime]) -> None:
        self._stall, self._cashier, self._now = stall, cashier, now
        self._booked: dict[int, tuple[int, int]] = {}

    def book(self, order: int) -> None:
        """Book what an order takes now and is not booked yet."""
        row = self._stall.shop.state.rows["order"][order]
        holds = row["status"] not in ("cancelled", "pending")
        for line in row["line_items"]:
            units, times = self._booked.get(line["id"], (0, 0))
            wanted = line["quantity"] if holds else 0
            if wanted == units:
                continue
            product = self._stall.shop.state.products[line["variation_id"] or line["product_id"]]
            comment = f"WEB {self._stall.name}:{line['id']}:{times + 1}"
            self._cashier.book(product["sku"], Decimal(units - wanted), comment, self._now())
            self._booked[line["id"]] = (wanted, times + 1)
