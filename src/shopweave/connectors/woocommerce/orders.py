"""Reading the orders of a shop: windows of what changed, and orders by id."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from shopweave.connector import paging
from shopweave.connector.orders import BrokenOrder, OrderPage, RemoteOrder
from shopweave.connector.paging import Place
from shopweave.connectors.woocommerce import order_records
from shopweave.connectors.woocommerce.client import Client, Reply
from shopweave.connectors.woocommerce.order_records import DRAFTS
from shopweave.connectors.woocommerce.reading import ids_of, rows_of, since
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.model.errors import Unavailable

ORDERS = "/wc/v3/orders"
_LEAST = timedelta(seconds=60)


class Stand(Struct, frozen=True, kw_only=True):
    """Where the reading of orders stands."""

    place: Place


class OrderReader:
    """Reads the orders of one shop."""

    def __init__(self, settings: WooSettings, client: Client) -> None:
        self._settings, self._client = settings, client

    async def orders(self, position: str, overlap: timedelta) -> OrderPage:
        """Read the next page of what changed since the last window; the first begins at the shop's now."""
        reach = max(overlap, _LEAST)
        stand = msgspec.json.decode(position, type=Stand) if position else await self._first(reach)
        return await self._page(paging.begin(stand.place, sweep=False), reach)

    async def _first(self, reach: timedelta) -> Stand:
        reply = await self._client.get(ORDERS, {"per_page": "1", "_fields": "id"})
        return Stand(place=Place(lower=_shop_now(reply) - reach))

    async def _page(self, place: Place, reach: timedelta) -> OrderPage:
        """Read without upper bound and status: a row must not leave the window while it is read."""
        size = self._settings.page_size
        query = {"offset": str(paging.first_offset(place)), **self._order()}
        if place.lower is not None:
            query |= since(place.lower)
        reply = await self._client.get(ORDERS, query)
        rows = rows_of(reply)
        ids = ids_of(rows)
        if not paging.follows(place, ids):
            return OrderPage(position=_write(paging.step_back(place, size)))
        after = paging.after_page(place, ids, size, _shop_now(reply), reach)
        orders, broken = self._read(rows)
        return OrderPage(orders=orders, broken=broken, position=_write(after), done=after.done)

    async def by_ids(self, ids: tuple[str, ...]) -> OrderPage:
        """Read orders by id; those in the trash or deleted are absent."""
        if not ids:
            return OrderPage(done=True, requests=0)
        rows = rows_of(await self._client.get(ORDERS, {"include": ",".join(ids), **self._order()}))
        orders, broken = self._read(rows)
        return OrderPage(orders=orders, broken=broken, done=True)

    def _read(self, rows: Sequence[Any]) -> tuple[tuple[RemoteOrder, ...], tuple[BrokenOrder, ...]]:
        restocked = self._settings.restocked_refunds == "return"
        real = (row for row in rows if row.get("status") not in DRAFTS)
        found = [order_records.read(row, restocked=restocked) for row in real]
        good = tuple(one for one in found if isinstance(one, RemoteOrder))
        return good, tuple(one for one in found if isinstance(one, BrokenOrder))

    def _order(self) -> dict[str, str]:
        return {"per_page": str(self._settings.page_size), "orderby": "id", "order": "asc"}


def _shop_now(reply: Reply) -> datetime:
    if reply.at is None:
        raise Unavailable("The shop's answer does not say its time.", code="WOO-124")
    return reply.at


def _write(place: Place) -> str:
    return msgspec.json.encode(Stand(place=place)).decode()
