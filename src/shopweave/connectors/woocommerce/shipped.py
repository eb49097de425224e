"""Tracking numbers of orders that the shop took over, from where its plug-ins keep them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shopweave.connector.orders import HandedOver, Progress
from shopweave.connectors.woocommerce.client import Client
from shopweave.connectors.woocommerce.reading import rows_of
from shopweave.connectors.woocommerce.ways import ORDERS

_NUMBERS = ("tracking_number", "number", "tracking")


async def shipped(client: Client, orders: Sequence[HandedOver], keys: Sequence[str]) -> tuple[Progress, ...]:
    """Read orders by id; `keys` are the meta keys to look into, the first that holds a number counts."""
    ids = {one.remote_id: one.reference for one in orders}
    query = {"include": ",".join(ids), "per_page": str(len(ids)), "_fields": "id,meta_data"}
    rows = rows_of(await client.get(ORDERS, query))
    return tuple(
        Progress(reference=ids[key], tracking=number(row.get("meta_data") or (), keys))
        for row in rows
        if (key := str(row.get("id"))) in ids
    )


def number(meta: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> str:
    """Give the tracking numbers that an order's meta data hold, several with commas between them."""
    known = {str(one.get("key")): one.get("value") for one in meta}
    return next((text for key in keys if (text := ", ".join(_numbers(known.get(key))))), "")


def _numbers(value: Any) -> list[str]:
    """Read one number, or what shipment plug-ins keep: a list of parcels, each with its number."""
    if isinstance(value, str | int):
        return [str(value)] if value else []
    if isinstance(value, Mapping):
        found = next((value[name] for name in _NUMBERS if value.get(name)), None)
        return _numbers(found) if not isinstance(found, Mapping) else []
    return [text for one in value for text in _numbers(one)] if isinstance(value, list) else []
