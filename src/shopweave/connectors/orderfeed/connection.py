"""A connection to one receiver of orders, whichever way they go."""

from shopweave.connector.declaration import Doors
from shopweave.connector.orders import HandedOver, HandOver, Progress, Taken
from shopweave.connector.roles import CheckLine
from shopweave.connector.settings import Settings
from shopweave.connectors.orderfeed.filing import Filing
from shopweave.connectors.orderfeed.posting import Posting
from shopweave.connectors.orderfeed.settings import FILES, HTTP, FeedSettings, read_settings
from shopweave.connectors.orderfeed.tabling import Tabling
from shopweave.model.change import WriteRefused


class OrderFeed:
    """One receiver of orders."""

    def __init__(self, settings: Settings, doors: Doors) -> None:
        self._settings = read_settings(settings)
        self._way = _way(self._settings, doors)

    async def take(self, order: HandOver, *, not_after: float | None) -> Taken | WriteRefused:
        """Hand one order over, or tell of its later change."""
        refused = refusal(order, self._settings.currencies)
        return refused if refused is not None else await self._way.take(order, not_after)

    async def find_order(self, order: HandOver) -> Taken | None:
        """Look for an order that may have arrived."""
        return await self._way.find(order)

    async def progress(self, orders: tuple[HandedOver, ...]) -> tuple[Progress, ...]:
        """Ask how far orders are that were handed over."""
        return await self._way.progress(orders)

    async def check(self) -> tuple[CheckLine, ...]:
        """Look whether the receiver is there, changing nothing."""
        return await self._way.check()


def _way(settings: FeedSettings, doors: Doors) -> Posting | Filing | Tabling:
    if settings.way == HTTP:
        return Posting(settings, doors)
    return Filing(settings, doors) if settings.way == FILES else Tabling(settings, doors)


def refusal(order: HandOver, currencies: tuple[str, ...]) -> WriteRefused | None:
    """Say why an order is not sent, None where it is."""
    currency = order.order.revision.totals.total.currency
    if currencies and currency.upper() not in currencies:
        return _refused("ORD-023", f"The order is in {currency}, which the receiver does not take.")
    for one in order.lines:
        if one.quantity < 0 or one.line.quantity < 0:
            return _refused(
                "ORD-022", f"The order has a quantity below zero: {one.line.name or one.line.sku}."
            )
        if not one.line.sku:
            return _refused("ORD-021", f"A line names no SKU: {one.line.name or one.line.line}.")
    if not any(one.line.quantity for one in order.lines) and not order.remote_id:
        return _refused("ORD-024", "The order has nothing to hand over.")
    return None


def _refused(code: str, what: str) -> WriteRefused:
    return WriteRefused(number=0, code=code, what=what)
