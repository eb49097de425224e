"""The price in effect at a location; pure.

The till's order: a variation's own price; a promotion of the location; a promotion of the item; the
location's price; the item's price. Zero means not set. A promotion needs both days or none.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from msgspec import Struct

from shopweave.model.values import SalePrice

_GROSS = Decimal("0.01")
_NET = Decimal("0.0001")


class Promotion(Struct, frozen=True, kw_only=True):
    """A lower price with its days, both included."""

    amount: Decimal
    start: date | None = None
    end: date | None = None

    def is_running(self, today: date) -> bool:
        """Say whether the till asks this price today."""
        if self.start is None and self.end is None:
            return True
        return self.start is not None and self.end is not None and self.start <= today <= self.end

    def is_coming(self, today: date) -> bool:
        """Say whether the till will ask this price on a later day."""
        return self.start is not None and self.end is not None and today < self.start <= self.end


class Tax(Struct, frozen=True, kw_only=True):
    """One tax of a class; a cumulative one is taken of the taxes before it as well."""

    percent: Decimal
    cumulative: bool = False


def sale_price(promotions: Sequence[Promotion], today: date) -> SalePrice | None:
    """Give the promotion that runs, else the one that comes first; those that are over count for nothing."""
    running = [one for one in promotions if one.is_running(today)]
    coming = sorted(
        (one for one in promotions if one.is_coming(today)), key=lambda one: one.start or date.max
    )
    chosen = (running or coming)[:1]
    return next((SalePrice(amount=one.amount, start=one.start, end=one.end) for one in chosen), None)


def next_change(promotions: Sequence[Promotion], today: date, zone: ZoneInfo) -> datetime | None:
    """Say when a promotion next starts or is over, as UTC."""
    days = [
        day
        for one in promotions
        if one.is_running(today) or one.is_coming(today)
        for day in (one.start, one.end + timedelta(days=1) if one.end else None)
        if day is not None and day > today
    ]
    return datetime.combine(min(days), time(), zone).astimezone(UTC) if days else None


def factor(taxes: Sequence[Tax]) -> Decimal:
    """Give what a net price is multiplied with to be gross."""
    result = Decimal(1)
    for tax in taxes:
        share = tax.percent / 100
        result += result * share if tax.cumulative else share
    return result


def in_mode(amount: Decimal, *, included: bool, mode: str, times: Decimal) -> Decimal:
    """Give a stored price with or without tax; gross has two decimals, net four."""
    if mode == "gross" and not included:
        return (amount * times).quantize(_GROSS, ROUND_HALF_UP)
    if mode == "net" and included:
        return (amount / times).quantize(_NET, ROUND_HALF_UP)
    return amount
