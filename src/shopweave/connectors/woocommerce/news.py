"""Telling a shop what became of an order it sold; doing so twice changes nothing more."""

from collections.abc import Mapping
from typing import Any

from shopweave.connector.orders import OrderNews
from shopweave.connectors.woocommerce.client import Client
from shopweave.connectors.woocommerce.order_payloads import refused
from shopweave.connectors.woocommerce.ways import ORDERS
from shopweave.model.change import WriteRefused
from shopweave.model.errors import Refused

TRACKING, REFERENCE = "_shopweave_tracking", "_shopweave_handed_over"
_ENDED = ("cancelled", "refunded", "failed", "trash")


class Teller:
    """Writes news of orders to one shop."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tell(self, news: OrderNews, not_after: float | None) -> WriteRefused | None:
        """Write what the order does not say yet; a tracking number is a note to the buyer as well."""
        path = f"{ORDERS}/{news.order}"
        try:
            raw = (await self._client.get(path)).body
            if has_ended(raw, news):
                text = f"the order is {raw['status']} in the shop, not {news.status}"
                return refused("WOO-166", text, "Look at the order; the goods may have to come back.")
            if body := changes(raw, news):
                await self._client.put(path, body, not_after=not_after)
            await self._note(path, news, not_after)
        except Refused as error:
            return refused(error.code, error.what, error.remedy)
        return None

    async def _note(self, path: str, news: OrderNews, not_after: float | None) -> None:
        if not news.tracking:
            return
        notes = (await self._client.get(f"{path}/notes")).body
        if not any(news.tracking in str(one.get("note") or "") for one in notes):
            body = {"note": f"Tracking number: {news.tracking}", "customer_note": True}
            await self._client.post(f"{path}/notes", body, not_after=not_after)


def has_ended(raw: Mapping[str, Any], news: OrderNews) -> bool:
    """Say whether a status would raise an order that is over: it would take its stock anew."""
    return bool(news.status) and raw.get("status") in _ENDED and raw.get("status") != news.status


def changes(raw: Mapping[str, Any], news: OrderNews) -> dict[str, Any]:
    """Give what differs from the news; an order is not saved for nothing."""
    known = {one.get("key"): str(one.get("value") or "") for one in raw.get("meta_data") or ()}
    told = {TRACKING: news.tracking, REFERENCE: news.reference}
    meta = [{"key": key, "value": value} for key, value in told.items() if value and known.get(key) != value]
    body: dict[str, Any] = {"meta_data": meta} if meta else {}
    if news.status and raw.get("status") != news.status:
        body["status"] = news.status
    return body
