"""The ways in which a shop tells which orders changed, and which of them this shop offers.

Orders themselves are read by the present interface in any case (the helper answers them in its form), so that
another way never makes an order look changed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from shopweave.connectors.woocommerce.client import LEGACY, NO_RIGHT, NO_ROUTE, NOT_FOUND, Client, Reply
from shopweave.connectors.woocommerce.reading import rows_of, since
from shopweave.connectors.woocommerce.records import moment
from shopweave.model.errors import Configuration, Refused, Unavailable
from shopweave.wire import order_helper

ORDERS = "/wc/v3/orders"
LEGACY_ORDERS = f"{LEGACY}/orders"
GONE = (NO_ROUTE, NOT_FOUND)
_CLOSED = (NO_ROUTE, NOT_FOUND, NO_RIGHT)
_FUTURE = datetime(2099, 12, 31, tzinfo=UTC)
_DAY = timedelta(days=1)


class Way(StrEnum):
    """How changed orders are found, best first."""

    CURRENT = "current"
    LEGACY = "legacy"
    HELPER = "helper"
    LOOK_BACK = "look-back"


async def choose(client: Client) -> tuple[Way, datetime]:
    """Try the ways in their order; gives the first that works, and the shop's time."""
    honours, at = await honours_window(client)
    if honours:
        return Way.CURRENT, at
    if await opens(client, LEGACY_ORDERS, {"filter[limit]": "1", "fields": "id"}):
        return Way.LEGACY, at
    if await opens(client, order_helper.STATUS, {}):
        return Way.HELPER, at
    return Way.LOOK_BACK, at


async def honours_window(client: Client) -> tuple[bool, datetime]:
    """Ask for what changes in the far future: versions that do not know the filter answer all there is."""
    query = {"per_page": "1", "_fields": "id", **since(_FUTURE)}
    reply = await client.get(ORDERS, query)
    return not rows_of(reply), shop_now(reply)


async def opens(client: Client, path: str, query: Mapping[str, str]) -> bool:
    """Say whether a route is there for these credentials."""
    try:
        await client.get(path, query)
    except Refused:
        return False
    except Configuration as error:
        if error.code not in _CLOSED:
            raise
        return False
    return True


def shop_now(reply: Reply) -> datetime:
    """Give the shop's time as its answer says it."""
    if reply.at is None:
        raise Unavailable("The shop's answer does not say its time.", code="WOO-124")
    return reply.at


def legacy_query(lower: datetime, offset: int, size: int) -> dict[str, str]:
    """Ask the old interface for the ids of what changed, in a total order."""
    return {
        "filter[updated_at_min]": lower.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "filter[limit]": str(size),
        "filter[offset]": str(offset),
        "filter[orderby]": "ID",
        "filter[order]": "ASC",
        "fields": "id",
    }


def wrapped(reply: Reply) -> list[Any]:
    """Give the rows of an answer that wraps them as `orders`."""
    rows = reply.body.get(order_helper.ROWS) if isinstance(reply.body, dict) else None
    if not isinstance(rows, list):
        raise Unavailable("The shop answered a list call with something else.", code="WOO-123")
    return rows


def plugin_query(lower: datetime, page: int, size: int) -> dict[str, str]:
    """Ask the helper for what changed since, that bound itself included, the earliest change first."""
    return {
        order_helper.AFTER: lower.strftime("%Y-%m-%dT%H:%M:%SZ"),
        order_helper.PAGE: str(page),
        order_helper.SIZE: str(min(size, order_helper.MOST)),
    }


def look_back_query(lower: datetime, days: int) -> dict[str, str]:
    """Ask by the time of creation; a day more, because old versions read it in the shop's own zone."""
    bound = lower - timedelta(days=days) - _DAY
    return {"after": bound.strftime("%Y-%m-%dT%H:%M:%S")}


def changed_since(rows: Sequence[Any], lower: datetime) -> list[Any]:
    """Keep what changed after a time; a row that does not say so is kept, to be named as broken."""
    return [row for row in rows if (at := _changed(row)) is None or at > lower]


def _changed(row: Any) -> datetime | None:
    try:
        return moment(row.get("date_modified_gmt"))
    except (AttributeError, ValueError):
        return None


def last_change(rows: Sequence[Any], before: datetime) -> datetime:
    """Give the latest change among rows, at least the one before."""
    return max((at for row in rows if (at := _changed(row)) is not None), default=before)


def is_last(reply: Reply, page: int, size: int) -> bool:
    """Say whether a page of the helper is the last; orders that are gone by now make it short, not last."""
    total = reply.body.get(order_helper.TOTAL)
    return page * size >= total if isinstance(total, int) else len(wrapped(reply)) < size
