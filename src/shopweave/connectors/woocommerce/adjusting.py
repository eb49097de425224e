"""Booking differences of stock through the companion plug-in, each once."""

from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from shopweave.connector.orders import Adjustment
from shopweave.connectors.woocommerce.client import NO_ROUTE, Client, unusable
from shopweave.connectors.woocommerce.companion import STOCK
from shopweave.core.prints import plain
from shopweave.model.change import WriteAnswer, WriteRefused, Written
from shopweave.model.errors import Configuration
from shopweave.model.record import Form, Kind, RemoteRecord
from shopweave.model.values import UNKNOWN, Level, tracked

MOVED = "stock_moved"
_TRIES = 20
_REMEDIES = {
    "stock_not_managed": "Switch stock management on for this product in the shop.",
    "shop_stock_off": "WooCommerce → Settings → Products → Inventory: enable stock management.",
    "in_trash": "Take the product out of the trash, or link the item to another.",
    "unknown_product": "Link the item to another product.",
}


class Adjuster:
    """Books differences in one shop."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def adjust(
        self, kind: Kind, adjustments: tuple[Adjustment, ...], not_after: float | None
    ) -> tuple[WriteAnswer, ...]:
        """Book each under a key of its own: the same cause and record give the same key in any company."""
        answers = []
        for number, one in enumerate(adjustments):
            answers.append(whole(number, one) or await self._adjust(number, kind, one, not_after))
        return tuple(answers)

    async def _adjust(self, number: int, kind: Kind, one: Adjustment, not_after: float | None) -> WriteAnswer:
        """Go on to the next key where this one once failed: what failed then booked nothing."""
        item: Mapping[str, Any] = {}
        for attempt in range(_TRIES):
            body = await self._sent(one, attempt, not_after)
            item = body["items"][0]
            if item.get("ok") or not body.get("replayed"):
                break
        return answer(number, kind, one.remote_id, item)

    async def _sent(self, one: Adjustment, attempt: int, not_after: float | None) -> Mapping[str, Any]:
        items = [{"id": int(one.remote_id.rpartition(":")[2]), "delta": int(one.delta)}]
        try:
            reply = await self._client.post(
                STOCK, {"key": key(one, attempt), "items": items}, not_after=not_after
            )
        except Configuration as error:
            if error.code != NO_ROUTE:
                raise
            raise Configuration(
                "The companion plug-in is not active in the shop, but stock is to be booked through it.",
                code="WOO-116",
                where=error.where,
                remedy="Activate the plug-in, or set adjusts_stock = false.",
            ) from error
        body = reply.body
        if not isinstance(body, dict) or len(body.get("items") or ()) != 1:
            raise unusable("POST", "shop", "a booking without an answer for its item")
        return body


def key(one: Adjustment, attempt: int) -> str:
    """Give the key of a booking; the plug-in takes 64 characters."""
    return sha256(f"{one.reference} {one.remote_id} {attempt}".encode()).hexdigest()


def whole(number: int, one: Adjustment) -> WriteRefused | None:
    """Refuse a difference that is no whole number of pieces: the shop counts whole ones."""
    if one.delta == int(one.delta):
        return None
    text = f"a difference of {plain(one.delta)} is no number of pieces"
    return WriteRefused(number=number, code="WOO-147", what=text, remedy="The shop counts whole pieces.")


def answer(number: int, kind: Kind, remote_id: str, item: Mapping[str, Any]) -> WriteAnswer:
    """Read the answer for one item; a level that its parent holds is none of its own."""
    if not item.get("ok"):
        code = str(item.get("code") or "unknown")
        text = f"the plug-in books nothing: {code}"
        return WriteRefused(
            number=number,
            code=f"WOO {code}"[:60],
            what=text,
            remedy=_REMEDIES.get(code, ""),
            look_up=code == MOVED,
        )
    own = item.get("stock_id") == item.get("id")
    level: Level = tracked(Decimal(str(item["after"]))) if own else UNKNOWN
    form = Form.VARIATION if kind is Kind.VARIATION else Form.SIMPLE
    parent = remote_id.rpartition(":")[0] or None
    record = RemoteRecord(kind=kind, form=form, remote_id=remote_id, parent=parent, level=level)
    return Written(number=number, record=record, confirmed=())
