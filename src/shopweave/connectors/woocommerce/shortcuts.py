"""Levels and prices through the companion plug-in: a whole batch in one transaction of the shop."""

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

from shopweave.connectors.woocommerce import payloads
from shopweave.connectors.woocommerce.adjusting import answer as read_answer
from shopweave.connectors.woocommerce.client import NO_ROUTE, Client, unusable
from shopweave.connectors.woocommerce.companion import PRICES, STOCK, Companion
from shopweave.connectors.woocommerce.reading import Reader
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.model.change import Op, Write, WriteAnswer, WriteRefused, Written
from shopweave.model.errors import Configuration, HubError, NoAnswer
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.seams import Ids
from shopweave.model.values import Level

_GOODS = (Kind.PRODUCT, Kind.VARIATION)
_PRICES = {"regular_price", "sale_price"}
_FIELDS = {
    "id": "id",
    "regular_price": "regular",
    "sale_price": "sale",
    "date_on_sale_from": "from",
    "date_on_sale_to": "to",
}
_SLOWER = ("stock_not_managed", "shop_stock_off")


class Shortcuts:
    """Writes to one shop the short way, where its plug-in offers that; None and gaps go the slower way."""

    def __init__(
        self, settings: WooSettings, client: Client, reader: Reader, companion: Companion, ids: Ids
    ) -> None:
        self._settings, self._client, self._reader = settings, client, reader
        self._companion, self._ids = companion, ids

    async def levels(
        self,
        kind: Kind,
        writes: Sequence[Write],
        levels: Mapping[str, Level],
        expected: Mapping[str, Level],
        not_after: float | None,
    ) -> dict[int, WriteAnswer]:
        """Set levels; records whose stock nobody counts, or their parent does, have no answer."""
        items = [
            {
                "id": _number(one),
                "set": floor(quantity),
                "expect": _whole(expected.get(one.remote_id)),
                "own": True,
            }
            for one in writes
            if (quantity := levels[one.remote_id].quantity) is not None
        ]
        rows = await self._sent("stock", STOCK, items, not_after)
        return {
            one.number: read_answer(one.number, kind, one.remote_id, row)
            for one, row in zip(writes, rows or (), strict=False)
            if row.get("code") not in _SLOWER
        }

    async def prices(
        self, kind: Kind, writes: Sequence[Write], not_after: float | None
    ) -> tuple[WriteAnswer, ...] | None:
        """Set prices where nothing else is to be written, and read what the shop shows then."""
        if kind not in _GOODS or not all(_is_price(one) for one in writes):
            return None
        items = [_item(one, self._settings) for one in writes]
        rows = await self._sent("prices", PRICES, items, not_after)
        if rows is None:
            return None
        shown = await self._shown(
            kind, [one.remote_id for one, row in zip(writes, rows, strict=True) if row.get("ok")]
        )
        return tuple(_priced(one, row, shown) for one, row in zip(writes, rows, strict=True))

    async def _shown(self, kind: Kind, ids: Sequence[str]) -> dict[str, RemoteRecord]:
        """Read records that were written; without them nobody knows what became of the write."""
        size, found = self._settings.page_size, dict[str, RemoteRecord]()
        try:
            for first in range(0, len(ids), size):
                part = await self._reader.by_ids(kind, tuple(ids[first : first + size]))
                found |= {one.remote_id: one for one in part if not one.gone}
        except HubError as error:
            raise NoAnswer(error.what, code=error.code, where=error.where, remedy=error.remedy) from error
        return found

    async def _sent(
        self, feature: str, path: str, items: Sequence[Mapping[str, Any]], not_after: float | None
    ) -> list[Mapping[str, Any]] | None:
        """Send a batch under a key of its own; None where the plug-in does not offer it."""
        if not items or feature not in (await self._companion.found()).features:
            return None
        try:
            reply = await self._client.post(
                path, {"key": self._ids.new(), "items": list(items)}, not_after=not_after
            )
        except Configuration as error:
            if error.code != NO_ROUTE:
                raise
            self._companion.forget()
            return None
        rows = reply.body.get("items") if isinstance(reply.body, dict) else None
        if not isinstance(rows, list) or len(rows) != len(items):
            raise unusable("POST", "shop", "a batch without an answer for each item")
        return rows


def _number(write: Write) -> int:
    return int(write.remote_id.rpartition(":")[2])


def _whole(expected: Level | None) -> int | None:
    """Give what must be there, None for no condition."""
    quantity = None if expected is None else expected.quantity
    return int(quantity) if quantity is not None and quantity == int(quantity) else None


def _is_price(write: Write) -> bool:
    return write.op is Op.UPDATE and bool(write.atoms) and set(write.atoms) <= _PRICES


def _item(write: Write, settings: WooSettings) -> dict[str, Any]:
    body = payloads.payload(write, settings)
    return {_FIELDS[name]: value for name, value in body.items()}


def _priced(write: Write, row: Mapping[str, Any], shown: Mapping[str, RemoteRecord]) -> WriteAnswer:
    record = shown.get(write.remote_id)
    if row.get("ok") and record is not None:
        return Written(number=write.number, record=record, confirmed=tuple(write.atoms))
    code = str(row.get("code") or "unknown_product")
    return WriteRefused(number=write.number, code=f"WOO {code}"[:60], what=f"the plug-in refuses it: {code}")
