"""Taking orders of other channels over into a shop, and finding them again."""

from asyncio import Lock
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from shopweave.connector import paging
from shopweave.connector.orders import HandOver, Taken
from shopweave.connector.paging import Place
from shopweave.connector.waiting import together
from shopweave.connectors.woocommerce import order_payloads as payloads
from shopweave.connectors.woocommerce.client import Client
from shopweave.connectors.woocommerce.reading import ids_of, rows_of
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.connectors.woocommerce.vanished import vanished
from shopweave.connectors.woocommerce.ways import ORDERS
from shopweave.model.change import WriteRefused
from shopweave.model.errors import HubError, NoAnswer, Refused

SKEW = timedelta(days=1)
_FIELDS = "id,status,total,line_items,fee_lines,meta_data"
_LINK = "Link the item to another product."


class OrderTaker:
    """Makes orders in one shop."""

    def __init__(self, settings: WooSettings, client: Client) -> None:
        self._settings, self._client = settings, client
        self._currency, self._asking = "", Lock()

    async def take(self, one: HandOver, not_after: float | None) -> Taken | WriteRefused:
        """Make the order; what goes wrong after the shop made it leaves it in doubt, never undone."""
        for problem in await together(self._foreign(one), self._missing(one)):
            if problem is not None:
                return problem
        body = payloads.payload(one, self._settings.taken_orders)
        try:
            reply = await self._client.post(ORDERS, body, not_after=not_after)
        except Refused as error:
            return payloads.refused(error.code, error.what, error.remedy)
        try:
            found = await self._settled(reply.body, one, not_after)
        except HubError as error:
            raise NoAnswer(error.what, code=error.code, where=error.where, remedy=error.remedy) from error
        return found or payloads.refused("WOO-165", "the shop lost one of the products meanwhile", _LINK)

    async def find(self, one: HandOver) -> Taken | None:
        """Look through what was made since the order itself was; finishes what was begun."""
        for status in ("any", "trash"):
            async with aclosing(self._made_since(one, status)) as rows:
                async for row in rows:
                    if payloads.is_ours(row, one):
                        return await self._settled(row, one, None)
        return None

    async def _settled(self, raw: Any, one: HandOver, not_after: float | None) -> Taken | None:
        """Put the total right; take back an order that lacks a product, as if it had not been made."""
        if raw.get("status") == "trash":
            return Taken(remote_id=str(raw["id"]))
        path = f"{ORDERS}/{raw['id']}"
        if not payloads.is_whole(raw):
            await self._client.put(path, payloads.withdrawal(one), not_after=not_after)
            return None
        if off := payloads.difference(raw, one):
            await self._client.put(path, payloads.correction(off), not_after=not_after)
        return Taken(remote_id=str(raw["id"]))

    async def _foreign(self, one: HandOver) -> WriteRefused | None:
        return payloads.refusal(one, await self._shops_currency())

    async def _missing(self, one: HandOver) -> WriteRefused | None:
        goods = ((line.kind, line.remote_id) for line in one.lines)
        gone = await vanished(self._client, goods, self._settings.page_size)
        text = f"the shop no longer has {', '.join(gone)}"
        return payloads.refused("WOO-165", text, _LINK) if gone else None

    async def _made_since(self, one: HandOver, status: str) -> AsyncGenerator[Any, None]:
        size = self._settings.page_size
        place = Place(done=False)
        after = (one.order.created - SKEW).strftime("%Y-%m-%dT%H:%M:%S")
        query = {"status": status, "after": after, "dates_are_gmt": "true", "_fields": _FIELDS}
        query |= {"per_page": str(size), "orderby": "id", "order": "asc"}
        while not place.done:
            offset = str(paging.first_offset(place))
            rows = rows_of(await self._client.get(ORDERS, {**query, "offset": offset}))
            ids = ids_of(rows)
            if not paging.follows(place, ids):
                place = paging.step_back(place, size)
                continue
            for row in rows:
                yield row
            place = paging.after_page(place, ids, size, None, timedelta())

    async def _shops_currency(self) -> str:
        async with self._asking:
            if not self._currency:
                body = (await self._client.get("/wc/v3/data/currencies/current")).body
                self._currency = str(body.get("code", "")) if isinstance(body, dict) else ""
        return self._currency
