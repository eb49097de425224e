"""The list of orders, with what one looks for in it."""

from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from msgspec import Struct

from shopweave.hub.context import Hub
from shopweave.hub.orders import PAGE, OrderView, order_views
from shopweave.model.errors import Configuration
from shopweave.store import order_search
from shopweave.store.base import Tx
from shopweave.store.order_search import STATES, Wanted

NEWEST = 2**31 - 1
ORDER_STATES = tuple(STATES)


class Sought(Struct, frozen=True, kw_only=True):
    """Which orders are looked for: by channel, target, state, days when they were placed, number or SKU."""

    channel: str = ""
    target: str = ""
    state: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""


class OrderPage(Struct, frozen=True, kw_only=True):
    """Orders, the newest first, and how many there are in each state; `more` is the key of the next page."""

    orders: tuple[OrderView, ...]
    states: dict[str, int]
    more: int | None


class Ends(Struct, frozen=True, kw_only=True):
    """The connections whose orders are read, and those they are handed over to."""

    channels: tuple[str, ...]
    targets: tuple[str, ...]


def ends(hub: Hub) -> Ends:
    """Name the ends of all flows of orders."""
    flows = [flow.settings for flow in hub.house.orders.values()]
    return Ends(
        channels=tuple(dict.fromkeys(one.source for one in flows)),
        targets=tuple(dict.fromkeys(one.target for one in flows)),
    )


async def find_orders(hub: Hub, sought: Sought, before: int | None = None, limit: int = PAGE) -> OrderPage:
    """Give the orders that are looked for, older than the key `before`."""
    wanted = _wanted(hub, sought)
    return await hub.store.read(partial(_find, hub, wanted, before or NEWEST, limit))


def _wanted(hub: Hub, sought: Sought) -> Wanted:
    if sought.state and sought.state not in STATES:
        raise Configuration(
            f"There is no state '{sought.state}'.", code="ORD-408", remedy=f"There are: {', '.join(STATES)}."
        )
    return Wanted(
        connection=hub.port(sought.channel).row.id if sought.channel else 0,
        target=hub.port(sought.target).row.id if sought.target else 0,
        state=sought.state,
        since=_begin(hub, sought.since) if sought.since else None,
        until=_begin(hub, sought.until + timedelta(days=1)) if sought.until else None,
        text=sought.text.strip(),
    )


def _begin(hub: Hub, day: date) -> datetime:
    """Give the moment at which a day begins where the shop-keeper is."""
    return datetime.combine(day, time(), ZoneInfo(hub.settings.time_zone))


def _find(hub: Hub, wanted: Wanted, before: int, limit: int, tx: Tx) -> OrderPage:
    rows = order_search.find_orders(tx, wanted, before, limit + 1)
    page = rows[:limit]
    return OrderPage(
        orders=order_views(tx, hub, page),
        states=order_search.count_states(tx, wanted),
        more=page[-1].id if len(rows) > limit else None,
    )
